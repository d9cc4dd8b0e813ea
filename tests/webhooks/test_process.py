"""The receiver as a process: it starts only when told enough, and ends when told to."""

from __future__ import annotations

import signal
import socket
from pathlib import Path

import httpx
import pytest

from tests.webhooks.events import body_of, event, refund
from tests.webhooks.process import receiver, start
from webhooks import PATH


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({}, "DIGITAL_RIVER_WEBHOOK_SECRETS is not set\n"),
        (
            {"DIGITAL_RIVER_WEBHOOK_SECRETS": "canary", "TEMPORAL_ADDRESS": "canary"},
            "TEMPORAL_ADDRESS: must be host:port\n",
        ),
        (
            {"DIGITAL_RIVER_WEBHOOK_SECRETS_FILE": "canary"},
            "DIGITAL_RIVER_WEBHOOK_SECRETS_FILE: there is no such file\n",
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
    async with httpx.AsyncClient(base_url=url.removesuffix(PATH), timeout=60) as http:
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


async def test_the_wrong_mode_is_acknowledged_counted_and_alerted(tmp_path: Path) -> None:
    """A live event where test events are expected: 202, no signal, a metric and a warning."""
    variables = {"DIGITAL_RIVER_WEBHOOK_SECRETS": "one", "DIGITAL_RIVER_LIVE_MODE": "false"}
    sent = event("refund.complete", refund(), liveMode=True)
    async with receiver(tmp_path, **variables) as running:
        answer = await running.send("one", sent)
        ours = await running.send("one", event("refund.complete", refund(), liveMode=False))
        counted = await running.counts("upriver_webhook_events_total", "outcome")
    assert (answer.status_code, answer.json()) == (202, {"status": "wrong_mode"})
    assert ours.status_code == 503  # it would be signalled, and there is no Temporal
    assert (counted["wrong_mode"], counted["temporal_away"], counted["signalled"]) == (1, 1, 0)
    [warning] = [line for line in running.log.read_text().splitlines() if "wrong_mode" in line]
    assert " WARNING " in warning
    assert f"event={sent['id']} " in warning
