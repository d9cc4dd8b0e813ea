"""Returns that somebody else began, or that have ended before."""

from tests.running import Json, Running
from tests.workflows.paths.table import BANK_NOW, path


@path("refunded")
async def warehouse_return_adopted(running: Running, policy: Json) -> str:
    """The warehouse began a return by itself; a person approves the refund of what came."""
    order = await running.order("digital_river", 2, automation=BANK_NOW)
    made = await running.warehouse_return(order)
    await running.act(f"/sandbox/fulfillment-returns/{made['id']}/receive")
    answer = await running.adopt(made["id"], policy)
    await running.resolve(answer.workflow_id, "approve")
    return answer.workflow_id


@path("refund_failed")
async def warehouse_return_declined(running: Running, policy: Json) -> str:
    """The warehouse began a return by itself; a person does not want it refunded."""
    order = await running.order("digital_river", 1)
    made = await running.warehouse_return(order)
    await running.act(f"/sandbox/fulfillment-returns/{made['id']}/receive")
    answer = await running.adopt(made["id"], policy)
    await running.resolve(answer.workflow_id, "decline")
    return answer.workflow_id


@path("refunded")
async def third_party_return_adopted(running: Running, policy: Json) -> str:
    """Somebody else made the return; its goods come, and a person approves their acceptance."""
    order = await running.order("third_party", 1, automation=BANK_NOW)
    items = [{"itemId": order.items[0], "quantity": 1}]
    made = await running.as_client("/returns", {"orderId": order.id, "items": items})
    answer = await running.adopt(made["id"], policy)
    await running.arrive(answer.workflow_id, "S1", **{order.items[0]: 1})
    await running.resolve(answer.workflow_id, "approve")
    return answer.workflow_id


@path("refunded")
async def third_party_adopted_after_its_refund(running: Running, policy: Json) -> str:
    """All was done in the Dashboard: nothing is asked, and nothing repeated."""
    order = await running.order("third_party", 1, automation=BANK_NOW)
    items = [{"itemId": order.items[0], "quantity": 1}]
    made = await running.as_client("/returns", {"orderId": order.id, "items": items})
    await running.act(f"/sandbox/returns/{made['id']}/accept")
    await running.settled(order, await running.refund(order, 1))
    return (await running.adopt(made["id"], policy)).workflow_id


@path("refunded")
async def third_party_parcel_after_the_end(running: Running, policy: Json) -> str:
    """A parcel comes after the cancellation; the follow-up takes it, and a person approves."""
    order = await running.order("third_party", 1, automation=BANK_NOW)
    answer = await running.start(order, 1, policy=policy)
    await running.cancel(answer.workflow_id)
    await running.result(answer.workflow_id)
    await running.arrive(answer.workflow_id, "S1", **{order.items[0]: 1})
    late = f"{answer.workflow_id}-late"
    await running.resolve(late, "approve")
    return late


@path("refunded")
async def third_party_carries_on_with_a_cancelled_one(running: Running, policy: Json) -> str:
    """A new request for the units of a cancelled one adopts its Digital River return."""
    order = await running.order("third_party", 1, automation=BANK_NOW)
    first = await running.start(order, 1, policy=policy)
    await running.cancel(first.workflow_id)
    await running.result(first.workflow_id)
    second = await running.start(order, 1, policy=policy)
    assert second.return_id == first.return_id
    await running.arrive(second.workflow_id, "S1", **{order.items[0]: 1})
    return second.workflow_id


@path("expired")
async def digital_river_carries_on_with_a_cancelled_one(running: Running, policy: Json) -> str:
    """The same where the fulfiller holds the units; then nothing comes."""
    order = await running.order("digital_river", 1)
    first = await running.start(order, 1, policy=policy)
    await running.cancel(first.workflow_id)
    await running.result(first.workflow_id)
    second = await running.start(order, 1, policy=policy)
    assert second.return_id == first.return_id
    await running.resolve(second.workflow_id, "give_up")
    return second.workflow_id
