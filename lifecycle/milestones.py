"""Milestones: what the storefront is told of a return, each once and in this order.

All of it may be shown to the customer. The same facts in any order reach the same milestones.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from lifecycle.customer import CustomerRefund, CustomerView, customer_view
from lifecycle.ledger import Ledger
from lifecycle.ours import made_at, our_refunds, our_return
from lifecycle.receiving import APPROVED
from lifecycle.records import RefundRecord
from lifecycle.rules import next_step
from lifecycle.snapshot import take_snapshot
from lifecycle.states import refund_rank
from lifecycle.steps import Close

REMINDERS = (timedelta(days=7), timedelta(days=1))
"""How long before the bank token of a refund expires the storefront hears of it again."""

ASKS = "pending_information"
"""The state of a refund that needs the customer's bank details."""


class MilestoneType(StrEnum):
    """The types of webhooks."""

    OPENED = "return.opened"
    APPROVED = "return.approved"
    RECEIVED = "return.received"
    ACCEPTED = "return.accepted"
    CLOSED = "return.closed"
    REFUND_PENDING = "refund.pending"
    NEEDS_BANK_DETAILS = "refund.needs_bank_details"
    BANK_DETAILS_REMINDER = "refund.bank_details_reminder"
    REFUND_COMPLETE = "refund.complete"
    REFUND_FAILED = "refund.failed"


class MilestoneShipment(BaseModel):
    """One parcel, and the sound units of each order item in it."""

    model_config = ConfigDict(frozen=True)

    reference: str
    units: dict[str, int]


class MilestoneRefund(CustomerRefund, frozen=True):
    """The refund that a milestone is about."""

    expires: datetime | None = None
    """Until when the customer can give bank details."""


class MilestoneData(BaseModel):
    """The return as its customer may see it, and what the milestone is about."""

    model_config = ConfigDict(frozen=True, populate_by_name=True, serialize_by_alias=True)

    return_: CustomerView = Field(alias="return")
    shipment: MilestoneShipment | None = None
    refund: MilestoneRefund | None = None
    outcome: str | None = None


class Milestone(BaseModel):
    """One milestone, and when it was noticed."""

    model_config = ConfigDict(frozen=True)

    key: str
    """Names it within its return; what it was told as, for good."""
    type: MilestoneType
    timestamp: datetime
    data: MilestoneData

    @property
    def webhook_id(self) -> str:
        """Name it among those of all returns; signatures are split at full stops."""
        return f"{self.data.return_.workflow_id}:{self.key}".replace(".", "%2E")

    @property
    def body(self) -> str:
        """Return what is sent."""
        return self.model_dump_json(exclude={"key"}, exclude_none=True)


def milestones(ledger: Ledger, now: datetime) -> Iterator[Milestone]:
    """Yield what a return has reached but for its end: what was reached once stays reached.

    What must have happened before is reached, too, whether or not anybody told of it.
    """
    record = our_return(ledger)
    if record is None:
        return
    plain = MilestoneData(return_=_view(ledger))
    was_accepted = "accepted" in record.states.final
    yield _reached(MilestoneType.OPENED, now, plain)
    if not ledger.by_digital_river or APPROVED in record.states.since or was_accepted:
        yield _reached(MilestoneType.APPROVED, now, plain)
    for parcel in sorted(ledger.shipments.values(), key=lambda one: (one.at, one.reference)):
        shipment = MilestoneShipment(reference=parcel.reference, units=dict(parcel.items))
        about = plain.model_copy(update={"shipment": shipment})
        yield _reached(MilestoneType.RECEIVED, now, about, parcel.reference)
    if was_accepted:
        yield _reached(MilestoneType.ACCEPTED, now, plain)
    for refund in sorted(our_refunds(ledger, record), key=made_at):
        about = plain.model_copy(update={"refund": _refund(refund)})
        for kind in _reached_by(refund):
            yield _reached(kind, now, about, refund.best.refund_id)


def reminders(ledger: Ledger, now: datetime) -> Iterator[tuple[datetime, Milestone]]:
    """Yield when the storefront is to hear again of bank details that are missing now."""
    record = our_return(ledger)
    for refund in our_refunds(ledger, record) if record else ():
        seen = refund.best
        if refund.state != ASKS or seen.expires is None:
            continue
        about = MilestoneData(return_=_view(ledger), refund=_refund(refund))
        for ahead in REMINDERS:
            which = seen.refund_id, f"{ahead.days}"
            yield (
                seen.expires - ahead,
                _reached(MilestoneType.BANK_DETAILS_REMINDER, now, about, *which),
            )


def the_end(ledger: Ledger, close: Close, now: datetime, number: int) -> Milestone:
    """Return that a return has ended, for the `number`th time: it goes on if it learns of more."""
    about = MilestoneData(return_=_view(ledger), outcome=close.outcome)
    return _reached(MilestoneType.CLOSED, now, about, *([f"{number}"] if number > 1 else []))


def is_overtaken(milestone: Milestone) -> bool:
    """Say whether a refund that needed bank details does not need them any more."""
    refund = milestone.data.refund
    asked = milestone.type is MilestoneType.NEEDS_BANK_DETAILS
    return asked and refund is not None and refund.state != ASKS


def _reached(kind: MilestoneType, now: datetime, about: MilestoneData, *which: str) -> Milestone:
    key = ":".join((kind.name.lower(), *which))
    return Milestone(key=key, type=kind, timestamp=now, data=about)


def _reached_by(refund: RefundRecord) -> Iterator[MilestoneType]:
    yield MilestoneType.REFUND_PENDING
    if refund_rank(ASKS) in refund.states.since:
        yield MilestoneType.NEEDS_BANK_DETAILS
    if "succeeded" in refund.states.final:
        yield MilestoneType.REFUND_COMPLETE
    if refund.states.final - {"succeeded"}:
        yield MilestoneType.REFUND_FAILED


def _refund(record: RefundRecord) -> MilestoneRefund:
    seen = record.best
    return MilestoneRefund(
        id=seen.refund_id,
        state=record.state,
        amount=record.amount,
        refunded_amount=seen.refunded_amount,
        currency=seen.currency,
        expires=seen.expires,
    )


def _view(ledger: Ledger) -> CustomerView:
    return customer_view(take_snapshot(ledger, next_step(ledger), last_facts=0))
