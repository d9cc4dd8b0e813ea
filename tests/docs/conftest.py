"""A house of processes in which the commands of the pages are run."""

import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

import pytest

from local.processes import (
    WEBHOOK_PATH,
    Service,
    answers,
    connect,
    free_ports,
    keep_for_a_month,
)
from local.processes import Ports as Places
from sandbox.options import Options
from tests.canaries import API_KEY, WEBHOOK_SECRET
from tests.docs.commands import WHERE, Ports, environment
from tests.docs.pages import ROOT
from tests.environment import kept
from tests.running import Running, idle

STOREFRONT_KEY = "try-me-by-hand"
"""As the pages say."""

STARTED = (
    ("worker", "METRICS", "metrics"),
    ("receiver", "RECEIVER", "readyz"),
    ("storefront_api", "STOREFRONT", "readyz"),
)
"""The processes, as the README names them; where each one is asked whether it is up."""


@dataclass(frozen=True)
class House:
    """What a page is run with."""

    ports: Ports
    variables: dict[str, str]
    running: Running


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """Run Temporal, the worker, the receiver and the storefront's API as processes.

    The local Digital River is a server of this process, so that scenes are set with ease.
    """
    logs = tmp_path_factory.mktemp("house")
    ports = dict(zip(WHERE, free_ports(len(WHERE)), strict=True))
    places = Places(*(ports[name] for name in WHERE if name != "STOREFRONT"))  # in this order
    options = Options(
        api_key=API_KEY,
        webhook_secrets=(WEBHOOK_SECRET,),
        webhook_urls=(f"{places.receiver_url}{WEBHOOK_PATH}",),
        rate_limit=None,
    )
    async with AsyncExitStack() as stack:
        server = Service("temporal", places.temporal_command(), kept(), logs)
        stack.push_async_callback(server.stop)
        client = await server.come_up(lambda: connect(places))
        await keep_for_a_month(client)
        running = await stack.enter_async_context(idle(client, options))
        ports["SANDBOX"] = int(running.sandbox.url.rpartition(":")[2])
        variables = {
            "DIGITAL_RIVER_URL": running.sandbox.url,
            "DIGITAL_RIVER_API_KEY": API_KEY,
            "DIGITAL_RIVER_WEBHOOK_SECRETS": WEBHOOK_SECRET,
            "STOREFRONT_API_KEY": STOREFRONT_KEY,
        }
        for name, port, path in STARTED:
            command = (sys.executable, str(ROOT / f"{name}.py"))
            told = {**kept(), **environment(ports), **variables}
            process = Service(name, command, told, logs)
            stack.push_async_callback(process.stop)
            await process.come_up(partial(answers, f"http://127.0.0.1:{ports[port]}/{path}"))
        yield House(ports, variables, running)
