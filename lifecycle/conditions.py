"""What Digital River needs to open a return, and why it cannot be opened.

One code and one sentence per line, fit to be shown to a customer. The shop's own rules are another
thing: `eligibility`.

Sources of the rules: docs/digital-river.md, "Before a return can be opened".
"""

from collections.abc import Iterable

from lifecycle.facts import FulfillmentOrderItem, FulfillmentOrderSeen, OrderSeen
from lifecycle.ledger import Ledger
from lifecycle.request import RequestedLine
from lifecycle.steps import LineRefusal, Refusal
from lifecycle.tally import Tally
from lifecycle.units import authorised

CLOSED_ORDER_STATES = {"pending_payment", "in_review", "blocked", "cancelled"}


def refuse_all(ledger: Ledger, code: str, message: str) -> Refusal:
    """Return a refusal that holds for every line alike."""
    return Refusal(
        code=code,
        message=message,
        lines=tuple(
            LineRefusal(order_item_id=line.order_item_id, code=code, message=message)
            for line in ledger.request.lines
        ),
    )


def refuse_disputed(ledger: Ledger) -> Refusal:
    """Refuse every line of an order whose payment is disputed."""
    message = f"Order {ledger.order_id} is in a payment dispute."
    return refuse_all(ledger, "order_disputed", message)


def refuse_lines(lines: Iterable[LineRefusal | None]) -> Refusal | None:
    """Return the refusal that some lines make; None where none is refused."""
    refused = tuple(line for line in lines if line is not None)
    if not refused:
        return None
    codes = {line.code for line in refused}
    code = codes.pop() if len(codes) == 1 else "lines_not_returnable"
    message = (
        refused[0].message
        if len(refused) == 1
        else (f"{len(refused)} of the requested lines cannot be returned.")
    )
    return Refusal(code=code, message=message, lines=refused)


def chosen_fulfillment_order(ledger: Ledger) -> FulfillmentOrderSeen | None:
    """Return the fulfillment order that holds all requested lines, if there is one."""
    named = ledger.request.fulfillment_order_id
    if named is not None:
        return ledger.fulfillment_orders.get(named)
    wanted = {line.order_item_id for line in ledger.request.lines}
    fitting = [
        seen
        for _, seen in sorted(ledger.fulfillment_orders.items())
        if wanted <= {item.order_item_id for item in seen.items}
    ]
    shipped = (seen for seen in fitting if not any(_unshipped_lines(ledger, seen)))
    return next(shipped, fitting[0] if fitting else None)


def refuse_digital_river(ledger: Ledger) -> Refusal | None:
    """Say why a fulfillment return cannot be opened; None when it can."""
    order_id, named = ledger.order_id, ledger.request.fulfillment_order_id
    if ("fulfillment_order", named) in ledger.missing:
        message = f"Fulfillment order {named} does not exist."
        return refuse_all(ledger, "fulfillment_order_not_found", message)
    if ("order", order_id) in ledger.missing:
        return refuse_all(ledger, "order_not_found", f"Order {order_id} does not exist.")
    if ledger.order and ledger.order.state == "dispute":
        return refuse_disputed(ledger)
    if not ledger.fulfillment_orders:
        message = f"Order {order_id} has nothing that Digital River shipped."
        return refuse_all(ledger, "not_shipped", message)
    chosen = chosen_fulfillment_order(ledger)
    if chosen is None:
        lines = ledger.request.lines
        unknown = [_unknown(line) for line in lines if not _places(ledger, line)]
        return refuse_lines(unknown or map(_scattered, lines))
    if chosen.order_id not in (order_id, None):
        message = (
            f"Fulfillment order {chosen.fulfillment_order_id} is not part of order {order_id}."
        )
        return refuse_all(ledger, "fulfillment_order_not_found", message)
    return refuse_lines(_unshipped_lines(ledger, chosen))


def _places(ledger: Ledger, line: RequestedLine) -> int:
    """Return how many fulfillment orders hold an order item."""
    return sum(
        any(item.order_item_id == line.order_item_id for item in seen.items)
        for seen in ledger.fulfillment_orders.values()
    )


def _scattered(line: RequestedLine) -> LineRefusal:
    return LineRefusal(
        order_item_id=line.order_item_id,
        code="several_fulfillment_orders",
        message="These items were sent from different places; please return them separately.",
    )


def _unshipped_lines(ledger: Ledger, chosen: FulfillmentOrderSeen) -> list[LineRefusal | None]:
    return [_unshipped(ledger, chosen, line) for line in ledger.request.lines]


def _unknown(line: RequestedLine) -> LineRefusal:
    return LineRefusal(
        order_item_id=line.order_item_id,
        code="unknown_line",
        message=f"Item {line.order_item_id} is not part of this order.",
    )


def _unshipped(
    ledger: Ledger, order: FulfillmentOrderSeen, line: RequestedLine
) -> LineRefusal | None:
    items = [item for item in order.items if item.order_item_id == line.order_item_id]
    if not items:
        return _unknown(line)
    if len(items) > 1:
        return LineRefusal(
            order_item_id=line.order_item_id,
            code="unmapped_line",
            message=f"Item {line.order_item_id} was sent in parts that cannot be told apart.",
        )
    item = items[0]
    if item.shipped >= line.quantity:
        return None
    if line.quantity > item.quantity and _places(ledger, line) > 1:
        return _scattered(line)
    code, message = _why_too_few(item, line.quantity)
    return LineRefusal(order_item_id=line.order_item_id, code=code, message=message)


def _why_too_few(item: FulfillmentOrderItem, wanted: int) -> tuple[str, str]:
    if wanted > item.quantity:
        return (
            "quantity_too_large",
            f"Only {item.quantity} of this item were ordered, not {wanted}.",
        )
    waiting = item.pending + item.backordered
    if waiting >= wanted - item.shipped:
        why = "On back-order" if item.backordered else "Not sent yet"
        return (
            "not_shipped_cancellable",
            f"{why}: {waiting} of this item. That can still be cancelled instead of returned.",
        )
    if item.cancelled:
        return "cancelled", f"{item.cancelled} of this item were cancelled and never sent."
    if item.returned:
        return "already_returned", f"{item.returned} of this item were returned before."
    return "not_shipped", f"Only {item.shipped} of this item were sent, not {wanted}."


def refuse_third_party(ledger: Ledger, order: OrderSeen | None) -> Refusal | None:
    """Say why a return cannot be opened; None when it can."""
    order_id = ledger.order_id
    if order is None:
        return refuse_all(ledger, "order_not_found", f"Order {order_id} does not exist.")
    if order.state == "dispute":
        return refuse_disputed(ledger)
    if order.state in CLOSED_ORDER_STATES:
        message = f"Order {order_id} was not delivered: it is {order.state.replace('_', ' ')}."
        return refuse_all(ledger, "not_fulfilled", message)
    held = units_held(ledger)
    return refuse_lines(_unreturnable(order, held, line) for line in ledger.request.lines)


def units_held(ledger: Ledger) -> Tally:
    """Units of each order item that sit in other returns of the order."""
    held = Tally()
    for record in ledger.returns.values():
        if record.best.key != ledger.return_key and record.state != "rejected":
            held.add(authorised(ledger, record))
    return held


def refuse_held(ledger: Ledger) -> Refusal | None:
    """Say which lines have units in other returns of the order; None when none has."""
    held = units_held(ledger)
    message = "Some of these items are already in another return."
    return refuse_lines(
        LineRefusal(order_item_id=line.order_item_id, code="units_held", message=message)
        for line in ledger.request.lines
        if held[line.order_item_id]
    )


def _held(left: int) -> str:
    if left <= 0:
        return "All units of this item are in another return already."
    return f"Only {left} of this item can be returned; the others are in another return already."


def _unreturnable(order: OrderSeen, held: Tally, line: RequestedLine) -> LineRefusal | None:
    item = next((item for item in order.lines if item.item_id == line.order_item_id), None)
    if item is None:
        return _unknown(line)
    left = item.quantity - held[item.item_id]
    if item.state in ("cancelled", "blocked"):
        code, message = item.state, f"This item was {item.state} and never sent."
    elif item.state == "returned":
        code, message = "already_returned", "This item was returned before."
    elif item.state == "created":
        code, message = "not_fulfilled", "This item has not been sent yet."
    elif line.quantity > item.quantity:
        code = "quantity_too_large"
        message = f"Only {item.quantity} of this item were ordered, not {line.quantity}."
    elif line.quantity > left:
        code = "units_held"
        message = _held(left)
    else:
        return None
    return LineRefusal(order_item_id=line.order_item_id, code=code, message=message)
