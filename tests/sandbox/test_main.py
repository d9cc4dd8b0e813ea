"""`python -m sandbox`, the process."""

import asyncio
import re
import signal
import sys

import httpx

from tests.sandbox.calls import ok, until

PATIENCE = 60


async def test_it_announces_itself_and_ends_at_once() -> None:
    """One line names the address; SIGTERM ends it, even while a call is held up for an hour."""
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--api-key", "k"]
    command += ["--webhook-url", "http://127.0.0.1:9/one", "--webhook-url", "http://127.0.0.1:9/"]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe)
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE):
        line = (await process.stdout.readline()).decode()
    found = re.search(r"http://127\.0\.0\.1:\d+", line)
    assert found is not None
    key = {"Authorization": "Bearer k"}
    async with httpx.AsyncClient(base_url=found[0], headers=key, timeout=60) as client:
        assert len(await ok(client.get("/webhooks"))) == 2
        rules = {"calls": [{"kind": "answer_lost", "seconds": 3600}]}
        await ok(client.put("/sandbox/faults", json=rules))
        held = asyncio.create_task(client.get("/refunds"))
        await until(lambda: ok(client.get("/sandbox/books")), lambda found: len(found["calls"]) > 1)
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE):
            out, err = await process.communicate()
        assert (process.returncode, out, err) == (0, b"", b"")
        [outcome] = await asyncio.gather(held, return_exceptions=True)
        assert isinstance(outcome, httpx.TransportError)
