"""What the control API takes and gives."""

from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from .json_types import JsonObject


class Sent(BaseModel):
    """A request body in which a misspelt field is refused."""

    model_config = ConfigDict(extra="forbid")


class Health(BaseModel):
    """The sandbox serves."""

    status: Literal["ok"] = "ok"


class PlantedOrder(BaseModel):
    """A new order as Digital River shows it, and its fulfillment order if it has one."""

    order: JsonObject
    fulfillment_order: JsonObject | None


class Advance(Sent):
    """How far to move the world's clock."""

    advance_seconds: float = Field(ge=0, examples=[86400])


class ClockReading(BaseModel):
    """The world's time and how far it is ahead of real time."""

    now: str = Field(examples=["2026-01-05T10:00:00.0Z"])
    offset_seconds: float


class Address(Sent):
    """Where goods are sent to."""

    line1: str | None = None
    line2: str | None = None
    city: str | None = None
    postalCode: str | None = None  # noqa: N815 - Digital River's spelling
    state: str | None = None
    country: str


class Location(Sent):
    """An address with the people there."""

    address: Address
    name: str | None = None
    phone: str | None = None
    email: str | None = None


class Approval(Sent):
    """The place the fulfiller wants the goods at; left out: the sandbox's own dock."""

    location: Location | None = None


class ReceivedItem(Sent):
    """Units taken in now, in addition to earlier ones; 0 rejects the item."""

    fulfillment_order_item_id: str
    quantity: int = Field(ge=0)


class Receipt(Sent):
    """What arrived; null means all that is left, an empty list means nothing."""

    items: list[ReceivedItem] | None = None


class WarehouseItem(Sent):
    """Units of a refused shipment."""

    fulfillment_order_item_id: str
    quantity: int = Field(ge=1)


class WarehouseReturn(Sent):
    """A fulfillment return that nobody asked for."""

    fulfillment_order_id: str
    type: Literal["warehouse"] = "warehouse"
    items: list[WarehouseItem] | None = Field(
        default=None, description="Null means every unit that can still come back."
    )
    reason: str | None = Field(default=None, max_length=64)
    upstream_id: str | None = None


class Failure(Sent):
    """Why the bank refuses, when it says so."""

    failure_reason: str | None = Field(default=None, examples=["expired_or_canceled_card"])


class Payment(Sent):
    """How much of a refund the customer gets."""

    failing_charges: int = Field(
        default=0, ge=0, description="So many of its payment sources, the last ones, take nothing."
    )


class Silence(Sent):
    """Whether the change happens without an event."""

    silent: bool = False


class DashboardRefundItem(Sent):
    """One line of a refund made in the Dashboard; either amount or percent."""

    itemId: str  # noqa: N815 - Digital River's spelling
    skuId: str | None = None  # noqa: N815 - Digital River's spelling
    quantity: int | None = None
    amount: Decimal | None = None
    percent: Decimal | None = None
    type: str | None = None


class DashboardRefund(Sent):
    """The body of `POST /refunds` without the order; currency defaults to the order's."""

    currency: str | None = None
    amount: Decimal | None = None
    percent: Decimal | None = Field(default=None, examples=[100])
    items: list[DashboardRefundItem] | None = None
    type: str | None = None
    reason: str | None = None
    metadata: JsonObject | None = None


class CallEntry(BaseModel):
    """One call to Digital River's paths."""

    at: str
    method: str
    path: str
    query: dict[str, list[str]]
    body: Any
    status: int | None = Field(description="Null when the caller got no answer.")
    fault: str | None


class DeliveryEntry(BaseModel):
    """One attempt to deliver an event; attempt 0 is a delivery that was dropped."""

    at: str
    event_id: str
    type: str
    url: str
    attempt: int
    status: int | None = Field(description="Null when no answer came.")
    fault: str | None


class BooksPage(BaseModel):
    """Everything that exists, in Digital River's spelling, and everything that was said."""

    orders: list[JsonObject]
    fulfillment_orders: list[JsonObject]
    fulfillment_returns: list[JsonObject]
    returns: list[JsonObject]
    refunds: list[JsonObject]
    charges: list[JsonObject]
    events: list[JsonObject]
    webhooks: list[JsonObject]
    refunds_made_by: dict[str, str] = Field(
        description="For each refund that Digital River made of itself, the return it is for."
    )
    calls: list[CallEntry]
    deliveries: list[DeliveryEntry]
