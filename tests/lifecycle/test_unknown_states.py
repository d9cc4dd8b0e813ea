"""States that nobody knew of when this was written: shown, and never ended over in silence."""

from lifecycle.snapshot import take_snapshot
from lifecycle.steps import Close, Outcome, Wait, Waiting
from tests.builders.returns import (
    Life,
    a_third_party_life,
    an_accepted_life,
    at,
    refund_seen,
    return_seen,
)

KEY = "ret_1:refund:1"


def a_reversed_life() -> Life:
    """Begin a return whose refund had succeeded when Digital River gave it another state."""
    life = an_accepted_life()
    life.tell(
        refund_seen({"a": 1}, "succeeded", key=KEY, taken=at(5)),
        refund_seen({"a": 1}, "reversed", key=KEY, taken=at(6)),
    )
    return life


def test_a_person_takes_note_before_the_return_ends_over_it() -> None:
    """What was last said of the money is not understood: it may be gone again."""
    life = a_reversed_life()

    assert life.question.id == "unknown_state:re_1:reversed"
    assert life.question.answers == ("acknowledge",)
    assert "re_1 is reversed" in life.question.reason
    assert "before that it was succeeded" in life.question.reason
    assert life.wait.since == at(6)
    assert life.decide("acknowledge") == Close(outcome=Outcome.REFUNDED)


def test_a_further_unknown_state_asks_anew() -> None:
    """It says something else; the answer was to what was seen then."""
    life = a_reversed_life()
    life.decide("acknowledge")

    life.tell(refund_seen({"a": 1}, "recalled", key=KEY, taken=at(7)))

    assert life.question.id == "unknown_state:re_1:recalled"


def test_one_that_was_passed_through_is_not_asked_about() -> None:
    """A state that came between two known ones is over, even when it is told late."""
    life = an_accepted_life()
    life.tell(
        refund_seen({"a": 1}, "succeeded", key=KEY, taken=at(6)),
        refund_seen({"a": 1}, "clearing", key=KEY, taken=at(5)),
    )

    assert life.step == Close(outcome=Outcome.REFUNDED)


def test_while_the_return_waits_it_is_shown_and_nobody_is_called() -> None:
    """It may move on by itself; the deadline asks, as it does anyway."""
    life = a_third_party_life()
    step = life.tell(return_seen(life.request, "inspected", taken=at(2)))

    view = take_snapshot(life.ledger, life.step)

    assert isinstance(step, Wait)
    assert step.what is Waiting.GOODS
    assert view.return_ is not None
    assert (view.return_.state, view.return_.unknown_state) == ("created", "inspected")


def test_a_return_is_not_closed_over_it_either() -> None:
    """Nothing arrived in time, but Digital River said something of it that is not understood."""
    life = a_third_party_life()
    life.tell(return_seen(life.request, "inspected", taken=at(2)))
    life.let_pass()

    assert life.question.id == "unknown_state:ret_1:inspected"
    assert life.decide("acknowledge") == Close(outcome=Outcome.EXPIRED)


def test_a_refund_that_was_never_in_a_known_state_is_shown_with_it() -> None:
    """It is waited for until its deadline; then a person is asked, and it is named."""
    life = an_accepted_life()
    life.tell(refund_seen({"a": 1}, "clearing", key=KEY, taken=at(5)))

    [view] = take_snapshot(life.ledger, life.step).refunds

    assert (view.state, view.unknown_state) == ("clearing", "clearing")
    assert life.wait.what is Waiting.REFUND
    life.let_pass()
    assert life.question.id.startswith("refund_overdue:re_1")
    assert life.decide("give_up") == life.step
    assert life.question.id == "unknown_state:re_1:clearing"
