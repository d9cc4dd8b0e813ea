"""Goods that come damaged, or are not what was asked back (third party)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lifecycle.admission import object_to_cancellation, object_to_shipment
from lifecycle.card import draw_card
from lifecycle.facts import CancelRequested, ShipmentReceived
from lifecycle.policy import Policy, ShortReturn
from lifecycle.sentences import fact_in_words
from lifecycle.snapshot import take_snapshot
from lifecycle.steps import AcceptItems, Close, IssueRefund, Outcome, Units, Wait, Waiting
from tests.builders.returns import (
    Quantities,
    a_third_party_life,
    at,
    refund_seen,
    return_seen,
    shipment,
)


def parcel(  # noqa: PLR0913 - each names one field of the fact
    sound: Quantities | None = None,
    damaged: Quantities | None = None,
    wrong: Quantities | None = None,
    *,
    reference: str = "parcel-1",
    revision: int = 1,
    day: float = 3,
) -> ShipmentReceived:
    """Make a warehouse's report of a parcel with units in every condition."""
    told = shipment(sound or {}, reference=reference, revision=revision, when=at(day))
    return replace(
        told,
        damaged=tuple(sorted(damaged.items())) if damaged else None,
        wrong=tuple(sorted(wrong.items())) if wrong else None,
    )


def test_all_here_and_some_damaged() -> None:
    """An operator is asked at once, not at the deadline, and nothing is accepted meanwhile."""
    life = a_third_party_life({"a": 2})
    life.tell(parcel({"a": 1}, {"a": 1}))

    assert life.question.id == "unsound:ret_1:20260305T090000Z"
    assert life.question.answers == (
        "accept_anyway",
        "refund_received_part",
        "extend_deadline",
        "give_up",
    )
    assert "1 of a damaged" in life.question.reason


def test_accepted_all_the_same() -> None:
    """By a person's word damaged units count as arrived; the acceptance raises no question."""
    life = a_third_party_life({"a": 2})
    life.tell(parcel({"a": 1}, {"a": 1}))

    step = life.decide("accept_anyway")
    assert isinstance(step, AcceptItems)
    assert step.items == (Units(item_id="a", quantity=2),)

    life.tell(return_seen(life.request, "accepted", taken=at(5)))
    assert life.wait.what is Waiting.REFUND


def test_sound_part_refunded() -> None:
    """A person may have the sound part refunded; the return is never accepted then."""
    life = a_third_party_life({"a": 2})
    life.tell(parcel({"a": 1}, {"a": 1}))

    step = life.decide("refund_received_part")

    assert isinstance(step, IssueRefund)
    assert step.items == (Units(item_id="a", quantity=1),)


def test_given_up() -> None:
    """A person may refund nothing of it."""
    life = a_third_party_life()
    life.tell(parcel({}, {"a": 1}))
    assert "refund_received_part" not in life.question.answers

    assert life.decide("give_up") == Close(outcome=Outcome.REFUND_FAILED)


def test_waited_on() -> None:
    """A person may wait for more; at the deadline the same is asked once more."""
    life = a_third_party_life({"a": 2})
    life.tell(parcel({"a": 1}, {"a": 1}))

    life.decide("extend_deadline", when=at(4))
    assert (life.wait.what, life.wait.until) == (Waiting.GOODS, at(33))

    life.let_pass()
    assert life.question.id.startswith("short_at_deadline:ret_1:")
    assert "accept_anyway" in life.question.answers
    assert isinstance(life.decide("accept_anyway"), AcceptItems)


def test_wrong_goods_in_place_of_the_right_ones() -> None:
    """What nobody asked back stands for what is missing: an operator is asked at once."""
    life = a_third_party_life({"a": 1, "b": 1})
    life.tell(parcel({"b": 1}, wrong={"a brick": 1}))
    step = life.step
    assert isinstance(step, AcceptItems)
    assert step.items == (Units(item_id="b", quantity=1),)

    life.tell(return_seen(life.request, "created", {"b": 1}, taken=at(4)))

    assert "1 of a brick that nobody asked back" in life.question.reason
    life.tell(replace(parcel({}, {"a": 1}), reference="parcel-2"))
    assert "but 1 of a damaged, 1 of a brick that nobody asked back." in life.question.reason
    after = life.decide("accept_anyway")
    assert isinstance(after, AcceptItems)
    assert after.items == (Units(item_id="a", quantity=1),)


def test_more_is_to_come() -> None:
    """While more is missing than came unsound, the rest is waited for as usual."""
    life = a_third_party_life({"a": 3})
    life.tell(parcel({"a": 1}, {"a": 1}))

    assert isinstance(life.step, Wait)
    assert life.wait.what is Waiting.GOODS


@pytest.mark.parametrize("policy", [ShortReturn.SETTLE, ShortReturn.ASK])
def test_nothing_sound_by_the_deadline(policy: ShortReturn) -> None:
    """A return of which only damaged goods came has not expired: a person is asked."""
    life = a_third_party_life({"a": 3}, Policy(short_return=policy))
    life.tell(parcel({}, {"a": 1}))

    life.let_pass()

    assert life.question.answers == ("extend_deadline", "give_up")


def test_each_report_asks_anew() -> None:
    """A decision on what was reported does not hold for what is reported later."""
    life = a_third_party_life({"a": 2})
    life.tell(parcel({"a": 1}, {"a": 1}))
    life.decide("accept_anyway", when=at(4))

    life.tell(parcel({"a": 0}, {"a": 2}, revision=2, day=5))

    assert life.question.id == "unsound:ret_1:20260307T090000Z"


def test_a_sound_parcel_taken_back() -> None:
    """Accepting damaged goods does not accept what another parcel turns out not to hold."""
    life = a_third_party_life({"a": 2})
    life.tell(parcel({}, {"a": 1}), parcel({"a": 1}, reference="parcel-2", day=2))
    assert isinstance(life.decide("accept_anyway", when=at(4)), AcceptItems)

    life.tell(parcel({"a": 0}, reference="parcel-2", revision=2, day=5))

    assert isinstance(life.step, Wait)


def test_corrected_to_sound() -> None:
    """A count that is corrected before acceptance is applied, in every condition."""
    life = a_third_party_life({"a": 2})
    life.tell(parcel({"a": 1}, {"a": 1}))

    life.tell(parcel({"a": 2}, revision=2, day=4))

    assert isinstance(life.step, AcceptItems)


@pytest.mark.parametrize(
    "correction", [parcel({}, {"a": 1}, revision=2, day=5), parcel({"a": 1}, {"a": 1}, revision=2)]
)
def test_damage_noticed_after_acceptance(correction: ShipmentReceived) -> None:
    """Digital River cannot take an acceptance back: the correction is refused."""
    life = a_third_party_life({"a": 1, "b": 1})
    life.tell(parcel({"a": 1}), return_seen(life.request, "created", {"a": 1}, taken=at(4)))

    objection = object_to_shipment(life.ledger, correction)

    assert objection is not None
    assert objection.code == "already_accepted"


def test_damage_noticed_while_accepting() -> None:
    """Units that were accepted before their damage was told are told to a person."""
    life = a_third_party_life()
    life.tell(parcel({"a": 1}), parcel({}, {"a": 1}, revision=2, day=4))
    life.tell(return_seen(life.request, "accepted", taken=at(5)))
    life.tell(refund_seen({"a": 1}, "succeeded", reason=life.request.sent_reason, taken=at(6)))

    assert life.question.id == "accepted_beyond_arrived:ret_1:1"


def test_unknown_damaged_line() -> None:
    """A damaged unit of a line that is not in the return is refused; wrong goods have no line."""
    life = a_third_party_life()

    objection = object_to_shipment(life.ledger, parcel({}, {"x": 1}))
    assert objection is not None
    assert objection.code == "unknown_line"
    assert object_to_shipment(life.ledger, parcel({}, wrong={"x": 1})) is None


@pytest.mark.parametrize("told", [parcel({}, {"a": 1}), parcel({}, wrong={"a brick": 1})])
def test_not_cancelled_over_unsound_goods(told: ShipmentReceived) -> None:
    """Goods in any condition were received: the return is not cancelled."""
    life = a_third_party_life({"a": 2})
    life.tell(told, CancelRequested(who="ann", why="kept", at=at(4)))

    objection = object_to_cancellation(life.ledger)

    assert objection is not None
    assert objection.code == "goods_received"
    assert not isinstance(life.step, Close)


def test_shown() -> None:
    """The snapshot, the card and the timeline say what came, in which condition, by parcel."""
    life = a_third_party_life({"a": 3})
    told = parcel({"a": 1}, {"a": 1}, {"a brick": 2})
    life.tell(told)

    view = take_snapshot(life.ledger, life.step)

    (line,) = view.lines
    assert (line.arrived, line.damaged, line.set_aside) == (1, 1, 0)
    assert view.unsound is not None
    assert [(one.shipment, one.condition, one.what, one.units) for one in view.unsound] == [
        ("parcel-1", "damaged", "a", 1),
        ("parcel-1", "wrong", "a brick", 2),
    ]
    assert "- Shipment `parcel-1`: 1 of a damaged" in draw_card(life.ledger, life.step)
    assert fact_in_words(told) == (
        "Shipment parcel-1 (revision 1) brought a=1, damaged a=1, wrong a brick=2"
    )
