"""However much a return is told, its history and its memory stay within bounds."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from temporalio.testing import WorkflowEnvironment

from lifecycle.fact_json import write_fact
from lifecycle.facts import OrderSeen, RefundSeen
from lifecycle.flood import MOST_FACTS
from tests.running import Running, idle, running
from workflows import names
from workflows.messages import EventMessage

MOST_EVENTS = 5_000
"""Of a history, whatever happens (design: worst return)."""

HOSTILE = 2_000
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


async def length(house: Running, workflow_id: str) -> int:
    """Count the events of a return's history."""
    described = await house.handle(workflow_id).describe()
    return described.history_length


async def tell(
    house: Running, workflow_id: str, messages: list[EventMessage], senders: int = 20
) -> None:
    """Signal a return, by several senders at once or one after the other."""
    handle = house.handle(workflow_id)

    async def send(some: list[EventMessage]) -> None:
        for message in some:
            await handle.signal(names.DIGITAL_RIVER_EVENT, message)

    await asyncio.gather(*(send(messages[n::senders]) for n in range(senders)))


def hostile(order_id: str, number: int) -> EventMessage:
    """Make an event of a refund that nobody knows, each of another one."""
    fact = RefundSeen(
        refund_id=f"re_{number}",
        order_id=order_id,
        state="pending",
        currency="EUR",
        refunded_amount=Decimal(0),
        items=(),
        taken=NOW,
    )
    return EventMessage(event_id=f"evt_{number}", type="refund.pending", facts=[write_fact(fact)])


def an_event(order_id: str, number: int) -> EventMessage:
    """Make an ordinary event of the order, each a little later."""
    fact = OrderSeen(
        order_id=order_id,
        state="fulfilled",
        currency="EUR",
        lines=(),
        taken=NOW + timedelta(seconds=number),
    )
    kind = "order.dispute.resolved"
    return EventMessage(event_id=f"evt_{number}", type=kind, facts=[write_fact(fact)])


async def test_a_flood_of_events_ends_in_a_question(alone: WorkflowEnvironment) -> None:
    """2,000 signed events: the return asks, goes on by looking only, and is refunded in the end."""
    async with idle(alone.client) as house:
        async with house.workers():
            order = await house.order("third_party", 1, automation={"bank_after_seconds": 0})
            answer = await house.start(order, 1, policy={"looks": [1]})
            await house.in_phase(answer.workflow_id, "awaiting_goods")
        told = [hostile(order.id, number) for number in range(HOSTILE)]
        await tell(house, answer.workflow_id, told)
        async with house.workers():
            view = await house.in_phase(answer.workflow_id, "needs_attention")
            assert view.question is not None
            assert view.question.id == f"too_many_messages:{view.rma}"
            assert len(view.facts) <= MOST_FACTS + 2
            await house.resolve(answer.workflow_id, "look_only")
            await tell(house, answer.workflow_id, [hostile(order.id, HOSTILE + 1)])
            await house.arrive(answer.workflow_id, "P1", **{order.items[0]: 1})
            result = await house.result(answer.workflow_id)
            after = await house.returns.show(answer.workflow_id)
        assert result.outcome == "refunded"
        assert len(after.facts) <= MOST_FACTS + 20
        assert HOSTILE < await length(house, answer.workflow_id) < MOST_EVENTS


async def test_the_worst_return_needs_nobody(alone: WorkflowEnvironment) -> None:
    """100 parcels of 100 lines and 500 events stay within the budget, and no question is asked."""
    async with running(alone.client) as house:
        lines = [1] * 100
        order = await house.order("third_party", *lines, automation={"bank_after_seconds": 0})
        answer = await house.start(order, *lines, policy={"looks": [3600, 1]})
        await house.in_phase(answer.workflow_id, "awaiting_goods")
        for number, item in enumerate(order.items):
            events = [an_event(order.id, number * 5 + n) for n in range(5)]
            await tell(house, answer.workflow_id, events, senders=1)
            await house.arrive(answer.workflow_id, f"P{number}", **{item: 1})
        view = await house.in_phase(answer.workflow_id, "refunding")
        assert len(view.facts) > 600
        assert await length(house, answer.workflow_id) < MOST_EVENTS
