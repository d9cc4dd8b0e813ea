"""One timer ends everything that takes too long, and nothing else."""

from __future__ import annotations

import asyncio

import pytest

from webhooks.deadline import Deadline

SHORT = 0.01


async def test_work_in_time() -> None:
    """What is done in time gives its result, and its error."""
    deadline = Deadline(60)
    assert await deadline.keep(asyncio.sleep(0, "done")) == "done"

    async def fails() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await deadline.keep(fails())


async def test_each_has_its_own_time() -> None:
    """Each is ended when its own time is over, also those that began later, one after another."""
    deadline = Deadline(SHORT)
    never = asyncio.Event()
    for _ in range(2):
        first = asyncio.create_task(deadline.keep(never.wait()))
        await asyncio.sleep(SHORT / 2)
        second = asyncio.create_task(deadline.keep(never.wait()))
        quick = asyncio.create_task(deadline.keep(asyncio.sleep(0, result=True)))
        assert await quick
        with pytest.raises(TimeoutError):
            await first
        with pytest.raises(TimeoutError):
            await second


async def test_a_cancellation_from_outside() -> None:
    """A task that somebody else cancels is cancelled, not late."""
    work = asyncio.create_task(Deadline(60).keep(asyncio.Event().wait()))
    await asyncio.sleep(0)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work


async def test_a_task_goes_on_after_its_time() -> None:
    """A task that handles the error can wait again, as if it had never been cancelled."""
    deadline = Deadline(SHORT)

    async def patient() -> str:
        with pytest.raises(TimeoutError):
            await deadline.keep(asyncio.Event().wait())
        return await deadline.keep(asyncio.sleep(0, "then"))

    assert await asyncio.create_task(patient()) == "then"
