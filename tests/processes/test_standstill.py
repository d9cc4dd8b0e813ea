"""A worker that the SDK lets stand still does not keep its process: the next one goes on."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import cast

import pytest
from temporalio.worker import Worker

import working
from working import LOST, StandstillError, work


class Stuck:
    """A worker that waits for a task that the SDK has lost, and takes a withdrawal as its end."""

    def __init__(self) -> None:
        """Begin."""
        self.asked = asyncio.Event()
        self.let_go = False

    async def run(self) -> None:
        """Run until it is let go of."""
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.let_go = True
            raise

    async def shutdown(self) -> None:
        """Wait for the lost task, too."""
        self.asked.set()
        await asyncio.Event().wait()


class Ready(Stuck):
    """A worker that ends when it is told to."""

    async def run(self) -> None:
        """Run until it is told to end."""
        await self.asked.wait()


class Failing(Ready):
    """A worker that cannot go on."""

    async def run(self) -> None:
        """Fail."""
        message = "no such namespace"
        raise RuntimeError(message)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(working, "PATIENCE", timedelta(seconds=0.01))


def working_with(*workers: Stuck, stop: asyncio.Event) -> asyncio.Task[None]:
    """Have some workers run."""
    return asyncio.create_task(work([cast(Worker, worker) for worker in workers], stop))


def told() -> asyncio.Event:
    """Return what has told a process to end."""
    stop = asyncio.Event()
    stop.set()
    return stop


async def test_workers_end_when_they_are_told_to() -> None:
    """Each of them, and nothing is said of it."""
    workers = Ready(), Ready()
    await working_with(*workers, stop=told())
    assert all(worker.asked.is_set() for worker in workers)


async def test_a_worker_that_does_not_end_is_let_go_of() -> None:
    """The process says so, and ends."""
    stuck = Stuck()
    with pytest.raises(StandstillError, match="did not end within"):
        await working_with(Ready(), stuck, stop=told())
    assert stuck.asked.is_set()
    assert stuck.let_go


async def test_a_lost_task_ends_the_process() -> None:
    """What the SDK logs in a thread of its own is heard, and no other line is taken for it."""
    stuck, healthy, stop = Stuck(), Ready(), asyncio.Event()
    running = working_with(stuck, healthy, stop=stop)
    log = logging.getLogger("temporalio.core")
    await asyncio.to_thread(log.warning, "Query not found when attempting to respond to it")
    assert not healthy.asked.is_set()
    await asyncio.to_thread(log.error, "[sdk_core::temporalio_sdk_core::worker] %s {}", LOST)
    with pytest.raises(StandstillError, match="has lost a task"):
        await running
    assert stuck.let_go
    assert healthy.asked.is_set()


async def test_the_error_of_a_worker_that_cannot_go_on_is_the_processes() -> None:
    """The others are told to end."""
    healthy = Ready()
    with pytest.raises(RuntimeError, match="no such namespace"):
        await working_with(healthy, Failing(), stop=asyncio.Event())
    assert healthy.asked.is_set()
