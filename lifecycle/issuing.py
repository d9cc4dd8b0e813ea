"""Issuing a refund: what is asked before, and what a call that did not end well raises."""

from dataclasses import replace
from typing import Literal, NamedTuple

from lifecycle.amounts import in_words
from lifecycle.facts import NOT_SENT
from lifecycle.identity import refund_key
from lifecycle.ledger import Ledger
from lifecycle.let_go import FOR_SHIPPING, REFUSED, name_of
from lifecycle.mismatch import Mismatch
from lifecycle.questions import answered, ask
from lifecycle.records import ReturnRecord
from lifecycle.refunding import Money, next_number
from lifecycle.steps import Answer, IssueRefund, Question, Units, Wait
from lifecycle.tally import Tally
from lifecycle.trouble import not_before, raised
from lifecycle.watching import known_objects
from lifecycle.whole_order import ask_before_refunding


class Payment(NamedTuple):
    """What one refund is to pay for."""

    items: tuple[Units, ...]
    name: str
    """In the ids of the questions about it."""
    words: str
    """In their reasons."""
    shipping: Literal[True] | None = None


SHIPPING = Payment((), FOR_SHIPPING, "the shipping of the order", shipping=True)


def goods(units: Tally) -> Payment:
    """Return the payment of whole units."""
    items = tuple(Units(item_id=item, quantity=n) for item, n in sorted(units.items()))
    words = ", ".join(f"{one.quantity} of {one.item_id}" for one in items)
    return Payment(items, name_of(items), words)


def rest(money: Money, wrong: Mismatch) -> Payment:
    """Return the payment of what refunds paid too little."""
    missing = in_words(wrong.expected - wrong.paid, wrong.currency)
    name = f"rest:{wrong.paid}:{len(money.refunds)}"
    return Payment(wrong.rest, name, f"the missing {missing}")


def issue(
    ledger: Ledger, record: ReturnRecord, payment: Payment, *, approval: str | None = None
) -> IssueRefund | Wait | None:
    """Return the refund to issue, or what is asked before; None when it is not to be issued.

    `approval` is set where a person's word is wanted first, and says what it is about.
    """
    return_id = record.best.return_id
    number = next_number(ledger, return_id)
    key = refund_key(return_id, number)
    if ledger.refunds:
        name, words = payment.name, payment.words
        asked = ask_before_refunding(ledger, record, key, name, words)
        if asked is not None:
            return asked
    if approval is not None:
        question = _approval(return_id, payment, approval)
        if answered(ledger, question.id, Answer.DECLINE):
            return None
        if ledger.answer_to(question.id) is None:
            return ask(question)
    refusal = _ask_about_refusal(ledger, refund_key(return_id, number - 1), payment)
    if refusal is not None:
        return refusal
    unanswered = raised(ledger, key)
    if unanswered is not None:
        return ask(_about(payment, unanswered))
    return IssueRefund(
        order_id=ledger.order_id,
        return_id=return_id,
        resource=record.best.resource,
        key=key,
        currency=_currency(ledger),
        items=payment.items,
        shipping=payment.shipping,
        reason=ledger.request.sent_reason or record.best.reason,
        known=known_objects(ledger),
        not_before=not_before(ledger, key),
        preview=_preview(ledger, number),
    )


def _approval(return_id: str, payment: Payment, about: str) -> Question:
    return Question(
        id=f"approve_refund:{return_id}:{about}",
        reason=f"To be refunded for {return_id}: {payment.words}.",
        answers=(Answer.APPROVE, Answer.DECLINE),
    )


def _about(payment: Payment, unanswered: Question) -> Question:
    """Say what the call was to pay for, which can be paid by hand, too."""
    others = tuple(answer for answer in unanswered.answers if answer != Answer.GIVE_UP)
    return replace(
        unanswered,
        id=f"{unanswered.id}:{payment.name}",
        reason=f"Refund of {payment.words}: {unanswered.reason}",
        answers=(*others, Answer.SETTLE_BY_HAND, Answer.GIVE_UP),
    )


def _ask_about_refusal(ledger: Ledger, key: str, payment: Payment) -> Wait | None:
    """Ask what follows from the last call, where it was refused; what was let go is not due now."""
    refused = ledger.refusals.get(key)
    if refused is None or ledger.last_answer_about(f"{REFUSED}:{key}"):
        return None
    reason = f"Digital River refused the refund of {payment.words}: {refused.message}"
    if refused.status == NOT_SENT:
        reason = f"The refund of {payment.words} was not posted: {refused.message}."
    question = Question(
        id=f"{REFUSED}:{key}:{payment.name}",
        reason=reason,
        answers=(Answer.RETRY, Answer.SETTLE_BY_HAND, Answer.GIVE_UP),
    )
    return ask(question, since=refused.taken)


def _preview(ledger: Ledger, number: int) -> Literal[True] | None:
    """Say whether to look first at what is left to refund of the order.

    Not before the first refund of a fulfillment return whose order has no other: all that was
    captured is left then, and a refund that began meanwhile ends the try.
    """
    untouched = ledger.by_digital_river and number == 1 and not ledger.refunds
    return None if untouched else True


def _currency(ledger: Ledger) -> str:
    """Return the currency of the order, which every refund must have."""
    if ledger.order is not None:
        return ledger.order.currency
    known = (seen.currency for _, seen in sorted(ledger.fulfillment_orders.items()))
    return next(filter(None, known), "")
