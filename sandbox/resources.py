"""Digital River's resources as the sandbox keeps them (docs/digital-river.md §3)."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from .json_types import JsonObject
from .money import NOTHING
from .options import Automation

Part = tuple[str, str]
"""A refundable part of an order: an order item's id, and `product` or `shipping`."""

PRODUCT = "product"
SHIPPING = "shipping"

LIVE_REFUNDS = ("pending", "pending_information", "succeeded")
OPEN_REFUNDS = ("pending", "pending_information")


@dataclass
class ChargeRefund:
    """One refund's row in one charge."""

    id: str
    refund_id: str
    created: datetime
    updated: datetime
    amount: Decimal
    state: str


@dataclass
class Charge:
    """Money taken from one payment source; `captured` is what was really taken."""

    id: str
    order_id: str
    created: datetime
    currency: str
    amount: Decimal
    captured: Decimal
    source_id: str
    rows: list[ChargeRefund] = field(default_factory=list)
    personal: JsonObject = field(default_factory=dict)

    @property
    def left(self) -> Decimal:
        """What is captured and not given back."""
        gone = (row.amount for row in self.rows if row.state != "failed")
        return self.captured - sum(gone, NOTHING)


@dataclass
class OrderItem:
    """A line of an order; `fulfilled` counts the units that were shipped and so paid for."""

    id: str
    sku_id: str
    quantity: int
    fulfilled: int
    amount: Decimal
    tax: Decimal
    tax_rate: Decimal
    shipping: Decimal
    state: str
    metadata: JsonObject = field(default_factory=dict)

    @property
    def value(self) -> Decimal:
        """The line's amount with its tax, for all its units."""
        return self.amount + self.tax


@dataclass
class Scripts:
    """What the automatic fulfiller and the bank do to one order."""

    refunds: list[str] = field(default_factory=list)
    every_refund: str | None = None
    approve: bool = True
    receive: dict[str, int] | None = None
    automation: Automation | None = None


@dataclass
class Order:
    """An order, with the parts of it that can be refunded."""

    id: str
    created: datetime
    updated: datetime
    currency: str
    state: str
    items: list[OrderItem]
    charges: list[Charge]
    scripts: Scripts
    refundable: dict[Part, Decimal] = field(default_factory=dict)
    upstream_id: str | None = None
    customer_last_name: str | None = None
    personal: JsonObject = field(default_factory=dict)
    metadata: JsonObject = field(default_factory=dict)
    transitions: dict[str, datetime] = field(default_factory=dict)
    forgotten: bool = False
    charged_back: bool = False
    before_dispute: str | None = None
    refund_ids: list[str] = field(default_factory=list)
    return_ids: list[str] = field(default_factory=list)


@dataclass
class FulfillmentOrderItem:
    """A line of a fulfillment order; the counters add up to the quantity."""

    id: int
    order_item_id: str
    sku_id: str
    quantity: int
    pending: int
    backordered: int
    shipped: int
    cancelled: int
    amount: Decimal
    tax: Decimal
    returned: int = 0


@dataclass
class FulfillmentOrder:
    """The physical copy of an order that Digital River's fulfiller works on."""

    id: int
    order_id: str
    created: datetime
    currency: str
    items: list[FulfillmentOrderItem]
    fulfillment_return_ids: list[str] = field(default_factory=list)
    personal: JsonObject = field(default_factory=dict)


@dataclass
class FulfillmentReturnItem:
    """Units asked back in a fulfillment return, and how many the fulfiller took in."""

    fulfillment_order_item_id: str
    inventory_item_id: str
    quantity: int
    quantity_accepted: int = 0
    state: str = "pending"
    unit_attributes: list[JsonObject] | None = None


@dataclass
class FulfillmentReturn:
    """A request to the fulfiller to take goods back."""

    id: str
    created: datetime
    fulfillment_order_id: str
    order_id: str
    type: str
    items: list[FulfillmentReturnItem]
    state: str = "created"
    upstream_id: str | None = None
    reason: str | None = None
    location: JsonObject | None = None
    approved: datetime | None = None


@dataclass
class ReturnItem:
    """Units that the client authorised to come back, and how many it accepted."""

    item_id: str
    sku_id: str
    quantity: int
    amount: Decimal
    quantity_accepted: int = 0

    @property
    def state(self) -> str:
        """`accepted` once every authorised unit is (docs/digital-river.md §4.1)."""
        return "accepted" if self.quantity_accepted == self.quantity else "created"


@dataclass
class Return:
    """A return that the client coordinates; `batches` holds each update's accepted units."""

    id: str
    created: datetime
    order_id: str
    currency: str
    items: list[ReturnItem]
    state: str = "created"
    reason: str | None = None
    location: JsonObject | None = None
    metadata: JsonObject = field(default_factory=dict)
    refund_ids: list[str] = field(default_factory=list)
    batches: list[dict[str, int]] = field(default_factory=list)
    held_events: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class RefundItem:
    """One line of a refund; `amount` and `percent` are what was asked, `value` what it means."""

    item_id: str
    sku_id: str
    quantity: int
    value: Decimal
    amount: Decimal | None = None
    percent: Decimal | None = None
    type: str | None = None


@dataclass
class Refund:
    """Money on its way back; `return_id` and `held` are ours and never on the wire."""

    id: str
    created: datetime
    order_id: str
    currency: str
    value: Decimal
    parts: dict[Part, Decimal]
    items: list[RefundItem]
    number: int
    state: str = "pending"
    type: str | None = None
    reason: str | None = None
    failure_reason: str | None = None
    metadata: JsonObject = field(default_factory=dict)
    return_id: str | None = None
    held: bool = False
    token: str | None = None
    token_expires: datetime | None = None
    details_given: datetime | None = None

    @property
    def refunded_amount(self) -> Decimal:
        """What has really gone back: nothing before the refund succeeded (§3.6)."""
        return sum(self.parts.values(), NOTHING) if self.state == "succeeded" else NOTHING
