"""What a dispute or the books ask of a return: what was asked for, what came, who decided what."""

from datetime import datetime

from pydantic import BaseModel

from lifecycle.ledger import Ledger
from lifecycle.meanings import meaning_of


class AskedView(BaseModel):
    """The request, beside its lines."""

    request_id: str
    reason: str | None = None
    adopted: str | None = None
    """Digital River's return that was carried on with, where it was there already."""
    fulfillment_order_id: str | None = None


class ParcelView(BaseModel):
    """What came in one parcel, by its latest revision."""

    reference: str
    revision: int
    at: datetime
    items: dict[str, int]
    damaged: dict[str, int] | None = None
    wrong: dict[str, int] | None = None


class DecisionView(BaseModel):
    """What a person decided, and what followed from it."""

    at: datetime
    who: str
    why: str
    answer: str
    """`cancel`, or an answer to the question."""
    question: str | None = None
    meaning: str
    reference: str | None = None
    """Of a payment that was made by hand."""


def asked_for(ledger: Ledger) -> AskedView:
    """Return what was asked for."""
    request = ledger.request
    return AskedView(
        request_id=request.request_id,
        reason=request.reason,
        adopted=request.adopt,
        fulfillment_order_id=request.fulfillment_order_id,
    )


def parcels_of(ledger: Ledger) -> list[ParcelView]:
    """Return the parcels in the order in which they came."""
    return [
        ParcelView(
            reference=parcel.reference,
            revision=parcel.revision,
            at=parcel.at,
            items=dict(parcel.items),
            damaged=dict(parcel.damaged) if parcel.damaged else None,
            wrong=dict(parcel.wrong) if parcel.wrong else None,
        )
        for parcel in sorted(ledger.shipments.values(), key=lambda one: (one.at, one.reference))
    ]


def decisions_of(ledger: Ledger) -> list[DecisionView]:
    """Return what people decided, in the order of time."""
    decisions = [
        DecisionView(
            at=one.at,
            who=one.who,
            why=one.why,
            answer=one.answer,
            question=one.question,
            meaning=meaning_of(one.question, one.answer),
            reference=one.reference,
        )
        for one in ledger.decisions
    ]
    if ledger.cancel is not None:
        cancel = ledger.cancel
        meaning = "The return stops, unless goods have come or were accepted."
        decisions.append(
            DecisionView(
                at=cancel.at, who=cancel.who, why=cancel.why, answer="cancel", meaning=meaning
            )
        )
    return sorted(decisions, key=lambda one: one.at)
