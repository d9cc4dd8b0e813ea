"""Those who run the receiver learn whether it lives, whether it can work, and what it did."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from temporalio.service import RPCStatusCode

from serving import health
from tests.webhooks.bench import Bench, receiving
from tests.webhooks.events import event, refund
from tests.webhooks.fake_temporal import rpc_error
from webhooks.outcomes import Outcome


async def test_alive_without_temporal(bench: Bench) -> None:
    """The process lives whether or not Temporal does."""
    bench.temporal.failure = rpc_error(RPCStatusCode.UNAVAILABLE)
    answer = await bench.http.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


async def test_ready(bench: Bench) -> None:
    """It is ready while Temporal is well."""
    answer = await bench.http.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


@pytest.mark.parametrize(
    "failure", [None, rpc_error(RPCStatusCode.UNAVAILABLE), RuntimeError("Failed client connect")]
)
async def test_not_ready(bench: Bench, failure: Exception | None) -> None:
    """It is not ready while Temporal is unwell or cannot be reached."""
    bench.temporal.healthy = False
    bench.temporal.failure = failure
    answer = await bench.http.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"error": "temporal_away"})


async def test_not_ready_in_time(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Temporal that does not answer in time counts as away."""
    monkeypatch.setattr(health, "READY_WITHIN", timedelta(milliseconds=10))
    bench.temporal.gate = asyncio.Event()
    assert (await bench.http.get("/readyz")).status_code == 503


async def test_metrics_are_there_from_the_start(bench: Bench) -> None:
    """Every outcome is shown at zero, so that its first occurrence is seen as a rise."""
    text = (await bench.http.get("/metrics")).text
    for outcome in Outcome:
        assert f'upriver_webhook_events_total{{outcome="{outcome.value}"}} 0.0' in text


async def test_metrics_are_bounded(bench: Bench) -> None:
    """Nothing that is sent becomes a label."""
    before = (await bench.http.get("/metrics")).text.count("\n")
    for number in range(20):
        await bench.send(event(f"stray.{number}", {}))
    await bench.send(event("refund.complete", refund(orderId="stray")))
    text = (await bench.http.get("/metrics")).text
    assert text.count("\n") == before
    assert "stray" not in text
    assert "upriver_webhook_answer_seconds_count 21.0" in text


async def test_receivers_count_for_themselves(bench: Bench) -> None:
    """Two receivers in one process share no counter."""
    await bench.send(event("stray", {}))
    async with receiving() as other:
        assert await other.outcomes() == {}
