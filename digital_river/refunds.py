"""Refunds. None knows the return that it belongs to."""

from __future__ import annotations

from enum import StrEnum

from pydantic import SecretStr

from digital_river.orders import Charge
from digital_river.wire import Identified, LiveMode, Metadata, Money, Quantity, Time, Wire


class RefundState(StrEnum):
    """The known states of a refund; the last three are final."""

    PENDING = "pending"
    PENDING_INFORMATION = "pending_information"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    EXPIRED = "expired"


class RefundType(StrEnum):
    """What a refund gives back when it is not goods; `tax` only in full."""

    SHIPPING = "shipping"
    DUTY = "duty"
    TAX = "tax"
    IMPORTER_TAX = "importer_tax"


class RefundItemType(StrEnum):
    """What a refund of one item gives back when it is not goods."""

    SHIPPING = "shipping"
    FEES = "fees"
    DUTY = "duty"


class TokenInformation(Wire):
    """What the customer's browser needs to ask for bank details."""

    token: SecretStr
    """Whoever has it may enter the account that the money goes to."""
    expires_time: Time | None = None


class RefundItem(Wire):
    """What is given back for one line of the order."""

    item_id: str
    sku_id: str | None = None
    quantity: Quantity | None = None
    amount: Money | None = None
    percent: float | None = None
    refunded_amount: Money | None = None
    type: str | None = None
    """One of `RefundItemType`, or a word that is new; missing for goods."""


class Refund(Identified):
    """Money on its way back, for items of an order or (no items) for the order as a whole."""

    created_time: Time
    order_id: str | None = None
    invoice_id: str | None = None
    currency: str
    type: str | None = None
    """One of `RefundType`, or a word that is new; missing for goods."""
    amount: Money | None = None
    """What was asked for; missing when it was asked item by item."""
    refunded_amount: Money | None = None
    """What was given back: zero while pending and when failed."""
    items: tuple[RefundItem, ...] = ()
    reason: str | None = None
    """Copied from the return when Digital River made the refund."""
    state: str
    """One of `RefundState`, or a word that is new."""
    failure_reason: str | None = None
    """Often missing from refunds that failed."""
    token_information: TokenInformation | None = None
    expires_time: Time | None = None
    charges: tuple[Charge, ...] = ()
    metadata: Metadata | None = None
    live_mode: LiveMode = None
