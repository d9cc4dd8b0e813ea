"""Processes of their own for what is measured, asked over their standard input.

A process that is measured shares neither its CPU time nor its memory with the driver. It ends when
its input ends, so that none outlives a benchmark that was killed.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

HERE = Path(__file__).parent.parent
READY_SECONDS = 60.0
STOP_SECONDS = 15.0


class NotStartedError(Exception):
    """A process ended or kept silent where it should have answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a process is to be."""

    kind: Literal["worker", "receiver", "bare"]
    workflow: Literal["ours", "straight"] = "ours"
    temporal: str = ""
    namespace: str = ""
    digital_river: str = ""
    max_cached: int = 1000


@dataclass(frozen=True, slots=True)
class Child:
    """A process that runs."""

    process: asyncio.subprocess.Process
    url: str
    """Where it serves, if it does."""

    async def cpu(self) -> float:
        """Ask for the CPU seconds of all of its threads, since it began."""
        return float(await self._ask("cpu"))

    async def memory(self) -> int:
        """Ask for its resident bytes, without garbage; 0 where the system does not tell."""
        return int(await self._ask("memory"))

    async def _ask(self, what: str) -> float:
        assert self.process.stdin is not None  # noqa: S101 - it was opened as a pipe
        self.process.stdin.write(f"{what}\n".encode())
        await self.process.stdin.drain()
        return float(await _line(self.process))

    async def kill(self) -> None:
        """End it as a lost machine would: `kill -9`."""
        self.process.kill()
        await self.process.wait()


@asynccontextmanager
async def child(task: Task) -> AsyncIterator[Child]:
    """Run a process until the block ends."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.child", json.dumps(asdict(task))),
        cwd=HERE,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        ready = await asyncio.wait_for(_line(process), READY_SECONDS)
        yield Child(process, ready)
    finally:
        await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    assert process.stdin is not None  # noqa: S101 - it was opened as a pipe
    process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()


async def _line(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None  # noqa: S101 - it was opened as a pipe
    line = await process.stdout.readline()
    if not line:
        raise NotStartedError(f"a process ended with status {await process.wait()}")
    return line.decode().strip()
