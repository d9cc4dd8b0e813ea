"""Calls to Digital River that did not end as they should: in doubt, given up, or refused."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from lifecycle.ledger import ADOPT, Ledger
from lifecycle.questions import answered, ask, stamp
from lifecycle.steps import Answer, Question, Wait

LISTED_BY_THEN = 60
"""Times the pause of a create in doubt: what no list shows by then was not created."""


def not_before(ledger: Ledger, key: str) -> datetime | None:
    """Return when a create whose answer was lost may be looked for a second time, then sent again.

    Each further doubt or look doubles the pause, so that a long outage costs few looks. A call that
    was given up may have been sent, too.
    """
    if not may_be_done(ledger, key):
        return None
    times = _times_lost(ledger, key) | ledger.absent.get(key, set())
    pause = ledger.request.policy.doubt * 2.0 ** (min(len(times), 16) - 1)
    return max(times) + pause


def _times_lost(ledger: Ledger, key: str) -> set[datetime]:
    """Return when each call was lost that may have taken effect."""
    times = set(ledger.doubts.get(key, ()))
    if key in ledger.given_up:
        times.add(ledger.given_up[key].at)
    return times


def last_lost(ledger: Ledger, return_id: str) -> datetime | None:
    """Return when the last write about a return was lost whose effect nobody has seen since."""
    return _last(ledger, return_id, ledger.doubts) if ledger.doubts else None


def last_lost_or_given_up(ledger: Ledger, return_id: str) -> datetime | None:
    """Return the same, for a return that ends: what was given up may have been sent, too."""
    keys = {*ledger.doubts, *ledger.given_up}
    return _last(ledger, return_id, keys) if keys else None


def _last(ledger: Ledger, return_id: str, keys: Iterable[str]) -> datetime | None:
    seen = {refund.key for refund in ledger.refunds.values()}
    lost = [
        max(_times_lost(ledger, key))
        for key in keys
        if _is_write(key, return_id) and key not in seen
    ]
    return max(lost, default=None)


def _is_write(key: str, return_id: str) -> bool:
    """Say whether a key names a write about a return: reads leave nothing in doubt."""
    about, _, rest = key.partition(":")
    return about == return_id and rest.partition(":")[0] in ("accept", "refund")


def may_be_done(ledger: Ledger, key: str) -> bool:
    """Say whether a call may have taken effect although no answer says so."""
    return key in ledger.doubts or key in ledger.given_up


def is_absent(ledger: Ledger, key: str) -> bool:
    """Say whether a lost create was looked for in vain for so long that it was not done."""
    looks = ledger.absent.get(key)
    if not looks:
        return False
    waited = max(looks) - max(_times_lost(ledger, key))
    return waited >= ledger.request.policy.doubt * LISTED_BY_THEN


def in_trouble(ledger: Ledger, key: str) -> Wait | None:
    """Return the wait for the answer to what a call raised."""
    if not (ledger.look_alikes or ledger.doubts or ledger.given_up):
        return None
    question = raised(ledger, key)
    return None if question is None else ask(question)


def raised(ledger: Ledger, key: str) -> Question | None:
    """Return the question that a call raised and that nobody has answered yet, be it for less."""
    for question in _questions(ledger, key):
        if ledger.last_answer_about(question.id) is None:
            return question
    return None


def was_given_up(ledger: Ledger, key: str) -> bool:
    """Say whether a person answered a call's trouble with giving up."""
    return bool(ledger.decisions) and any(
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
