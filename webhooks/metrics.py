"""What the receiver counts. Labels have few values, and none comes from what was sent."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from webhooks.keyring import Keyring
from webhooks.outcomes import Outcome

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)
"""Seconds; Digital River waits for 3 (docs/digital-river.md, What the receiver must answer)."""


class Metrics:
    """The counters of one application; every one is there from the start, at zero."""

    def __init__(self, keyring: Keyring) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(keyring)
        events = Counter(
            "upriver_webhook_events",
            "Deliveries, by what became of them",
            ["outcome"],
            registry=self._registry,
        )
        self._events = {outcome: events.labels(outcome.value) for outcome in Outcome}
        self._closed = Counter(
            "upriver_webhook_closed_workflows",
            "Closed workflows of an order that an unmarked event was about and not told to",
            registry=self._registry,
        )
        self._seconds = Histogram(
            "upriver_webhook_answer_seconds",
            "Time from the request's headers to its answer",
            buckets=_BUCKETS,
            registry=self._registry,
        )

    def answered(self, outcome: Outcome, seconds: float) -> None:
        """Count one delivery."""
        self._events[outcome].inc()
        self._seconds.observe(seconds)

    def closed_workflows(self, number: int) -> None:
        """Count workflows that an event of their order came too late for."""
        self._closed.inc(number)

    def text(self) -> bytes:
        """Return everything in Prometheus's text format."""
        return generate_latest(self._registry)
