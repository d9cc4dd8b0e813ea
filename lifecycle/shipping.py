"""Refunding what the customer paid for shipping, once an order has come back whole.

A refund of goods leaves shipping out, and one of `type` shipping brings it back
(docs/digital-river.md, "Shipping"). An order has it once, however many returns it has.
"""

from collections.abc import Iterable
from decimal import Decimal

from lifecycle.facts import FulfillmentOrderSeen, OrderSeen, RefundSeen, ReturnSeen
from lifecycle.identity import refund_key, refund_number
from lifecycle.ledger import Ledger
from lifecycle.let_go import FOR_SHIPPING, was_let_go
from lifecycle.ours import issued_by_us
from lifecycle.policy import RefundShipping
from lifecycle.records import RefundRecord, ReturnRecord
from lifecycle.refunding import Money, next_number, units_of
from lifecycle.tally import Tally
from lifecycle.units import received

SHIPPING = "shipping"


def is_our_shipping(refund: RefundRecord) -> bool:
    """Say whether we issued this for shipping: we issue nothing else that pays for no unit."""
    return issued_by_us(refund) and not refund.units


def shipping_is_open(ledger: Ledger, record: ReturnRecord, money: Money) -> bool:
    """Say whether a refund of the shipping is to be tried: the policy wants it, all goods are paid.

    Whether the order has come back whole, with its other returns, shows when it is tried.
    """
    if ledger.request.policy.refund_shipping is not RefundShipping.WHEN_ORDER_FULLY_RETURNED:
        return False
    paid = received(ledger, record) & units_of(ledger, money.succeeded)
    if not ledger.by_digital_river or ledger.requested - paid:
        return False
    return_id = record.best.return_id
    key = refund_key(return_id, next_number(ledger, return_id))
    if key in ledger.not_due or was_let_go(ledger, return_id, FOR_SHIPPING):
        return False
    retried = {refund.best.refund_id for refund in money.retried}
    own = [refund for refund in money.refunds if is_our_shipping(refund)]
    return all(refund.best.refund_id in retried for refund in own)


def shipping_was_not_paid(ledger: Ledger, record: ReturnRecord, money: Money) -> bool:
    """Say whether a person gave the refund of the shipping up, or paid it by hand."""
    if ledger.request.policy.refund_shipping is None:
        return False
    let_go = was_let_go(ledger, record.best.return_id, FOR_SHIPPING)
    return let_go or any(map(is_our_shipping, money.given_up + money.settled_by_hand))


def why_not_due(
    order: OrderSeen,
    charged: Decimal | None,
    sources: Iterable[FulfillmentOrderSeen],
    returns: Iterable[ReturnSeen],
    refunds: Iterable[RefundSeen],
) -> str | None:
    """Say why an order's shipping is not to be refunded; None when it is.

    Due when nobody has refunded it, and each unit that was sent came back by some return and was
    paid for. What the order was charged is left for Digital River to judge where it does not say.
    """
    if charged is not None and not charged:
        return "nothing was paid for shipping"
    refunds = list(refunds)
    live = [one for one in refunds if one.state not in ("failed", "expired")]
    before = next((one.refund_id for one in live if _is_for_shipping(one)), None)
    if before is not None:
        return f"shipping was refunded before: {before}"
    back, sent = _units_back(returns), Tally()
    for item in (item for source in sources for item in source.items):
        units = item.quantity - item.cancelled
        if back[item.item_id] < units:
            return "not every unit of the order came back"
        sent.add({item.order_item_id or "": units})
    if any(line.item_id not in sent and line.state != "cancelled" for line in order.lines):
        return "not every line of the order was sent"
    if sent - _units_paid(order, refunds):
        return "not every unit of the order has been refunded yet"
    return None


def _is_for_shipping(refund: RefundSeen) -> bool:
    """Say whether a refund brings shipping back; one of ours without items does nothing else."""
    ours = refund.key is not None and refund_number(refund.key) > 0
    typed = refund.type == SHIPPING or any(item.type == SHIPPING for item in refund.items)
    return typed or (ours and not refund.items)


def _units_back(returns: Iterable[ReturnSeen]) -> Tally:
    back = Tally()
    for one in returns:
        back.add({item.item_id: item.accepted for item in one.items if item.state != "rejected"})
    return back


def _units_paid(order: OrderSeen, refunds: Iterable[RefundSeen]) -> Tally:
    """Count units that were refunded whole; an item without a quantity means the whole line."""
    ordered = {line.item_id: line.quantity for line in order.lines}
    paid = Tally()
    for one in refunds:
        if one.state == "succeeded" and one.type is None:
            for item in one.items:
                if item.type is None and item.percent is None:
                    paid[item.item_id] += item.quantity or ordered.get(item.item_id, 0)
    return paid
