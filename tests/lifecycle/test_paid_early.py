"""Units that somebody refunded before they were accepted (third party): never paid for twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lifecycle.facts import RefundSeen, ReturnsListed
from lifecycle.steps import (
    AcceptItems,
    Close,
    IssueRefund,
    Known,
    Outcome,
    Units,
    Waiting,
)
from tests.builders.returns import (
    Life,
    a_third_party_life,
    at,
    refund_seen,
    return_seen,
    shipment,
)


def by_hand(life: Life, state: str = "succeeded", item: str = "a") -> RefundSeen:
    """Make a refund of one unit that a person made in the Dashboard for this return."""
    return refund_seen(
        {item: 1}, state, refund_id="re_9", reason=life.request.sent_reason, taken=at(2)
    )


def a_paid_life(state: str = "succeeded") -> Life:
    """Begin a return of one unit each of a and b; a was refunded by hand, and both arrived."""
    life = a_third_party_life({"a": 1, "b": 1})
    life.tell(by_hand(life, state), shipment({"a": 1, "b": 1}, when=at(3)))
    return life


@pytest.mark.parametrize("state", ["pending", "succeeded"])
def test_asked_before_accepting(state: str) -> None:
    """Units that a refund pays for are not accepted before a person has said so."""
    life = a_paid_life(state)

    assert life.question.id == "refunded_before_acceptance:ret_1:a=1"
    assert life.question.answers == ("already_paid", "accept_all_the_same")
    assert life.question.reason.startswith("Somebody has refunded 1 of a.")


def test_accept_all_the_same() -> None:
    """A person may take that refund for a gift: everything is accepted, with it known."""
    step = a_paid_life().decide("accept_all_the_same")

    assert isinstance(step, AcceptItems)
    assert step.whole
    assert step.known == (Known(object_id="re_9", state="succeeded"),)


def test_already_paid() -> None:
    """What was paid counts; the rest is refunded by us, and the return is never accepted."""
    life = a_paid_life()

    step = life.decide("already_paid")

    assert isinstance(step, IssueRefund)
    assert step.items == (Units(item_id="b", quantity=1),)
    paid = refund_seen({"b": 1}, "succeeded", key=step.key, taken=at(4))
    assert life.tell(paid) == Close(outcome=Outcome.REFUNDED)


def test_already_paid_and_the_rest_to_come() -> None:
    """While goods are missing nothing is settled: they have until the deadline."""
    life = a_third_party_life({"a": 1, "b": 1})
    life.tell(by_hand(life), shipment({"a": 1}, when=at(3)))

    life.decide("already_paid")
    assert life.wait.what is Waiting.GOODS

    step = life.tell(shipment({"b": 1}, reference="parcel-2", when=at(4)))
    assert isinstance(step, IssueRefund)


def test_already_paid_and_failed() -> None:
    """A refund by hand that fails after all is asked about, and may be issued by us."""
    life = a_third_party_life({"a": 1})
    life.tell(by_hand(life, "pending"), shipment({"a": 1}, when=at(3)))
    life.decide("already_paid")
    assert life.wait.what is Waiting.REFUND

    life.tell(replace(by_hand(life, "failed"), taken=at(5)))

    assert isinstance(life.decide("retry"), IssueRefund)


def test_failed_before_the_answer() -> None:
    """A refund that failed pays for nothing: the units are accepted."""
    life = a_paid_life("pending")

    assert isinstance(life.tell(replace(by_hand(life, "failed"), taken=at(5))), AcceptItems)


def test_refunded_after_it_was_accepted() -> None:
    """An accepted item that somebody refunds is paid again with the last one: a person is asked."""
    life = a_third_party_life({"a": 1, "b": 1})
    unmarked = replace(by_hand(life), reason=None, taken=at(4), created=at(4))
    life.tell(
        shipment({"a": 1}, when=at(3)),
        return_seen(life.request, "created", {"a": 1}, taken=at(3)),
        unmarked,
        ReturnsListed(taken=at(4)),
    )
    assert life.wait.what is Waiting.GOODS

    life.tell(shipment({"b": 1}, reference="parcel-2", when=at(5)))

    assert life.question.id == "refunded_before_acceptance:ret_1:a=1"


def test_early_refund_of_another_item() -> None:
    """Refunds that Digital River made of what is accepted (C4) keep nothing else back."""
    life = a_third_party_life({"a": 1, "b": 1})
    life.tell(
        shipment({"a": 1}, when=at(3)),
        return_seen(life.request, "created", {"a": 1}, taken=at(3)),
        refund_seen({"a": 1}, reason=life.request.sent_reason, taken=at(3)),
    )

    step = life.tell(shipment({"b": 1}, reference="parcel-2", when=at(4)))

    assert isinstance(step, AcceptItems)
    assert step.known == (Known(object_id="re_1", state="pending"),)


def test_no_refunds_are_known() -> None:
    """Where nothing was refunded the step names nothing: histories are paid for by the byte."""
    life = a_third_party_life({"a": 1})

    step = life.tell(shipment({"a": 1}, when=at(3)))

    assert isinstance(step, AcceptItems)
    assert step.known is None
