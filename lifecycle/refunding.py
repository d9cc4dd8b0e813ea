"""The money of one return: what is owed, what is on its way, what failed and was dealt with."""

from dataclasses import dataclass
from datetime import datetime

from lifecycle.identity import refund_number
from lifecycle.ledger import Ledger
from lifecycle.let_go import calls_let_go, units_named
from lifecycle.ours import is_marked_ours, issued_by_us, made_at, our_refunds
from lifecycle.records import RefundRecord, ReturnRecord
from lifecycle.states import FINAL
from lifecycle.steps import Answer
from lifecycle.tally import Tally
from lifecycle.units import accepted


@dataclass(slots=True)
class Money:
    """The refunds of one return, sorted by what must happen with them."""

    refunds: list[RefundRecord]
    succeeded: list[RefundRecord]
    under_way: list[RefundRecord]
    unanswered: list[RefundRecord]
    """Ended without success, and nobody has decided yet."""
    retried: list[RefundRecord]
    settled_by_hand: list[RefundRecord]
    given_up: list[RefundRecord]


def money_of(ledger: Ledger, record: ReturnRecord) -> Money:
    """Sort the refunds of our return."""
    refunds = our_refunds(ledger, record)
    money = Money(refunds, [], [], [], [], [], [])
    for refund in refunds:
        _place_of(ledger, money, refund).append(refund)
    return money


def _place_of(ledger: Ledger, money: Money, refund: RefundRecord) -> list[RefundRecord]:
    if refund.succeeded:
        return money.succeeded
    answers = [_answer_about(ledger, subject) for subject in _subjects(refund)]
    if Answer.SETTLE_BY_HAND in answers:
        return money.settled_by_hand
    if Answer.GIVE_UP in answers:
        return money.given_up
    if not refund.broken:
        return money.under_way
    if Answer.RETRY in answers or _is_first_expiry(money, refund):
        return money.retried
    return money.unanswered


def refund_subject(refund: RefundRecord) -> str:
    """Return how the ids of all questions about a refund in its state begin."""
    return f"refund_{refund.state if refund.broken else 'overdue'}:{refund.best.refund_id}"


def _subjects(refund: RefundRecord) -> tuple[str, str]:
    """Return about what a person may have decided: one dealt with when overdue stays so."""
    return refund_subject(refund), f"refund_overdue:{refund.best.refund_id}"


def _answer_about(ledger: Ledger, subject: str) -> str | None:
    decision = ledger.last_answer_about(subject)
    return decision.answer if decision else None


def _is_first_expiry(money: Money, refund: RefundRecord) -> bool:
    """Say whether to re-issue without asking: a token that ran out is re-issued once."""
    expired = [other for other in money.refunds if other.state == "expired"]
    return bool(expired) and refund is min(expired, key=_ended)


def _ended(refund: RefundRecord) -> tuple[datetime, str]:
    return refund.states.since[FINAL], refund.best.refund_id


def units_of(ledger: Ledger, refunds: list[RefundRecord]) -> Tally:
    """Units that these refunds pay for together; without a quantity one means the whole line."""
    units = Tally()
    for refund in refunds:
        for item, quantity in refund.units.items():
            units[item] += ledger.requested[item] if quantity is None else quantity
    return units


def unpaid(ledger: Ledger, money: Money, target: Tally) -> Tally:
    """Units of the target that neither a refund pays for nor a person has dealt with."""
    dealt_with = money.settled_by_hand + money.given_up
    return target - units_of(ledger, money.succeeded + money.under_way + dealt_with)


def uncovered(ledger: Ledger, money: Money, target: Tally) -> Tally:
    """Units of the target that no refund covers, or only one that is to be retried."""
    retried = {refund.best.refund_id for refund in money.retried}
    covering = [refund for refund in money.refunds if refund.best.refund_id not in retried]
    return target - units_of(ledger, covering)


def paid_early(ledger: Ledger, record: ReturnRecord) -> Tally:
    """Units that a refund pays for, or is about to, and that Digital River would pay for again.

    Those that were not accepted; and any that a refund without a mark of this return pays for,
    which is none that Digital River made of it.
    """
    if not ledger.refunds:
        return Tally()
    live = [refund for refund in our_refunds(ledger, record) if not refund.broken]
    early = units_of(ledger, live) - accepted(ledger, record)
    by_hand = [refund for refund in live if not is_marked_ours(ledger, record, refund)]
    for item, count in units_of(ledger, by_hand).items():
        early[item] = max(early[item], count)
    return early


def to_retry(ledger: Ledger, money: Money) -> Tally:
    """Units whose refund is to be issued again and has not been yet."""
    issued = [refund for refund in money.refunds if issued_by_us(refund)]
    return units_of(ledger, money.retried) - units_of(ledger, issued)


def to_reissue(ledger: Ledger, money: Money) -> Tally:
    """Units of refunds that are to be retried and that no other refund came after."""
    others = [made_at(refund) for refund in money.refunds if refund not in money.retried]
    due = [one for one in money.retried if not others or made_at(one) > max(others)]
    return units_of(ledger, due)


def units_let_go(ledger: Ledger, return_id: str) -> Tally:
    """Units that a person let go with their calls, less what such a call paid for all the same."""
    units = Tally()
    for key, name in calls_let_go(ledger, return_id).items():
        made = [refund for refund in ledger.refunds.values() if refund.key == key]
        units.add(units_named(name) - units_of(ledger, made))
    return units


def may_have_issued(ledger: Ledger, return_id: str) -> bool:
    """Say whether a refund of ours is at Digital River, or may be: its answer was lost."""
    if not (ledger.refunds or ledger.doubts or ledger.given_up):
        return False
    keys = [refund.key or "" for refund in ledger.refunds.values()]
    keys += [*ledger.doubts, *ledger.given_up]
    return any(key.startswith(f"{return_id}:refund:") for key in keys)


def next_number(ledger: Ledger, return_id: str) -> int:
    """Return the number of the next refund: above every one issued, refused or let go."""
    keys = [refund.key or "" for refund in ledger.refunds.values()]
    keys += [*ledger.refusals, *calls_let_go(ledger, return_id)]
    own = [refund_number(key) for key in keys if key.startswith(f"{return_id}:refund:")]
    return 1 + max(own, default=0)
