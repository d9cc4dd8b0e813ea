"""Every question that the rules can ask is one that an operator can see and answer."""

import ast
import importlib
import sys
from pathlib import Path

import pytest

from lifecycle import rules
from lifecycle.phase import phase_of
from lifecycle.sentences import sentence_for
from lifecycle.steps import Question
from tests.builders.returns import START, at
from tests.builders.stuck import STUCK

LIFECYCLE = Path(rules.__file__).parent


def asking_functions() -> set[str]:
    """Return every function of the rules that makes a question."""
    found = set()
    for path in LIFECYCLE.glob("*.py"):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef):
                calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
                names = {call.func.id for call in calls if isinstance(call.func, ast.Name)}
                found |= {f"{path.stem}.{function.name}"} if "Question" in names else set()
    return found


AWAY = "A call to Digital River did not get through: timed out"

WORDS = {
    "check_unreachable": AWAY,
    "eligibility_in_question": (
        "The shop's rules ask before this return is opened. No: value_above_limit. "
        "(value_above_limit: all)"
    ),
    "create_unreachable": AWAY,
    "acceptance_unreachable": AWAY,
    "acceptance_to_approve": (
        "The goods are here. When they are accepted, Digital River refunds them."
    ),
    "refund_unreachable": f"Refund of 1 of a: {AWAY}",
    "watch_unreachable": AWAY,
    "create_in_doubt": (
        "return-order-1-DHYQMS3BTV:return was sent 2 times; each answer was lost, and it is not "
        "to be seen at Digital River."
    ),
    "look_alikes": (
        "The answer to a create was lost, and several objects could be the one it made: ret_8, "
        "ret_9"
    ),
    "not_approved": "The fulfiller has neither approved nor rejected the return in time.",
    "short_at_the_deadline": (
        "Fewer sound units arrived than were authorised. Digital River refunds only what is "
        "complete."
    ),
    "two_returns": "Digital River has more than one return for this request: ret_1, ret_9.",
    "contradiction": "re_1 was seen both failed and succeeded. Which of them holds?",
    "whose_refund": "Refund re_1 could belong to this return or to another return of the order.",
    "dispute_ended_without_a_word": (
        "The order is no longer disputed, and Digital River has not said how that ended. After a "
        "chargeback the bank has paid the customer."
    ),
    "too_many_messages": (
        "Far more was told of this return than a return has to tell. Events are taken into "
        "account no more: it can go on by looking at Digital River only, or be ended by hand."
    ),
    "damaged_goods": "As many units came as were expected, but 1 of a damaged.",
    "paid_twice": "The bank paid the customer back, and so did Digital River: re_1.",
    "accepted_beyond_arrived": (
        "Digital River has accepted more than arrived sound: 1 of a. It cannot take that back."
    ),
    "acceptance_refused": "Digital River refused to accept the goods: It cannot be done.",
    "refunded_before_acceptance": (
        "Somebody has refunded 1 of a. Once the return is accepted, Digital River refunds them "
        "again, as far as the order has money left."
    ),
    "order_refunded_before_acceptance": (
        "Somebody has refunded 21.60 EUR of the order as a whole (re_1). Once the return is "
        "accepted, Digital River refunds its goods, too, as far as the order has money left; if "
        "they are paid already, the return ends, and nothing more is refunded."
    ),
    "order_refunded_before_refund": (
        "Somebody has refunded 21.60 EUR of the order as a whole (re_9). Still to be refunded: 1 "
        "of a, as far as the order has money left; if that is paid already, it is not refunded "
        "again."
    ),
    "refund_to_be_approved": "To be refunded for ret_1: 1 of a.",
    "ended_before": "This return had ended as refund_failed; then re_1 succeeded.",
    "unknown_state": (
        "Digital River says that re_1 is reversed, a state that Upriver does not know, and before"
        " that it was succeeded. Look into the Dashboard: has money moved?"
    ),
    "refund_refused": "Digital River refused the refund of 1 of a: It cannot be done.",
    "amount_mismatch": "Refunds paid 21.60 EUR for units that are worth 43.20 EUR.",
    "refund_failed": "Refund re_1 failed: it did not pay the customer.",
    "refund_expired_twice": "Refund re_2 expired: it did not pay the customer.",
    "refund_overdue": "Refund re_1 has been pending for too long.",
    "refund_missing": "The return is accepted, but Digital River has not refunded all of it.",
}
"""What an operator reads of each stuck return."""

SINCE = {
    "eligibility_in_question": START,
    "not_approved": at(14),
    "short_at_the_deadline": at(33),
    "dispute_ended_without_a_word": at(5),
    "too_many_messages": at(5),
    "damaged_goods": at(3),
    "acceptance_refused": at(3),
    "unknown_state": at(6),
    "refund_refused": at(5),
    "refund_failed": at(5),
    "refund_expired_twice": at(95),
    "refund_overdue": at(18),
    "refund_missing": at(18),
}
"""Since when it is so; the others have no such time."""


@pytest.mark.parametrize("name", STUCK)
def test_a_stuck_return_says_what_it_needs(name: str) -> None:
    """It needs attention, for a reason in words, and offers answers."""
    life = STUCK[name]()
    assert phase_of(life.step) == "needs_attention"
    assert life.question.answers
    assert life.question.reason == WORDS[name]
    assert life.wait.since == SINCE.get(name)
    assert life.question.reason in sentence_for(life.step)


def test_every_question_has_its_stuck_return(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that asks something new needs a life in tests/builders/stuck.py."""
    made: dict[int, tuple[Question, str]] = {}

    def asked(*, id: str, reason: str, answers: tuple[str, ...]) -> Question:  # noqa: A002 - the field's name
        question = Question(id=id, reason=reason, answers=answers)
        frame = sys._getframe(1)  # noqa: SLF001 - who asks?
        where = f"{Path(frame.f_code.co_filename).stem}.{frame.f_code.co_name}"
        made[len(made)] = question, where
        return question

    for name in {function.partition(".")[0] for function in asking_functions()}:
        monkeypatch.setattr(importlib.import_module(f"lifecycle.{name}"), "Question", asked)
    lives = [begin() for begin in STUCK.values()]
    found = {where for life in lives for one, where in made.values() if one is life.question}
    assert found == asking_functions()
