"""What a dispute or the books ask: what was asked for, what came, who decided what and when."""

from dataclasses import replace

from lifecycle.facts import CancelRequested, Decision
from lifecycle.request import Coordinator
from lifecycle.snapshot import Snapshot, take_snapshot
from tests.builders.returns import (
    Life,
    a_request,
    a_third_party_life,
    an_accepted_life,
    an_adoption,
    at,
    refund_seen,
    shipment,
)


def snapshot(life: Life) -> Snapshot:
    """Return all that is known of a return."""
    return take_snapshot(life.ledger, life.step)


def test_what_was_asked_for() -> None:
    """The request by its id and reason; an adoption names the return that was there."""
    request = a_request(Coordinator.DIGITAL_RIVER, {"a": 1}, fulfillment_order_id="fo_1")

    asked = snapshot(Life(request)).asked
    adopted = snapshot(Life(an_adoption(Coordinator.THIRD_PARTY))).asked

    assert asked is not None
    assert asked.model_dump() == {
        "request_id": "request-1",
        "reason": "too_small",
        "adopted": None,
        "fulfillment_order_id": "fo_1",
    }
    assert adopted is not None
    assert adopted.adopted == "ret_1"


def test_parcels_in_the_order_they_came() -> None:
    """The latest revision of each, with what was damaged or wrong in it."""
    life = a_third_party_life({"a": 3})
    life.tell(
        shipment({"a": 2}, reference="second", when=at(5)),
        shipment({"a": 2}, reference="first", when=at(3)),
        replace(
            shipment({"a": 1}, reference="first", revision=2, when=at(4)),
            damaged=(("a", 1),),
            wrong=(("a brick", 1),),
        ),
    )

    parcels = snapshot(life).parcels

    assert parcels is not None
    assert [(one.reference, one.revision, one.at) for one in parcels] == [
        ("first", 2, at(4)),
        ("second", 1, at(5)),
    ]
    assert (parcels[0].items, parcels[0].damaged, parcels[0].wrong) == (
        {"a": 1},
        {"a": 1},
        {"a brick": 1},
    )
    assert (parcels[1].damaged, parcels[1].wrong) == (None, None)


def test_who_decided_what_and_what_followed() -> None:
    """Decisions in the order of time, a cancellation among them, with the reference."""
    life = an_accepted_life()
    life.tell(refund_seen({"a": 1}, "failed", key="ret_1:refund:1", taken=at(5)))
    question = life.question.id
    life.tell(
        Decision(
            question=question,
            answer="settle_by_hand",
            who="ann",
            why="card closed",
            at=at(6),
            reference="transfer 17",
        ),
        CancelRequested(who="bob", why="kept", at=at(1)),
    )

    decisions = snapshot(life).decisions

    assert decisions is not None
    cancelled, settled = decisions
    assert (cancelled.at, cancelled.answer, cancelled.question) == (at(1), "cancel", None)
    assert (cancelled.who, cancelled.why) == ("bob", "kept")
    assert (settled.at, settled.who, settled.why) == (at(6), "ann", "card closed")
    assert (settled.question, settled.answer) == (question, "settle_by_hand")
    assert settled.reference == "transfer 17"
    assert "by hand" in settled.meaning


def test_nothing_is_said_of_what_there_is_not() -> None:
    """No parcels and no decisions: nothing to write down."""
    view = snapshot(a_third_party_life())

    assert (view.parcels, view.decisions) == (None, None)


def test_the_open_question_says_what_each_answer_means() -> None:
    """One sentence for each of the answers that are offered."""
    life = an_accepted_life()
    life.tell(refund_seen({"a": 1}, "failed", key="ret_1:refund:1", taken=at(5)))

    question = snapshot(life).question

    assert question is not None
    assert question.meanings is not None
    assert list(question.meanings) == question.answers
