"""What the judge holds of returns that were not asked for: adoptions, and follow-ups.

A follow-up and the return that had ended are one return to the customer: they are held together.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from simulation.books import LIVE, Books, Record, Violation
from simulation.judge import judge
from simulation.plan import Plan

UNSURE = ("drop", "away")
"""Faults after which an event may never be told."""

TOLERANCE = 300
"""Seconds by which the clocks of the sender and the receiver may differ."""

ALLOWED = ("approve", "retry")
"""Answers without which no money goes out of a return that asks first."""


def judge_all(
    plan: Plan, books: Books, records: Sequence[Record], secrets: tuple[str, ...], told: int
) -> None:
    """Hold every promise against a return and whoever carried on with it. Raises `Violation`.

    `told` is how many events were acknowledged.
    """
    if not records:
        if told:
            raise Violation("S9: events of a warehouse's return were acknowledged, and none adopts")
        return
    first, *later = records
    judge(plan, first.books or books, first, secrets)
    if plan.from_warehouse:
        _asked_first(plan, books, records, None)
    if not plan.after or first.ended is None:
        return
    _asked_first(plan, books, later, first.ended)
    if later:
        judge(plan, books, _joined(records), secrets)
    elif _is_owed_a_follow_up(plan, books, first):
        raise Violation("L5: a refund failed after the end, and nobody was told")


def _asked_first(
    plan: Plan, books: Books, records: Sequence[Record], since: datetime | None
) -> None:
    """Hold each refund of ours that was made since against the word of a person before it.

    In T2 the sandbox has another clock than the return: there, at any time.
    """
    one_clock = plan.tier != "t2"
    said = [one.at for record in records for one in record.answers if one.answer in ALLOWED]
    made = [one for one in books.refunds if one.maker == "us" and (not since or one.made > since)]
    unasked = [one for one in made if not any(at <= one.made or not one_clock for at in said)]
    again = any(one.state == "expired" for one in books.refunds)
    if len(unasked) > again:  # An expired one is issued again once, whoever had made it.
        raise Violation(f"S12: {unasked[-1].id} was issued, and no person had approved")


def _is_owed_a_follow_up(plan: Plan, books: Books, first: Record) -> bool:
    """Say whether a refund failed that was believed to have paid, and somebody surely heard."""
    ended = first.end is not None and first.end.outcome is not None
    # Of an early refund nothing is told before its whole return is accepted.
    told = not (plan.deaf or plan.eager) and abs(plan.skew) < TOLERANCE
    sure = told and not any(one.kind in UNSURE for one in plan.deliveries)
    return (
        ended
        and sure
        and any(
            first.at_close.get(one.id) == "succeeded" and one.state not in LIVE
            for one in books.refunds
            if one.maker in ("us", "digital_river")
        )
    )


def _joined(records: Sequence[Record]) -> Record:
    """Return one record of a return and its follow-ups, with the end of the last."""
    last = records[-1]
    heard: Counter[str] = Counter()
    for one in records:
        heard |= one.heard
    return replace(
        last,
        answers=[said for one in records for said in one.answers],
        arrived=records[0].arrived,
        taken_back=records[0].taken_back,
        heard=heard,
        facts=max(one.facts for one in records),
    )
