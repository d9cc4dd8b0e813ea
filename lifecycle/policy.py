"""How long each party may take and what follows when it takes longer."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Duration = Annotated[timedelta, Field(gt=timedelta(0), le=timedelta(days=365))]

WORKING_DAYS = 5
WEEK = 7


class ShortReturn(StrEnum):
    """What to do when fewer units than authorised came by the deadline."""

    SETTLE = "settle"
    WAIT = "wait"
    ASK = "ask"


class RefundShipping(StrEnum):
    """Whether the customer gets back what was paid for shipping (digital_river)."""

    NEVER = "never"
    WHEN_ORDER_FULLY_RETURNED = "when_order_fully_returned"


class Policy(BaseModel):
    """The shop's terms for one return. Durations are seconds or ISO 8601 ("P14D", "PT60S").

    The policy is written into the workflow when it starts: a return keeps the terms that it was
    opened under, whatever later releases choose as defaults.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    approval: Duration = timedelta(days=14)
    """For the fulfiller to approve or reject; then a person is asked."""

    goods: Duration = timedelta(days=30)
    """For the customer's goods to arrive; each parcel starts it anew."""

    short_return: ShortReturn = ShortReturn.ASK
    """When some but not all goods came by that deadline."""

    more_goods: Duration = timedelta(days=3)
    """Grace for more units after the fulfiller accepted fewer than asked (digital_river)."""

    refund_business_days: Annotated[int, Field(ge=1, le=90)] = 10
    """For a refund to end; then a person is asked."""

    refund_shipping: RefundShipping | None = None
    """Whether shipping is refunded, too, once every unit of the order came back; None is never."""

    unreachable: Duration = timedelta(hours=72)
    """How long a call is tried while Digital River does not answer; then a person is asked."""

    doubt: Duration = timedelta(seconds=60)
    """Between two reads that must both miss an object before its lost create is sent again."""

    looks: Annotated[tuple[Duration, ...], Field(min_length=1, max_length=20)] = (
        timedelta(hours=24),
        timedelta(hours=72),
        timedelta(days=7),
    )
    """Gaps between looks at Digital River while waiting; the last one repeats."""

    ask_before_refund: bool | None = None
    """Whether a person is asked before money moves; None means no, and writes nothing."""

    tag_reason: bool = True
    """Whether the RMA number is appended to `reason`."""


def business_days_after(start: datetime, days: int) -> datetime:
    """Return the time that lies `days` Mondays-to-Fridays (in UTC) after `start`, at least one.

    From a weekend they count as from its Friday.
    """
    start = start.astimezone(UTC)
    begun = min(start.weekday(), WORKING_DAYS - 1)
    weeks, day = divmod(begun + days, WORKING_DAYS)
    return start + timedelta(days=weeks * WEEK + day - start.weekday())
