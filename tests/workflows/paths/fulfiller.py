"""What the fulfiller does with a return that Digital River coordinates."""

from tests.running import Json, Running
from tests.workflows.paths.table import APPROVED_NOW, NOW, path


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
