"""Real Temporal servers, and Upriver running on them, one of each kind for the whole session.

And how Hypothesis searches: wide on a desk, the same way every time in CI; nowhere by the clock.
"""

import functools
import gc
import logging
import os
import ssl
import time
from collections.abc import AsyncIterator, Iterator

import pytest
from hypothesis import HealthCheck, settings
from temporalio.testing import WorkflowEnvironment

from sandbox.identifiers import new_uuid
from tests.canaries import LOOKOUT
from tests.running import Running, running
from tests.servers import start_leaping_server, start_server
from tests.storefront.command import Command, command_for

logging.getLogger().setLevel(logging.DEBUG)
"""Every record is searched for secrets, see `tests.canaries`; pytest itself keeps fewer."""

os.environ["TZ"] = "AOE12"
time.tzset()
"""Anywhere on earth: a worker that takes its machine's day for UTC's is noticed."""

UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("desk", UNTIMED)
settings.register_profile("ci", UNTIMED, derandomize=True)
settings.register_profile("mutants", UNTIMED, derandomize=True, max_examples=20)
settings.load_profile("ci" if os.environ.get("CI") else "desk")


def pytest_xdist_auto_num_workers() -> int:
    """Return how many processes share the tests: they mostly wait for servers."""
    return min(2 * (os.cpu_count() or 1) + 1, 16)


def pytest_collection_finish() -> None:
    """Spare the garbage collector everything that stays to the end."""
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def certificates_read_once() -> Iterator[None]:
    """Every HTTP client reads the authorities it trusts, 20 ms each, and no test asks them."""
    with pytest.MonkeyPatch.context() as patch:
        read_once = functools.cache(ssl.create_default_context)
        patch.setattr(ssl, "create_default_context", read_once)
        yield


@pytest.fixture(scope="session", autouse=True)
def no_canary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Fail the session when anything secret or personal was seen, see `tests.canaries`."""
    with LOOKOUT.on_duty(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("sandbox.bank.new_uuid", lambda: f"canary-{new_uuid()}")
        yield
    for log in tmp_path_factory.getbasetemp().rglob("*.log"):
        LOOKOUT.look(log.name, log.read_bytes())
    assert LOOKOUT.found == []


@pytest.fixture(scope="session")
async def temporal() -> AsyncIterator[WorkflowEnvironment]:
    """Start a server whose clock is the real one."""
    async with start_server() as environment:
        yield environment


@pytest.fixture(scope="session")
async def live(temporal: WorkflowEnvironment) -> AsyncIterator[Running]:
    """Run everything with its receiver; the first look of a watch is a day away."""
    async with running(temporal.client, webhooks=True) as found:
        yield found


@pytest.fixture(scope="session")
def shop(live: Running) -> Command:
    """Return the command line of the shop."""
    return command_for(live.client)


@pytest.fixture(scope="session")
async def leaping() -> AsyncIterator[Running]:
    """Run Upriver without webhooks where thirty days take seconds."""
    async with start_leaping_server() as environment, running(environment.client) as found:
        yield found


@pytest.fixture
async def alone() -> AsyncIterator[WorkflowEnvironment]:
    """Start a server for one test alone, with nothing running on it."""
    async with start_server() as environment:
        yield environment
