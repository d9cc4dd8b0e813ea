"""A running sandbox, empty for each test, and the real client to it."""

from collections.abc import AsyncIterator

import httpx
import pytest

from digital_river import DigitalRiver, Limiter
from sandbox.options import Options
from sandbox.server import RunningSandbox, serve
from tests.activities.place import KEY, Place


@pytest.fixture(scope="session")
async def running() -> AsyncIterator[RunningSandbox]:
    """Serve one sandbox for all tests."""
    async with serve(Options(rate_limit=None, api_key=KEY)) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
async def connections(running: RunningSandbox) -> AsyncIterator[httpx.AsyncClient]:
    """Open the connections that all tests use, with the key."""
    key = {"Authorization": f"Bearer {KEY}"}
    async with httpx.AsyncClient(base_url=running.url, headers=key, timeout=60) as client:
        yield client


@pytest.fixture
def place(running: RunningSandbox, connections: httpx.AsyncClient) -> Place:
    """Return an empty sandbox with a client that no earlier test has made to wait."""
    running.world.reset()
    limiter = Limiter(1_000_000)
    river = DigitalRiver(running.url, KEY, limiter=limiter, http=connections)
    return Place(connections, running.world, river)
