"""Stopping a return: before it is created, after, and not once something was received."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lifecycle.admission import object_to_cancellation, what_overtook_cancellation
from lifecycle.facts import CallWithdrawn, CancelRequested, DeadlinePassed
from lifecycle.request import Coordinator
from lifecycle.rules import still_wanted
from lifecycle.steps import AcceptItems, Close, IssueRefund, Look, Outcome, Wait
from tests.builders.returns import (
    Life,
    a_digital_river_life,
    a_request,
    a_third_party_life,
    an_accepted_life,
    at,
    chargeback,
    return_seen,
    shipment,
)

CANCEL = CancelRequested(who="ann", why="changed her mind", at=at(1))


def looked(look: Look) -> DeadlinePassed:
    """Make the word that a look found nothing new."""
    return DeadlinePassed(until=look.not_before)


@pytest.mark.parametrize("coordinator", list(Coordinator))
def test_before_creation(coordinator: Coordinator) -> None:
    """A return that was not created yet is stopped, and nothing is asked of Digital River."""
    life = Life(a_request(coordinator, {"a": 1}))
    assert object_to_cancellation(life.ledger) is None

    assert life.tell(CANCEL) == Close(outcome=Outcome.CANCELLED)


@pytest.mark.parametrize("begin", [a_third_party_life, a_digital_river_life])
def test_after_creation(begin: Callable[[], Life]) -> None:
    """A return of which nothing came is stopped after a last look, as of the cancellation."""
    life = begin()
    assert object_to_cancellation(life.ledger) is None

    look = life.tell(CANCEL)
    assert isinstance(look, Look)
    assert look.not_before == CANCEL.at
    assert life.tell(looked(look)) == Close(outcome=Outcome.CANCELLED)


@pytest.mark.parametrize("begin", [a_third_party_life, a_digital_river_life])
def test_accepted_a_moment_before(begin: Callable[[], Life]) -> None:
    """What the last look finds wins: the return goes on, and the caller hears why."""
    life = begin()
    look = life.tell(CANCEL)
    assert isinstance(look, Look)

    after = life.tell(return_seen(life.request, "accepted", taken=at(2)), looked(look))

    assert isinstance(after, IssueRefund | Wait)
    objection = what_overtook_cancellation(life.ledger)
    assert objection is not None
    assert objection.code == "goods_accepted"


def test_nothing_overtook() -> None:
    """A cancellation that nothing overtook is what the caller hears."""
    life = a_third_party_life()
    life.tell(CANCEL)

    assert what_overtook_cancellation(life.ledger) is None


def test_parcel_during_the_last_look() -> None:
    """A parcel that comes while the look runs makes the look unwanted, and none is repeated."""
    life = a_third_party_life()
    look = life.tell(CANCEL)
    assert isinstance(look, Look)

    life.tell(shipment({"a": 1}, when=at(2)))
    assert not still_wanted(look, life.ledger)
    life.tell(CallWithdrawn(key=look.key, at=at(2)))

    assert isinstance(life.step, AcceptItems)


def test_goods_received() -> None:
    """Once a parcel came the return goes on, though the request to stop came first."""
    life = a_third_party_life()
    life.tell(CANCEL, shipment({"a": 1}, when=at(3)))

    objection = object_to_cancellation(life.ledger)

    assert objection is not None
    assert objection.code == "goods_received"
    assert isinstance(life.step, AcceptItems)


def test_parcel_corrected_to_nothing() -> None:
    """A parcel that was corrected to no units is no receipt."""
    life = a_third_party_life()
    life.tell(shipment({"a": 1}, when=at(3)), shipment({"a": 0}, revision=2, when=at(4)))

    assert object_to_cancellation(life.ledger) is None
    look = life.tell(CANCEL)
    assert isinstance(look, Look)
    assert life.tell(looked(look)) == Close(outcome=Outcome.CANCELLED)


def test_goods_accepted() -> None:
    """Once Digital River accepted units the return goes on."""
    life = an_accepted_life()

    objection = object_to_cancellation(life.ledger)

    assert objection is not None
    assert objection.code == "goods_accepted"
    assert isinstance(life.tell(CANCEL), IssueRefund)


def test_units_accepted_in_part() -> None:
    """Units taken by the fulfiller before its last word count as accepted."""
    life = a_digital_river_life({"a": 2})
    life.tell(return_seen(life.request, "pending", {"a": 1}, taken=at(2)))

    objection = object_to_cancellation(life.ledger)

    assert objection is not None
    assert objection.code == "goods_accepted"
    assert not isinstance(life.tell(CANCEL), Close)


def test_ended() -> None:
    """A return that has ended cannot be stopped."""
    life = a_third_party_life()
    life.tell(chargeback())

    objection = object_to_cancellation(life.ledger)

    assert objection is not None
    assert objection.code == "closed"


def test_first_request_counts() -> None:
    """Of two requests to stop the earlier one is kept, whichever is told first."""
    later = CancelRequested(who="bob", why="again", at=at(2))
    lives = [a_third_party_life() for _ in range(2)]

    lives[0].tell(CANCEL, later)
    lives[1].tell(later, CANCEL)

    assert lives[0].ledger.cancel == lives[1].ledger.cancel == CANCEL
