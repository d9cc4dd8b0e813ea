"""What comes back, or does not, of a return that the shop coordinates."""

from tests.running import Json, Running
from tests.workflows.paths.table import BANK_NOW, path
from workflows.messages import Shipment


@path("refunded")
async def third_party_one_shipment(running: Running, policy: Json) -> str:
    """Everything comes in one parcel."""
    order = await running.order("third_party", 2, 1, automation=BANK_NOW)
    answer = await running.start(order, 2, 1, policy=policy)
    first, second = order.items
    await running.arrive(answer.workflow_id, "S1", **{first: 2, second: 1})
    return answer.workflow_id


@path("refunded")
async def third_party_two_shipments(running: Running, policy: Json) -> str:
    """Two parcels make two refunds, and each is waited for."""
    order = await running.order("third_party", 2, 1, automation=BANK_NOW)
    answer = await running.start(order, 2, 1, policy=policy)
    first, second = order.items
    await running.arrive(answer.workflow_id, "S1", **{first: 2})
    await running.arrive(answer.workflow_id, "S2", **{second: 1})
    return answer.workflow_id


@path("partially_refunded")
async def third_party_short_settled(running: Running, policy: Json) -> str:
    """One of two units comes; at the deadline the policy refunds it."""
    order = await running.order("third_party", 2, automation=BANK_NOW)
    answer = await running.start(order, 2, policy={**policy, "short_return": "settle"})
    await running.arrive(answer.workflow_id, "S1", **{order.items[0]: 1})
    return answer.workflow_id


@path("partially_refunded")
async def third_party_short_asked(running: Running, policy: Json) -> str:
    """One of two units comes; at the deadline a person has it refunded."""
    order = await running.order("third_party", 2, automation=BANK_NOW)
    answer = await running.start(order, 2, policy=policy)
    await running.arrive(answer.workflow_id, "S1", **{order.items[0]: 1})
    await running.resolve(answer.workflow_id, "refund_received_part")
    return answer.workflow_id


@path("partially_refunded")
async def third_party_short_not_covered(running: Running, policy: Json) -> str:
    """Money went another way, too little is left for the settlement, and a person pays by hand."""
    order = await running.order("third_party", 2, automation=BANK_NOW)
    answer = await running.start(order, 2, policy={**policy, "short_return": "settle"})
    await running.act(f"/sandbox/orders/{order.id}/refunds", {"amount": 15})
    await running.arrive(answer.workflow_id, "S1", **{order.items[0]: 1})
    await running.resolve(answer.workflow_id, "refund_all_the_same")
    await running.resolve(answer.workflow_id, "settle_by_hand")
    return answer.workflow_id


@path("refunded")
async def third_party_damaged(running: Running, policy: Json) -> str:
    """One of two units comes damaged, and a person has all accepted the same."""
    order = await running.order("third_party", 2, automation=BANK_NOW)
    answer = await running.start(order, 2, policy=policy)
    (item,) = order.items
    parcel = Shipment(reference="S1", items={item: 1}, damaged={item: 1})
    await running.returns.receive_shipment(answer.workflow_id, parcel)
    await running.resolve(answer.workflow_id, "accept_anyway")
    return answer.workflow_id


@path("expired")
async def third_party_never_arrived(running: Running, policy: Json) -> str:
    """Nothing comes by the deadline."""
    order = await running.order("third_party", 1)
    return (await running.start(order, 1, policy=policy)).workflow_id


@path("refunded")
async def third_party_refunded_before_arrival(running: Running, policy: Json) -> str:
    """A person refunds one line in the Dashboard; it is not accepted, and the other is ours."""
    order = await running.order("third_party", 1, 1, automation=BANK_NOW)
    answer = await running.start(order, 1, 1, policy=policy)
    first, second = order.items
    by_hand = {"items": [{"itemId": first, "quantity": 1, "percent": 100}]}
    await running.act(f"/sandbox/orders/{order.id}/refunds", by_hand)
    await running.arrive(answer.workflow_id, "S1", **{first: 1, second: 1})
    await running.resolve(answer.workflow_id, "already_paid")
    return answer.workflow_id


@path("refunded")
async def third_party_accepted_in_dashboard(running: Running, policy: Json) -> str:
    """A person accepts the return in the Dashboard, and Upriver does not do it again."""
    order = await running.order("third_party", 1, automation=BANK_NOW)
    answer = await running.start(order, 1, policy=policy)
    await running.act(f"/sandbox/returns/{answer.return_id}/accept")
    return answer.workflow_id


@path("cancelled")
async def third_party_cancelled(running: Running, policy: Json) -> str:
    """The shop stops the return before anything came."""
    order = await running.order("third_party", 1)
    answer = await running.start(order, 1, policy=policy)
    await running.cancel(answer.workflow_id)
    return answer.workflow_id


@path("not_returnable")
async def third_party_units_held(running: Running, policy: Json) -> str:
    """The units sit in another return of the order."""
    order = await running.order("third_party", 1)
    await running.start(order, 1, policy=policy)
    answer = await running.start(order, 1, policy=policy)
    assert answer.refusal is not None
    assert answer.refusal.code == "units_held"
    return answer.workflow_id
