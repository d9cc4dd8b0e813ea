"""What refunds paid, held against what their units are worth.

A refund that succeeded may have paid less than the whole: one of several payment methods did not
take it, or a person made it as a percentage or an amount (docs/digital-river.md, "Money and
wobble").
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from lifecycle.amounts import minor_unit, whole_minor_units
from lifecycle.facts import Resource
from lifecycle.ledger import Ledger
from lifecycle.records import RefundRecord, ReturnRecord
from lifecycle.refunding import Money, units_of
from lifecycle.steps import Units
from lifecycle.tally import Tally

WHOLE = Decimal(100)


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Money that differs from the worth of its units by more than wobble."""

    paid: Decimal
    expected: Decimal
    currency: str
    rest: tuple[Units, ...]
    """What is missing item by item, where that is known; nothing when too much was paid."""

    @property
    def is_short(self) -> bool:
        """Whether too little was paid."""
        return self.paid < self.expected


def find_mismatch(ledger: Ledger, record: ReturnRecord, money: Money) -> Mismatch | None:
    """Return what is wrong with the amounts, if anything is and can be told.

    Each line of each refund may be a minor unit off. For units paid twice, too much was paid.
    """
    paying = [refund for refund in money.succeeded if refund.units]
    if not paying:
        return None
    units = units_of(ledger, paying) & ledger.requested
    paid = _sum(_paid(refund) for refund in paying)
    worth = _sum(_worth(ledger, record, item, n) for item, n in units.items())
    expected = _sum(map(_asked, paying)) if worth is None else worth
    if paid is None or expected is None:
        return None
    currency = paying[0].best.currency
    lines = sum(len(refund.units) for refund in paying)
    if abs(paid - expected) <= minor_unit(currency) * lines:
        return None
    rest = _rest(ledger, record, paying, units) if paid < expected else ()
    return Mismatch(whole_minor_units(paid, currency), expected, currency, rest)


def whole_units(ledger: Ledger, record: ReturnRecord, refunds: list[RefundRecord]) -> Tally:
    """Units that these refunds paid for: none where less than its worth was paid."""
    units = units_of(ledger, refunds)
    for item, count in units.items():
        one = _worth(ledger, record, item, 1)
        paid = _sum(_paid_for(refund, item) for refund in refunds)
        if one and paid is not None:
            wobble = minor_unit(refunds[0].best.currency) * len(refunds)
            units[item] = min(count, int((paid + wobble) / one))
    return units


def _worth(ledger: Ledger, record: ReturnRecord, item: str, units: int) -> Decimal | None:
    """Return what units of an order item are worth, by the return or else by the order."""
    if record.best.resource is Resource.RETURN:
        rows = [(one.item_id, one.amount, one.quantity) for one in record.best.items]
    else:
        order = ledger.fulfillment_orders.get(record.best.fulfillment_order_id or "")
        found = order.items if order else ()
        rows = [(one.order_item_id or "", one.value, one.quantity) for one in found]
    for name, value, quantity in rows:
        if name == item and value is not None and quantity:
            return value * units / quantity
    return None


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """Add amounts up; one that is not known leaves the sum unknown."""
    total = Decimal(0)
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total


def _paid(refund: RefundRecord) -> Decimal | None:
    """Return what a refund paid for goods: all of it, or the part that its items say."""
    if all(item.type is None for item in refund.best.items):
        return refund.best.refunded_amount
    return _sum(_paid_for(refund, item) for item in refund.units)


def _paid_for(refund: RefundRecord, item: str) -> Decimal | None:
    if item not in refund.units:
        return Decimal(0)
    if len(refund.best.items) == 1:
        return refund.best.refunded_amount
    rows = refund.best.items
    return _sum(row.refunded for row in rows if row.item_id == item and row.type is None)


def _asked(refund: RefundRecord) -> Decimal | None:
    """Return what the units of a refund should have been paid, by the refund's own word."""
    percents = {item.percent for item in refund.best.items if item.type is None}
    least = min((percent for percent in percents if percent is not None), default=None)
    if refund.amount is None and least is not None:
        return refund.best.refunded_amount * WHOLE / least
    return refund.amount


def _rest(
    ledger: Ledger, record: ReturnRecord, paying: list[RefundRecord], units: Tally
) -> tuple[Units, ...]:
    """Return what is missing of each item: as money of one unit, however many it belongs to."""
    rest = []
    for item, count in sorted(units.items()):
        worth = _worth(ledger, record, item, count)
        paid = _sum(_paid_for(refund, item) for refund in paying)
        if worth is None or paid is None:
            return ()
        amount = whole_minor_units(worth - paid, paying[0].best.currency)
        if amount > 0:
            rest.append(Units(item_id=item, quantity=1, amount=amount))
    return tuple(rest)
