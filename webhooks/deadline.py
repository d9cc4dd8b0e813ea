"""One time limit for many short tasks, with one timer for all.

A timer for each, as `asyncio.timeout` has it, takes a tenth of the time that a delivery needs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

T = TypeVar("T")


class Deadline:
    """Gives each coroutine the same number of seconds. Belongs to one event loop."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._running: dict[asyncio.Task[object], float] = {}
        """When each task's time is over: the first is the oldest, because all have as long."""
        self._expired: set[asyncio.Task[object]] = set()
        self._timer: asyncio.TimerHandle | None = None

    async def keep(self, work: Coroutine[object, object, T]) -> T:
        """Run a coroutine in the current task. Raises `TimeoutError` when its time is over."""
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine always runs in one
        self._running[task] = loop.time() + self._seconds
        if self._timer is None:
            self._timer = loop.call_later(self._seconds, self._expire, loop)
        try:
            return await work
        except asyncio.CancelledError:
            if task in self._expired and task.uncancel() == 0:
                raise TimeoutError from None
            raise
        finally:
            self._running.pop(task, None)
            self._expired.discard(task)

    def _expire(self, loop: asyncio.AbstractEventLoop) -> None:
        """Cancel what is over, and come back for the oldest that is not."""
        self._timer = None
        now = loop.time()
        for task, until in list(self._running.items()):
            if until > now:
                self._timer = loop.call_at(until, self._expire, loop)
                break
            del self._running[task]
            self._expired.add(task)
            task.cancel()
