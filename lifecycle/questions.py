"""Questions to an operator, and deadlines that a person may extend."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from lifecycle.ledger import Ledger
from lifecycle.steps import Answer, Question, Wait, Waiting, Who


def stamp(time: datetime) -> str:
    """Return a time as a part of a question's id."""
    return f"{time.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def ask(question: Question, since: datetime | None = None) -> Wait:
    """Return the wait for an operator's decision."""
    return Wait(what=Waiting.DECISION, who=Who.OPERATOR, since=since, question=question)


def answered(ledger: Ledger, question_id: str, answer: str) -> bool:
    """Say whether the last decision on a question is this one."""
    decision = ledger.answer_to(question_id)
    return decision is not None and decision.answer == answer


@dataclass(frozen=True, slots=True)
class Deadline:
    """A time by which something should have happened. Each extension asks a question anew."""

    until: datetime
    question_id: str
    passed: bool
    answer: str | None
    """What was decided after it had passed; an extension moves `until` instead."""


def deadline(
    ledger: Ledger, subject: str, start: datetime, after: Callable[[datetime], datetime]
) -> Deadline:
    """Return the deadline that holds: `after(start)`, or after the last extension of it."""
    until = after(start)
    while True:
        question_id = f"{subject}:{stamp(until)}"
        decision = ledger.answer_to(question_id)
        if decision is None or decision.answer != Answer.EXTEND_DEADLINE:
            answer = decision.answer if decision else None
            return Deadline(until, question_id, ledger.has_passed(until), answer)
        until = after(max(decision.at, until))
