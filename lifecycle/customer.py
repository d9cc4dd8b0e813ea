"""What the customer may read of a return: where it stands, what to do, until when, which money.

Nothing of the shop's own is in it: no questions to operators, no names, no timeline. The words are
the default ones; a shop that speaks its own goes by `status`.
"""

from datetime import UTC, datetime
from decimal import Decimal

from pydantic import BaseModel

from lifecycle.location import Location
from lifecycle.phase import OPENING
from lifecycle.snapshot import Snapshot
from lifecycle.steps import Outcome, Refusal

IN_REVIEW = "in_review"
"""The status of a return that waits for the shop itself, whatever it is that is decided."""

_REVIEWED = "We are taking a closer look at your return and will be in touch if we need anything"
_GOODS, _REFUND = "awaiting_goods", "refunding"
CHECKING = "checking_goods"
"""The status of a return that waits for no more goods, and for what becomes of those that came."""
_WORDS: dict[str, str] = {
    OPENING: "We have your request and are opening your return",
    "awaiting_approval": "Your return is being checked. We will tell you where to send the goods",
    _GOODS: "Please send the goods back",
    CHECKING: "The goods have arrived and are being checked",
    _REFUND: "Your refund is on its way",
    "awaiting_customer": "To pay your refund, we need your bank details",
    "disputed": "The payment of this order is disputed. Your return goes on when that is settled",
    Outcome.REFUNDED: "Your return is complete, and everything was refunded",
    Outcome.PARTIALLY_REFUNDED: "Your return is complete. A part of it was refunded, "
    "or paid to you in another way",
    Outcome.NOT_RETURNABLE: "These goods cannot be returned",
    Outcome.REJECTED: "Your return was not accepted",
    Outcome.EXPIRED: "Your return has ended, because nothing arrived in time",
    Outcome.CANCELLED: "Your return was cancelled",
    Outcome.REFUND_FAILED: "We could not pay your refund. Please contact customer service",
    Outcome.CHARGED_BACK: "Your bank has paid you back; this return refunds nothing more",
}
_DUE = {_GOODS: "by", _REFUND: "and should arrive by", "awaiting_customer": "by"}
"""How a date goes on from these words. Other deadlines are the shop's own."""


class CustomerLine(BaseModel):
    """One requested line, in units."""

    order_item_id: str
    requested: int
    arrived: int
    accepted: int
    refunded: int


class CustomerRefund(BaseModel):
    """One refund; amounts in the currency's units."""

    id: str
    state: str
    amount: Decimal | None = None
    """What is to be paid, where it is known; `refunded_amount` is what was."""
    refunded_amount: Decimal
    currency: str


class CustomerView(BaseModel):
    """One return, as its customer may see it."""

    workflow_id: str
    rma: str
    order_id: str
    return_id: str | None = None
    status: str
    message: str
    next_date: datetime | None = None
    """When what the message speaks of is due."""
    ship_to: Location | None = None
    lines: list[CustomerLine]
    refunds: list[CustomerRefund]
    refusal: Refusal | None = None


def customer_status(phase: str | None) -> str:
    """Return the word for a phase or an outcome that a customer's page may go by.

    A phase that is not known here is the shop's to look at.
    """
    if phase is None:
        return OPENING
    return phase if phase in _WORDS else IN_REVIEW


def customer_view(view: Snapshot) -> CustomerView:
    """Return what the customer may read of a return."""
    status = _status(view)
    message, until = _told(view, status)
    return CustomerView(
        workflow_id=view.workflow_id,
        rma=view.rma,
        order_id=view.order_id,
        return_id=view.return_.id if view.return_ else None,
        status=status,
        message=message,
        next_date=until,
        ship_to=view.return_.location if view.return_ else None,
        lines=[CustomerLine.model_validate(line.model_dump()) for line in view.lines],
        refunds=[CustomerRefund.model_validate(refund.model_dump()) for refund in view.refunds],
        refusal=view.refusal,
    )


def _status(view: Snapshot) -> str:
    status = customer_status(view.phase)
    return CHECKING if status == _GOODS and _came(view) == _asked(view) else status


def _came(view: Snapshot) -> int:
    return sum(min(line.arrived, line.requested) for line in view.lines)


def _asked(view: Snapshot) -> int:
    return sum(line.requested for line in view.lines)


def _told(view: Snapshot, status: str) -> tuple[str, datetime | None]:
    """Return the message, and the date that it speaks of if there is one."""
    if view.refusal is not None:
        return view.refusal.message, None
    words, due = _WORDS.get(status, _REVIEWED), _DUE.get(status)
    if status == _GOODS and _came(view):
        words = f"We have received {_came(view)} of {_asked(view)} units. Please send the rest"
    if status == _REFUND and not (view.refunds or any(line.accepted for line in view.lines)):
        words, due = "Your return is being dealt with", None
    until = view.waiting.until if view.waiting and due else None
    return f"{words} {due} {_day(until)}." if until else f"{words}.", until


def _day(time: datetime) -> str:
    time = time.astimezone(UTC)
    return f"{time.day} {time:%B %Y}"
