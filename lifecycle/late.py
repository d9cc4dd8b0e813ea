"""What comes after a return has ended: does money depend on it, and how it is followed up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from lifecycle.facts import Chargeback, Fact, RefundSeen, ReturnSeen
from lifecycle.request import ReturnRequest
from lifecycle.states import FINAL, refund_rank
from lifecycle.steps import Outcome

SUCCEEDED = "succeeded"

CLOCKS_DIFFER = timedelta(minutes=5)
"""Between Digital River and Temporal, at most; as much as the receiver lets a delivery differ."""

PAID = (Outcome.REFUNDED, Outcome.PARTIALLY_REFUNDED)
"""Outcomes that say that money went back, by a refund or by hand."""

TAKES_PARCELS = (
    Outcome.EXPIRED,
    Outcome.CANCELLED,
    Outcome.PARTIALLY_REFUNDED,
    Outcome.REFUND_FAILED,
    Outcome.CHARGED_BACK,
)
"""Outcomes after which goods may still come for a third party's return."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a return had ended, as far as the money goes."""

    outcome: str
    return_id: str
    requested: Mapping[str, int]
    accepted: int
    refunds: Mapping[str, str]
    """The state of each refund, by its id."""
    begun: datetime | None = None
    """When the first workflow on it began: what was there then it has read."""


class Sign(Enum):
    """By what a refund is known to be an ended return's."""

    MARK = auto()
    """It bears the return's mark."""
    FIT = auto()
    """It bears none: the return knew its id, or has its items and units."""
    ID = auto()
    """It bears none, and open returns of the order were told: only who knew its id may have it."""


def news_of(ended: Ended, fact: Fact, sign: Sign) -> str | None:
    """Say in words what differs from how a return had ended, if money depends on it."""
    match fact:
        case ReturnSeen() if fact.return_id == ended.return_id:
            more = sum(item.accepted for item in fact.items) - ended.accepted
            return f"{more} more unit(s) were accepted" if more > 0 else None
        case RefundSeen() if fact.refund_id in ended.refunds or _belongs(ended, fact, sign):
            return _news_of_refund(ended, fact)
        case Chargeback() if _was_paid(ended):
            return "the bank paid the customer back"
        case _:
            return None


def follow_up_of(first: ReturnRequest, return_id: str, *, ask: bool = True) -> ReturnRequest:
    """Return the request to carry on with the return of an ended one; money asks first."""
    terms = first.policy.model_copy(update={"ask_before_refund": ask or None})
    return first.model_copy(update={"adopt": return_id, "lines": (), "policy": terms})


def _belongs(ended: Ended, fact: RefundSeen, sign: Sign) -> bool:
    return sign is Sign.MARK or (sign is Sign.FIT and _fits(ended, fact))


def _news_of_refund(ended: Ended, fact: RefundSeen) -> str | None:
    if refund_rank(fact.state) != FINAL:
        return None
    believed = ended.refunds.get(fact.refund_id)
    if (believed == SUCCEEDED) == (fact.state == SUCCEEDED):
        return None
    before = "was not known" if believed is None else f"was believed {believed}"
    return f"refund {fact.refund_id} {fact.state}, which {before}"


def _fits(ended: Ended, fact: RefundSeen) -> bool:
    """Say whether a refund without a mark could be this return's, by time, items and units."""
    if fact.created and ended.begun and fact.created < ended.begun - CLOCKS_DIFFER:
        return False
    items = [item for item in fact.items if item.type is None]
    return bool(items) and all(
        (item.quantity or 1) <= ended.requested.get(item.item_id, 0) for item in items
    )


def _was_paid(ended: Ended) -> bool:
    """Say whether money may have gone back: then the bank paid for the second time."""
    live = any(
        refund_rank(state) != FINAL or state == SUCCEEDED for state in ended.refunds.values()
    )
    return ended.outcome != Outcome.CHARGED_BACK and (live or ended.outcome in PAID)
