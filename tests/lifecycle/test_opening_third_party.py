"""Before a third-party return is created: is the order delivered, and are its units free."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lifecycle.facts import Fact, Missing, Resource, ReturnsListed
from lifecycle.request import Coordinator
from lifecycle.snapshot import take_snapshot
from lifecycle.steps import CheckReturnable, Close, Create, Outcome, Refusal, Step, Units
from tests.builders.returns import START, Life, a_request, order_seen, return_seen

LISTED = ReturnsListed(taken=START)


def a_life(quantities: dict[str, int] | None = None) -> Life:
    """Begin a return of which nothing is known yet."""
    return Life(a_request(Coordinator.THIRD_PARTY, quantities or {"a": 1}))


def refusal_in(step: Step) -> Refusal:
    """Return the refusal with which a return closes."""
    assert isinstance(step, Close), step
    assert step.outcome is Outcome.NOT_RETURNABLE
    assert step.refusal is not None
    return step.refusal


def test_first_of_all_looks() -> None:
    """The first step reads the order and its returns."""
    life = a_life()

    assert life.step == CheckReturnable(key=f"{life.request.workflow_id}:check", order_id="order-1")


def test_created_when_free() -> None:
    """Delivered units that no other return holds are asked for by order item."""
    life = a_life({"a": 2, "b": 1})

    step = life.tell(order_seen(), LISTED)

    assert isinstance(step, Create)
    assert step.resource is Resource.RETURN
    assert step.items == (Units(item_id="a", quantity=2), Units(item_id="b", quantity=1))
    assert step.fulfillment_order_id is None


REFUSED: list[tuple[Fact, str, str]] = [
    (
        Missing(resource="order", object_id="order-1", taken=START),
        "order_not_found",
        "Order order-1 does not exist.",
    ),
    (order_seen("dispute"), "order_disputed", "Order order-1 is in a payment dispute."),
    (order_seen("in_review"), "not_fulfilled", "Order order-1 was not delivered: it is in review."),
    (
        order_seen(item_state="cancelled"),
        "cancelled",
        "This item was cancelled and never sent.",
    ),
    (order_seen(item_state="blocked"), "blocked", "This item was blocked and never sent."),
    (order_seen(item_state="created"), "not_fulfilled", "This item has not been sent yet."),
    (order_seen(item_state="returned"), "already_returned", "This item was returned before."),
    (
        order_seen(quantities={"a": 1}),
        "quantity_too_large",
        "Only 1 of this item were ordered, not 2.",
    ),
    (order_seen(quantities={"b": 1}), "unknown_line", "Item a is not part of this order."),
]


@pytest.mark.parametrize(("fact", "code", "sentence"), REFUSED, ids=[row[1] for row in REFUSED])
def test_not_returnable(fact: Fact, code: str, sentence: str) -> None:
    """What cannot come back is refused with a code and a sentence for the customer."""
    refusal = refusal_in(a_life({"a": 2}).tell(fact, LISTED))

    assert (refusal.code, refusal.message) == (code, sentence)
    assert [line.code for line in refusal.lines] == [code]


def test_a_refusal_is_shown() -> None:
    """The snapshot of a return that was refused holds the reason, line by line."""
    life = a_life({"a": 2})
    refusal = refusal_in(life.tell(order_seen(quantities={"a": 1}), LISTED))

    assert take_snapshot(life.ledger, life.step).refusal == refusal


def test_units_in_another_return() -> None:
    """Units that another return of the order holds cannot come back twice."""
    other = a_request(Coordinator.THIRD_PARTY, {"a": 1}, request_id="request-2")
    held = return_seen(other, return_id="ret_2")

    refused = a_life({"a": 2}).tell(order_seen(), held, LISTED)
    opened = a_life({"a": 1}).tell(order_seen(), held, LISTED)

    assert refusal_in(refused).code == "units_held"
    assert (
        refusal_in(refused).message
        == "Only 1 of this item can be returned; the others are in another return already."
    )
    assert isinstance(opened, Create)


def test_all_held() -> None:
    """Where nothing is left, the sentence does not speak of what can be returned."""
    other = a_request(Coordinator.THIRD_PARTY, {"a": 2}, request_id="request-2")

    step = a_life({"a": 1}).tell(order_seen(), return_seen(other, return_id="ret_2"), LISTED)

    assert refusal_in(step).message == "All units of this item are in another return already."


def test_more_held_than_ordered() -> None:
    """Other returns that hold more than was ordered leave nothing, not less than nothing."""
    others = [
        return_seen(
            a_request(Coordinator.THIRD_PARTY, {"a": 2}, request_id=f"request-{n}"),
            return_id=f"ret_{n}",
        )
        for n in (2, 3)
    ]

    step = a_life({"a": 1}).tell(order_seen(), *others, LISTED)

    assert refusal_in(step).message == "All units of this item are in another return already."


def test_found_before_created() -> None:
    """A return that bears our mark is adopted, whoever told of it."""
    life = a_life()
    found = replace(return_seen(life.request), key=None)

    step = life.tell(order_seen(), LISTED, found)

    assert not isinstance(step, Create | Close)


def test_foreign_order() -> None:
    """The same RMA number in another order's return is not ours."""
    life = a_life()
    foreign = replace(return_seen(life.request), key=None, order_id="order-2")

    assert isinstance(life.tell(order_seen(), LISTED, foreign), Create)


def test_foreign_key() -> None:
    """A return with another's key is not ours, whatever its reason says."""
    life = a_life({"a": 1})
    foreign = replace(return_seen(life.request), key="return-order-1-x:return")

    assert isinstance(life.tell(order_seen(), LISTED, foreign), Create)
