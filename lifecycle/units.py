"""Units per order item: authorised, accepted, arrived, paid for."""

from collections import Counter

from lifecycle.facts import Resource
from lifecycle.ledger import Ledger
from lifecycle.records import RefundRecord, ReturnRecord

Units = Counter[str]


def _order_item(ledger: Ledger, record: ReturnRecord, item_id: str) -> str | None:
    """Map an item of a return to its order item: fulfillment returns use ids of their own."""
    if record.best.resource is Resource.RETURN:
        return item_id
    order = ledger.fulfillment_orders.get(record.best.fulfillment_order_id or "")
    for item in order.items if order else ():
        if item.item_id == item_id:
            return item.order_item_id
    return None


def authorised(ledger: Ledger, record: ReturnRecord) -> Units:
    """Units that Digital River's return is about."""
    units: Units = Counter()
    for item in record.best.items:
        order_item = _order_item(ledger, record, item.item_id)
        if order_item:
            units[order_item] += item.quantity
    return units


def accepted(ledger: Ledger, record: ReturnRecord) -> Units:
    """Units accepted at Digital River."""
    units: Units = Counter()
    for item_id, count in record.units_accepted.items():
        order_item = _order_item(ledger, record, item_id)
        if order_item:
            units[order_item] += count
    return units


def requested(ledger: Ledger) -> Units:
    """Units that the storefront asked for."""
    return Counter({line.order_item_id: line.quantity for line in ledger.request.lines})


def delivered(ledger: Ledger) -> Units:
    """Units that the warehouse reported, however many: shipments add up, revisions replace."""
    units: Units = Counter()
    for shipment in ledger.shipments.values():
        units.update(dict(shipment.items))
    return +units


def arrived(ledger: Ledger) -> Units:
    """Units that arrived and count: what exceeds the request is set aside."""
    return delivered(ledger) & requested(ledger)


def received(ledger: Ledger, record: ReturnRecord) -> Units:
    """Units of the request that came: as the warehouse or as Digital River says."""
    return arrived(ledger) | (accepted(ledger, record) & requested(ledger))


def set_aside(ledger: Ledger) -> Units:
    """Units that arrived in excess of the request; they are never accepted."""
    return delivered(ledger) - requested(ledger)


def paid_by(ledger: Ledger, refund: RefundRecord) -> Units:
    """Units that one refund pays for; without a quantity it means the whole line."""
    whole = requested(ledger)
    return Counter(
        {
            item_id: whole[item_id] if quantity is None else quantity
            for item_id, quantity in refund.units.items()
        }
    )
