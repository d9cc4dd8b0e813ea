"""What a return that has ended hands over to its follow-up: what Digital River cannot tell.

Digital River's own objects are read anew, deadlines begin anew, and calls that did not get through
are forgotten: what they have done all the same shows in those objects.
"""

from collections.abc import Iterator, Sequence

from lifecycle.facts import Chargeback, Decision, Fact
from lifecycle.ledger import Ledger
from lifecycle.steps import Answer, Outcome

MOST_CARRIED = 500
MOST_WRITTEN = 256 * 1024
"""Facts, and characters: what one message of Temporal holds (2 MiB) with room to spare, and what
floods no follow-up (`lifecycle.flood`). A return of 100 parcels has far less; what is left out are
parcels, so that less counts as arrived."""

STATEMENTS = (
    Answer.SETTLE_BY_HAND,
    Answer.ALREADY_PAID,
    Answer.ACCEPT_ALL_THE_SAME,
    Answer.REFUND_ALL_THE_SAME,
    Answer.ACCEPT_ANYWAY,
    Answer.ACKNOWLEDGE,
    Answer.CLAIM,
    Answer.LEAVE,
)
"""Answers that say what is so. The others say what to do, and are asked anew: no approval and no
retry of then lets money out now."""


def carried(ledger: Ledger, outcome: Outcome) -> tuple[Fact, ...]:
    """Return the facts that the follow-up of a return begins with which ended so."""
    parcels = [parcel for _, parcel in sorted(ledger.shipments.items())]
    decisions = [decision for decision in ledger.decisions if _still_holds(decision)]
    return tuple(_bounded([*_chargeback(ledger, outcome), *decisions, *parcels]))


def _bounded(facts: Sequence[Fact]) -> Iterator[Fact]:
    written = 0
    for fact in facts[:MOST_CARRIED]:
        written += len(repr(fact))
        if written > MOST_WRITTEN:
            return
        yield fact


def _still_holds(decision: Decision) -> bool:
    """Say whether a decision is about what the follow-up will find unchanged.

    A refund, or the call of one, that was given up stays so; news of the end is each follow-up's
    own.
    """
    if decision.answer == Answer.GIVE_UP:
        return decision.question.startswith("refund_") or ":refund:" in decision.question
    return decision.answer in STATEMENTS and not decision.question.startswith("ended_before:")


def _chargeback(ledger: Ledger, outcome: Outcome) -> list[Chargeback]:
    """Return the chargeback, as the bank told it or as a person did."""
    if ledger.chargeback is not None:
        return [ledger.chargeback]
    if outcome is not Outcome.CHARGED_BACK:
        return []
    return [
        Chargeback(order_id=ledger.order_id, taken=decision.at)
        for decision in ledger.decisions
        if decision.answer == Answer.CHARGED_BACK
    ]
