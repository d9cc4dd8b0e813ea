"""Wrong input: status 2, the field and the rule are named, and nobody is asked anything."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storefront.listing import ReturnFilter, quoted
from tests.running import Json, Order, Running
from tests.storefront.command import Command, run_here, wish

ORDER = Order("500000000001", ["i1", "i2"], "third_party")
Change = Callable[[Json], Json]


def changed(**fields: object) -> Json:
    """Return a good request with other fields."""
    return {**wish(ORDER, 1), **fields}


def with_quantity(quantity: object) -> Json:
    """Return a good request with another quantity."""
    return wish(ORDER, quantity)


TWICE = [{"order_item_id": "i1", "quantity": 1}, {"order_item_id": "i1", "quantity": 2}]
MANY = {f"key{number}": "value" for number in range(19)}

BAD: dict[str, tuple[Json, str, str]] = {
    "unknown coordinator": (changed(coordinator="amazon"), "coordinator", "'third_party'"),
    "zero units": (with_quantity(0), "lines.0.quantity", "greater than or equal to 1"),
    "negative units": (with_quantity(-1), "lines.0.quantity", "greater than or equal to 1"),
    "half a unit": (with_quantity(1.5), "lines.0.quantity", "whole number"),
    "units as text": (with_quantity("1"), "lines.0.quantity", "whole number"),
    "units as a flag": (with_quantity(True), "lines.0.quantity", "whole number"),
    "no line": (changed(lines=[]), "lines", "at least 1"),
    "the same line twice": (changed(lines=TWICE), "lines", "i1 is given twice"),
    "reason too long": (changed(reason="x" * 53), "reason", "must have at most 52"),
    "reason too long, untagged": (
        changed(reason="x" * 65, policy={"tag_reason": False}),
        "reason",
        "must have at most 64",
    ),
    "reason that is no text": (changed(reason="\ud800"), "reason", "unicode"),
    "too many metadata": (changed(metadata=MANY), "metadata", "19 pairs; at most 18"),
    "metadata key too long": (changed(metadata={"k" * 41: "v"}), "metadata", "1 to 40"),
    "metadata value too long": (changed(metadata={"k": "v" * 501}), "metadata", "1 to 500"),
    "metadata of ours": (changed(metadata={"workflow_id": "w"}), "metadata", "reserved"),
    "unknown field": (changed(quantity=1), "quantity", "is no known field"),
    "unknown term": (changed(policy={"goods_days": 3}), "policy.goods_days", "is no known field"),
    "no request id": (
        {name: value for name, value in wish(ORDER, 1).items() if name != "request_id"},
        "request_id",
        "is missing",
    ),
    "an order id with a space": (changed(order_id="1 or 2"), "order_id", "pattern"),
    "a fulfillment order too many": (
        changed(fulfillment_order_id="f"),
        "fulfillment_order_id",
        "digital_river",
    ),
}


@pytest.mark.parametrize("case", list(BAD))
def test_a_wrong_request_is_refused_with_field_and_rule(case: str) -> None:
    """Each broken rule is an entry with its field; for people it is a line."""
    request, field, rule = BAD[case]
    told = run_here("start", "-", "--json", written=json.dumps(request))
    assert (told.status, told.err) == (2, "")
    error = told.answer["error"]
    assert error["code"] == "wrong_input"
    found = [one["rule"] for one in error["problems"] if one["field"].startswith(field)]
    assert any(rule in one for one in found), error
    people = run_here("start", "-", written=json.dumps(request))
    assert (people.status, people.out) == (2, "")
    assert f"{error['problems'][0]['field']}: " in people.err


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("{", "must be JSON"),
        ("", "must be JSON"),
        ("[" * 100_000, "must be JSON"),
        ("[]", "a JSON object"),
        ("null", "a JSON object"),
    ],
    ids=["cut off", "nothing", "endless", "a list", "null"],
)
def test_what_is_no_request_at_all_is_refused(written: str, rule: str) -> None:
    """Text that is not a JSON object names the rule."""
    told = run_here("start", "-", "--json", written=written)
    assert told.status == 2
    [problem] = told.answer["error"]["problems"]
    assert problem["field"] == "(all)"
    assert rule in problem["rule"]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A missing file, a folder and bytes that are not text are wrong input, not failures."""
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe")
    for path in (tmp_path / "missing", tmp_path, binary):
        told = run_here("start", str(path), "--json")
        assert told.status == 2
        [problem] = told.answer["error"]["problems"]
        assert problem["field"] == str(path)
        assert problem["rule"].startswith("must be readable")


@pytest.mark.parametrize(
    ("items", "field"),
    [
        (["i1"], "i1"),
        (["i1="], "i1="),
        (["=2"], "=2"),
        (["i1=two"], "i1=two"),
        (["i1=1.5"], "i1=1.5"),
        (["i1=²"], "i1=²"),
        (["i1=1", "i1=2"], "i1=2"),
        (["i1=1000001"], "items.i1"),
        (["i 1=1"], "items.i 1"),
    ],
)
def test_a_wrong_count_is_refused(items: list[str], field: str) -> None:
    """ITEM=QUANTITY, each item once, whole units."""
    told = run_here("received", "return-1", *items, "--shipment", "S1", "--json")
    assert (told.status, told.err) == (2, "")
    assert told.answer["error"]["problems"][0]["field"].startswith(field)


def test_an_item_may_hold_an_equals_sign() -> None:
    """The last one parts the item from its units, so that only the count is wrong here."""
    told = run_here("received", "return-1", "a=b=0x", "--shipment", "S1", "--json")
    assert told.answer["error"]["problems"][0]["rule"].startswith("must be ITEM=QUANTITY")


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (("received", "return-1", "i=1", "--shipment", "S", "--revision", "0"), "revision"),
        (("received", "return-1", "i=1", "--shipment", " "), "reference"),
        (("received", "return-1", "--shipment", "S"), "(all)"),
        (("received", "return-1", "--shipment", "S", "--damaged", "i"), "i"),
        (("received", "return-1", "--shipment", "S", "--wrong", "=1"), "=1"),
        (("list", "--order-id", "x' OR OrderId != 'x"), "order_id"),
        (("list", "--phase", "lost"), "phase"),
        (("list", "--coordinator", "amazon"), "coordinator"),
        (("list", "--return-id", ""), "return_id"),
        (("list", "--older-than", "-1"), "older_than"),
        (("list", "--needs-attention", "--phase", "expired"), "(all)"),
        (("list", "--needs-attention", "--closed"), "(all)"),
        (("list", "--columns", "id,shoe"), "columns"),
        (("list", "--columns", ""), "columns"),
        (("cancel", "return-1", "--who", " ", "--why", "w"), "who"),
        (("cancel", "return-1", "--who", "w", "--why", "w" * 501), "why"),
    ],
)
def test_a_wrong_option_is_refused(arguments: tuple[str, ...], field: str) -> None:
    """Options that are recorded for ever are checked before anybody is asked."""
    told = run_here(*arguments, "--json")
    assert (told.status, told.err) == (2, "")
    assert told.answer["error"]["problems"][0]["field"] == field


async def test_a_value_in_a_list_filter_stays_a_value(live: Running) -> None:
    """Whatever it holds, it neither ends the text that it is in nor breaks the filter."""
    for value in ("x' OR WorkflowId != 'x", "\\' OR WorkflowId != \\'", "\\"):
        query = f"WorkflowId = {quoted(value)}"
        assert [one.id async for one in live.client.list_workflows(query)] == []


async def test_a_wrong_request_asks_nobody(live: Running, shop: Command) -> None:
    """The process ends with status 2; no call to Digital River and no workflow came of it."""
    order = await live.order("third_party", 1)
    told = await shop.run("start", "-", written=json.dumps(wish(order, 0)))
    assert (told.status, told.out) == (2, "")
    assert told.err == "lines.0.quantity: Input should be greater than or equal to 1\n"
    assert order.id not in json.dumps((await live.books())["calls"])
    query = ReturnFilter(order_id=order.id).query(datetime.now(UTC))
    assert [one.id async for one in live.client.list_workflows(query)] == []
