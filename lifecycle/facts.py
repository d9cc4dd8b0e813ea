"""What can be learned about a return, whoever told it.

A fact about one of Digital River's objects is a *snapshot*: the object as it was at `taken`. Trust
its `state`, never the name of the event that carried it (docs/digital-river.md, "Events").
All facts are immutable and say nothing about who told them; the ledger's timeline does.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from lifecycle.judgement import EligibilityJudged
from lifecycle.location import Location

NOT_SENT = 0
"""The status of a write that was refused before it was sent."""


class Resource(StrEnum):
    """Digital River's two kinds of return: never mix them."""

    FULFILLMENT_RETURN = "fulfillment_return"
    RETURN = "return"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One order item: the units ordered and its state."""

    item_id: str
    quantity: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSeen:
    """A snapshot of the order. Its states come and go, so the latest snapshot holds."""

    kind: Literal["order"] = "order"
    order_id: str
    state: str
    currency: str
    lines: tuple[OrderLine, ...]
    taken: datetime
    updated: datetime | None = None
    """By Digital River's clock; it orders snapshots, whoever took them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FulfillmentOrderItem:
    """One item of a fulfillment order; the counters add up to the units ordered."""

    item_id: str
    order_item_id: str | None = None
    quantity: int
    pending: int = 0
    backordered: int = 0
    shipped: int = 0
    cancelled: int = 0
    returned: int = 0
    value: Decimal | None = None
    """What these units cost with their tax, by the order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FulfillmentOrderSeen:
    """A snapshot of a fulfillment order: what the fulfiller shipped of an order."""

    kind: Literal["fulfillment_order"] = "fulfillment_order"
    fulfillment_order_id: str
    order_id: str | None = None
    currency: str | None = None
    items: tuple[FulfillmentOrderItem, ...]
    taken: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnItem:
    """One item of a return; `item_id` is a fulfillment order item's in a fulfillment return."""

    item_id: str
    quantity: int
    accepted: int
    state: str
    amount: Decimal | None = None
    """What the authorised units are worth, where Digital River says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnSeen:
    """A snapshot of a fulfillment return or a return."""

    kind: Literal["return"] = "return"
    resource: Resource
    return_id: str
    state: str
    items: tuple[ReturnItem, ...]
    taken: datetime
    order_id: str | None = None
    fulfillment_order_id: str | None = None
    type: str | None = None
    reason: str | None = None
    location: Location | None = None
    refund_ids: tuple[str, ...] = ()
    key: str | None = None
    created: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundItem:
    """The part of a refund that belongs to one order item.

    No quantity means all units ordered (docs/digital-river.md, "Refunds"). A `type` (shipping,
    fees, duty) marks money that pays for no unit.
    """

    item_id: str
    quantity: int | None = None
    amount: Decimal | None = None
    percent: Decimal | None = None
    """Set where less than the whole was asked for."""
    refunded: Decimal | None = None
    """What went back for this item, where a refund has several."""
    type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundSeen:
    """A snapshot of a refund. Order-level refunds have an amount and no items."""

    kind: Literal["refund"] = "refund"
    refund_id: str
    order_id: str | None = None
    state: str
    currency: str
    refunded_amount: Decimal
    items: tuple[RefundItem, ...]
    taken: datetime
    amount: Decimal | None = None
    type: str | None = None
    reason: str | None = None
    key: str | None = None
    failure_reason: str | None = None
    expires: datetime | None = None
    created: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Digital River does not know this object (404)."""

    kind: Literal["missing"] = "missing"
    resource: Literal["order", "fulfillment_order", "return"]
    object_id: str
    taken: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnsListed:
    """All returns of the order that existed at `taken` are known."""

    kind: Literal["returns_listed"] = "returns_listed"
    taken: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnClaimed:
    """This Digital River return is ours: we created it, or recognised it as created by us."""

    kind: Literal["return_claimed"] = "return_claimed"
    return_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnOrphaned:
    """This Digital River return was made by a workflow of ours that has ended; none holds it."""

    kind: Literal["return_orphaned"] = "return_orphaned"
    return_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedBefore:
    """A workflow had ended so on this return, before this one carried on with it."""

    kind: Literal["ended_before"] = "ended_before"
    outcome: str
    news: str | None = None
    """What came later, in words, where money depends on it."""
    taken: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Digital River refused a write, with its own code and message; or we did not send it."""

    kind: Literal["refused"] = "refused"
    key: str
    status: int
    """The answer's; `NOT_SENT` where nothing was asked of Digital River."""
    code: str
    message: str
    taken: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NotDue:
    """A refund that was to be tried is not due: nothing was sent."""

    kind: Literal["not_due"] = "not_due"
    key: str
    why: str
    taken: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InDoubt:
    """A create may have been sent, its answer was lost, and a read at `absent` did not find it."""

    kind: Literal["in_doubt"] = "in_doubt"
    key: str
    absent: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """A look for what a lost create may have made found nothing, and sent nothing."""

    kind: Literal["absent"] = "absent"
    key: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAlikes:
    """Several objects could be the one that a lost create made; only a person can tell."""

    kind: Literal["look_alikes"] = "look_alikes"
    key: str
    object_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallGivenUp:
    """A call to Digital River did not get through in the time that the policy gives it."""

    kind: Literal["call_given_up"] = "call_given_up"
    key: str
    message: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CallWithdrawn:
    """A call was withdrawn before it got through: whether it took effect is not known."""

    kind: Literal["call_withdrawn"] = "call_withdrawn"
    key: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentReceived:
    """What arrived in one parcel, in absolute units; a later revision replaces."""

    kind: Literal["shipment"] = "shipment"
    reference: str
    revision: int
    items: tuple[tuple[str, int], ...]
    """Sound units per order item."""
    damaged: tuple[tuple[str, int], ...] | None = None
    """Damaged units per order item."""
    wrong: tuple[tuple[str, int], ...] | None = None
    """Units of what nobody wanted back, by its description."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlinePassed:
    """A look at Digital River at or after this time found nothing new."""

    kind: Literal["deadline_passed"] = "deadline_passed"
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TooManyMessages:
    """So much was told of this return that events are taken into account no more."""

    kind: Literal["too_many_messages"] = "too_many_messages"
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelRequested:
    """The shop wants to stop the return."""

    kind: Literal["cancel_requested"] = "cancel_requested"
    who: str
    why: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeResolved:
    """Digital River said that the dispute of this order was resolved: nobody was paid by it."""

    kind: Literal["dispute_resolved"] = "dispute_resolved"
    order_id: str
    taken: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeLookedUp:
    """Digital River's events were read for how a dispute ended that was last seen at `seen`."""

    kind: Literal["dispute_looked_up"] = "dispute_looked_up"
    seen: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Chargeback:
    """The bank has paid the customer of this order back."""

    kind: Literal["chargeback"] = "chargeback"
    order_id: str
    taken: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A person's answer to the question it names."""

    kind: Literal["decision"] = "decision"
    question: str
    answer: str
    who: str
    why: str
    at: datetime
    reference: str | None = None
    """Of the payment that was made by hand, as the bank or the books know it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneGivenUp:
    """The storefront was not told of a milestone in the time that there is for it."""

    kind: Literal["milestone_given_up"] = "milestone_given_up"
    key: str
    why: str
    at: datetime


Fact = Annotated[
    OrderSeen
    | FulfillmentOrderSeen
    | ReturnSeen
    | RefundSeen
    | Missing
    | ReturnsListed
    | EligibilityJudged
    | ReturnClaimed
    | ReturnOrphaned
    | EndedBefore
    | Refused
    | NotDue
    | InDoubt
    | Absent
    | LookAlikes
    | CallGivenUp
    | CallWithdrawn
    | ShipmentReceived
    | DeadlinePassed
    | TooManyMessages
    | CancelRequested
    | DisputeResolved
    | DisputeLookedUp
    | Chargeback
    | MilestoneGivenUp
    | Decision,
    Field(discriminator="kind"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What one activity taught, and the version of the rules that its worker runs."""

    rules: int
    facts: tuple[Fact, ...]
    milestones: Literal[True] | None = None
    """Set where this worker tells the storefront of milestones."""
