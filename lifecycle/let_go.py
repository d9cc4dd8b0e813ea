"""Refund calls that a person let go: given up, or settled by hand after a refusal.

What a call was to pay for stands at the end of the id of each question about it. So an answer lets
go what it named and nothing else: units that are accepted later get a call of their own.
"""

from collections.abc import Iterable

from lifecycle.identity import refund_key
from lifecycle.ledger import Ledger
from lifecycle.steps import Answer, Units
from lifecycle.tally import Tally

REFUSED = "refund_refused"
"""How the id of the question about a refused refund begins."""

FOR_SHIPPING = "shipping"
"""The name of what pays for no unit but for the order's shipping."""

_LET_GO = (Answer.GIVE_UP, Answer.SETTLE_BY_HAND)


def name_of(ledger: Ledger, items: Iterable[Units]) -> str:
    """Name units in the id of a question; by their number alone where a return has one item."""
    if len(ledger.requested) == 1:
        return str(sum(units.quantity for units in items))
    return ",".join(f"{units.item_id}={units.quantity}" for units in items)


def calls_let_go(ledger: Ledger, return_id: str) -> dict[str, str]:
    """Return what each call was to pay for that a person let go, by its key."""
    calls = {}
    for decision in ledger.decisions:
        kind, ours, rest = decision.question.partition(f":{return_id}:refund:")
        if ours and decision.answer in _LET_GO:
            number, _, name = rest.partition(":")
            if kind != REFUSED:
                name = name.partition(":")[2]
            calls[refund_key(return_id, int(number))] = name
    return calls


def was_let_go(ledger: Ledger, return_id: str, name: str) -> bool:
    """Say whether a call of this name was let go, and has not refunded anything all the same."""
    made = {refund.key for refund in ledger.refunds.values()}
    calls = calls_let_go(ledger, return_id).items()
    return any(about == name and key not in made for key, about in calls)


def units_named(ledger: Ledger, name: str) -> Tally:
    """Return the units that a name is about; the order's shipping and a missing rest are none."""
    if name.isdigit():
        return Tally(dict.fromkeys(ledger.requested, int(name)))
    named = (part.rpartition("=") for part in name.split(","))
    return Tally({item: int(count) for item, is_one, count in named if is_one})
