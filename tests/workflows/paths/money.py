"""What the bank does: refunds that fail or wait for the customer, disputes, chargebacks."""

from tests.running import Json, Order, Running
from tests.workflows.paths.table import ACCEPTED_NOW, BANK_NOW, NOW, path

EXPIRES = ("require-information", "expire")


async def _answered(
    running: Running, policy: Json, script: list[str], answer: str, **seed: object
) -> str:
    """The goods are accepted, the refund does not pay them, and a person answers."""
    order = await running.order("digital_river", 1, automation=NOW, refund_script=script, **seed)
    workflow_id = (await running.start(order, 1, policy=policy)).workflow_id
    await running.resolve(workflow_id, answer)
    return workflow_id


@path("refunded")
async def digital_river_refund_retried(running: Running, policy: Json) -> str:
    """The first refund fails, a person has it retried, the second succeeds."""
    return await _answered(running, policy, ["fail", "complete"], "retry")


@path("partially_refunded")
async def digital_river_settled_by_hand(running: Running, policy: Json) -> str:
    """The refund fails, and a person pays the customer another way."""
    return await _answered(running, policy, ["fail"], "settle_by_hand")


@path("refund_failed")
async def digital_river_refund_given_up(running: Running, policy: Json) -> str:
    """The refund fails, and a person gives up."""
    return await _answered(running, policy, ["fail"], "give_up")


@path("refunded")
async def digital_river_paid_in_part(running: Running, policy: Json) -> str:
    """One of two payment methods takes nothing; a person has the rest issued."""
    script = ["complete_in_part", "complete"]
    return await _answered(running, policy, script, "retry", charges=[6, 4])


async def _refunds(running: Running, policy: Json, *acts_on_each: tuple[str, ...]) -> str:
    """The goods are accepted, and the bank acts on one refund after the other."""
    order = await running.order("digital_river", 1, automation=ACCEPTED_NOW)
    workflow_id = (await running.start(order, 1, policy=policy)).workflow_id
    for number, acts in enumerate(acts_on_each, 1):
        refund = await running.refund(order, number)
        for act in acts:
            await running.act(f"/sandbox/refunds/{refund}/{act}")
            if act == "require-information":
                await running.in_phase(workflow_id, "awaiting_customer")
    return workflow_id


@path("refunded")
async def digital_river_bank_details(running: Running, policy: Json) -> str:
    """The bank needs the customer's details, and gets them."""
    return await _refunds(running, policy, ("require-information", "complete"))


@path("refunded")
async def digital_river_token_expired(running: Running, policy: Json) -> str:
    """The customer gives no details, the refund expires and is issued again, once."""
    return await _refunds(running, policy, EXPIRES, ("complete",))


@path("refund_failed")
async def digital_river_token_expired_twice(running: Running, policy: Json) -> str:
    """The customer gives no details for the second refund either, and a person gives up."""
    workflow_id = await _refunds(running, policy, EXPIRES, EXPIRES)
    await running.resolve(workflow_id, "give_up")
    return workflow_id


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
