"""The API as a process: it starts only when told enough, serves, and ends when told to."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import httpx
import pytest

from lifecycle.request import ReturnRequest
from tests.canaries import API_KEY
from tests.environment import kept
from tests.running import Running
from tests.storefront_api.shop import KEY, OLD_KEY, ROOT, Shop, a_key, path_of, wish

NOWHERE = "127.0.0.1:1"
SEVERAL = "must be one secret, or several with a comma between them, none empty"


async def start(directory: Path, **variables: str) -> Process:
    """Start the process in an empty directory, with nothing but these variables."""
    ours = {"HOME": str(directory), "TEMPORAL_ADDRESS": NOWHERE, "STOREFRONT_PORT": "0"}
    return await asyncio.create_subprocess_exec(
        *(sys.executable, str(ROOT / "storefront_api.py")),
        cwd=directory,
        env={**kept(), **ours, **variables},
        stdout=PIPE,
        stderr=PIPE,
    )


async def address(process: Process) -> str:
    """Wait until it listens; give where."""
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
    assert line.startswith("The storefront's API listens at http://127.0.0.1:")
    return line.split()[-1]


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"STOREFRONT_API_KEY": ""}, "STOREFRONT_API_KEY is not set\n"),
        (
            {"STOREFRONT_API_KEY": "canary,,two"},
            f"STOREFRONT_API_KEY: {SEVERAL}\n",
        ),
        ({"TEMPORAL_ADDRESS": "canary"}, "TEMPORAL_ADDRESS: must be host:port\n"),
    ],
)
async def test_wrong_settings(tmp_path: Path, variables: dict[str, str], told: str) -> None:
    """What is missing or wrong is named on standard error, and the status is 2."""
    process = await start(tmp_path, **variables)
    output, errors = await process.communicate()
    log = [line for line in errors.decode().splitlines(keepends=True) if " INFO " not in line]
    assert (process.returncode, output, "".join(log)) == (2, b"", told)


async def test_a_port_that_is_taken(tmp_path: Path) -> None:
    """An address that cannot be listened at is told in one line, and the status is 1."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = await start(tmp_path, STOREFRONT_PORT=str(taken.getsockname()[1]))
        _, errors = await process.communicate()
    assert process.returncode == 1
    assert errors.startswith(b"the storefront's API cannot listen: ")
    assert errors.count(b"\n") == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_serves_until_told_to_end(tmp_path: Path, number: signal.Signals) -> None:
    """It serves while Temporal is away, says that bank details are off, and ends with status 0."""
    process = await start(tmp_path)
    async with httpx.AsyncClient(base_url=await address(process), timeout=60) as http:
        assert (await http.get("/healthz")).status_code == 200
        assert (await http.get("/readyz")).status_code == 503
        refused = [await http.get("/returns/return-4-X?key=mistaken") for _ in range(20)]
        headers = {"Authorization": f"Bearer {KEY}"}
        away = await http.get("/returns/return-4-X?key=mistaken", headers=headers)
    assert {answer.status_code for answer in refused} == {401}
    assert "server" not in refused[0].headers
    assert away.status_code == 503
    process.send_signal(number)
    output, errors = await process.communicate()
    log = errors.decode()
    assert (process.returncode, output) == (0, b"")
    assert "Traceback" not in log
    assert "mistaken" not in log
    assert "Bank details are off" in log
    assert "storefront.api.access GET /returns/return-4-X 503 " in log
    assert log.count("a request without a valid key was refused") < 20


async def test_it_ends_with_what_it_holds(live: Running, shop: Shop, tmp_path: Path) -> None:
    """A request that is under way when it is told to end is answered; bank details are on."""
    order = await live.order(
        "digital_river", 1, automation={"approve_after_seconds": 0, "receive_after_seconds": 0}
    )
    workflow_id = (await shop.opened(order, 1))["workflow_id"]
    refund = await live.refund(order, 1)
    await live.act(f"/sandbox/refunds/{refund}/require-information")
    await shop.until(workflow_id, "awaiting_customer")
    process = await start(
        tmp_path,
        TEMPORAL_ADDRESS=live.client.service_client.config.target_host,
        DIGITAL_RIVER_URL=live.sandbox.url,
        DIGITAL_RIVER_API_KEY=API_KEY,
        STOREFRONT_API_KEY=f"{OLD_KEY},{KEY}",
    )
    base = await address(process)
    headers = {"Authorization": f"Bearer {KEY}"}
    async with httpx.AsyncClient(base_url=base, headers=headers, timeout=60) as http:
        token = await http.get(path_of(workflow_id, "refunds", refund, "bank-details"))
        assert token.status_code == 200
        other = await live.order("third_party", 1)
        slow = {"kind": "delay", "path": f"/orders/{other.id}", "seconds": 1, "times": 1}
        (await live.control.put("/sandbox/faults", json={"calls": [slow]})).raise_for_status()
        named = {"request_id": a_key(other)}
        key = {"Idempotency-Key": named["request_id"]}
        asking = asyncio.create_task(http.post("/returns", json=wish(other, 1), headers=key))
        await live.exists(ReturnRequest.model_validate({**wish(other, 1), **named}).workflow_id)
        process.send_signal(signal.SIGTERM)
        assert (await asking).status_code == 201
    _, errors = await process.communicate()
    (await live.control.put("/sandbox/faults", json={})).raise_for_status()
    assert process.returncode == 0
    assert b"Traceback" not in errors
