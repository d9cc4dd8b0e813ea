"""Far more messages than a return has to tell: it stops listening, and asks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lifecycle.admission import object_to_shipment
from lifecycle.facts import DeadlinePassed, TooManyMessages
from lifecycle.flood import MOST_FACTS, MOST_HISTORY, is_flooded
from lifecycle.request import Coordinator
from lifecycle.rules import still_wanted
from lifecycle.steps import Close, IssueRefund, Outcome, Wait
from tests.builders.returns import (
    Life,
    a_request,
    a_third_party_life,
    an_accepted_life,
    at,
    refund_seen,
    return_seen,
    shipment,
)

FLOOD = TooManyMessages(at=at(5))


def test_when_it_is_too_much() -> None:
    """A long history is too much, and so are facts beyond any return's."""
    life = a_third_party_life()
    assert not is_flooded(life.ledger, MOST_HISTORY)
    assert is_flooded(life.ledger, MOST_HISTORY + 1)

    told = (DeadlinePassed(until=at(0, seconds=n)) for n in range(MOST_FACTS))
    life.tell(*told)

    assert is_flooded(life.ledger, 10)


def test_nothing_is_posted_until_a_person_has_answered() -> None:
    """A call that is being tried is not wanted any more, and a person is asked."""
    life = an_accepted_life()
    due = life.step
    assert isinstance(due, IssueRefund)

    life.tell(FLOOD)

    assert not still_wanted(due, life.ledger)
    assert life.question.id == f"too_many_messages:{life.request.rma}"
    assert life.question.answers == ("look_only", "settle_by_hand")
    assert "looking at Digital River only" in life.question.reason


def test_it_goes_on_by_looking() -> None:
    """After that answer the return goes on where it stood."""
    life = an_accepted_life()
    due = life.step
    life.tell(FLOOD)

    assert life.decide("look_only") == due


def test_it_is_ended_by_hand() -> None:
    """The outcome says what is known of the money."""
    life = an_accepted_life()
    life.tell(FLOOD)
    assert life.decide("settle_by_hand") == Close(outcome=Outcome.PARTIALLY_REFUNDED)

    life = an_accepted_life({"a": 2})
    life.tell(refund_seen({"a": 2}, "succeeded", key="ret_1:refund:1", taken=at(5)), FLOOD)
    assert life.decide("settle_by_hand") == Close(outcome=Outcome.REFUNDED)


def test_before_the_return_is_opened() -> None:
    """A flood before the create asks as well, and can end it with nothing created."""
    life = Life(a_request(Coordinator.THIRD_PARTY, {"a": 1}))
    life.tell(FLOOD)

    assert life.decide("settle_by_hand") == Close(outcome=Outcome.CANCELLED)


def test_the_first_flood_counts() -> None:
    """It is asked about once, as of the earliest word."""
    lives = [a_third_party_life() for _ in range(2)]
    lives[0].tell(FLOOD, replace(FLOOD, at=at(6)))
    lives[1].tell(replace(FLOOD, at=at(6)), FLOOD)

    assert lives[0].ledger == lives[1].ledger
    assert lives[0].wait.since == FLOOD.at


@pytest.mark.parametrize("listening", [True, False])
def test_people_are_heard(listening: bool) -> None:
    """Parcels are reported after a flood of events as before it."""
    life = a_third_party_life()
    if not listening:
        life.tell(FLOOD)
        assert isinstance(life.decide("look_only"), Wait)

    told = shipment({"a": 1}, when=at(7))
    assert object_to_shipment(life.ledger, told) is None


def test_reports_have_an_end() -> None:
    """Reports of goods beyond any return's are refused, so that they bound themselves."""
    life = a_third_party_life()
    told = shipment({"a": 1}, when=at(7))
    known = len(life.ledger.timeline)
    seen = [return_seen(life.request, taken=at(1, seconds=n)) for n in range(2_001 - known)]
    life.tell(*seen[:-1])
    assert object_to_shipment(life.ledger, told) is None

    life.tell(seen[-1])

    objection = object_to_shipment(life.ledger, told)
    assert objection is not None
    assert objection.code == "too_many_messages"
