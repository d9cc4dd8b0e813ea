"""Units per order item: authorised, accepted, arrived, paid for."""

from collections.abc import Iterable

from lifecycle.facts import Resource
from lifecycle.ledger import Ledger, once
from lifecycle.records import ReturnRecord
from lifecycle.tally import Tally


def _by_order_item(
    ledger: Ledger, record: ReturnRecord, counts: Iterable[tuple[str, int]]
) -> Tally:
    """Count units of a return by order item: fulfillment returns have item ids of their own."""
    if record.best.resource is Resource.RETURN:
        named = counts
    else:
        order = ledger.fulfillment_orders.get(record.best.fulfillment_order_id or "")
        ids = {item.item_id: item.order_item_id for item in order.items} if order else {}
        named = ((ids.get(item_id) or "", count) for item_id, count in counts)
    units = Tally()
    for item, count in named:
        if item:
            units[item] += count
    return units


def authorised(ledger: Ledger, record: ReturnRecord) -> Tally:
    """Units that Digital River's return is about."""
    counts = ((item.item_id, item.quantity) for item in record.best.items)
    return _by_order_item(ledger, record, counts)


@once
def accepted(ledger: Ledger, record: ReturnRecord) -> Tally:
    """Units accepted at Digital River."""
    return _by_order_item(ledger, record, record.units_accepted.items())


def delivered(ledger: Ledger) -> Tally:
    """Units that the warehouse reported, however many: shipments add up, revisions replace."""
    units = Tally()
    for shipment in ledger.shipments.values():
        units.add(dict(shipment.items))
    return units


def arrived(ledger: Ledger) -> Tally:
    """Units that arrived and count: what exceeds the request is set aside."""
    return delivered(ledger) & ledger.requested


@once
def received(ledger: Ledger, record: ReturnRecord) -> Tally:
    """Units of the request that came: as the warehouse or as Digital River says."""
    here, done = delivered(ledger), accepted(ledger, record)
    came = {item: max(here[item], done[item]) for item in ledger.requested}
    return ledger.requested & Tally(came)


def set_aside(ledger: Ledger) -> Tally:
    """Units that arrived in excess of the request; they are never accepted."""
    return delivered(ledger) - ledger.requested
