"""Each answer that is offered is explained, and what the sentence says is what happens."""

import pytest

from lifecycle.meanings import kind_of, meaning_of
from lifecycle.steps import Answer, Close, IssueRefund, Outcome
from tests.builders.stuck import STUCK

OFFERED = [
    (name, answer) for name, begin in sorted(STUCK.items()) for answer in begin().question.answers
]


@pytest.mark.parametrize(("name", "answer"), OFFERED)
def test_an_end_that_is_told_is_the_one_that_comes(name: str, answer: str) -> None:
    """Where a sentence names an outcome, the answer brings it about, if need be after a look."""
    life = STUCK[name]()
    told = meaning_of(life.question.id, answer)
    step = life.decide(answer)
    named = [outcome for outcome in Outcome if told.endswith(f"ends as {outcome}.")]
    if named:
        closed = step if isinstance(step, Close) else life.look()
        assert closed == Close(outcome=named[0])
    if told.startswith("A new refund is issued"):
        assert isinstance(step, IssueRefund)
    if "no refund is issued" in told.lower():
        assert not isinstance(step, IssueRefund)


def test_every_answer_that_the_rules_offer_is_one_sentence() -> None:
    """It differs from the others that are offered."""
    for begin in STUCK.values():
        question = begin().question
        told = [meaning_of(question.id, answer) for answer in question.answers]
        assert all(one.endswith(".") for one in told)
        assert len(set(told)) == len(told)


@pytest.mark.parametrize("answer", Answer)
def test_an_answer_of_a_question_that_is_new_is_explained_too(answer: Answer) -> None:
    """A rule that asks something new need not tell what each answer means."""
    assert meaning_of("something_new:1", answer).endswith(".")


def test_giving_a_call_up_depends_on_the_call() -> None:
    """What was to be opened, accepted, refunded or looked at ends differently."""
    keys = ("w:check:T", "w:return:T", "r:accept:a:T", "r:refund:1:T:1", "r:watch:T")
    told = [meaning_of(f"digital_river_unreachable:{key}", "give_up") for key in keys]
    assert told[0] == told[1]
    assert len(set(told)) == 4


def test_the_kind_of_a_question_is_how_its_id_begins() -> None:
    """Whatever the question is about."""
    assert kind_of("refund_failed:re_1:ended") == "refund_failed"
    assert kind_of("two_returns") == "two_returns"
