"""Every path that a return can take, as scripts: what happens at Digital River, and the end.

No webhook is sent: each path is carried by its watch alone. `NOW` makes the local fulfiller and
bank act at once, so that the next look finds the change.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.running import Json, Order, Running
from workflows.messages import Shipment

NOW = {"approve_after_seconds": 0, "receive_after_seconds": 0, "bank_after_seconds": 0}
BANK_NOW = {"bank_after_seconds": 0}
APPROVED_NOW = {"approve_after_seconds": 0}

Script = Callable[[Running, Json], Awaitable[str]]


@dataclass(frozen=True)
class Path:
    """A script that ends with a workflow id, and the outcome that the return must have."""

    outcome: str
    script: Script


PATHS: dict[str, Path] = {}


def path(outcome: str) -> Callable[[Script], Script]:
    """Put a script into the table, under its own name."""

    def put(script: Script) -> Script:
        PATHS[script.__name__] = Path(outcome, script)
        return script

    return put


@path("refunded")
async def digital_river_accepted(running: Running, policy: Json) -> str:
    """The fulfiller approves and accepts, the refund succeeds."""
    order = await running.order("digital_river", 2, automation=NOW)
    return (await running.start(order, 2, policy=policy)).workflow_id


@path("rejected")
async def digital_river_rejected(running: Running, policy: Json) -> str:
    """The fulfiller rejects the request."""
    order = await running.order(
        "digital_river", 1, automation=NOW, fulfiller_script={"decision": "reject"}
    )
    return (await running.start(order, 1, policy=policy)).workflow_id


@path("not_returnable")
async def digital_river_not_shipped(running: Running, policy: Json) -> str:
    """The units were never sent."""
    order = await running.order("digital_river", lines=[{"quantity": 2, "shipped": 0}])
    answer = await running.start(order, 2, policy=policy)
    assert answer.refusal is not None
    assert answer.refusal.code == "not_shipped_cancellable"
    return answer.workflow_id


@path("partially_refunded")
async def digital_river_accepted_in_part(running: Running, policy: Json) -> str:
    """The fulfiller accepts two of three units, and no more within the grace."""
    script = {"decision": "approve", "receive": {"0": 2}}
    order = await running.order("digital_river", 3, automation=NOW, fulfiller_script=script)
    return (await running.start(order, 3, policy=policy)).workflow_id


@path("expired")
async def digital_river_never_arrived(running: Running, policy: Json) -> str:
    """The fulfiller approves, and the customer sends nothing."""
    order = await running.order("digital_river", 1, automation=APPROVED_NOW)
    return (await running.start(order, 1, policy=policy)).workflow_id


@path("expired")
async def digital_river_never_approved(running: Running, policy: Json) -> str:
    """The fulfiller says nothing, even after an extension; a person gives up."""
    order = await running.order("digital_river", 1)
    workflow_id = (await running.start(order, 1, policy=policy)).workflow_id
    await running.resolve(workflow_id, "extend_deadline")
    await running.resolve(workflow_id, "give_up")
    return workflow_id


@path("refunded")
async def digital_river_refund_retried(running: Running, policy: Json) -> str:
    """The first refund fails, a person has it retried, the second succeeds."""
    order = await running.order(
        "digital_river", 1, automation=NOW, refund_script=["fail", "complete"]
    )
    workflow_id = (await running.start(order, 1, policy=policy)).workflow_id
    await running.resolve(workflow_id, "retry")
    return workflow_id


@path("partially_refunded")
async def digital_river_settled_by_hand(running: Running, policy: Json) -> str:
    """The refund fails, and a person pays the customer another way."""
    order = await running.order("digital_river", 1, automation=NOW, refund_script=["fail"])
    workflow_id = (await running.start(order, 1, policy=policy)).workflow_id
    await running.resolve(workflow_id, "settle_by_hand")
    return workflow_id


@path("refund_failed")
async def digital_river_refund_given_up(running: Running, policy: Json) -> str:
    """The refund fails, and a person gives up."""
    order = await running.order("digital_river", 1, automation=NOW, refund_script=["fail"])
    workflow_id = (await running.start(order, 1, policy=policy)).workflow_id
    await running.resolve(workflow_id, "give_up")
    return workflow_id


@path("refunded")
async def digital_river_bank_details(running: Running, policy: Json) -> str:
    """The bank needs the customer's details, and gets them."""
    goods = {"approve_after_seconds": 0, "receive_after_seconds": 0}
    order = await running.order("digital_river", 1, automation=goods)
    workflow_id = (await running.start(order, 1, policy=policy)).workflow_id
    refund = await running.refund(order, 1)
    await running.act(f"/sandbox/refunds/{refund}/require-information")
    await running.in_phase(workflow_id, "awaiting_customer")
    await running.act(f"/sandbox/refunds/{refund}/complete")
    return workflow_id


@path("refunded")
async def digital_river_token_expired(running: Running, policy: Json) -> str:
    """The customer gives no details, the refund expires and is issued again, once."""
    goods = {"approve_after_seconds": 0, "receive_after_seconds": 0}
    order = await running.order("digital_river", 1, automation=goods)
    workflow_id = (await running.start(order, 1, policy=policy)).workflow_id
    first = await running.refund(order, 1)
    await running.act(f"/sandbox/refunds/{first}/require-information")
    await running.in_phase(workflow_id, "awaiting_customer")
    await running.act(f"/sandbox/refunds/{first}/expire")
    second = await running.refund(order, 2)
    await running.act(f"/sandbox/refunds/{second}/complete")
    return workflow_id


async def _disputed(running: Running, policy: Json) -> tuple[Order, str]:
    """Let a refund be due while the order is disputed."""
    order = await running.order("digital_river", 1, automation=BANK_NOW)
    answer = await running.start(order, 1, policy=policy)
    await running.act(f"/sandbox/orders/{order.id}/dispute")
    for act in ("approve", "receive"):
        await running.act(f"/sandbox/fulfillment-returns/{answer.return_id}/{act}")
    await running.in_phase(answer.workflow_id, "disputed")
    return order, answer.workflow_id


@path("refunded")
async def digital_river_dispute_resolved(running: Running, policy: Json) -> str:
    """The order is disputed when the refund is due, and the dispute is resolved."""
    order, workflow_id = await _disputed(running, policy)
    await running.act(f"/sandbox/orders/{order.id}/resolve-dispute")
    return workflow_id


@path("charged_back")
async def digital_river_charged_back(running: Running, policy: Json) -> str:
    """The order is disputed when the refund is due, and the bank pays the customer."""
    order, workflow_id = await _disputed(running, policy)
    await running.act(f"/sandbox/orders/{order.id}/chargeback")
    return workflow_id


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
async def third_party_refund_retried(running: Running, policy: Json) -> str:
    """Digital River's own refund fails, a person has it issued again, and it succeeds."""
    order = await running.order(
        "third_party", 1, automation=BANK_NOW, refund_script=["fail", "complete"]
    )
    answer = await running.start(order, 1, policy=policy)
    await running.arrive(answer.workflow_id, "S1", **{order.items[0]: 1})
    await running.resolve(answer.workflow_id, "retry")
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


@path("refunded")
async def digital_river_paid_in_part(running: Running, policy: Json) -> str:
    """One of two payment methods takes nothing; a person has the rest issued."""
    script = ["complete_in_part", "complete"]
    order = await running.order(
        "digital_river", 1, automation=NOW, refund_script=script, charges=[6, 4]
    )
    workflow_id = (await running.start(order, 1, policy=policy)).workflow_id
    await running.resolve(workflow_id, "retry")
    return workflow_id


@path("partially_refunded")
async def third_party_short_not_covered(running: Running, policy: Json) -> str:
    """Money went another way: the settlement is not posted, and a person pays by hand."""
    order = await running.order("third_party", 2, automation=BANK_NOW)
    answer = await running.start(order, 2, policy={**policy, "short_return": "settle"})
    await running.act(f"/sandbox/orders/{order.id}/refunds", {"amount": 15})
    await running.arrive(answer.workflow_id, "S1", **{order.items[0]: 1})
    await running.resolve(answer.workflow_id, "settle_by_hand")
    return answer.workflow_id


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
async def digital_river_shipping(running: Running, policy: Json) -> str:
    """The whole order comes back, and the shipping is refunded once its goods are."""
    order = await running.order("digital_river", 2, automation=NOW, shipping=5)
    policy = {**policy, "refund_shipping": "when_order_fully_returned"}
    return (await running.start(order, 2, policy=policy)).workflow_id


@path("refunded")
async def digital_river_shipping_kept(running: Running, policy: Json) -> str:
    """A part of the order comes back: its shipping is not due."""
    order = await running.order("digital_river", 2, automation=NOW, shipping=5)
    policy = {**policy, "refund_shipping": "when_order_fully_returned"}
    return (await running.start(order, 1, policy=policy)).workflow_id


@path("refund_failed")
async def digital_river_token_expired_twice(running: Running, policy: Json) -> str:
    """The customer gives no details for the second refund either, and a person gives up."""
    goods = {"approve_after_seconds": 0, "receive_after_seconds": 0}
    order = await running.order("digital_river", 1, automation=goods)
    workflow_id = (await running.start(order, 1, policy=policy)).workflow_id
    for number in (1, 2):
        refund = await running.refund(order, number)
        await running.act(f"/sandbox/refunds/{refund}/require-information")
        await running.in_phase(workflow_id, "awaiting_customer")
        await running.act(f"/sandbox/refunds/{refund}/expire")
    await running.resolve(workflow_id, "give_up")
    return workflow_id


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
