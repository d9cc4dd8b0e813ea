"""What follows from where a return stands: what comes next, and what people may do now."""

from lifecycle.admission import what_overtook_cancellation
from lifecycle.adopting import knows_its_units
from lifecycle.ledger import Ledger
from lifecycle.policy import ShortReturn
from lifecycle.steps import Close, Step, Wait, Waiting
from lifecycle.units import anything_came

_ASKED = "After that time Upriver looks once more, and then asks an operator."

_NEXT = {
    Waiting.APPROVAL: "When the fulfiller approves, the customer gets the address to ship to; when "
    "it rejects, the return ends.",
    Waiting.MORE_GOODS: "When the fulfiller accepts more, that is refunded, too.",
    Waiting.REFUND: "When every refund has succeeded, the return is complete; when one fails, an "
    "operator is asked.",
    Waiting.BANK_DETAILS: "When the customer has given them, Digital River pays.",
    Waiting.DISPUTE: "When the dispute is resolved, the return goes on; after a chargeback it "
    "ends, and nothing is paid.",
    Waiting.DECISION: "The return goes on when an operator has answered.",
}

_OVERDUE = {
    Waiting.APPROVAL: _ASKED,
    Waiting.MORE_GOODS: "After that time the return closes with what was refunded.",
    Waiting.REFUND: _ASKED,
    Waiting.BANK_DETAILS: "After that time the refund is issued once more; then an operator is "
    "asked.",
}

_SHORT = {
    ShortReturn.SETTLE: "After that time what came is refunded, and the rest is not waited for.",
    ShortReturn.WAIT: "After that time it is waited for all the same.",
    ShortReturn.ASK: _ASKED,
}


def what_comes_next(ledger: Ledger, step: Step) -> str | None:
    """Return what ends a wait, and what follows when nothing does; None when nothing is awaited."""
    if not isinstance(step, Wait):
        return None
    if step.what is Waiting.GOODS:
        return f"{_goods(ledger)} {_without_goods(ledger) if step.until else ''}".strip()
    overdue = _OVERDUE.get(step.what, "") if step.until else ""
    return f"{_NEXT[step.what]} {overdue}".strip()


def _goods(ledger: Ledger) -> str:
    if ledger.by_digital_river:
        return "When the fulfiller accepts the goods, Upriver asks Digital River for the refund."
    return (
        "An item is accepted once all its units have arrived; when the last one is, Digital River "
        "refunds."
    )


def _without_goods(ledger: Ledger) -> str:
    if not anything_came(ledger):
        return "If nothing has arrived by then, the return expires."
    return _SHORT[ledger.request.policy.short_return]


def what_may_be_done(ledger: Ledger, step: Step) -> list[str]:
    """Return the updates that the return takes now, by their names."""
    if isinstance(step, Close):
        return []
    allowed = ["resolve"] if isinstance(step, Wait) and step.question is not None else []
    if not ledger.by_digital_river and knows_its_units(ledger):
        allowed.append("receive_shipment")
    if what_overtook_cancellation(ledger) is None:
        allowed.append("cancel")
    return allowed
