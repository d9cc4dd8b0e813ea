"""One return as a model: what the `snapshot` query, `starter.py show --json` and programs read."""

from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from lifecycle.case import (
    AskedView,
    DecisionView,
    ParcelView,
    asked_for,
    decisions_of,
    parcels_of,
)
from lifecycle.facts import Fact, ReturnSeen, ShipmentReceived
from lifecycle.ledger import Ledger
from lifecycle.location import Location
from lifecycle.meanings import meaning_of
from lifecycle.mismatch import whole_units
from lifecycle.ours import our_refunds, our_return
from lifecycle.outlook import what_comes_next, what_may_be_done
from lifecycle.phase import phase_of
from lifecycle.records import ReturnRecord
from lifecycle.sentences import fact_in_words, sentence_for
from lifecycle.states import FINAL
from lifecycle.steps import Close, Question, Refusal, Step, Wait
from lifecycle.tally import Tally
from lifecycle.units import accepted, arrived, damaged, set_aside

Condition = tuple[Literal["damaged", "wrong"], tuple[tuple[str, int], ...] | None]


class ReturnView(BaseModel):
    """Digital River's return."""

    id: str
    state: str
    unknown_state: str | None = None
    """What Digital River has shown since, where that is no state that is known here."""
    location: Location | None = None


class LineView(BaseModel):
    """One requested line, in units."""

    order_item_id: str
    requested: int
    arrived: int
    accepted: int
    refunded: int
    set_aside: int = 0
    damaged: int | None = None
    """Units that came damaged; they count as arrived only where an operator says so."""


class UnsoundView(BaseModel):
    """Units of one parcel that came in another condition than sound."""

    shipment: str
    revision: int
    condition: Literal["damaged", "wrong"]
    what: str
    """The order item; of wrong goods, a description."""
    units: int


class RefundView(BaseModel):
    """One refund of the return; amounts in the currency's units."""

    id: str
    state: str
    amount: Decimal | None = None
    refunded_amount: Decimal
    currency: str
    failure_reason: str | None = None
    unknown_state: str | None = None
    """What Digital River has shown since, where that is no state that is known here."""
    created: datetime | None = None
    ended: datetime | None = None
    """When it was first seen to have succeeded, failed or expired."""


class WaitingView(BaseModel):
    """What is waited for, and who must act."""

    what: str
    who: str
    since: datetime | None = None
    until: datetime | None = None


class QuestionView(BaseModel):
    """The question that an operator must answer, and the answers there are."""

    id: str
    reason: str
    answers: list[str]
    meanings: dict[str, str] | None = None
    """What happens then, by answer."""


class FactView(BaseModel):
    """One line of the timeline."""

    kind: str
    source: str
    summary: str
    at: datetime | None = None


class Snapshot(BaseModel):
    """The ledger and its explanation."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    workflow_id: str
    rma: str
    order_id: str
    coordinator: str
    phase: str
    outcome: str | None = None
    refusal: Refusal | None = None
    return_: ReturnView | None = Field(default=None, alias="return")
    lines: list[LineView]
    unsound: list[UnsoundView] | None = None
    refunds: list[RefundView]
    waiting: WaitingView | None = None
    question: QuestionView | None = None
    sentence: str
    next: str | None = None
    """What ends the wait, and what follows when nothing does."""
    actions: list[str] = Field(default_factory=list)
    """The updates that the return takes now, by their names."""
    facts: list[FactView]
    asked: AskedView | None = None
    parcels: list[ParcelView] | None = None
    decisions: list[DecisionView] | None = None


def take_snapshot(ledger: Ledger, step: Step, *, last_facts: int | None = None) -> Snapshot:
    """Return everything that is known of a return, with its explanation.

    `last_facts` is how much of the timeline is wanted, from its end; None means all of it.
    """
    record = our_return(ledger)
    wait = step if isinstance(step, Wait) else None
    question = wait.question if wait else None
    closed = step if isinstance(step, Close) else None
    return Snapshot(
        workflow_id=ledger.workflow_id,
        rma=ledger.request.rma,
        order_id=ledger.order_id,
        coordinator=ledger.request.coordinator,
        phase=phase_of(step),
        outcome=closed.outcome if closed else None,
        refusal=closed.refusal if closed else None,
        return_=_return_view(record) if record else None,
        lines=_line_views(ledger, record),
        unsound=_unsound_views(ledger) or None,
        refunds=_refund_views(ledger, record) if record else [],
        waiting=WaitingView(what=wait.what, who=wait.who, since=wait.since, until=wait.until)
        if wait
        else None,
        question=_question_view(question) if question else None,
        sentence=sentence_for(step),
        next=what_comes_next(ledger, step),
        actions=what_may_be_done(ledger, step),
        facts=_fact_views(ledger, last_facts),
        asked=asked_for(ledger),
        parcels=parcels_of(ledger) or None,
        decisions=decisions_of(ledger) or None,
    )


def _question_view(question: Question) -> QuestionView:
    answers = [str(answer) for answer in question.answers]
    return QuestionView(
        id=question.id,
        reason=question.reason,
        answers=answers,
        meanings={answer: meaning_of(question.id, answer) for answer in answers},
    )


def _return_view(record: ReturnRecord) -> ReturnView:
    return ReturnView(
        id=record.best.return_id,
        state=record.state,
        unknown_state=record.unknown_state,
        location=record.location,
    )


def _line_views(ledger: Ledger, record: ReturnRecord | None) -> list[LineView]:
    here, aside, broken = arrived(ledger), set_aside(ledger), damaged(ledger)
    done = accepted(ledger, record) if record else Tally()
    refunds = our_refunds(ledger, record) if record else []
    succeeded = [refund for refund in refunds if refund.succeeded]
    paid = whole_units(ledger, record, succeeded) if record else Tally()
    return [
        LineView(
            order_item_id=item,
            requested=quantity,
            arrived=max(here[item], done[item]),
            accepted=done[item],
            refunded=min(paid[item], quantity),
            set_aside=aside[item],
            damaged=broken[item] or None,
        )
        for item, quantity in ledger.requested.items()
    ]


def _unsound_views(ledger: Ledger) -> list[UnsoundView]:
    return [
        UnsoundView(
            shipment=parcel.reference,
            revision=parcel.revision,
            condition=condition,
            what=what,
            units=units,
        )
        for _, parcel in sorted(ledger.shipments.items())
        for condition, units_of_it in _conditions(parcel)
        for what, units in units_of_it or ()
        if units
    ]


def _conditions(parcel: ShipmentReceived) -> tuple[Condition, Condition]:
    return ("damaged", parcel.damaged), ("wrong", parcel.wrong)


def _refund_views(ledger: Ledger, record: ReturnRecord) -> list[RefundView]:
    return [
        RefundView(
            id=refund.best.refund_id,
            state=refund.state,
            amount=refund.amount,
            refunded_amount=refund.best.refunded_amount,
            currency=refund.best.currency,
            failure_reason=refund.best.failure_reason,
            unknown_state=refund.unknown_state,
            created=refund.best.created,
            ended=refund.states.since.get(FINAL),
        )
        for refund in our_refunds(ledger, record)
    ]


def _fact_views(ledger: Ledger, last: int | None) -> list[FactView]:
    skipped = 0 if last is None else max(len(ledger.timeline) - last, 0)
    told = islice(ledger.timeline.items(), skipped, None)
    return [_fact_view(fact, source) for fact, source in told]


def _fact_view(fact: Fact, source: str) -> FactView:
    at = getattr(fact, "taken", None) or getattr(fact, "at", None)
    kind = str(fact.resource) if isinstance(fact, ReturnSeen) else fact.kind
    return FactView(kind=kind, source=source, summary=fact_in_words(fact), at=at)
