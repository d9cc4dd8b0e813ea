"""An order refunded as a whole, without items: asked about before its goods are paid for again."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from lifecycle.facts import RefundSeen
from lifecycle.identity import refund_key
from lifecycle.policy import Policy, RefundShipping, ShortReturn
from lifecycle.steps import AcceptItems, Close, Known, Outcome, Units, Waiting
from tests.builders.returns import (
    Life,
    a_digital_river_life,
    a_third_party_life,
    an_accepted_life,
    at,
    refund_seen,
    refund_step,
    return_seen,
    shipment,
)

FIRST, SECOND = refund_key("ret_1", 1), refund_key("ret_1", 2)


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


def test_already_paid_and_overdue() -> None:
    """What is decided about that refund later says nothing of what it was for."""
    life = a_paid_life("pending")
    life.decide("already_paid")
    life.let_pass()

    life.decide("extend_deadline", when=at(20))

    assert (life.wait.what, life.wait.question) == (Waiting.REFUND, None)


# Before a refund that we issue


def an_accepted_life_paid(state: str = "succeeded", **asked: int) -> Life:
    """Begin a fulfillment return of which one unit of a is accepted, for whose order 10 went."""
    life = a_digital_river_life(asked or {"a": 1})
    life.tell(as_a_whole(state), return_seen(life.request, "accepted", {"a": 1}, taken=at(4)))
    return life


@pytest.mark.parametrize("state", ["pending", "succeeded"])
def test_asked_before_refunding(state: str) -> None:
    """Nothing is issued before a person has said what that refund was for."""
    life = an_accepted_life_paid(state)

    assert life.question.id == "order_refunded:ret_1:refund:1:re_9:a=1"
    assert life.question.answers == ("already_paid", "refund_all_the_same")
    assert "10 EUR" in life.question.reason
    assert "1 of a" in life.question.reason


def test_refund_all_the_same() -> None:
    """A person may take that refund for a gift: what is accepted is refunded, then and later."""
    life = an_accepted_life_paid(a=2)
    step = refund_step(life.decide("refund_all_the_same"))
    assert (step.key, step.preview) == (FIRST, True)

    life.tell(
        refund_seen({"a": 1}, "succeeded", key=FIRST, taken=at(5)),
        return_seen(life.request, "accepted", {"a": 2}, taken=at(6)),
    )

    assert refund_step(life.step).key == SECOND


def test_nothing_is_issued_for_what_is_paid() -> None:
    """Where it was the money for the goods the return ends, and does not say that all was paid."""
    life = an_accepted_life_paid()

    assert life.decide("already_paid") == Close(outcome=Outcome.PARTIALLY_REFUNDED)


def test_what_is_accepted_later_is_asked_about_by_itself() -> None:
    """That one unit was paid says nothing of the next one, whose refund leaves the first out."""
    life = an_accepted_life_paid(a=2)
    life.decide("already_paid")
    assert life.wait.what is Waiting.MORE_GOODS
    life.tell(return_seen(life.request, "accepted", {"a": 2}, taken=at(6)))
    assert life.question.id == "order_refunded:ret_1:refund:2:re_9:a=1"

    step = refund_step(life.decide("refund_all_the_same"))

    assert (step.key, step.items) == (SECOND, (Units(item_id="a", quantity=1),))


def test_the_money_did_not_arrive() -> None:
    """A refund that counts is waited for; where it fails after all, the goods are refunded."""
    life = an_accepted_life_paid("pending")
    life.decide("already_paid")
    assert life.wait.what is Waiting.REFUND

    assert refund_step(life.tell(as_a_whole("failed", day=5))).key == FIRST


def test_asked_before_a_settlement() -> None:
    """What came short by the deadline is ours to refund, and asked about in the same way."""
    life = a_third_party_life({"a": 2}, Policy(short_return=ShortReturn.SETTLE))
    life.tell(as_a_whole(), shipment({"a": 1}, when=at(3)))
    life.let_pass()
    assert life.question.id == "order_refunded:ret_1:refund:1:re_9:a=1"
    life.decide("already_paid")

    assert life.step == Close(outcome=Outcome.PARTIALLY_REFUNDED)


def test_a_gift_is_asked_about_once() -> None:
    """What a person took for a gift before goods were accepted is one before they are refunded."""
    life = a_paid_life()
    life.decide("accept_all_the_same")
    life.tell(return_seen(life.request, "accepted", taken=at(4)))
    life.tell(refund_seen({"a": 2}, "failed", reason=life.request.sent_reason, taken=at(5)))

    assert refund_step(life.decide("retry")).key == FIRST


def test_a_refund_after_a_gift_is_asked_about() -> None:
    """Each refund of the order as a whole is a question of its own."""
    life = an_accepted_life({"a": 1})
    life.tell(as_a_whole())
    assert life.question.id == "order_refunded:ret_1:refund:1:re_9:a=1"
    life.decide("refund_all_the_same")
    life.tell(replace(as_a_whole(day=6), refund_id="re_99"))

    assert life.question.id == "order_refunded:ret_1:refund:1:re_99:a=1"


def test_asked_before_shipping() -> None:
    """An order that was refunded after its goods were may have got its shipping back so."""
    wanted = Policy(refund_shipping=RefundShipping.WHEN_ORDER_FULLY_RETURNED)
    life = an_accepted_life({"a": 1}, wanted)
    life.tell(refund_seen({"a": 1}, "succeeded", key=FIRST, taken=at(5)), as_a_whole())
    assert life.question.id == "order_refunded:ret_1:refund:2:re_9:shipping"

    assert life.decide("already_paid") == Close(outcome=Outcome.PARTIALLY_REFUNDED)
