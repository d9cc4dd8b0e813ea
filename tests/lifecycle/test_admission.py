"""Which reports and decisions a return takes, and why it refuses the others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lifecycle.admission import object_to_cancellation, object_to_decision, object_to_shipment
from lifecycle.facts import Decision
from lifecycle.rules import takes
from tests.builders.returns import (
    Life,
    a_digital_river_life,
    a_third_party_life,
    an_accepted_life,
    at,
    refund_seen,
    return_seen,
    shipment,
)


def a_decision(question: str, answer: str) -> Decision:
    """Make a person's decision."""
    return Decision(question=question, answer=answer, who="ann", why="seen", at=at(9))


def code(life: Life, items: dict[str, int], revision: int = 1) -> str | None:
    """Return the code with which a report of parcel-1 is refused."""
    told = shipment(items, revision=revision, when=at(9))
    objection = object_to_shipment(life.ledger, told)
    return objection.code if objection else None


@pytest.fixture
def life() -> Life:
    """Begin a return of which one unit of two came, and one whole line."""
    life = a_third_party_life({"a": 2, "b": 1})
    life.tell(shipment({"a": 1, "b": 1}, when=at(3)))
    return life


def test_new_parcel() -> None:
    """The first report of a parcel is taken, even with more units than asked."""
    assert code(a_third_party_life(), {"a": 9}) is None


def test_fulfiller_reports() -> None:
    """Nobody but the fulfiller reports the goods of a fulfillment return."""
    assert code(a_digital_river_life(), {"a": 1}) == "not_third_party"


def test_unknown_line(life: Life) -> None:
    """A line that is not in the return is refused by name."""
    objection = object_to_shipment(
        life.ledger, shipment({"a": 1, "y": 1, "x": 1}, reference="parcel-2", when=at(9))
    )

    assert objection is not None
    assert objection.code == "unknown_line"
    assert objection.message == "Not in this return: x, y."


def test_told_again(life: Life) -> None:
    """The same report again is taken, and is nothing new."""
    assert code(life, {"b": 1, "a": 1}) is None


def test_corrected(life: Life) -> None:
    """Other units need a higher revision."""
    assert code(life, {"a": 2, "b": 1}) == "revision_outdated"
    assert code(life, {"a": 2, "b": 1}, revision=2) is None


def test_corrected_after_acceptance(life: Life) -> None:
    """Units that Digital River accepted cannot be corrected; others still can."""
    life.tell(return_seen(life.request, "created", {"b": 1}, taken=at(4)))

    assert code(life, {"a": 1, "b": 0}, revision=2) == "already_accepted"
    assert code(life, {"a": 1}, revision=2) == "already_accepted"
    assert code(life, {"a": 2, "b": 1}, revision=2) is None


def test_corrections_after_acceptance_are_refused_by_name(life: Life) -> None:
    """Each item that was accepted and is changed."""
    life.tell(return_seen(life.request, "accepted", taken=at(4)))

    told = shipment({"a": 2, "b": 0}, revision=2, when=at(9))
    objection = object_to_shipment(life.ledger, told)
    assert objection is not None
    assert objection.message == (
        "Digital River has accepted a, b already; it cannot take that back."
    )


def test_damaged_units_of_an_accepted_item_are_not_found_sound_later() -> None:
    """Where Digital River accepted it all the same, the count is settled."""
    life = a_third_party_life({"a": 1})
    damaged = replace(shipment({}, when=at(3)), damaged=(("a", 1),))
    life.tell(damaged, return_seen(life.request, "accepted", taken=at(4)))

    mended = shipment({"a": 1}, revision=2, when=at(9))
    objections = [
        object_to_shipment(life.ledger, told)
        for told in (mended, replace(damaged, items=(("a", 1),), revision=2))
    ]
    assert [one.code for one in objections if one] == ["already_accepted"] * 2


def test_no_units_are_no_units(life: Life) -> None:
    """A line of an accepted item with zero units is one that is left out: nothing is corrected."""
    life.tell(shipment({"a": 1, "b": 0}, reference="parcel-2", when=at(3)))
    life.tell(return_seen(life.request, "created", {"b": 1}, taken=at(4)))

    for said in ({"a": 2}, {"a": 2, "b": 0}):
        told = shipment(said, reference="parcel-2", revision=2, when=at(9))
        assert object_to_shipment(life.ledger, told) is None
    told = shipment({"a": 2, "b": 1}, reference="parcel-2", revision=2, when=at(9))
    objection = object_to_shipment(life.ledger, told)
    assert objection is not None
    assert objection.code == "already_accepted"


def test_decision_taken() -> None:
    """An answer that the open question offers is taken."""
    life = an_accepted_life()
    life.tell(refund_seen({"a": 1}, "failed", key="ret_1:refund:1", taken=at(5)))

    decision = a_decision("refund_failed:re_1:ended", "retry")

    assert takes(life.ledger, decision)
    assert object_to_decision(life.ledger, decision) is None


def test_nothing_asked() -> None:
    """A decision is void when nothing is asked."""
    decision = a_decision("refund_failed:re_1:ended", "retry")
    for life in (an_accepted_life(), a_third_party_life()):
        objection = object_to_decision(life.ledger, decision)

        assert not takes(life.ledger, decision)
        assert objection is not None
        assert objection.code == "no_question"


def test_question_gone() -> None:
    """A decision on a question that is gone is void, and says which one is open."""
    life = an_accepted_life()
    life.tell(refund_seen({"a": 1}, "failed", key="ret_1:refund:1", taken=at(5)))
    decision = a_decision("approval_overdue:ret_1:20260316T090000Z", "extend_deadline")

    objection = object_to_decision(life.ledger, decision)

    assert not takes(life.ledger, decision)
    assert objection is not None
    assert objection.code == "question_gone"
    assert "refund_failed:re_1:ended" in objection.message


def test_a_payment_by_hand_has_a_reference() -> None:
    """`settle_by_hand` is refused without one, and any other answer with one."""
    life = an_accepted_life()
    life.tell(refund_seen({"a": 1}, "failed", key="ret_1:refund:1", taken=at(5)))
    by_hand = a_decision("refund_failed:re_1:ended", "settle_by_hand")
    retry = a_decision("refund_failed:re_1:ended", "retry")

    without = object_to_decision(life.ledger, by_hand)
    unwanted = object_to_decision(life.ledger, replace(retry, reference="transfer 17"))

    assert without is not None
    assert without.code == "reference_missing"
    assert unwanted is not None
    assert unwanted.code == "reference_not_wanted"
    assert object_to_decision(life.ledger, replace(by_hand, reference="transfer 17")) is None
    assert object_to_decision(life.ledger, retry) is None


def test_answer_not_offered() -> None:
    """An answer that is not offered is refused, with those that are."""
    life = an_accepted_life()
    life.tell(refund_seen({"a": 1}, "failed", key="ret_1:refund:1", taken=at(5)))
    decision = a_decision("refund_failed:re_1:ended", "claim")

    objection = object_to_decision(life.ledger, decision)

    assert not takes(life.ledger, decision)
    assert objection is not None
    assert objection.code == "answer_not_offered"
    assert objection.message == "The answers are: retry, settle_by_hand, give_up."


OUTDATED = (
    "Shipment parcel-1 is known in revision 1, with other units; send a correction as a higher "
    "revision."
)


def test_why_a_message_is_refused() -> None:
    """In a sentence that the warehouse's, the shop's or the operator's person reads."""
    told = shipment({"a": 1}, when=at(9))
    ended = a_digital_river_life()
    ended.tell(return_seen(ended.request, "rejected", taken=at(4)))
    arrived = a_third_party_life()
    arrived.tell(shipment({"a": 2}, when=at(3)))
    objections = [
        object_to_shipment(a_digital_river_life().ledger, told),
        object_to_shipment(arrived.ledger, told),
        object_to_cancellation(ended.ledger),
        object_to_cancellation(arrived.ledger),
        object_to_cancellation(an_accepted_life().ledger),
        object_to_decision(an_accepted_life().ledger, a_decision("refund_failed:re_1", "retry")),
    ]
    assert [one.message for one in objections if one] == [
        "Digital River's fulfiller reports the goods of this return; nobody else does.",
        OUTDATED,
        "The return has ended.",
        "Goods were received; the return goes on.",
        "Digital River has accepted goods; the return goes on.",
        "Nothing is asked of an operator now.",
    ]
