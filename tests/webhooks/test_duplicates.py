"""However often and however much at once an event is delivered, a workflow hears of it once."""

from __future__ import annotations

import asyncio
from collections import Counter

from temporalio.service import RPCStatusCode

from tests.webhooks.bench import Bench
from tests.webhooks.events import ORDER, WORKFLOW, event, order, refund
from tests.webhooks.fake_temporal import rpc_error
from webhooks.recent import Recent


async def test_ten_deliveries_are_one_signal(bench: Bench) -> None:
    """An event that is delivered again and again is acknowledged each time and signalled once."""
    content = event("refund.complete", refund())
    answers = [await bench.send(content) for _ in range(10)]
    assert [answer.status_code for answer in answers] == [202] * 10
    assert await bench.outcomes() == {"signalled": 1, "duplicate": 9}
    assert len(bench.temporal.signals) == 1


async def test_deliveries_at_the_same_time_are_one_signal(bench: Bench) -> None:
    """Deliveries that come while the first is under way wait for its outcome."""
    content = event("refund.complete", refund())
    bench.temporal.gate = asyncio.Event()
    sending = [asyncio.create_task(bench.send(content)) for _ in range(10)]
    await bench.temporal.waiting.wait()
    bench.temporal.gate.set()
    answers = await asyncio.gather(*sending)
    told = Counter(answer.json()["status"] for answer in answers)
    assert told == {"signalled": 1, "duplicate": 9}
    assert len(bench.temporal.signals) == 1


async def test_all_share_a_failure(bench: Bench) -> None:
    """When the shared delivery fails each is told so, and a later one is signalled."""
    content = event("refund.complete", refund())
    bench.temporal.gate = asyncio.Event()
    sending = [asyncio.create_task(bench.send(content)) for _ in range(3)]
    await bench.temporal.waiting.wait()
    bench.temporal.failure = rpc_error(RPCStatusCode.UNAVAILABLE)
    bench.temporal.gate.set()
    assert {answer.status_code for answer in await asyncio.gather(*sending)} == {503}
    bench.temporal.failure = None
    assert (await bench.send(content)).json() == {"status": "signalled"}


async def test_a_sender_that_leaves_takes_nothing_along(bench: Bench) -> None:
    """A delivery goes on when the connection that began it is gone."""
    content = event("refund.complete", refund())
    bench.temporal.gate = asyncio.Event()
    first = asyncio.create_task(bench.send(content))
    await bench.temporal.waiting.wait()
    second = asyncio.create_task(bench.send(content))
    first.cancel()
    await asyncio.wait([first])
    bench.temporal.gate.set()
    assert (await second).status_code == 202
    assert len(bench.temporal.signals) == 1


async def test_what_was_nobodys_is_tried_again(bench: Bench) -> None:
    """An event of a workflow that did not exist is not remembered: it may exist by now."""
    del bench.temporal.open[WORKFLOW]
    content = event("refund.complete", refund())
    assert (await bench.send(content)).json() == {"status": "late"}
    bench.temporal.open[WORKFLOW] = ORDER
    assert (await bench.send(content)).json() == {"status": "signalled"}


async def test_one_of_several_workflows_fails(bench: Bench) -> None:
    """When one workflow could not be told all is tried again, and the others hear it once."""
    bench.temporal.open["return-other"] = ORDER
    bench.temporal.failing["return-other"] = rpc_error(RPCStatusCode.RESOURCE_EXHAUSTED)
    content = event("order.dispute", order())
    assert (await bench.send(content)).status_code == 503
    bench.temporal.failing.clear()
    assert (await bench.send(content)).json() == {"status": "signalled"}
    assert sorted(to for to, _, _ in bench.temporal.signals) == [WORKFLOW, "return-other"]


def test_memory_is_bounded() -> None:
    """The key that was not used for longest is forgotten first."""
    recent: Recent[int] = Recent(2)
    recent.remember(1)
    recent.remember(2)
    assert 1 in recent
    recent.remember(3)
    assert [key in recent for key in (1, 2, 3)] == [True, False, True]
