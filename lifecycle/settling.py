"""From accepted goods to the last cent: issue, wait, ask, close."""

from dataclasses import replace

from lifecycle.amounts import in_words
from lifecycle.issuing import SHIPPING, goods, issue, rest
from lifecycle.ledger import Ledger
from lifecycle.let_go import was_let_go
from lifecycle.mismatch import Mismatch, find_mismatch
from lifecycle.ours import made_at
from lifecycle.policy import business_days_after
from lifecycle.questions import Deadline, answered, ask, deadline
from lifecycle.records import RefundRecord, ReturnRecord
from lifecycle.refunding import (
    Money,
    refund_subject,
    to_reissue,
    to_retry,
    uncovered,
    units_let_go,
    units_of,
    unpaid,
)
from lifecycle.shipping import is_our_shipping, shipping_is_open, shipping_was_not_paid
from lifecycle.states import FINAL
from lifecycle.steps import (
    Answer,
    Close,
    Outcome,
    Question,
    Step,
    Wait,
    Waiting,
    Who,
)
from lifecycle.tally import Tally
from lifecycle.units import received

_URGENCY = (Waiting.DECISION, Waiting.BANK_DETAILS, Waiting.REFUND)


def settle(
    ledger: Ledger, record: ReturnRecord, money: Money, target: Tally, *, we_pay: bool
) -> Step:
    """Return the step that brings the money of `target` units back.

    `we_pay` says whether we issue the refunds: always in digital_river, and for a short return in
    third_party. Otherwise Digital River makes them, and we only issue again what failed.
    """
    due = target - units_let_go(ledger, record.best.return_id) if ledger.decisions else target
    question = _question(ledger, money, due)
    if question is not None:
        return question
    missing = uncovered(ledger, money, due)
    owed = missing if we_pay else missing & to_retry(ledger, money)
    step = _pay_goods(ledger, record, money, owed, target) if owed else None
    if step is not None:
        return step
    if money.under_way:
        return _await_refunds(ledger, sorted(money.under_way, key=made_at))
    if missing and missing - owed:
        waiting = _await_automatic_refund(ledger, record)
        if waiting is not None:
            return waiting
    step = _pay_what_goods_left(ledger, record, money) if target else None
    return step or _await_more_goods(ledger, record, target) or close(ledger, record, money)


def end(ledger: Ledger, record: ReturnRecord, money: Money, closing: Close) -> Step:
    """Close a return that nothing is owed for; refunds that exist all the same come to an end."""
    if not money.refunds:
        return closing
    return settle(ledger, record, money, Tally(), we_pay=False)


def charged_back(ledger: Ledger, money: Money) -> Step:
    """Pay nothing again; but refunds under way come to an end, and one that paid is told of."""
    if money.under_way:
        return _await_refunds(ledger, sorted(money.under_way, key=made_at))
    paid = ", ".join(refund.best.refund_id for refund in money.succeeded)
    question = Question(
        id=f"paid_twice:{paid}",
        reason=f"The bank paid the customer back, and so did Digital River: {paid}.",
        answers=(Answer.ACKNOWLEDGE,),
    )
    if paid and ledger.answer_to(question.id) is None:
        return ask(question)
    return Close(outcome=Outcome.CHARGED_BACK)


def _question(ledger: Ledger, money: Money, target: Tally) -> Wait | None:
    """Ask about the last refund that ended without success, unless its units are paid since."""
    if not money.unanswered:
        return None
    unpaid_units = unpaid(ledger, money, target)
    for refund in sorted(money.unanswered, key=made_at, reverse=True):
        owed = units_of(ledger, [refund]) & unpaid_units
        if owed or not refund.units or not target:
            return _ask_about(refund, may_retry=bool(owed) or is_our_shipping(refund))
    return None


def _ask_about(refund: RefundRecord, *, may_retry: bool) -> Wait:
    seen = refund.best
    why = f" ({seen.failure_reason})" if seen.failure_reason else ""
    retry = (Answer.RETRY,) if may_retry else ()
    return ask(
        Question(
            id=f"{refund_subject(refund)}:ended",
            reason=f"Refund {seen.refund_id} {refund.state}{why}: it did not pay the customer.",
            answers=(*retry, Answer.SETTLE_BY_HAND, Answer.GIVE_UP),
        ),
        since=refund.states.since[FINAL],
    )


def _pay_goods(
    ledger: Ledger, record: ReturnRecord, money: Money, owed: Tally, target: Tally
) -> Step | None:
    """Refund units; a retry that a person or the rules had made needs no approval."""
    asks = ledger.request.policy.ask_before_refund and owed - to_reissue(ledger, money)
    approval = str(target.total()) if asks else None
    return issue(ledger, record, goods(owed), approval=approval)


def _pay_what_goods_left(ledger: Ledger, record: ReturnRecord, money: Money) -> Step | None:
    """Ask about amounts that differ, then refund the shipping where that is wanted."""
    wrong = find_mismatch(ledger, record, money)
    step = _over_amounts(ledger, record, money, wrong) if wrong else None
    if step is not None or not shipping_is_open(ledger, record, money):
        return step
    asks = ledger.request.policy.ask_before_refund and not any(map(is_our_shipping, money.refunds))
    return issue(ledger, record, SHIPPING, approval=SHIPPING.name if asks else None)


def _over_amounts(
    ledger: Ledger, record: ReturnRecord, money: Money, wrong: Mismatch
) -> Step | None:
    """Ask what a difference of amounts means; a person may have what is missing issued."""
    question = _amounts_question(record, money, wrong)
    decision = ledger.answer_to(question.id)
    if decision is None:
        return ask(question)
    payment = rest(money, wrong)
    if decision.answer != Answer.RETRY or was_let_go(ledger, record.best.return_id, payment.name):
        return None
    return issue(ledger, record, payment)


def _amounts_question(record: ReturnRecord, money: Money, wrong: Mismatch) -> Question:
    retry = (Answer.RETRY,) if wrong.rest else ()
    by_hand = (Answer.SETTLE_BY_HAND,) if wrong.is_short else ()
    paid, expected = (in_words(each, wrong.currency) for each in (wrong.paid, wrong.expected))
    return Question(
        id=f"amount_mismatch:{record.best.return_id}:{wrong.paid}:{len(money.refunds)}",
        reason=f"Refunds paid {paid} for units that are worth {expected}.",
        answers=(*retry, Answer.ACKNOWLEDGE, *by_hand),
    )


def _refund_deadline(ledger: Ledger, refund: RefundRecord) -> Deadline:
    days = ledger.request.policy.refund_business_days
    return deadline(
        ledger,
        refund_subject(refund),
        made_at(refund),
        lambda start: business_days_after(start, days),
    )


def _await_refunds(ledger: Ledger, refunds: list[RefundRecord]) -> Wait:
    """Wait for all of them: for a person first, then the customer, until the first deadline."""
    waits = [_await_refund(ledger, refund) for refund in refunds]
    wait = min(waits, key=lambda one: _URGENCY.index(one.what))
    until = min((one.until for one in waits if one.until), default=None)
    return wait if wait.until == until else replace(wait, until=until)


def _await_refund(ledger: Ledger, refund: RefundRecord) -> Wait:
    seen = refund.best
    expires = seen.expires if refund.state == "pending_information" else None
    if expires is not None and not ledger.has_passed(expires):
        since = refund.states.since[1]
        return Wait(what=Waiting.BANK_DETAILS, who=Who.CUSTOMER, since=since, until=expires)
    due = _refund_deadline(ledger, refund)
    if not due.passed:
        return Wait(what=Waiting.REFUND, who=Who.DIGITAL_RIVER, since=due.since, until=due.until)
    return ask(
        Question(
            id=due.question_id,
            reason=f"Refund {seen.refund_id} has been {refund.state} for too long.",
            answers=(Answer.EXTEND_DEADLINE, Answer.SETTLE_BY_HAND, Answer.GIVE_UP),
        ),
        since=due.until,
    )


def _await_automatic_refund(ledger: Ledger, record: ReturnRecord) -> Wait | None:
    """Wait for the refunds that Digital River makes by itself; None when they were given up."""
    subject = f"refund_missing:{record.best.return_id}"
    decision = ledger.last_answer_about(subject)
    if decision is not None and decision.answer != Answer.EXTEND_DEADLINE:
        return None
    days = ledger.request.policy.refund_business_days
    due = deadline(
        ledger,
        subject,
        record.states.since[FINAL],
        lambda start: business_days_after(start, days),
    )
    if not due.passed:
        return Wait(what=Waiting.REFUND, who=Who.DIGITAL_RIVER, since=due.since, until=due.until)
    reason = "The return is accepted, but Digital River has not refunded all of it."
    answers = (Answer.EXTEND_DEADLINE, Answer.SETTLE_BY_HAND, Answer.GIVE_UP)
    return ask(Question(id=due.question_id, reason=reason, answers=answers), since=due.until)


def _await_more_goods(ledger: Ledger, record: ReturnRecord, target: Tally) -> Wait | None:
    """Leave a grace for more units after fewer were accepted than asked (digital_river)."""
    if not ledger.by_digital_river or record.state != "accepted":
        return None
    if not ledger.requested - target:
        return None
    since = record.states.since[FINAL]
    until = since + ledger.request.policy.more_goods
    if ledger.has_passed(until):
        return None
    return Wait(what=Waiting.MORE_GOODS, who=Who.FULFILLER, since=since, until=until)


def close(ledger: Ledger, record: ReturnRecord, money: Money) -> Close:
    """Close with the outcome that the money speaks for."""
    return Close(outcome=_outcome(ledger, record, money))


def _outcome(ledger: Ledger, record: ReturnRecord, money: Money) -> Outcome:
    came = received(ledger, record)
    whole = not ledger.requested - (came & units_of(ledger, money.succeeded))
    short = _is_short(ledger, record, money) or shipping_was_not_paid(ledger, record, money)
    if whole and not short:
        return Outcome.REFUNDED
    if money.succeeded or _settled_by_hand(ledger, money):
        return Outcome.PARTIALLY_REFUNDED
    nothing_owed = FINAL in record.states.since and not came and not money.refunds
    return Outcome.REJECTED if nothing_owed else Outcome.REFUND_FAILED


def _is_short(ledger: Ledger, record: ReturnRecord, money: Money) -> bool:
    """Say whether less was paid than the units are worth, and nobody has said that this is so."""
    wrong = find_mismatch(ledger, record, money)
    if wrong is None or not wrong.is_short:
        return False
    return not answered(ledger, _amounts_question(record, money, wrong).id, Answer.ACKNOWLEDGE)


def _settled_by_hand(ledger: Ledger, money: Money) -> bool:
    return bool(money.settled_by_hand) or any(
        decision.answer == Answer.SETTLE_BY_HAND for decision in ledger.decisions
    )
