"""What is learned while a call to Digital River is being tried changes what is done."""

from collections.abc import AsyncIterator

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.running import Json, Order, Running, eventually, running
from workflows.messages import Shipment

LOOKING = {"looks": [1], "doubt": 1}
POST_REFUND = ("POST", "/refunds")
AWAY = {"kind": "error", "status": 503, "method": "POST"}


@pytest.fixture
async def house(alone: WorkflowEnvironment) -> AsyncIterator[Running]:
    """Run Upriver with webhooks on a server of its own, because faults strike every return."""
    async with running(alone.client, webhooks=True) as found:
        yield found


@pytest.fixture
async def deaf(alone: WorkflowEnvironment) -> AsyncIterator[Running]:
    """Run Upriver without webhooks."""
    async with running(alone.client) as found:
        yield found


async def fault(house: Running, *rules: Json) -> None:
    """Replace the faults that strike calls."""
    answer = await house.control.put("/sandbox/faults", json={"calls": list(rules)})
    answer.raise_for_status()


async def tried(house: Running, path: str) -> None:
    """Wait until a write has been tried, in vain."""

    async def probe() -> bool | None:
        calls = (await house.books())["calls"]
        return any(c["method"] == "POST" and c["path"].startswith(path) for c in calls) or None

    await eventually(probe)


async def paid(house: Running, order: Order) -> None:
    """Wait until the bank has paid the one refund of an order."""

    async def probe() -> bool | None:
        states = [row["state"] for row in await house.refunds(order)]
        return states == ["succeeded"] or None

    await eventually(probe)


async def test_a_corrected_count_withdraws_the_acceptance_that_is_being_tried(
    house: Running,
) -> None:
    """Digital River is not told to accept what did not arrive, however long it was away."""
    order = await house.order("third_party", 2)
    answer = await house.start(order, 2, policy=LOOKING)
    (item,) = order.items
    await fault(house, {**AWAY, "path": "/returns/*"})
    await house.arrive(answer.workflow_id, "P1", **{item: 2})
    await tried(house, f"/returns/{answer.return_id}")
    await house.returns.receive_shipment(
        answer.workflow_id, Shipment(reference="P1", revision=2, items={item: 0})
    )
    await house.cancel(answer.workflow_id)
    await fault(house)
    assert (await house.result(answer.workflow_id)).outcome == "cancelled"
    (wire,) = (await house.books())["returns"]
    assert wire["state"] == "created"


async def test_an_acceptance_that_could_not_be_withdrawn_is_told_to_a_person(
    deaf: Running,
) -> None:
    """The answer was lost after the effect: the look finds it, and an operator is asked."""
    order = await deaf.order("third_party", 2, automation={"bank_after_seconds": 0})
    answer = await deaf.start(order, 2, policy={"doubt": 1})
    (item,) = order.items
    await fault(
        deaf,
        {**AWAY, "kind": "error_after", "path": "/returns/*"},
        {**AWAY, "method": "GET", "path": "/returns/*", "skip": 1},
    )
    await deaf.arrive(answer.workflow_id, "P1", **{item: 2})
    await tried(deaf, f"/returns/{answer.return_id}")
    await deaf.returns.receive_shipment(
        answer.workflow_id, Shipment(reference="P1", revision=2, items={item: 1})
    )
    await paid(deaf, order)
    await fault(deaf)
    await deaf.resolve(answer.workflow_id, "acknowledge")
    result = await deaf.result(answer.workflow_id)
    assert (result.lines[0].accepted, result.lines[0].refunded) == (2, 2)


async def test_a_chargeback_withdraws_the_refund_that_is_being_tried(house: Running) -> None:
    """Nothing is paid again."""
    order = await house.order("digital_river", 1)
    answer = await house.start(order, 1, policy=LOOKING)
    await fault(house, {**AWAY, "path": "/refunds"})
    for act in ("approve", "receive"):
        await house.act(f"/sandbox/fulfillment-returns/{answer.return_id}/{act}")
    await tried(house, "/refunds")
    await house.act(f"/sandbox/orders/{order.id}/dispute")
    await house.act(f"/sandbox/orders/{order.id}/chargeback")
    assert (await house.result(answer.workflow_id)).outcome == "charged_back"
    await fault(house)
    assert await house.refunds(order) == []


async def test_a_chargeback_waits_for_refunds_under_way_and_tells_of_one_that_paid(
    house: Running,
) -> None:
    """The customer was paid twice, and an operator hears of it."""
    order = await house.order("digital_river", 1)
    answer = await house.start(order, 1, policy=LOOKING)
    for act in ("approve", "receive"):
        await house.act(f"/sandbox/fulfillment-returns/{answer.return_id}/{act}")
    refund = await house.refund(order, 1)
    await house.in_phase(answer.workflow_id, "refunding")
    await house.act(f"/sandbox/orders/{order.id}/dispute")
    await house.in_phase(answer.workflow_id, "disputed")
    await house.act(f"/sandbox/orders/{order.id}/chargeback")
    await house.in_phase(answer.workflow_id, "refunding")
    await house.act(f"/sandbox/refunds/{refund}/complete")
    await house.resolve(answer.workflow_id, "acknowledge")
    result = await house.result(answer.workflow_id)
    assert (result.outcome, result.refunds[0].state) == ("charged_back", "succeeded")


async def test_a_dispute_is_not_posted_against_however_the_clocks_differ(house: Running) -> None:
    """Digital River's clock is ahead, and it does not tell of the second dispute: no hot loop."""
    await house.act("/sandbox/clock", {"advance_seconds": 3600})
    order = await house.order("digital_river", 1)
    answer = await house.start(order, 1, policy=LOOKING)
    await house.act(f"/sandbox/fulfillment-returns/{answer.return_id}/approve")
    await house.in_phase(answer.workflow_id, "awaiting_goods")
    await house.act(f"/sandbox/orders/{order.id}/dispute")
    await house.in_phase(answer.workflow_id, "disputed")
    await house.act(f"/sandbox/orders/{order.id}/resolve-dispute")
    await house.in_phase(answer.workflow_id, "awaiting_goods")
    await house.act(f"/sandbox/orders/{order.id}/dispute", {"silent": True})
    await house.act(f"/sandbox/fulfillment-returns/{answer.return_id}/receive")

    async def held() -> str | None:
        phase = (await house.returns.show(answer.workflow_id)).phase
        return phase if phase in ("disputed", "needs_attention") else None

    await eventually(held)
    posts = [c for c in (await house.books())["calls"] if (c["method"], c["path"]) == POST_REFUND]
    assert len(posts) <= 2
