"""Orders as a shop would have sold them: the control API's `POST /sandbox/orders`."""

from decimal import Decimal
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from .errors import ApiError, Problem, invalid
from .identifiers import new_uuid
from .json_types import JsonObject
from .money import NOTHING, cents, fill, share, spread
from .options import Automation
from .resources import (
    PRODUCT,
    SHIPPING,
    Charge,
    FulfillmentOrder,
    FulfillmentOrderItem,
    Order,
    OrderItem,
    Scripts,
)
from .world import World

RefundAct = Literal["complete", "complete_in_part", "fail", "require_information"]

CARDS_THAT_FAIL = {"4000000000004111": "fail_at_once", "4556602564240839": "fail"}
NAMES_THAT_FAIL = {
    "RefundFail": "fail_at_once",
    "RefundFailedAfterPending": "fail",
    "RefundFailWhileCreation": "refuse",
    "RefundFailAfterPaymentInfo": "require_information_then_fail",
}


class SeedLine(BaseModel):
    """One line of an order; the counters must add up to the quantity."""

    model_config = ConfigDict(extra="forbid")

    quantity: int = Field(ge=1)
    sku_id: str | None = None
    unit_price: Decimal = Field(default=Decimal("10.00"), ge=0, description="Without tax.")
    tax_rate: Decimal = Field(default=NOTHING, ge=0, description="0.21 is 21 %.")
    shipped: int = Field(default=-1, ge=-1, description="Default: all that is not elsewhere.")
    pending: int = Field(default=0, ge=0)
    backordered: int = Field(default=0, ge=0)
    cancelled: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _counters_add_up(self) -> Self:
        elsewhere = self.pending + self.backordered + self.cancelled
        if "shipped" not in self.model_fields_set:
            self.shipped = self.quantity - elsewhere
        elif self.shipped + elsewhere < self.quantity:
            self.pending = self.quantity - self.shipped - self.backordered - self.cancelled
        if self.shipped < 0 or self.shipped + elsewhere > self.quantity:
            raise ValueError("shipped, pending, backordered and cancelled exceed the quantity")
        return self


class FulfillerScript(BaseModel):
    """What the automatic fulfiller does to the order's fulfillment returns."""

    model_config = ConfigDict(extra="forbid")

    decision: Literal["approve", "reject"] = "approve"
    receive: dict[str, int] | None = Field(
        default=None,
        description="Units per order item id, fulfillment order item id or line index; "
        "what is not named is not received. Null receives everything.",
    )


class SeedOrder(BaseModel):
    """An order to make."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "coordinator": "digital_river",
                    "lines": [{"quantity": 2, "unit_price": 49.9, "tax_rate": 0.21}],
                    "refund_script": ["fail", "complete"],
                }
            ]
        },
    )

    coordinator: Literal["digital_river", "third_party"]
    lines: list[SeedLine] = Field(min_length=1)
    currency: str = Field(default="EUR", pattern="^[A-Z]{3}$")
    shipping: Decimal = Field(default=NOTHING, ge=0)
    order_id: str | None = Field(default=None, min_length=1)
    upstream_id: str | None = None
    customer_last_name: str | None = Field(
        default=None, description="A test-mode trigger such as RefundFail (§6.9)."
    )
    personal: JsonObject = Field(
        default={},
        description="Further fields that the order, its fulfillment order and its charges show, "
        "such as `shipTo` and `email`.",
    )
    card: str | None = Field(default=None, description="A test-mode card number (§6.9).")
    charges: int | list[Decimal] = Field(
        default=1, description="How many payment sources, or what each paid; the first is primary."
    )
    refund_script: list[RefundAct] = Field(
        default=[], description="The automatic bank's act on the order's 1st, 2nd, ... refund."
    )
    fulfiller_script: FulfillerScript = FulfillerScript()
    automation: Automation | None = Field(
        default=None, description="Replaces the world's automation for this order."
    )


def plant(world: World, seed: SeedOrder) -> tuple[Order, FulfillmentOrder | None]:
    """Make the order, and its fulfillment order when Digital River coordinates."""
    now = world.clock.now()
    order_id = seed.order_id or str(next(world.order_ids))
    if order_id in world.orders:
        raise ApiError(409, Problem("already_exists", "The order exists.", "order_id"))
    items = _items(world, seed)
    order = Order(
        id=order_id,
        created=now,
        updated=now,
        currency=seed.currency,
        state="fulfilled" if any(item.fulfilled for item in items) else "accepted",
        items=items,
        charges=[],
        scripts=_scripts(seed),
        refundable=_refundable(items),
        upstream_id=seed.upstream_id,
        customer_last_name=seed.customer_last_name,
        personal=seed.personal,
    )
    order.transitions = dict.fromkeys(("accepted", order.state), now)
    order.charges = _charges(order, seed.charges)
    world.orders[order.id] = order
    world.charges |= {charge.id: charge for charge in order.charges}
    if seed.coordinator == "third_party":
        return order, None
    return order, _fulfillment_order(world, order, seed)


def _items(world: World, seed: SeedOrder) -> list[OrderItem]:
    amounts = [line.unit_price * line.quantity for line in seed.lines]
    priced = any(amounts)
    shipping = spread(seed.shipping, amounts if priced else [Decimal(1) for _ in amounts])
    return [
        OrderItem(
            id=str(next(world.item_ids)),
            sku_id=line.sku_id or f"sku-{place + 1}",
            quantity=line.quantity,
            fulfilled=line.shipped,
            amount=cents(amount),
            tax=cents(amount * line.tax_rate),
            tax_rate=line.tax_rate,
            shipping=shipping[place],
            state="fulfilled" if line.shipped else "created",
        )
        for place, (line, amount) in enumerate(zip(seed.lines, amounts, strict=True))
    ]


def _refundable(items: list[OrderItem]) -> dict[tuple[str, str], Decimal]:
    """Only what was shipped is captured, and only what is captured can go back."""
    parts = {}
    for item in items:
        parts[(item.id, PRODUCT)] = share(item.value, item.fulfilled, item.quantity)
        parts[(item.id, SHIPPING)] = share(item.shipping, item.fulfilled, item.quantity)
    return parts


def _charges(order: Order, asked: int | list[Decimal]) -> list[Charge]:
    total = sum((item.value + item.shipping for item in order.items), NOTHING)
    amounts = spread(total, [total] * asked) if isinstance(asked, int) else asked
    if not amounts or sum(amounts, NOTHING) != total:
        raise invalid("charges", f"The charges must add up to {total}.")
    captured = fill(sum(order.refundable.values(), NOTHING), amounts)
    return [
        Charge(
            id=new_uuid(),
            order_id=order.id,
            created=order.created,
            currency=order.currency,
            amount=amount,
            captured=taken,
            source_id=new_uuid(),
            personal=order.personal,
        )
        for amount, taken in zip(amounts, captured, strict=True)
    ]


def _scripts(seed: SeedOrder) -> Scripts:
    card = "".join(digit for digit in seed.card or "" if digit.isdigit())
    every = CARDS_THAT_FAIL.get(card) or NAMES_THAT_FAIL.get(seed.customer_last_name or "")
    return Scripts(
        refunds=list(seed.refund_script),
        every_refund=every,
        approve=seed.fulfiller_script.decision == "approve",
        receive=seed.fulfiller_script.receive,
        automation=seed.automation,
    )


def _fulfillment_order(world: World, order: Order, seed: SeedOrder) -> FulfillmentOrder:
    items = [
        FulfillmentOrderItem(
            id=next(world.fulfillment_item_ids),
            order_item_id=item.id,
            sku_id=item.sku_id,
            quantity=line.quantity,
            pending=line.pending,
            backordered=line.backordered,
            shipped=line.shipped,
            cancelled=line.cancelled,
            amount=item.amount,
            tax=item.tax,
        )
        for item, line in zip(order.items, seed.lines, strict=True)
    ]
    one = FulfillmentOrder(
        id=next(world.fulfillment_order_ids),
        order_id=order.id,
        created=order.created,
        currency=order.currency,
        items=items,
        personal=order.personal,
    )
    world.fulfillment_orders[str(one.id)] = one
    return one
