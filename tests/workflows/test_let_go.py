"""Refund calls that a person let go, and goods that Digital River accepts afterwards."""

from collections.abc import AsyncIterator

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.running import Json, Order, Running, running

LOOKING = {"looks": [1], "doubt": 1}
BANK_NOW = {"bank_after_seconds": 0}


@pytest.fixture
async def house(alone: WorkflowEnvironment) -> AsyncIterator[Running]:
    """Run Upriver with webhooks on a server of its own, because faults strike every return."""
    async with running(alone.client, webhooks=True) as found:
        yield found


async def fault(house: Running, *rules: Json) -> None:
    """Replace the faults that strike calls."""
    answer = await house.control.put("/sandbox/faults", json={"calls": list(rules)})
    answer.raise_for_status()


async def one_of_two(house: Running, policy: Json, **failing: object) -> tuple[Order, str, str]:
    """Let the fulfiller take in one of two units, whose refund fails in this way."""
    order = await house.order("digital_river", 2, automation=BANK_NOW)
    answer = await house.start(order, 2, policy=policy)
    await fault(house, {"kind": "error", "method": "POST", "path": "/refunds", **failing})
    place = f"/sandbox/fulfillment-returns/{answer.return_id}"
    (item,) = (await house.act(f"{place}/approve"))["items"]
    unit = {"fulfillment_order_item_id": item["fulfillmentOrderItemId"], "quantity": 1}
    await house.act(f"{place}/receive", {"items": [unit]})
    return order, answer.workflow_id, place


async def test_units_after_a_refund_that_was_settled_by_hand(house: Running) -> None:
    """The one that was paid by hand is not refunded; the other one is, by a call of its own."""
    order, workflow_id, place = await one_of_two(house, LOOKING, status=400)
    await house.resolve(workflow_id, "settle_by_hand")
    await fault(house)
    await house.act(f"{place}/receive")
    assert (await house.result(workflow_id)).outcome == "partially_refunded"
    (refund,) = await house.refunds(order)
    assert [item["quantity"] for item in refund["items"]] == [1]
    assert refund["metadata"]["key"].endswith(":refund:2")


async def test_units_after_a_refund_that_was_given_up(house: Running) -> None:
    """The one that was given up stays so; the other one is refunded, by a call of its own."""
    order, workflow_id, place = await one_of_two(house, {**LOOKING, "unreachable": 5}, status=503)
    view = await house.in_phase(workflow_id, "needs_attention")
    assert view.question is not None
    assert view.question.id.endswith(f":{order.items[0]}=1")
    assert view.question.reason.startswith(f"Refund of 1 of {order.items[0]}: ")
    await house.resolve(workflow_id, "give_up")
    await fault(house)
    await house.act(f"{place}/receive")
    assert (await house.result(workflow_id)).outcome == "partially_refunded"
    (refund,) = await house.refunds(order)
    assert [item["quantity"] for item in refund["items"]] == [1]
    assert refund["metadata"]["key"].endswith(":refund:2")
