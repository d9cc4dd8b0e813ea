"""A look at what is left to refund, before a refund is posted where money may be gone."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from lifecycle.facts import NOT_SENT, Refused
from lifecycle.sentences import fact_in_words
from lifecycle.steps import IssueRefund, Step
from tests.builders.returns import an_accepted_life, at, refund_seen

FIRST = "ret_1:refund:1"
SECOND = "ret_1:refund:2"


def refund_step(step: Step) -> IssueRefund:
    """Return the refund that is to be issued; fails when another step is."""
    assert isinstance(step, IssueRefund), step
    return step


def test_first_refund_needs_no_preview() -> None:
    """The first refund of an untouched order spares the look at its money."""
    life = an_accepted_life()

    assert refund_step(life.step).preview is None


def test_preview_beside_another_refund() -> None:
    """Where the order has another refund, what is left is looked at before posting."""
    life = an_accepted_life()
    older = refund_seen({}, refund_id="re_9", taken=at(2), created=at(-1))
    life.tell(replace(older, amount=Decimal(5)))

    assert refund_step(life.step).preview is True


def test_not_covered() -> None:
    """A refund that the order cannot cover is not posted: a person reads why, and may retry."""
    life = an_accepted_life()
    why = "20 EUR for item a, of which 5 EUR are left"
    life.tell(
        Refused(key=FIRST, status=NOT_SENT, code="not_covered", message=why, taken=at(4)),
    )
    assert life.question.id == f"refund_refused:{FIRST}:a=1"
    assert life.question.reason == f"The refund of 1 of a was not posted: {why}."
    assert life.question.answers == ("retry", "settle_by_hand", "give_up")
    [told] = [fact for fact in life.ledger.timeline if isinstance(fact, Refused)]
    assert fact_in_words(told) == f"{FIRST} was not sent: {why}"

    issue = refund_step(life.decide("retry"))

    assert (issue.key, issue.preview) == (SECOND, True)
