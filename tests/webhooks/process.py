"""The receiver as a process, and what a sender and an operator can ask of it."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.canaries import LOOKOUT
from tests.environment import kept
from tests.webhooks.events import Json, body_of, event, refund, signature
from webhooks import PATH

ROOT = Path(__file__).parents[2]
NOWHERE = "127.0.0.1:1"
"""No Temporal: what is of no use to any return is acknowledged all the same."""


async def start(
    directory: Path, stderr: int = PIPE, /, *, changed: str = "", **variables: str
) -> Process:
    """Start a receiver in a directory, with nothing but these variables.

    `changed` is Python, and may give the module `server` other limits.
    """
    code = f"import sys, receiver\nfrom serving import server\n{changed}\nsys.exit(receiver.main())"
    command = ("-c", code) if changed else (str(ROOT / "receiver.py"),)
    ours = {"HOME": str(directory), "TEMPORAL_ADDRESS": NOWHERE, "PYTHONPATH": str(ROOT)}
    return await asyncio.create_subprocess_exec(
        *(sys.executable, *command),
        cwd=directory,
        env={**kept(), **ours, **variables},
        stdout=PIPE,
        stderr=stderr,
    )


def useless() -> Json:
    """Write an event that no return needs to hear of."""
    return event("refund.pending", refund("pending"))


@dataclass(frozen=True)
class Receiver:
    """A receiver that listens."""

    process: Process
    http: httpx.AsyncClient
    log: Path

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        return self.http.base_url.host, self.http.base_url.port or 0

    async def send(self, secret: str, content: Json | None = None) -> httpx.Response:
        """Deliver an event, signed now."""
        body = body_of(content or useless())
        signed = signature(body, secret, datetime.now(UTC))
        return await self.http.post(PATH, content=body, headers=signed)

    async def counts(self, name: str, label: str) -> dict[str, float]:
        """Return the values of one metric, by one label."""
        text = (await self.http.get("/metrics")).text
        LOOKOUT.look("metrics", text)
        return {
            sample.labels.get(label, ""): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == name
        }

    def resident(self) -> int:
        """Return the bytes of memory that the process holds."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")


@asynccontextmanager
async def receiver(
    directory: Path, *, changed: str = "", **variables: str
) -> AsyncIterator[Receiver]:
    """Run a receiver, and end it."""
    log = directory / "receiver.log"
    with log.open("wb") as errors:
        variables["RECEIVER_PORT"] = "0"
        process = await start(directory, errors.fileno(), changed=changed, **variables)
    try:
        assert process.stdout is not None
        line = (await process.stdout.readline()).decode()
        assert line, log.read_text()
        base = line.split()[-1].removesuffix(PATH)
        async with httpx.AsyncClient(base_url=base, timeout=3) as http:
            yield Receiver(process, http, log)
    finally:
        process.terminate()
        await process.communicate()
    assert process.returncode == 0
