"""Refunds that somebody made of the order as a whole: they name no items, so a person is asked.

Such a refund may have been the money for our goods, or something else. Money that is to go out
after it, by an acceptance or by a refund of ours, waits for that word.
"""

from lifecycle.amounts import in_words
from lifecycle.ledger import Ledger
from lifecycle.let_go import ORDER_REFUNDED
from lifecycle.ours import last_answer_on, of_the_whole_order, order_question
from lifecycle.questions import answered, ask
from lifecycle.records import RefundRecord, ReturnRecord
from lifecycle.steps import Answer, Question, Wait

_NOT_FOR_US = (Answer.ACCEPT_ALL_THE_SAME, Answer.REFUND_ALL_THE_SAME)


def ask_before_accepting(ledger: Ledger, record: ReturnRecord) -> Wait | None:
    """Ask whether a refund of the order as a whole was for goods that are about to be accepted."""
    for refund in of_the_whole_order(ledger, record):
        question = Question(
            id=order_question(refund),
            reason=f"{_in_words(refund)} Once the return is accepted, Digital River refunds its "
            "goods, too, as far as the order has money left; if they are paid already, the return "
            "ends, and nothing more is refunded.",
            answers=(Answer.ALREADY_PAID, Answer.ACCEPT_ALL_THE_SAME),
        )
        if ledger.answer_to(question.id) is None:
            return ask(question)
    return None


def ask_before_refunding(
    ledger: Ledger, record: ReturnRecord, key: str, name: str, words: str
) -> Wait | None:
    """Ask whether such a refund was for what we are about to refund; that call is let go then."""
    for refund in of_the_whole_order(ledger, record):
        if last_answer_on(ledger, refund) in _NOT_FOR_US:
            continue
        question = Question(
            id=f"{ORDER_REFUNDED}:{key}:{refund.best.refund_id}:{name}",
            reason=f"{_in_words(refund)} Still to be refunded: {words}, as far as the order has "
            "money left; if that is paid already, it is not refunded again.",
            answers=(Answer.ALREADY_PAID, Answer.REFUND_ALL_THE_SAME),
        )
        return ask(question)
    return None


def is_paid_as_a_whole(ledger: Ledger, record: ReturnRecord) -> bool:
    """Say whether a person said, before acceptance, that such a refund paid for the goods."""
    return bool(ledger.decisions) and any(
        answered(ledger, order_question(refund), Answer.ALREADY_PAID)
        for refund in of_the_whole_order(ledger, record)
    )


def _in_words(refund: RefundRecord) -> str:
    amount, seen = refund.amount or refund.best.refunded_amount, refund.best
    money = in_words(amount, seen.currency)
    return f"Somebody has refunded {money} of the order as a whole ({seen.refund_id})."
