"""Units per order item: authorised, accepted, arrived, paid for."""

from lifecycle.ledger import Ledger, once
from lifecycle.records import ReturnRecord
from lifecycle.tally import Tally


def authorised(ledger: Ledger, record: ReturnRecord) -> Tally:
    """Units that Digital River's return is about."""
    return record.authorised(ledger.fulfillment_orders)


@once
def accepted(ledger: Ledger, record: ReturnRecord) -> Tally:
    """Units accepted at Digital River."""
    return record.by_order_item(record.units_accepted.items(), ledger.fulfillment_orders)


def delivered(ledger: Ledger) -> Tally:
    """Sound units that the warehouse reported: shipments add up, revisions replace."""
    units = Tally()
    for shipment in ledger.shipments.values():
        units.add(dict(shipment.items))
    return units


def damaged(ledger: Ledger) -> Tally:
    """Damaged units that the warehouse reported; they count as arrived only by a person's word."""
    units = Tally()
    for shipment in ledger.shipments.values():
        units.add(dict(shipment.damaged or ()))
    return units


def wrong(ledger: Ledger) -> Tally:
    """Units that came and were not asked back, by description; they never count as arrived."""
    units = Tally()
    for shipment in ledger.shipments.values():
        units.add(dict(shipment.wrong or ()))
    return units


def anything_came(ledger: Ledger) -> bool:
    """Say whether the warehouse reported any unit, in whatever condition."""
    return bool(ledger.shipments) and bool(delivered(ledger) or damaged(ledger) or wrong(ledger))


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
