"""A return that is told far more than any return has to tell: it stops listening, and asks.

What it has learned stays; what is still to come is found by looking, if a person wants it to go on.
So neither its history nor its memory grows without bounds, whoever sends events.
"""

from lifecycle.ledger import Ledger
from lifecycle.questions import ask
from lifecycle.records import ReturnRecord
from lifecycle.refunding import money_of
from lifecycle.settling import close
from lifecycle.steps import Answer, Close, Outcome, Question, Step

MOST_FACTS = 1_000
"""A return of 100 parcels and 500 events knows fewer."""

MOST_HISTORY = 3_500
"""Events of the workflow's history; Temporal itself ends a workflow at 51,200."""


def is_flooded(ledger: Ledger, history: int) -> bool:
    """Say whether events are to be taken into account no more."""
    return history > MOST_HISTORY or len(ledger.timeline) > MOST_FACTS


def after_a_flood(ledger: Ledger, record: ReturnRecord | None) -> Step | None:
    """Return the question whether to go on by looking only, or the end by hand.

    What was ended by hand is its follow-up's to tell of, and nobody's to pay.
    """
    if ledger.flooded is None and not ledger.decisions:
        return None
    question = Question(
        id=f"too_many_messages:{ledger.request.rma}",
        reason="Far more was told of this return than a return has to tell. Events are taken into "
        "account no more: it can go on by looking at Digital River only, or be ended by hand.",
        answers=(Answer.LOOK_ONLY, Answer.SETTLE_BY_HAND),
    )
    decision = ledger.answer_to(question.id)
    if decision is None:
        return ask(question, since=ledger.flooded.at) if ledger.flooded else None
    if decision.answer == Answer.LOOK_ONLY:
        return None
    if record is None:
        return Close(outcome=Outcome.CANCELLED)
    return close(ledger, record, money_of(ledger, record))
