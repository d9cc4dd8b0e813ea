"""One answer to a question that many returns ask, as after an outage.

Each is asked first what its question is, and the answer names that question: it never reaches
another one, and the same again finds nothing left to answer.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Literal, TypeVar

from pydantic import BaseModel

from lifecycle.meanings import kind_of, meaning_of
from lifecycle.snapshot import Snapshot
from storefront.client import Returns
from storefront.errors import NoAnswerError, StorefrontError
from workflows.messages import Resolution

AT_ONCE = 16
"""Returns that are asked at the same time: each costs a worker the replay of its history."""

Part = TypeVar("Part")
Done = TypeVar("Done")
Tick = Callable[[], None]


class Choice(BaseModel):
    """Which questions are meant, of all that are open."""

    kinds: tuple[str, ...] = ()
    """How the ids of the questions begin; none: any."""
    reason_like: str = ""
    """What stands in the reason, in whatever case."""

    def fits(self, view: Snapshot) -> bool:
        """Say whether a return asks such a question."""
        question = view.question
        return (
            question is not None
            and (not self.kinds or kind_of(question.id) in self.kinds)
            and self.reason_like.casefold() in question.reason.casefold()
        )


class Answered(BaseModel):
    """What becomes of one return."""

    workflow_id: str
    question: str | None = None
    status: Literal["planned", "done", "refused", "unreachable"]
    message: str


class AnsweredMany(BaseModel):
    """What becomes of all of them."""

    dry_run: bool
    kinds: dict[str, int]
    """How many returns ask each kind of question."""
    returns: list[Answered]


async def plan_answers(
    returns: Returns, workflow_ids: Sequence[str], choice: Choice, answer: str, tick: Tick
) -> list[Answered]:
    """Return what an answer would do, return by return; those that ask something else are left."""

    async def plan(workflow_id: str) -> Answered | None:
        try:
            view = await returns.show(workflow_id)
        except StorefrontError as error:
            return Answered(workflow_id=workflow_id, status="unreachable", message=str(error))
        return _planned(view, answer) if choice.fits(view) else None

    return [one for one in await _each(workflow_ids, plan, tick) if one is not None]


def _planned(view: Snapshot, answer: str) -> Answered | None:
    question = view.question
    if question is None:
        return None
    offered = answer in question.answers
    told = meaning_of(question.id, answer) if offered else f"offers {', '.join(question.answers)}"
    return Answered(
        workflow_id=view.workflow_id,
        question=question.id,
        status="planned" if offered else "refused",
        message=told,
    )


async def give_answers(
    returns: Returns, planned: Sequence[Answered], resolution: Resolution, tick: Tick
) -> list[Answered]:
    """Answer what is planned, each by the question that was seen, and say what became of it."""

    async def give(one: Answered) -> Answered:
        if one.status != "planned":
            return one
        named = resolution.model_copy(update={"question": one.question})
        try:
            done = await returns.resolve(one.workflow_id, named)
        except NoAnswerError as error:
            return one.model_copy(update={"status": "unreachable", "message": str(error)})
        except StorefrontError as error:
            return one.model_copy(update={"status": "refused", "message": str(error)})
        return one.model_copy(update={"status": "done", "message": done.sentence})

    return await _each(planned, give, tick)


def count_kinds(answered: Sequence[Answered]) -> dict[str, int]:
    """Count the kinds of questions that are asked."""
    return dict(Counter(kind_of(one.question) for one in answered if one.question).most_common())


async def _each(
    parts: Sequence[Part], do: Callable[[Part], Awaitable[Done]], tick: Tick
) -> list[Done]:
    """Do something with each of them, some at a time, in their order."""
    room = asyncio.Semaphore(AT_ONCE)

    async def do_one(part: Part) -> Done:
        async with room:
            done = await do(part)
        tick()
        return done

    return list(await asyncio.gather(*map(do_one, parts)))
