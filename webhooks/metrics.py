"""What the receiver counts. Labels have few values, and none comes from what was sent.

Plain numbers, because one event loop counts them: a locked counter for each costs a delivery more
than its signature.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from webhooks.keyring import Keyring
from webhooks.outcomes import Outcome

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)
"""Seconds; Digital River waits for 3 (docs/digital-river.md, What the receiver must answer)."""
_BOUNDS = (*map(str, _BUCKETS), "+Inf")


class Metrics(Collector):
    """The counters of one application; every one is there from the start, at zero."""

    def __init__(self, keyring: Keyring) -> None:
        self._events = dict.fromkeys(Outcome, 0)
        self._answers = [0] * len(_BOUNDS)
        self._seconds = 0.0
        self._closed = 0
        self._registry = CollectorRegistry()
        self._registry.register(self)
        self._registry.register(keyring)

    def answered(self, outcome: Outcome, seconds: float) -> None:
        """Count one delivery."""
        self._events[outcome] += 1
        self._answers[bisect_left(_BUCKETS, seconds)] += 1
        self._seconds += seconds

    def closed_workflows(self, number: int) -> None:
        """Count workflows that an event of their order came too late for."""
        self._closed += number

    def collect(self) -> Iterator[Metric]:
        """Show the counters to Prometheus."""
        events = CounterMetricFamily(
            "upriver_webhook_events", "Deliveries, by what became of them", labels=["outcome"]
        )
        for outcome, count in self._events.items():
            events.add_metric([outcome.value], count)
        yield events
        yield CounterMetricFamily(
            "upriver_webhook_closed_workflows",
            "Closed workflows of an order that an unmarked event was about and not told to",
            value=self._closed,
        )
        yield HistogramMetricFamily(
            "upriver_webhook_answer_seconds",
            "Time from the request's headers to its answer",
            buckets=list(zip(_BOUNDS, accumulate(self._answers), strict=True)),
            sum_value=self._seconds,
        )

    def text(self) -> bytes:
        """Return everything in Prometheus's text format."""
        return generate_latest(self._registry)
