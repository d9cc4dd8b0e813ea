"""`starter.py received`, `cancel`, `resolve`, `show` and `list`, for programs and for people."""

import asyncio
from decimal import Decimal
from typing import Any

from storefront.listing import ReturnFilter
from storefront.translating import NONE_KEPT
from tests.running import Json, Running, eventually
from tests.storefront.command import Command, Told

SNAPSHOT = {
    "actions",
    "asked",
    "next",
    "workflow_id",
    "rma",
    "order_id",
    "coordinator",
    "phase",
    "outcome",
    "return",
    "lines",
    "refunds",
    "waiting",
    "question",
    "sentence",
    "facts",
}
"""The keys of design §8, and three beyond it; what is absent is left out, and more may come."""


async def opened(live: Running, *quantities: int) -> tuple[str, list[str]]:
    """Open a third-party return; give its workflow id and the order items."""
    order = await live.order("third_party", *quantities)
    return (await live.start(order, *quantities)).workflow_id, order.items


async def seen(live: Running, order_id: str, *phases: str) -> None:
    """Wait until the server lists the returns of an order in these phases, the newest first."""

    async def probe() -> bool | None:
        rows = [row async for row in live.returns.list(ReturnFilter(order_id=order_id))]
        return [row.phase for row in rows] == [*phases] or None

    await eventually(probe)


async def test_received_reports_a_parcel(live: Running, shop: Command) -> None:
    """The answer shows each line; a higher revision corrects, for people as a table."""
    workflow_id, (first, second) = await opened(live, 2, 1)
    told = await shop.run(
        "received", workflow_id, f"{first}=3", f"{second}=0", "--shipment", "P1", "--json"
    )
    assert (told.status, told.err) == (0, "")
    assert set(told.answer) == {"lines", "sentence"}
    line = told.answer["lines"][0]
    assert (line["order_item_id"], line["requested"], line["arrived"]) == (first, 2, 2)
    assert line["set_aside"] == 1
    people = await shop.run(
        *("received", workflow_id, f"{second}=1", "--shipment", "P2", "--revision", "2")
    )
    assert people.status == 0
    assert f"  {second}" in people.out


async def test_received_reports_goods_in_every_condition(live: Running, shop: Command) -> None:
    """What came damaged or wrong is recorded, shown, and asked about at once."""
    workflow_id, (item,) = await opened(live, 2)
    parcel = ("received", workflow_id, f"{item}=1", "--shipment", "P1")
    unsound = ("--damaged", f"{item}=1", "--wrong", "a brick=2")
    told = await shop.run(*parcel, *unsound, "--json")
    assert told.status == 0
    body = told.answer
    assert (body["lines"][0]["arrived"], body["lines"][0]["damaged"]) == (1, 1)
    assert [(one["condition"], one["what"], one["units"]) for one in body["unsound"]] == [
        ("damaged", item, 1),
        ("wrong", "a brick", 2),
    ]
    told = await shop.run("show", workflow_id)
    assert "shipment P1: 2 of a brick wrong" in told.out
    told = await shop.run("resolve", workflow_id, "accept_anyway", "--who", "ann", "--why", "ok")
    assert told.status == 0
    await live.in_phase(workflow_id, "refunding")


async def test_a_parcel_may_hold_only_damaged_goods(live: Running, shop: Command) -> None:
    """No sound unit needs to be named."""
    workflow_id, (item,) = await opened(live, 1)
    told = await shop.run(
        "received", workflow_id, "--shipment", "P1", "--damaged", f"{item}=1", "--json"
    )
    assert told.answer["lines"][0]["arrived"] == 0
    assert "1 of " in told.answer["sentence"]


async def test_received_is_refused_with_a_reason(live: Running, shop: Command) -> None:
    """A line that is not in the return: status 3, code and sentence."""
    workflow_id, _ = await opened(live, 1)
    told = await shop.run("received", workflow_id, "nope=1", "--shipment", "P1", "--json")
    assert told.status == 3
    assert told.answer["error"] == {
        "code": "unknown_line",
        "message": "Not in this return: nope.",
    }


async def test_cancel_ends_a_return_and_asked_again_says_so(live: Running, shop: Command) -> None:
    """Done says the phase and a sentence; the same again is safe, as after a lost answer."""
    workflow_id, _ = await opened(live, 1)
    cancel = ("cancel", workflow_id, "--who", "care", "--why", "[kept]")
    told = await shop.run(*cancel, "--json")
    assert (told.status, told.err) == (0, "")
    assert set(told.answer) == {"phase", "sentence"}
    assert told.answer["phase"] == "cancelled"
    assert (await live.result(workflow_id)).outcome == "cancelled"
    again, view = await asyncio.gather(shop.run(*cancel), shop.run("show", workflow_id))
    assert (again.status, again.err) == (0, "")
    assert "The return was cancelled before." in again.out
    assert view.out.startswith("cancelled: ")
    assert "[kept]" in view.out


async def test_resolve_answers_the_open_question(live: Running, shop: Command) -> None:
    """Without an id it is the one that is open; an answer that is not offered is refused."""
    automation = {"approve_after_seconds": 0, "receive_after_seconds": 0, "bank_after_seconds": 0}
    order = await live.order("digital_river", 1, refund_script=["fail"], automation=automation)
    workflow_id = (await live.start(order, 1)).workflow_id
    view = await live.in_phase(workflow_id, "needs_attention")
    assert view.question is not None
    resolve = ("resolve", workflow_id)
    who = ("--who", "ops", "--why", "told by phone")
    shrug, gone, shown = await asyncio.gather(
        shop.run(*resolve, "shrug", *who, "--json"),
        shop.run(*resolve, "retry", *who, "--question", "old"),
        shop.run("show", workflow_id),
    )
    assert (shrug.status, shrug.answer["error"]["code"]) == (3, "answer_not_offered")
    assert (gone.status, gone.err) == (
        3,
        f"The question that is open now is {view.question.id}.\n",
    )
    assert f"question {view.question.id}, to be answered by `resolve`:" in shown.out
    assert "\n    retry           A new refund is issued" in shown.out
    done = await shop.run(*resolve, "give_up", *who, "--json")
    assert (done.status, done.answer["phase"]) == (0, "refund_failed")
    assert (await live.result(workflow_id)).outcome == "refund_failed"


async def test_resolve_without_a_question_is_refused(live: Running, shop: Command) -> None:
    """Status 3: nothing is asked of an operator."""
    workflow_id, _ = await opened(live, 1)
    told = await shop.run("resolve", workflow_id, "retry", "--who", "o", "--why", "w", "--json")
    assert (told.status, told.answer["error"]["code"]) == (3, "no_question")


async def test_show_has_the_keys_of_the_contract(live: Running, shop: Command) -> None:
    """Programs that read the snapshot keep working: open, asked, and ended."""
    workflow_id, (item,) = await opened(live, 2)
    await live.arrive(workflow_id, "P1", **{item: 1})
    told = await shop.run("show", workflow_id, "--json")
    view = told.answer
    assert told.status == 0
    assert set(view) == (SNAPSHOT | {"parcels"}) - {"outcome", "question"}
    assert_return(view)
    assert view["lines"] == [
        {
            "order_item_id": item,
            "requested": 2,
            "arrived": 1,
            "accepted": 0,
            "refunded": 0,
            "set_aside": 0,
        }
    ]
    assert set(view["waiting"]) == {"what", "who", "since", "until"}
    assert {fact["kind"] for fact in view["facts"]} >= {"order", "return", "shipment"}


def assert_return(view: Json) -> None:
    """Hold the part that Python cannot spell: `return`, not `return_`."""
    assert view["return"].keys() >= {"id", "state"}
    assert "return_" not in view


async def test_show_of_an_ended_return_has_refunds_and_an_outcome(
    live: Running, shop: Command
) -> None:
    """Amounts are decimal text with their currency; the outcome is the result."""
    order = await live.order("third_party", 1, automation={"bank_after_seconds": 0})
    workflow_id = (await live.start(order, 1)).workflow_id
    await live.arrive(workflow_id, "P1", **{order.items[0]: 1})
    assert (await live.result(workflow_id)).outcome == "refunded"
    program, people = await asyncio.gather(
        shop.run("show", workflow_id, "--json"), shop.run("show", workflow_id)
    )
    view: dict[str, Any] = program.answer
    assert set(view) == (SNAPSHOT | {"parcels"}) - {"waiting", "question", "next"}
    assert_return(view)
    [refund] = view["refunds"]
    assert set(refund) == {
        *("id", "state", "amount", "refunded_amount", "currency"),
        *("created", "ended"),
    }
    assert refund["state"] == "succeeded"
    assert Decimal(refund["refunded_amount"]) == Decimal(refund["amount"]) == 10
    assert [one["reference"] for one in view["parcels"]] == ["P1"]
    assert (view["phase"], view["outcome"]) == ("refunded", "refunded")
    assert f"  refund {refund['id']}: succeeded, 10 EUR of 10 EUR back, made " in people.out


async def test_show_has_the_address_to_ship_to_once_it_is_known(
    live: Running, shop: Command
) -> None:
    """The fulfiller's approval says where the goods go."""
    order = await live.order("digital_river", 1)
    opened = await live.start(order, 1)
    assert opened.ship_to is None
    await live.act(f"/sandbox/fulfillment-returns/{opened.return_id}/approve")
    await live.in_phase(opened.workflow_id, "awaiting_goods")
    view = (await shop.run("show", opened.workflow_id, "--json")).answer["return"]
    assert view["state"] == "pending"
    assert view["location"]["address"]["country"]


async def test_show_of_nothing_says_so(shop: Command) -> None:
    """Status 1 and one sentence, whatever the id looks like."""
    told = await shop.run("show", "return-[/nowhere] ")
    assert (told.status, told.out) == (1, "")
    assert told.err == f"{NONE_KEPT}\n"


async def test_list_finds_the_returns_of_an_order(live: Running, shop: Command) -> None:
    """By order and by phase, the newest first; ids are whole, however narrow the terminal."""
    order = await live.order("third_party", 3)
    first = await live.start(order, 1)
    second = await live.start(order, 1)
    await live.cancel(first.workflow_id)
    await live.result(first.workflow_id)
    await seen(live, order.id, "awaiting_goods", "cancelled")
    by_order, by_phase, people = await asyncio.gather(
        shop.run("list", "--order-id", order.id, "--json"),
        shop.run("list", "--order-id", order.id, "--phase", "cancelled", "--json"),
        shop.run("list", "--order-id", order.id),
    )
    assert ids(by_order) == [second.workflow_id, first.workflow_id]
    assert ids(by_phase) == [first.workflow_id]
    newest = by_order.answer["returns"][0]
    assert (
        newest.items()
        >= {
            "order_id": order.id,
            "coordinator": "third_party",
            "phase": "awaiting_goods",
            "return_id": second.return_id,
            "ended": None,
        }.items()
    )
    lines = people.out.splitlines()
    assert len(lines) == 3
    assert second.workflow_id in lines[1]
    assert str(second.return_id) in lines[1]


def ids(told: Told) -> list[str]:
    """Return the workflow ids of a list."""
    assert (told.status, told.err) == (0, "")
    return [row["workflow_id"] for row in told.answer["returns"]]


async def test_list_narrows_by_every_filter_and_says_when_there_is_more(
    live: Running, shop: Command
) -> None:
    """Coordinator, return id, open or closed, needs attention, and age, together with an order."""
    order = await live.order("third_party", 3)
    closed, goes_on = [await live.start(order, 1) for _ in range(2)]
    await live.cancel(closed.workflow_id)
    await live.result(closed.workflow_id)
    await seen(live, order.id, "awaiting_goods", "cancelled")
    of_order = ("list", "--order-id", order.id, "--json")
    wanted: list[tuple[tuple[str, ...], list[str]]] = [
        (("--coordinator", "digital_river"), []),
        (("--open", "--coordinator", "third_party"), [goes_on.workflow_id]),
        (("--closed",), [closed.workflow_id]),
        (("--return-id", str(closed.return_id)), [closed.workflow_id]),
        (("--needs-attention",), []),
        (("--older-than", "1"), []),
        (("--older-than", "0", "--limit", "1"), [goes_on.workflow_id]),
    ]
    told = [await shop.run(*of_order, *options) for options, _ in wanted]
    assert [ids(one) for one in told] == [found for _, found in wanted]
    assert [one.answer["more"] for one in told] == [False] * 6 + [True]
    people = await shop.run(*of_order[:-1], "--columns", "phase,id", "--limit", "1")
    assert people.out.split() == ["phase", "id", "awaiting_goods", goes_on.workflow_id]
    assert people.err == "There are more than 1; --limit shows more, and a filter fewer.\n"
