"""The receiver as a process: it starts only when told enough, and ends when told to."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import httpx
import pytest

from tests.webhooks.events import body_of, event, refund
from webhooks import PATH

RECEIVER = Path(__file__).parents[2] / "receiver.py"
NOWHERE = "127.0.0.1:1"


async def start(directory: Path, **variables: str) -> Process:
    """Start a receiver in an empty directory, with nothing but these variables."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    environment = {**kept, "HOME": str(directory), "TEMPORAL_ADDRESS": NOWHERE, **variables}
    return await asyncio.create_subprocess_exec(
        sys.executable, RECEIVER, cwd=directory, env=environment, stdout=PIPE, stderr=PIPE
    )


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({}, "DIGITAL_RIVER_WEBHOOK_SECRETS is not set\n"),
        (
            {"DIGITAL_RIVER_WEBHOOK_SECRETS": "canary", "TEMPORAL_ADDRESS": "canary"},
            "TEMPORAL_ADDRESS: must be host:port\n",
        ),
    ],
)
async def test_wrong_settings(tmp_path: Path, variables: dict[str, str], told: str) -> None:
    """What is missing or wrong is named on standard error, and the status is 2."""
    process = await start(tmp_path, RECEIVER_PORT="0", **variables)
    output, errors = await process.communicate()
    assert (process.returncode, output, errors.decode()) == (2, b"", told)


async def test_a_port_that_is_taken(tmp_path: Path) -> None:
    """An address that cannot be listened at is told in one line, and the status is 1."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = await start(
            tmp_path,
            DIGITAL_RIVER_WEBHOOK_SECRETS="canary",
            RECEIVER_PORT=str(taken.getsockname()[1]),
        )
        _, errors = await process.communicate()
    assert process.returncode == 1
    assert errors.startswith(b"the receiver cannot listen: ")
    assert errors.count(b"\n") == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_serves_until_told_to_end(tmp_path: Path, number: signal.Signals) -> None:
    """It serves while Temporal is away, names no server, and ends with status 0."""
    process = await start(tmp_path, DIGITAL_RIVER_WEBHOOK_SECRETS="canary", RECEIVER_PORT="0")
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
    assert line.startswith("The receiver listens at http://127.0.0.1:")
    url = line.split()[-1]
    assert url.endswith(PATH)
    async with httpx.AsyncClient(base_url=url.removesuffix(PATH)) as http:
        assert (await http.get("/healthz")).status_code == 200
        assert (await http.get("/readyz")).status_code == 503
        refused = await http.post(PATH, content=body_of(event("refund.complete", refund())))
    assert refused.status_code == 401
    assert "server" not in refused.headers
    process.send_signal(number)
    output, errors = await process.communicate()
    assert (process.returncode, output) == (0, b"")
    assert b"Traceback" not in errors
    assert b"canary" not in errors
