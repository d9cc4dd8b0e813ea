"""The workflows of an order are asked for once in a while, and once at a time."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from temporalio.service import RPCError, RPCStatusCode

from tests.webhooks.fake_temporal import FakeTemporal, rpc_error
from webhooks.orders import Orders

SECOND = timedelta(seconds=1)


class Clock:
    """A clock that is set by hand, in seconds."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
async def temporal() -> FakeTemporal:
    """Return a Temporal with one open and one closed return of an order."""
    found = FakeTemporal()
    found.open["return-a"] = "1"
    found.closed["return-b"] = "1"
    return found


async def test_kept_for_a_moment(temporal: FakeTemporal) -> None:
    """An answer is used again for as long as it is kept, and then asked for anew."""
    clock = Clock()
    orders = Orders(temporal.client, keep_seconds=3, clock=clock)
    for moment, calls in ((0, 1), (2.9, 1), (3, 2), (5.9, 2)):
        clock.now = moment
        found = await orders.workflows("1", SECOND)
        assert (found.open, len(found.listed)) == (("return-a",), 2)
        assert len(temporal.queries) == calls


async def test_one_question_at_a_time(temporal: FakeTemporal) -> None:
    """Those who ask at the same time share one list, and another order has its own."""
    orders = Orders(temporal.client)
    asking = [orders.workflows(order_id, SECOND) for order_id in ("1", "1", "2", "1")]
    answers = await asyncio.gather(*asking)
    assert [len(answer.open) for answer in answers] == [1, 1, 0, 1]
    assert len(temporal.queries) == 2


async def test_failures_are_not_kept(temporal: FakeTemporal) -> None:
    """After a failure the next one asks again."""
    orders = Orders(temporal.client)
    temporal.failure = rpc_error(RPCStatusCode.UNAVAILABLE)
    with pytest.raises(RPCError):
        await orders.workflows("1", SECOND)
    temporal.failure = None
    assert (await orders.workflows("1", SECOND)).open == ("return-a",)


async def test_a_list_that_hangs(temporal: FakeTemporal) -> None:
    """A list is given up when its time is over."""
    temporal.gate = asyncio.Event()
    with pytest.raises(TimeoutError):
        await Orders(temporal.client).workflows("1", timedelta(milliseconds=10))


async def test_a_failure_leaves_a_newer_answer(temporal: FakeTemporal) -> None:
    """A question that fails late does not take away what was asked after it."""
    clock = Clock()
    orders = Orders(temporal.client, keep_seconds=1, clock=clock)
    temporal.gate = asyncio.Event()
    first = asyncio.create_task(orders.workflows("1", timedelta(milliseconds=20)))
    await temporal.waiting.wait()
    temporal.gate = None
    clock.now = 1
    await orders.workflows("1", SECOND)
    with pytest.raises(TimeoutError):
        await first
    await orders.workflows("1", SECOND)
    assert len(temporal.queries) == 2


async def test_memory_is_bounded(temporal: FakeTemporal) -> None:
    """When too many orders are known the oldest is forgotten."""
    orders = Orders(temporal.client, most=2)
    for order_id in ("1", "2", "3", "2", "1"):
        await orders.workflows(order_id, SECOND)
    assert len(temporal.queries) == 4
