"""While an event cannot be made durable it is not acknowledged, so that it comes again."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from unittest.mock import AsyncMock

import pytest
from temporalio.service import RPCStatusCode

from tests.webhooks.bench import Bench, receiving
from tests.webhooks.events import ORDER, WORKFLOW, Json, event, order, refund
from tests.webhooks.fake_temporal import FakeHandle, no_namespace, rpc_error
from webhooks import Options

MARKED = event("refund.complete", refund())
OF_AN_ORDER = event("order.chargeback", order())


@pytest.mark.parametrize("content", [MARKED, OF_AN_ORDER])
@pytest.mark.parametrize(
    "failure",
    [
        rpc_error(RPCStatusCode.UNAVAILABLE),
        rpc_error(RPCStatusCode.DEADLINE_EXCEEDED),
        rpc_error(RPCStatusCode.RESOURCE_EXHAUSTED),
        rpc_error(RPCStatusCode.PERMISSION_DENIED),
        rpc_error(RPCStatusCode.INVALID_ARGUMENT),
        no_namespace(),
        RuntimeError("Failed client connect"),
        TimeoutError(),
    ],
    ids=repr,
)
async def test_away_and_back(bench: Bench, content: Json, failure: Exception) -> None:
    """Whatever keeps Temporal from taking an event is answered 503, and the retry is signalled."""
    bench.temporal.failure = failure
    answer = await bench.send(content)
    assert (answer.status_code, answer.json()) == (503, {"error": "temporal_away"})
    bench.temporal.failure = None
    assert (await bench.send(content)).json() == {"status": "signalled"}
    assert await bench.outcomes() == {"temporal_away": 1, "signalled": 1}


@pytest.mark.parametrize("content", [MARKED, OF_AN_ORDER])
async def test_a_temporal_that_hangs(content: Json) -> None:
    """An answer is given in time, even if Temporal gives none."""
    async with receiving(Options(deliver_within=timedelta(milliseconds=20))) as bench:
        bench.temporal.gate = asyncio.Event()
        answer = await bench.send(content)
    assert (answer.status_code, answer.json()) == (503, {"error": "temporal_away"})


async def test_ignoring_needs_no_temporal(bench: Bench) -> None:
    """An event that nobody reads is acknowledged even while Temporal is away."""
    bench.temporal.failure = rpc_error(RPCStatusCode.UNAVAILABLE)
    assert (await bench.send(event("refund.pending", refund("pending")))).status_code == 202


@pytest.mark.parametrize("content", [MARKED, OF_AN_ORDER])
async def test_nothing_is_acknowledged_before_it_is_durable(bench: Bench, content: Json) -> None:
    """While a call to Temporal is under way there is no answer; after the last one there is."""
    bench.temporal.open["return-other"] = ORDER
    bench.temporal.gate = asyncio.Event()
    sending = asyncio.create_task(bench.send(content))
    await bench.temporal.waiting.wait()
    assert (sending.done(), bench.temporal.signals) == (False, [])
    bench.temporal.gate.set()
    assert (await sending).status_code == 202
    assert bench.temporal.signals


@pytest.mark.parametrize(
    "failure", [OSError("reset"), ValueError("no JSON"), LookupError("a mistake of ours")]
)
async def test_no_failure_is_taken_for_an_acknowledgement(
    failure: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is raised where Temporal is called, the event comes again, and is signalled then."""
    async with receiving() as bench:
        bench.temporal.open[WORKFLOW] = ORDER
        with monkeypatch.context() as broken:
            broken.setattr(FakeHandle, "signal", AsyncMock(side_effect=failure))
            answer = await bench.send(MARKED)
        assert (answer.status_code, answer.json()) == (500, {"error": "internal"})
        assert (await bench.send(MARKED)).json() == {"status": "signalled"}
