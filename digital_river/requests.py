"""What is sent to Digital River: only fields that are set, in the one form that is proper.

Quantities are written as whole numbers, money as exact decimal numbers. What Digital River is
known to refuse (docs/digital-river.md, Endpoints) is refused here first, as a `ValueError`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    PlainSerializer,
    model_validator,
)
from pydantic.alias_generators import to_camel

from digital_river.refunds import RefundItemType, RefundType

LONGEST_REASON = 64
"""Characters of a reason."""
_LONGEST_METADATA_TEXT = 500


def _checked_metadata(metadata: dict[str, JsonValue]) -> dict[str, JsonValue]:
    too_long = [
        name
        for name, value in metadata.items()
        if isinstance(value, str) and len(value) > _LONGEST_METADATA_TEXT
    ]
    if too_long:
        raise ValueError(f"metadata is longer than 500 characters: {', '.join(too_long)}")
    return metadata


Id = Annotated[str, Field(min_length=1)]
Units = Annotated[int, Field(gt=0)]
# 14 digits are few enough that a float has them exactly, and writes them so.
Amount = Annotated[
    Decimal, Field(gt=0, max_digits=14, decimal_places=2), PlainSerializer(float, when_used="json")
]
Percent = Annotated[
    Decimal,
    Field(ge=Decimal("0.01"), le=100, decimal_places=2),
    PlainSerializer(float, when_used="json"),
]
Reason = Annotated[str, Field(max_length=LONGEST_REASON)]
Metadata = Annotated[
    dict[Annotated[str, Field(max_length=40)], JsonValue],
    Field(min_length=1, max_length=20),
    AfterValidator(_checked_metadata),
]


class Request(BaseModel):
    """Something to send."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )


class CreateFulfillmentReturnItem(Request):
    """So many units of one line of a fulfillment order."""

    fulfillment_order_item_id: Id
    quantity: Units


class CreateFulfillmentReturn(Request):
    """Ask Digital River's fulfiller to take goods back. It has no metadata."""

    fulfillment_order_id: Id
    items: Annotated[tuple[CreateFulfillmentReturnItem, ...], Field(min_length=1)]
    upstream_id: Id | None = None
    """The id of the order."""
    reason: Reason | None = None


class ReturnAddress(Request):
    """A postal address for goods."""

    line1: str
    line2: str | None = None
    city: str
    postal_code: str
    state: str
    country: str


class ReturnLocation(Request):
    """Where the goods of a return go to."""

    address: ReturnAddress
    name: str | None = None
    phone: str | None = None
    email: str | None = None


class CreateReturnItem(Request):
    """So many units of one line of an order. By its id: two lines may hold the same SKU."""

    item_id: Id
    quantity: Units


class CreateReturn(Request):
    """Tell Digital River of a return that is authorised already."""

    order_id: Id
    items: Annotated[tuple[CreateReturnItem, ...], Field(min_length=1)]
    reason: Reason | None = None
    location: ReturnLocation | None = None
    metadata: Metadata | None = None


class AcceptReturnItem(Request):
    """Accept units of one line: all that were authorised, and once.

    What Digital River makes of fewer is unknown (docs/digital-river.md, Acceptance).
    """

    item_id: Id
    quantity: Units
    state: Literal["accepted"] = "accepted"


class AcceptReturn(Request):
    """Accept a return: some of its items, or all of it."""

    state: Literal["accepted"] | None = None
    items: tuple[AcceptReturnItem, ...] | None = None


class CreateRefundItem(Request):
    """Give money back for one line of an order: an amount, or so many percent."""

    item_id: Id
    quantity: Units | None = None
    """How many units; all that were ordered when missing."""
    amount: Amount | None = None
    percent: Percent | None = None
    type: RefundItemType | None = None
    """Missing for goods."""

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        if (self.amount is None) == (self.percent is None):
            raise ValueError("an item is refunded by either amount or percent")
        return self


class CreateRefund(Request):
    """Give money back for an order or an invoice: an amount, a percentage, or item by item."""

    order_id: Id | None = None
    invoice_id: Id | None = None
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    """The order's."""
    amount: Amount | None = None
    percent: Percent | None = None
    items: Annotated[tuple[CreateRefundItem, ...], Field(min_length=1)] | None = None
    type: RefundType | None = None
    """Missing for goods."""
    reason: Reason | None = None
    metadata: Metadata | None = None

    @model_validator(mode="after")
    def _one_subject_and_measure(self) -> Self:
        if (self.order_id is None) == (self.invoice_id is None):
            raise ValueError("a refund is of either an order or an invoice")
        if sum(measure is not None for measure in (self.amount, self.percent, self.items)) != 1:
            raise ValueError("a refund is measured by one of amount, percent and items")
        return self


class UpdateRefund(Request):
    """Change a refund's metadata: pairs are merged, and an empty text deletes its pair."""

    metadata: Metadata


class CreateWebhook(Request):
    """Have events sent to an address, signed."""

    types: Annotated[tuple[str, ...], Field(min_length=1)]
    address: Id
    api_version: str | None = None
    enabled: bool | None = None


class UpdateWebhook(Request):
    """Change what is set, leave the rest; `enabled` brings back one that was disabled."""

    types: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    address: Id | None = None
    api_version: str | None = None
    enabled: bool | None = None
