"""What the readers of the pages find: returns in the states that the commands are for."""

import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.docs.commands import Scene
from tests.docs.pages import ROOT
from tests.running import Order, Running
from tests.workflows.stuck import begin

UNITS = 3
"""Of the one item of each order."""


async def waiting(house: Running) -> tuple[str, Order]:
    """Open a return of all units, which waits for goods."""
    order = await house.order("third_party", UNITS)
    return (await house.start(order, UNITS)).workflow_id, order


async def refunded(house: Running) -> str:
    """Let a return come to a good end."""
    workflow_id, order = await waiting(house)
    await house.arrive(workflow_id, "P1", **{order.items[0]: UNITS})
    await house.act(f"/sandbox/refunds/{await house.refund(order, 1)}/complete")
    assert (await house.result(workflow_id)).outcome == "refunded"
    return workflow_id


async def cancelled(house: Running) -> tuple[str, Order]:
    """Let a return be cancelled before goods came."""
    workflow_id, order = await waiting(house)
    await house.cancel(workflow_id)
    assert (await house.result(workflow_id)).outcome == "cancelled"
    return workflow_id, order


async def asking(house: Running, kind: str, number: int) -> str:
    """Have a return ask an operator, and wait until it does."""
    workflow_id, _ = await begin(house.client, kind, number)
    await house.in_phase(workflow_id, "needs_attention")
    return workflow_id


async def somebody_elses(house: Running) -> str:
    """Have a return made that bears no mark of ours."""
    order = await house.order("third_party", 1)
    items = [{"itemId": order.items[0], "quantity": 1}]
    made = await house.as_client("/returns", {"orderId": order.id, "items": items})
    return str(made["id"])


async def readme(house: Running, folder: Path) -> Scene:
    """The request of the page, for an order that there is."""
    [block] = re.findall(r"```json\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    asked = json.loads(block)
    order = await house.order("third_party", UNITS)
    asked["order_id"] = order.id
    asked["lines"][0]["order_item_id"] = order.items[0]
    (folder / "request.json").write_text(json.dumps(asked))
    parcel, its_order = await waiting(house)
    unwanted, _ = await waiting(house)
    failed = await asking(house, "refund_failed", 1)
    return [
        ("received", {"WORKFLOW_ID": parcel, "ITEM": its_order.items[0]}),
        ("cancel", {"WORKFLOW_ID": unwanted}),
        ("", {"WORKFLOW_ID": failed, "RETURN_ID": await somebody_elses(house)}),
    ]


async def warehouse(house: Running, _: Path) -> Scene:
    """One return for each story, and two that have ended."""
    first, order = await waiting(house)
    damaged, other = await waiting(house)
    ended, late = await cancelled(house)
    ids = {"CANCELLED_ID": ended, "REFUNDED_ID": await refunded(house), "ITEM": late.items[0]}
    return [
        ("Damaged", {"WORKFLOW_ID": damaged, "ITEM": other.items[0]}),
        ("The return has ended", ids),
        ("", {"WORKFLOW_ID": first, "ITEM": order.items[0]}),
    ]


async def operations(house: Running, _: Path) -> Scene:
    """Questions of every kind that the page answers, and a build to deploy."""
    failed, by_hand, yes, no, here = [
        await asking(house, kind, number)
        for kind, number in (
            *(("refund_failed", 2), ("refund_failed", 3)),
            *(("eligibility_in_question", 2), ("eligibility_in_question", 3)),
            ("acceptance_to_approve", 1),
        )
    ]
    await asking(house, "check_unreachable", 1)
    closed, _order = await cancelled(house)
    theirs = await somebody_elses(house)
    bought = await house.order("third_party", 1)
    to_try = {"ORDER_ID": bought.id, "ITEM": bought.items[0]}
    return [
        ("decline", {"WORKFLOW_ID": no}),
        ("Requests that the shop's rules", {"WORKFLOW_ID": yes}),
        ("Returns that somebody else", {"WORKFLOW_ID": here, "RETURN_ID": theirs, **to_try}),
        ("settle_by_hand", {"WORKFLOW_ID": by_hand}),
        ("", {"WORKFLOW_ID": failed, "CLOSED_ID": closed, "BUILD_ID": "2.0"}),
    ]


async def on_call(house: Running, _: Path) -> Scene:
    """A return that asks what `retry` does not answer, and stays."""
    await asking(house, "eligibility_in_question", 1)
    workflow_id, order = await waiting(house)
    await house.in_phase(workflow_id, "awaiting_goods")
    described = await house.client.get_workflow_handle(workflow_id).describe()
    [pending] = described.raw_description.pending_activities
    ids = {"WORKFLOW_ID": workflow_id, "ORDER_ID": order.id, "ACTIVITY_ID": pending.activity_id}
    return [("", ids)]


async def nothing(_: Running, __: Path) -> Scene:
    """The page makes all that it needs."""
    return []


SCENES: dict[str, Callable[[Running, Path], Awaitable[Scene]]] = {
    "README.md": readme,
    "docs/milestones.md": nothing,
    "docs/on-call.md": on_call,
    "docs/operations.md": operations,
    "docs/storefront.md": nothing,
    "docs/warehouse.md": warehouse,
}
"""The pages that are run in the house; the tutorial starts one of its own."""
