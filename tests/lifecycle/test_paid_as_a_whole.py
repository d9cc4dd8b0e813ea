"""An order refunded as a whole, without items, before a third party's goods were accepted."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from lifecycle.facts import RefundSeen
from lifecycle.steps import AcceptItems, Close, Known, Outcome, Waiting
from tests.builders.returns import (
    Life,
    a_digital_river_life,
    a_third_party_life,
    at,
    refund_seen,
    return_seen,
    shipment,
)


def as_a_whole(state: str = "succeeded", *, day: float = 2) -> RefundSeen:
    """Make a refund of 10 that a person made in the Dashboard, and that names no item."""
    seen = refund_seen({}, state, refund_id="re_9", taken=at(day), created=at(2))
    return replace(seen, amount=Decimal(10))


def a_paid_life(state: str = "succeeded", refund: RefundSeen | None = None) -> Life:
    """Begin a return of two units, for whose order somebody refunded 10; both units arrived."""
    life = a_third_party_life({"a": 2})
    life.tell(refund or as_a_whole(state), shipment({"a": 2}, when=at(3)))
    return life


@pytest.mark.parametrize("state", ["pending", "succeeded"])
def test_asked_before_accepting(state: str) -> None:
    """Nothing is accepted before a person has said what the refund was for."""
    life = a_paid_life(state)

    assert life.question.id == "order_refunded_before_acceptance:re_9"
    assert life.question.answers == ("already_paid", "accept_all_the_same")
    assert "10 EUR" in life.question.reason


def test_accept_all_the_same() -> None:
    """A person may take that refund for a gift: everything is accepted, with it known."""
    step = a_paid_life().decide("accept_all_the_same")

    assert isinstance(step, AcceptItems)
    assert step.known == (Known(object_id="re_9", state="succeeded"),)


def test_already_paid() -> None:
    """Where it was the money for the goods, nothing is accepted and nothing issued."""
    life = a_paid_life()

    assert life.decide("already_paid") == Close(outcome=Outcome.PARTIALLY_REFUNDED)


def test_already_paid_and_failed() -> None:
    """A refund that counts is waited for; where it fails after all, the goods are accepted."""
    life = a_paid_life("pending")
    life.decide("already_paid")
    assert life.wait.what is Waiting.REFUND

    assert isinstance(life.tell(as_a_whole("failed", day=5)), AcceptItems)


def test_already_paid_is_never_settled_as_short() -> None:
    """After that word nothing is issued at the deadline for the goods either."""
    life = a_third_party_life({"a": 1, "b": 1})
    life.tell(as_a_whole("pending"), shipment({"a": 1}, when=at(3)))
    life.decide("already_paid")
    life.let_pass()
    assert life.question.id.startswith("refund_overdue:re_9:")

    assert life.decide("settle_by_hand") == Close(outcome=Outcome.PARTIALLY_REFUNDED)


@pytest.mark.parametrize(
    "other",
    [
        replace(as_a_whole(), created=at(-1)),
        replace(as_a_whole(), type="shipping"),
        replace(as_a_whole(), key="ret_2:refund:1"),
        as_a_whole("failed"),
    ],
    ids=["older", "typed", "of another return", "failed"],
)
def test_not_asked(other: RefundSeen) -> None:
    """What cannot have paid for these goods holds nothing up."""
    assert isinstance(a_paid_life(refund=other).step, AcceptItems)


def test_listed_by_a_return() -> None:
    """A refund that Digital River made of a return is that return's."""
    life = a_paid_life()
    listed = return_seen(life.request, taken=at(4), refund_ids=("re_9",))

    assert isinstance(life.tell(listed), AcceptItems)


def test_goods_that_digital_river_accepts() -> None:
    """Where a fulfiller accepts, there is no acceptance of ours to ask about."""
    life = a_digital_river_life({"a": 2})

    life.tell(as_a_whole())

    assert life.wait.what is Waiting.APPROVAL
