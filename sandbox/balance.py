"""What of an order can still be refunded (docs/digital-river.md §3.1).

Captured money is divided into parts: per order item its product value (amount and tax) and its
share of shipping. A refund that is pending or complete occupies some of each part; a failed or
expired one gives it back.
"""

from decimal import Decimal
from typing import TYPE_CHECKING

from .money import NOTHING
from .resources import LIVE_REFUNDS, PRODUCT, Order, OrderItem, Part

if TYPE_CHECKING:
    from .world import World


def available_parts(world: "World", order: Order) -> dict[Part, Decimal]:
    """Return what is left of each part; after a chargeback the bank has paid it all."""
    if order.charged_back:
        return dict.fromkeys(order.refundable, NOTHING)
    left = dict(order.refundable)
    for refund_id in order.refund_ids:
        refund = world.refunds[refund_id]
        if refund.state in LIVE_REFUNDS:
            for part, amount in refund.parts.items():
                left[part] -= amount
    return left


def available(world: "World", order: Order) -> Decimal:
    """Return the order's availableToRefundAmount."""
    return sum(available_parts(world, order).values(), NOTHING)


def item_available(world: "World", order: Order, item: OrderItem) -> Decimal:
    """Return an item's availableToRefundAmount: line amount and tax only (§7 C15)."""
    return available_parts(world, order)[(item.id, PRODUCT)]


def refunded(world: "World", order: Order) -> Decimal:
    """Return what has really gone back to the customer."""
    refunds = (world.refunds[refund_id] for refund_id in order.refund_ids)
    return sum((one.refunded_amount for one in refunds), NOTHING)
