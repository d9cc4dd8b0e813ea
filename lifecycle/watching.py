"""What a look at Digital River is compared with: news, or nothing new."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from lifecycle.facts import Fact, OrderSeen, RefundSeen, ReturnSeen
from lifecycle.ledger import Ledger
from lifecycle.ours import our_return
from lifecycle.records import RefundRecord, ReturnRecord
from lifecycle.states import FINAL, refund_rank, return_rank
from lifecycle.steps import Known, Units, Wait, Waiting, Watch


def known_objects(ledger: Ledger) -> tuple[Known, ...]:
    """Return what the ledger holds of the return, the order's refunds and a disputed order."""
    record = our_return(ledger)
    known = []
    if ledger.order is not None and ledger.order.state == "dispute":
        known.append(Known(object_id=ledger.order.order_id, state=ledger.order.state))
    if record is not None:
        units = tuple(
            Units(item_id=item, quantity=n) for item, n in sorted(record.accepted.items()) if n
        )
        known.append(
            Known(
                object_id=record.best.return_id,
                state=record.state,
                accepted=units,
                contradicting=_contradicting(record),
            )
        )
    return (*known, *known_refunds(ledger))


def known_refunds(ledger: Ledger) -> tuple[Known, ...]:
    """Return what the ledger holds of the order's refunds."""
    return tuple(
        Known(object_id=refund_id, state=refund.state, contradicting=_contradicting(refund))
        for refund_id, refund in sorted(ledger.refunds.items())
    )


def is_news(known: tuple[Known, ...], fact: Fact) -> bool:
    """Say whether recording this snapshot would change the ledger that `known` was taken from."""
    match fact:
        case ReturnSeen():
            before = _find(known, fact.return_id)
            rank = partial(return_rank, fact.resource)
            if before is None or _moved(before, fact.state, rank):
                return True
            had = {units.item_id: units.quantity for units in before.accepted}
            return any(item.accepted > had.get(item.item_id, 0) for item in fact.items)
        case RefundSeen():
            before = _find(known, fact.refund_id)
            return before is None or _moved(before, fact.state, refund_rank)
        case OrderSeen():
            before = _find(known, fact.order_id)
            return before is None or before.state != fact.state
        case _:
            return True


def _find(known: tuple[Known, ...], object_id: str) -> Known | None:
    return next((one for one in known if one.object_id == object_id), None)


def _contradicting(record: ReturnRecord | RefundRecord) -> tuple[str, ...] | None:
    return tuple(sorted(record.states.final - {record.state})) or None


def _moved(before: Known, state: str, rank: Callable[[str], int]) -> bool:
    """Say whether a state is further on, or contradicts a final one for the first time."""
    if state == before.state or state in (before.contradicting or ()):
        return False
    return rank(state) > rank(before.state) or rank(state) == rank(before.state) == FINAL


def watch_key(return_id: str) -> str:
    """Return the key under which a watch that failed is given up."""
    return f"{return_id}:watch"


def replaces(wanted: Watch, running: Watch, now: datetime) -> bool:
    """Say whether a running watch must make way, instead of ending by its own next look.

    A watch that can see that it knows less than the ledger ends at its next look, and the next one
    starts then. What cannot wait: an object that it does not look at, and a deadline before that
    look.
    """
    ends_by_itself = _find(wanted.known, wanted.return_id) != _find(
        running.known, running.return_id
    ) or (running.refunds and wanted.known != running.known)
    if wanted.order and not running.order:
        return True
    if wanted.refunds and not running.refunds and not ends_by_itself:
        return True
    if wanted.until >= running.until:
        return False
    return not ends_by_itself or wanted.until < now + max(running.looks)


def watch_for(ledger: Ledger, wait: Wait, horizon: datetime, *, just_looked: bool) -> Watch | None:
    """Return the looks that go with a wait; None while there is nothing to look at.

    A wait without a deadline is looked after until `horizon`, then anew. After a look that taught
    nothing new, because a webhook had told it before, the schedule goes on instead of beginning.
    """
    record = our_return(ledger)
    if record is None:
        return None
    looks = ledger.request.policy.looks
    return Watch(
        order_id=ledger.order_id,
        return_id=record.best.return_id,
        resource=record.best.resource,
        refunds=record.state == "accepted" or bool(ledger.refunds),
        order=wait.what is Waiting.DISPUTE,
        known=known_objects(ledger),
        until=wait.until or horizon,
        looks=(looks[1:] or looks) if just_looked else looks,
    )
