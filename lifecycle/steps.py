"""What can be done next. A step that calls Digital River carries all that the call needs."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from lifecycle.facts import Resource
from lifecycle.location import Location


class Outcome(StrEnum):
    """How a return ended. An outcome is a result of the workflow, never a failure."""

    REFUNDED = "refunded"
    PARTIALLY_REFUNDED = "partially_refunded"
    NOT_RETURNABLE = "not_returnable"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REFUND_FAILED = "refund_failed"
    CHARGED_BACK = "charged_back"


class Answer(StrEnum):
    """What a person may answer to a question."""

    APPROVE = "approve"
    DECLINE = "decline"
    RETRY = "retry"
    EXTEND_DEADLINE = "extend_deadline"
    REFUND_RECEIVED_PART = "refund_received_part"
    ACCEPT_ANYWAY = "accept_anyway"
    LOOK_ONLY = "look_only"
    SETTLE_BY_HAND = "settle_by_hand"
    ACKNOWLEDGE = "acknowledge"
    DISPUTE_RESOLVED = "dispute_resolved"
    CHARGED_BACK = "charged_back"
    ACCEPT_ALL_THE_SAME = "accept_all_the_same"
    REFUND_ALL_THE_SAME = "refund_all_the_same"
    ALREADY_PAID = "already_paid"
    CLAIM = "claim"
    LEAVE = "leave"
    GIVE_UP = "give_up"


class Waiting(StrEnum):
    """What is waited for."""

    APPROVAL = "approval"
    GOODS = "goods"
    MORE_GOODS = "more_goods"
    REFUND = "refund"
    BANK_DETAILS = "bank_details"
    DISPUTE = "dispute"
    DECISION = "decision"


class Who(StrEnum):
    """Who must act."""

    CUSTOMER = "customer"
    FULFILLER = "fulfiller"
    DIGITAL_RIVER = "digital_river"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRefusal:
    """Why one line cannot be returned: a code for programs, a sentence for the customer."""

    order_item_id: str
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why nothing was opened."""

    code: str
    message: str
    lines: tuple[LineRefusal, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question to an operator. Its id names what it is about, so that it is asked once."""

    id: str
    reason: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckShipped:
    """Read the fulfillment order: were the units shipped? (digital_river)."""

    key: str
    order_id: str
    fulfillment_order_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReturnable:
    """Read the order and its returns: can the units come back? (third_party)."""

    key: str
    order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopt:
    """Read a return that is there already, with its order and the order's refunds."""

    key: str
    resource: Resource
    return_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """Units of one item."""

    item_id: str
    quantity: int
    amount: Decimal | None = None
    """Set where so much money is meant, and not the units' whole worth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Create:
    """Create Digital River's return, unless it is there already."""

    resource: Resource
    key: str
    order_id: str
    items: tuple[Units, ...]
    reason: str | None = None
    rma: str | None = None
    fulfillment_order_id: str | None = None
    location: Location | None = None
    metadata: dict[str, str | bool | int | float] | None = None
    not_before: datetime | None = None
    """Set when the answer of an earlier try was lost: the earliest time for a second look."""
    not_ours: tuple[str, ...] = ()
    """Look-alikes that a person has ruled out."""
    only_look: bool = False
    """Set when it is not wanted any more: what is there is adopted, nothing is created."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the ledger holds of one object, for telling news from what is known."""

    object_id: str
    state: str
    accepted: tuple[Units, ...] = ()
    contradicting: tuple[str, ...] | None = None
    """Other final states that it was seen in: a person decides between them, or has decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptItems:
    """Accept items at Digital River at their full authorised quantity (third_party)."""

    return_id: str
    key: str
    items: tuple[Units, ...]
    whole: bool
    """Whether this completes everything: one call then accepts the whole return."""
    known: tuple[Known, ...] | None = None
    """Refunds of the order that are known, if any: another one ends the try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueRefund:
    """Issue a refund for units, unless one with this key is there already."""

    order_id: str
    return_id: str
    key: str
    currency: str
    items: tuple[Units, ...]
    reason: str | None = None
    resource: Resource
    known: tuple[Known, ...]
    """Nothing is posted when the return or a refund of the order turns out to differ from this."""
    not_before: datetime | None = None
    shipping: Literal[True] | None = None
    """Set where it pays for no units but for the order's shipping, if that is due."""
    preview: Literal[True] | None = None
    """Set where money may have gone another way: nothing is posted beyond what is left of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListReturns:
    """List the order's returns, to see whether another one could own a refund without a mark."""

    key: str
    order_id: str
    fulfillment_order_id: str | None = None
    """Set when the returns are fulfillment returns, which are listed by it."""
    made: datetime
    """When that refund was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Look at the return and the order's refunds: a call was lost, or the shop cancelled."""

    key: str
    order_id: str
    return_id: str
    resource: Resource
    not_before: datetime
    """What is seen earlier does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUpDispute:
    """Read Digital River's events for how the dispute ended, which nobody has said."""

    key: str
    order_id: str
    seen: datetime
    """When the order was last seen disputed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Look at Digital River, on a widening schedule, until there is news."""

    order_id: str
    return_id: str
    resource: Resource
    refunds: bool
    """Whether the order's refunds are looked at, too."""
    order: bool
    """Whether the order itself is looked at, too: is it still disputed?"""
    known: tuple[Known, ...]
    until: datetime
    looks: tuple[timedelta, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Sleep until a fact changes the answer."""

    what: Waiting
    who: Who
    since: datetime | None = None
    until: datetime | None = None
    question: Question | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """The end."""

    outcome: Outcome
    refusal: Refusal | None = None


Call = (
    CheckShipped
    | CheckReturnable
    | Adopt
    | Create
    | AcceptItems
    | IssueRefund
    | ListReturns
    | Look
    | LookUpDispute
)
Step = Call | Wait | Close
