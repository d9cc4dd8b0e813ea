"""Refund calls that a person let go: given up, settled by hand, or not needed any more.

What a call was to pay for stands at the end of the id of each question about it. So an answer lets
go what it named and nothing else: units that are accepted later get a call of their own.
"""

from collections.abc import Iterable

from lifecycle.ledger import Ledger
from lifecycle.steps import Answer, Units
from lifecycle.tally import Tally

REFUSED = "refund_refused"
"""How the id of the question about a refused refund begins."""

ORDER_REFUNDED = "order_refunded"
"""How the ids of the questions begin whether a refund of the order as a whole paid for it."""

FOR_SHIPPING = "shipping"
"""The name of what pays for no unit but for the order's shipping."""

_LET_GO = (Answer.GIVE_UP, Answer.SETTLE_BY_HAND, Answer.ALREADY_PAID)


def name_of(items: Iterable[Units]) -> str:
    """Name units in the id of a question."""
    return ",".join(f"{units.item_id}={units.quantity}" for units in items)


def calls_let_go(ledger: Ledger, return_id: str) -> dict[str, str]:
    """Return what each call was to pay for that a person let go, by its key.

    Where a refund of the order was to pay for it, and did not, the call is due again.
    """
    broken = {refund_id for refund_id, refund in ledger.refunds.items() if refund.broken}
    calls = {}
    for decision in ledger.decisions:
        kind, ours, rest = decision.question.partition(f":{return_id}:refund:")
        number, _, name = rest.partition(":")
        if kind != REFUSED:
            cause, _, name = name.partition(":")
            ours = "" if cause in broken else ours
        if ours and decision.answer in _LET_GO:
            calls[f"{return_id}:refund:{number}"] = name
    return calls


def was_let_go(ledger: Ledger, return_id: str, name: str) -> bool:
    """Say whether a call of this name was let go, and has not refunded anything all the same."""
    made = {refund.key for refund in ledger.refunds.values()}
    calls = calls_let_go(ledger, return_id).items()
    return any(about == name and key not in made for key, about in calls)


def units_named(name: str) -> Tally:
    """Return the units that a name is about; the order's shipping and a missing rest are none."""
    named = (part.rpartition("=") for part in name.split(","))
    return Tally({item: int(count) for item, is_one, count in named if is_one})
