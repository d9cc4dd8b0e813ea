"""Which of Digital River's objects belong to this return.

A refund names no return, so it is claimed by what only we can have put there, and otherwise only
when no other return of the order could own it (docs/digital-river.md, "Tying refunds to a return").
"""

from dataclasses import dataclass
from datetime import datetime

from lifecycle.identity import refund_number, rma_in
from lifecycle.ledger import ADOPT, Ledger, once
from lifecycle.let_go import ORDER_REFUNDED
from lifecycle.records import RefundRecord, ReturnRecord
from lifecycle.steps import Answer
from lifecycle.units import authorised

TWO_RETURNS = "two_returns"
"""The question that is asked when more than one Digital River return bears our mark."""


def our_return_ids(ledger: Ledger) -> list[str]:
    """Return the ids of all Digital River returns that are ours; more than one is a mistake."""
    if ledger.request.adopt is not None:
        return sorted({ledger.request.adopt} & ledger.claimed & ledger.returns.keys())
    return sorted(ledger.claimed & ledger.returns.keys())


def our_return(ledger: Ledger) -> ReturnRecord | None:
    """Return the one Digital River return of this workflow, once it is known."""
    if len(ledger.claimed) == 1:
        (return_id,) = ledger.claimed
        return ledger.returns.get(return_id) if ledger.request.adopt in (return_id, None) else None
    ids = our_return_ids(ledger)
    chosen = ledger.answer_to(TWO_RETURNS)
    adopted = chosen.answer.removeprefix(ADOPT) if chosen else None
    if adopted in ids:
        return ledger.returns[adopted]
    return ledger.returns[ids[0]] if ids else None


@dataclass(slots=True)
class Claims:
    """The refunds of the order, in the order of their ids, sorted by whose they are."""

    ours: list[RefundRecord]
    unplaced: list[RefundRecord]
    """Could be ours, but are older than no list of the order's returns."""
    disputed: list[RefundRecord]
    """Could be ours or another return's: only a person can tell."""
    foreign: list[RefundRecord]


@once
def claims_of(ledger: Ledger, record: ReturnRecord) -> Claims:
    """Sort the refunds of the order by whether they belong to our return."""
    claims = Claims([], [], [], [])
    for _, refund in sorted(ledger.refunds.items()):
        _place_of(ledger, record, claims, refund).append(refund)
    return claims


def our_refunds(ledger: Ledger, record: ReturnRecord) -> list[RefundRecord]:
    """Return every refund that belongs to our return, in the order of their ids."""
    return claims_of(ledger, record).ours


def made_at(refund: RefundRecord) -> datetime:
    """Return when a refund was made, or else first seen."""
    return refund.best.created or min(refund.states.since.values())


def issued_by_us(refund: RefundRecord) -> bool:
    """Whether we created this refund; Digital River and the Dashboard set no key."""
    return refund.key is not None and refund_number(refund.key) > 0


def claim_question(refund: RefundRecord) -> str:
    """Return the id of the question whose return a refund belongs to."""
    return f"whose_refund:{refund.best.refund_id}"


def order_question(refund: RefundRecord) -> str:
    """Return the id of the question whether a refund of the order as a whole paid for our goods."""
    return f"{ORDER_REFUNDED}_before_acceptance:{refund.best.refund_id}"


def of_the_whole_order(ledger: Ledger, record: ReturnRecord) -> list[RefundRecord]:
    """Return the live refunds that somebody made of the order since our return was created.

    They name no items, so only a person can tell what they are for.
    """
    if not ledger.refunds:
        return []
    named = {one for other in ledger.returns.values() for one in other.refund_ids}
    return [
        refund
        for refund_id, refund in sorted(ledger.refunds.items())
        if not (refund.best.items or refund.best.type or refund.key or refund.broken)
        and refund_id not in named
        and (record.best.created is None or made_at(refund) >= record.best.created)
    ]


def last_answer_on(ledger: Ledger, refund: RefundRecord) -> str | None:
    """Return the last answer to what a refund of the order as a whole was for, whenever asked."""
    for decision in reversed(ledger.decisions):
        kind, _, about = f"{decision.question}:".partition(":")
        if kind.startswith(ORDER_REFUNDED) and f":{refund.best.refund_id}:" in f":{about}":
            return decision.answer
    return None


def pays_for_the_goods(ledger: Ledger, refund: RefundRecord) -> bool:
    """Say whether a person counted a live refund of the order as a whole as our goods' money."""
    if not ledger.decisions or refund.broken:
        return False
    return last_answer_on(ledger, refund) == Answer.ALREADY_PAID


def _place_of(
    ledger: Ledger, record: ReturnRecord, claims: Claims, refund: RefundRecord
) -> list[RefundRecord]:
    if is_marked_ours(ledger, record, refund) or pays_for_the_goods(ledger, refund):
        return claims.ours
    if not _could_be_ours(ledger, record, refund):
        return claims.foreign
    if ledger.returns_listed is None or ledger.returns_listed < made_at(refund):
        return claims.unplaced
    if not _has_rivals(ledger, record, refund):
        return claims.ours
    decision = ledger.answer_to(claim_question(refund))
    if decision is None:
        return claims.disputed
    return claims.ours if decision.answer == Answer.CLAIM else claims.foreign


def is_marked_ours(ledger: Ledger, record: ReturnRecord, refund: RefundRecord) -> bool:
    """Say whether a refund bears a mark of this return: listed by it, our key, or our reason."""
    if refund.best.order_id not in (ledger.order_id, None):
        return False
    if refund.best.refund_id in record.refund_ids:
        return True
    if refund.key is not None:
        ours = refund.key.startswith(f"{record.best.return_id}:refund:")
        return ours or refund.key in (ledger.return_key, record.best.key)
    rma = rma_in(refund.best.reason)
    return rma is not None and rma in (ledger.request.rma, rma_in(record.best.reason))


def _could_be_ours(ledger: Ledger, record: ReturnRecord, refund: RefundRecord) -> bool:
    """Say whether an unmarked refund fits our return and no other return names it."""
    seen = refund.best
    if refund.key is not None or rma_in(seen.reason) is not None:
        return False
    if seen.order_id not in (ledger.order_id, None):
        return False
    if any(seen.refund_id in other.refund_ids for other in ledger.returns.values()):
        return False
    return _fits(ledger, record, refund)


def _has_rivals(ledger: Ledger, record: ReturnRecord, refund: RefundRecord) -> bool:
    return any(
        return_id != record.best.return_id and _fits(ledger, other, refund)
        for return_id, other in ledger.returns.items()
    )


def _fits(ledger: Ledger, record: ReturnRecord, refund: RefundRecord) -> bool:
    """Say whether a return has all items and units of a refund and is not younger than it."""
    if not refund.units:
        return False
    created, made = record.best.created, refund.best.created
    if created and made and made < created:
        return False
    units = authorised(ledger, record)
    return all(units[item] > 0 and (n or 0) <= units[item] for item, n in refund.units.items())
