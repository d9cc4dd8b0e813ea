"""How the Temporal workers of a process run, and end in bounded time whatever the SDK does.

The SDK (temporalio 1.35.0) can lose a task: when more workflows are busy at once than a worker
keeps in its cache, and two tasks of one of them have waited for room. That workflow gets no task
from this worker any more, others may follow it, and the worker does not end when it is told to. The
SDK logs one line as it happens. Then the process must end: Temporal hands what was under way to
the next one.
"""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from temporalio.runtime import LogForwardingConfig, LoggingConfig
from temporalio.worker import Worker

from workflows.workers import GRACE

LOST = "Extra buffered run should not have produced an activation"
"""What the SDK's core logs when it loses a task."""

PATIENCE = GRACE + timedelta(seconds=5)
"""For workers that are told to end."""

_CORE = logging.getLogger("temporalio.core")

SDK_LOG = replace(
    LoggingConfig.default,
    forwarding=LogForwardingConfig(logger=_CORE, append_target_to_name=False),
)
"""Puts what the SDK's core logs into the process's own log, where a lost task is noticed."""


class StandstillError(RuntimeError):
    """A worker has lost a task, or did not end; the message says in one sentence which."""


async def work(workers: Sequence[Worker], stop: asyncio.Event) -> None:
    """Run workers until `stop` or until one cannot go on, and end them all.

    Raises the error of the one that cannot, and `StandstillError`.
    """
    running = [asyncio.ensure_future(worker.run()) for worker in workers]
    with _alarm() as lost:
        waking = [asyncio.ensure_future(event.wait()) for event in (stop, lost)]
        await asyncio.wait([*running, *waking], return_when=asyncio.FIRST_COMPLETED)
    ending = [asyncio.ensure_future(worker.shutdown()) for worker in workers]
    ended, late = await asyncio.wait(running, timeout=PATIENCE.total_seconds())
    for task in (*late, *waking, *ending):
        task.cancel()
    for task in ended:
        await task
    if lost.is_set():
        message = "the SDK has lost a task of a return, which a new process will be given"
        raise StandstillError(message)
    if late:
        message = f"it did not end within {PATIENCE.seconds} s of being told to"
        raise StandstillError(message)


@contextmanager
def _alarm() -> Iterator[asyncio.Event]:
    """Give the event that is set when the SDK says, in a thread of its own, that a task is lost."""
    loop, lost = asyncio.get_running_loop(), asyncio.Event()

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if LOST in record.getMessage():
                loop.call_soon_threadsafe(lost.set)

    listener = Listener()
    _CORE.addHandler(listener)
    try:
        yield lost
    finally:
        _CORE.removeHandler(listener)
