"""Questions to an operator, and deadlines that a person may extend."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

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


class Deadline(NamedTuple):
    """A time by which something should have happened. Each extension asks a question anew."""

    subject: str
    since: datetime
    until: datetime
    passed: bool
    answer: str | None
    """What was decided after it had passed; an extension moves `until` instead."""

    @property
    def question_id(self) -> str:
        """The id of the question what to do once it has passed."""
        return _question_id(self.subject, self.until)


def _question_id(subject: str, until: datetime) -> str:
    return f"{subject}:{stamp(until)}"


def deadline(
    ledger: Ledger, subject: str, start: datetime, after: Callable[[datetime], datetime]
) -> Deadline:
    """Return the deadline that holds: `after(start)`, or after the last extension of it."""
    until, answer = after(start), None
    while ledger.decisions:
        decision = ledger.answer_to(_question_id(subject, until))
        answer = decision.answer if decision else None
        if decision is None or answer != Answer.EXTEND_DEADLINE:
            break
        until = after(max(decision.at, until))
    return Deadline(subject, start, until, ledger.has_passed(until), answer)
