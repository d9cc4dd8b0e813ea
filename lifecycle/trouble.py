"""Calls to Digital River that did not end as they should: in doubt, given up, or refused."""

from collections.abc import Iterator
from datetime import datetime

from lifecycle.ledger import ADOPT, Ledger
from lifecycle.questions import answered, ask, stamp
from lifecycle.steps import Answer, Question, Wait


def not_before(ledger: Ledger, key: str) -> datetime | None:
    """Return when a create whose answer was lost may be looked for a second time, then sent again.

    Each further doubt doubles the pause, so that a long outage costs few looks. A call that was
    given up may have been sent, too.
    """
    if not may_be_done(ledger, key):
        return None
    doubts = set(ledger.doubts.get(key, ()))
    if key in ledger.given_up:
        doubts.add(ledger.given_up[key].at)
    pause = ledger.request.policy.doubt * 2.0 ** (min(len(doubts), 16) - 1)
    return max(doubts) + pause


def may_be_done(ledger: Ledger, key: str) -> bool:
    """Say whether a call may have taken effect although no answer says so."""
    return key in ledger.doubts or key in ledger.given_up


def in_trouble(ledger: Ledger, key: str) -> Wait | None:
    """Return the question that a call raised and nobody has answered yet."""
    for question in _questions(ledger, key):
        if ledger.answer_to(question.id) is None:
            return ask(question)
    return None


def was_given_up(ledger: Ledger, key: str) -> bool:
    """Say whether a person answered a call's trouble with giving up."""
    return any(
        answered(ledger, question.id, Answer.GIVE_UP) for question in _questions(ledger, key)
    )


def _questions(ledger: Ledger, key: str) -> Iterator[Question]:
    """Return the questions that a call has raised, answered or not."""
    if key not in ledger.look_alikes and not may_be_done(ledger, key):
        return iter(())
    asked = _look_alikes(ledger, key), _unreachable(ledger, key), _unclear(ledger, key)
    return filter(None, asked)


def _look_alikes(ledger: Ledger, key: str) -> Question | None:
    found = sorted(ledger.look_alikes.get(key, ()))
    if not found:
        return None
    return Question(
        id=f"look_alikes:{key}:{len(found)}",
        reason="The answer to a create was lost, and several objects could be the one it made: "
        + ", ".join(found),
        answers=(*(f"{ADOPT}{object_id}" for object_id in found), Answer.RETRY, Answer.GIVE_UP),
    )


def _unreachable(ledger: Ledger, key: str) -> Question | None:
    given_up = ledger.given_up.get(key)
    if given_up is None:
        return None
    return Question(
        id=f"digital_river_unreachable:{key}:{stamp(given_up.at)}",
        reason=f"A call to Digital River did not get through: {given_up.message}",
        answers=(Answer.RETRY, Answer.GIVE_UP),
    )


def _unclear(ledger: Ledger, key: str) -> Question | None:
    """Return the question whether to go on after a create stayed in doubt for too long."""
    doubts = ledger.doubts.get(key)
    if not doubts or max(doubts) - min(doubts) < ledger.request.policy.unreachable:
        return None
    return Question(
        id=f"in_doubt:{key}:{len(doubts)}",
        reason=f"{key} was sent {len(doubts)} times; each answer was lost, and it is not to be "
        "seen at Digital River.",
        answers=(Answer.RETRY, Answer.GIVE_UP),
    )
