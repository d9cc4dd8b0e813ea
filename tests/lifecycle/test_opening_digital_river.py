"""Before a fulfillment return is created: was it shipped? If not, the reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lifecycle.facts import Fact, FulfillmentOrderItem, Missing, Resource
from lifecycle.request import Coordinator
from lifecycle.steps import CheckShipped, Close, Create, Outcome, Refusal, Step, Units
from tests.builders.returns import (
    START,
    Life,
    a_request,
    fulfillment_order_seen,
    order_seen,
    shipped_item,
)


def a_life(quantities: dict[str, int] | None = None, named: str | None = None) -> Life:
    """Begin a return of which nothing is known yet."""
    return Life(
        a_request(Coordinator.DIGITAL_RIVER, quantities or {"a": 2}, fulfillment_order_id=named)
    )


def refusal_in(step: Step) -> Refusal:
    """Return the refusal with which a return closes."""
    assert isinstance(step, Close), step
    assert step.outcome is Outcome.NOT_RETURNABLE
    assert step.refusal is not None
    return step.refusal


def codes(step: Step) -> dict[str, str]:
    """Return the refusal's code of each line."""
    return {line.order_item_id: line.code for line in refusal_in(step).lines}


def test_first_of_all_looks() -> None:
    """The first step asks what was shipped, and of the order that the request names."""
    life = a_life(named="fo_7")

    assert life.step == CheckShipped(
        key=f"{life.request.workflow_id}:check", order_id="order-1", fulfillment_order_id="fo_7"
    )


def test_created_when_shipped() -> None:
    """Shipped units are asked for by the fulfillment order's own item ids, with our marks."""
    life = a_life({"a": 2, "b": 1})

    step = life.tell(order_seen(), fulfillment_order_seen())

    assert isinstance(step, Create)
    assert step.resource is Resource.FULFILLMENT_RETURN
    assert step.fulfillment_order_id == "fo_1"
    assert step.items == (Units(item_id="fo-a", quantity=2), Units(item_id="fo-b", quantity=1))
    assert step.reason == life.request.sent_reason
    assert step.rma == life.request.rma
    assert step.key == f"{life.request.workflow_id}:return"
    assert step.not_before is None


REFUSED = [
    (
        shipped_item("a", shipped=1, pending=1),
        "not_shipped_cancellable",
        "Not sent yet: 1 of this item. That can still be cancelled instead of returned.",
    ),
    (
        shipped_item("a", backordered=2),
        "not_shipped_cancellable",
        "On back-order: 2 of this item. That can still be cancelled instead of returned.",
    ),
    (
        shipped_item("a", shipped=1),
        "quantity_too_large",
        "Only 1 of this item were ordered, not 2.",
    ),
    (
        shipped_item("a", shipped=1, cancelled=1),
        "cancelled",
        "1 of this item were cancelled and never sent.",
    ),
    (
        shipped_item("a", shipped=1, returned=1),
        "already_returned",
        "1 of this item were returned before.",
    ),
    (
        replace(shipped_item("a", shipped=1), quantity=2),
        "not_shipped",
        "Only 1 of this item were sent, not 2.",
    ),
]


@pytest.mark.parametrize(("item", "code", "sentence"), REFUSED, ids=[row[1] for row in REFUSED])
def test_not_shipped(item: FulfillmentOrderItem, code: str, sentence: str) -> None:
    """Units that were not shipped are refused with a code and a sentence for the customer."""
    refusal = refusal_in(a_life().tell(order_seen(), fulfillment_order_seen(item)))

    assert (refusal.code, refusal.message) == (code, sentence)
    assert [(line.order_item_id, line.code, line.message) for line in refusal.lines] == [
        ("a", code, sentence)
    ]


MISSING: list[tuple[str | None, list[Fact], str, str]] = [
    (
        None,
        [Missing(resource="order", object_id="order-1", taken=START)],
        "order_not_found",
        "Order order-1 does not exist.",
    ),
    (
        "fo_7",
        [order_seen(), Missing(resource="fulfillment_order", object_id="fo_7", taken=START)],
        "fulfillment_order_not_found",
        "Fulfillment order fo_7 does not exist.",
    ),
    (
        "fo_1",
        [order_seen(), fulfillment_order_seen(order_id="order-2")],
        "fulfillment_order_not_found",
        "Fulfillment order fo_1 is not part of order order-1.",
    ),
    (
        None,
        [order_seen(), Missing(resource="fulfillment_order", object_id="order-1", taken=START)],
        "not_shipped",
        "Order order-1 has nothing that Digital River shipped.",
    ),
    (
        None,
        [order_seen("dispute"), fulfillment_order_seen()],
        "order_disputed",
        "Order order-1 is in a payment dispute.",
    ),
]


@pytest.mark.parametrize(("named", "facts", "code", "sentence"), MISSING)
def test_nothing_to_return(named: str | None, facts: list[Fact], code: str, sentence: str) -> None:
    """What cannot be returned at all is refused for every line alike."""
    life = a_life({"a": 1, "b": 1}, named)

    step = life.tell(*facts)

    assert (refusal_in(step).code, refusal_in(step).message) == (code, sentence)
    assert codes(step) == {"a": code, "b": code}


def test_stranger_on_a_named_order() -> None:
    """A line that the named fulfillment order does not hold is unknown."""
    life = a_life({"a": 1, "x": 1}, named="fo_1")

    step = life.tell(order_seen(), fulfillment_order_seen())

    assert codes(step) == {"x": "unknown_line"}
    assert refusal_in(step).message == "Item x is not part of this order."


def test_stranger_beside_a_good_line() -> None:
    """A line of no fulfillment order is unknown; the good line beside it is not blamed."""
    step = a_life({"a": 1, "x": 1}).tell(order_seen(), fulfillment_order_seen())

    assert codes(step) == {"x": "unknown_line"}


def test_sent_from_two_places() -> None:
    """Lines of different fulfillment orders are refused together, because one return fits none."""
    step = a_life({"a": 1, "b": 1}).tell(
        order_seen(),
        fulfillment_order_seen(shipped_item("a", shipped=2)),
        fulfillment_order_seen(shipped_item("b", shipped=2), fulfillment_order_id="fo_2"),
    )

    assert codes(step) == {"a": "several_fulfillment_orders", "b": "several_fulfillment_orders"}
    assert refusal_in(step).code == "several_fulfillment_orders"
    assert refusal_in(step).message == "2 of the requested lines cannot be returned."


def test_units_sent_from_two_places() -> None:
    """Units of one line that were sent from two places are not called too many."""
    parts = (
        fulfillment_order_seen(shipped_item("a", shipped=1)),
        fulfillment_order_seen(shipped_item("a", shipped=1), fulfillment_order_id="fo_2"),
    )

    assert codes(a_life({"a": 2}).tell(order_seen(), *parts)) == {"a": "several_fulfillment_orders"}


def test_the_place_that_shipped() -> None:
    """Of two fulfillment orders with the line, the one that shipped the units is taken."""
    parts = (
        fulfillment_order_seen(shipped_item("a", pending=1)),
        fulfillment_order_seen(shipped_item("a", shipped=1), fulfillment_order_id="fo_2"),
    )

    step = a_life({"a": 1}).tell(order_seen(), *parts)

    assert isinstance(step, Create)
    assert step.fulfillment_order_id == "fo_2"


def test_named_place_not_seen() -> None:
    """When another fulfillment order than the named one is known, nothing is created."""
    life = a_life({"a": 1}, named="fo_7")

    assert codes(life.tell(order_seen(), fulfillment_order_seen())) == {
        "a": "several_fulfillment_orders"
    }


def test_line_that_cannot_be_mapped() -> None:
    """An order item that is two items of a fulfillment order cannot be told apart."""
    twice = fulfillment_order_seen(
        shipped_item("a", shipped=1), replace(shipped_item("a", shipped=1), item_id="fo-a2")
    )

    refusal = refusal_in(a_life({"a": 1}).tell(order_seen(), twice))

    assert refusal.code == "unmapped_line"
    assert refusal.message == "Item a was sent in parts that cannot be told apart."


def test_different_reasons() -> None:
    """Lines refused for different reasons keep their own codes under a common one."""
    step = a_life({"a": 2, "b": 2}).tell(
        order_seen(),
        fulfillment_order_seen(shipped_item("a", pending=2), shipped_item("b", cancelled=2)),
    )

    assert refusal_in(step).code == "lines_not_returnable"
    assert codes(step) == {"a": "not_shipped_cancellable", "b": "cancelled"}
