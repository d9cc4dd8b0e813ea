"""A running sandbox, a client with its key, and a receiver of webhooks."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from sandbox.options import Options
from sandbox.server import RunningSandbox, serve
from tests.sandbox.calls import Json, Planter
from tests.sandbox.receiver import Receiver

SECRETS = ("whsec_one", "whsec_two")


@pytest.fixture(scope="session")
async def running() -> AsyncIterator[RunningSandbox]:
    """Serve one sandbox for all tests."""
    options = Options(rate_limit=None, webhook_secrets=SECRETS, retry_after_seconds=0.01)
    async with serve(options) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
async def client(running: RunningSandbox) -> AsyncIterator[httpx.AsyncClient]:
    """Return a client with the key."""
    key = {"Authorization": "Bearer sk_test_sandbox"}
    async with httpx.AsyncClient(base_url=running.url, headers=key, timeout=60) as found:
        yield found


@pytest.fixture
def river(running: RunningSandbox, client: httpx.AsyncClient) -> httpx.AsyncClient:
    """Return the client, on a sandbox that is empty again."""
    running.world.reset()
    running.world.webhooks.clear()
    return client


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """Return a webhook endpoint on a free port."""
    found = Receiver()
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    found.url = f"http://127.0.0.1:{port}/hooks"
    yield found
    server.close()


@pytest.fixture
def plant(river: httpx.AsyncClient) -> Planter:
    """Return a function that makes an order; lines default to two units at 10.00."""

    async def planted(coordinator: str = "third_party", **fields: object) -> Json:
        seed = {"coordinator": coordinator, "lines": [{"quantity": 2}], **fields}
        answer = await river.post("/sandbox/orders", json=seed)
        assert answer.status_code == 201, answer.text
        found: Json = answer.json()
        return found

    return planted
