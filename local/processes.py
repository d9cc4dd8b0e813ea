"""The processes of Upriver, each started as it would be in production, on free ports."""

import asyncio
import errno
import os
import socket
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom
from typing import TypeVar

import httpx
from google.protobuf.duration_pb2 import Duration
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.workflowservice.v1 import UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from local.dev_server import temporal_command
from workflows.converter import data_converter
from workflows.names import SEARCH_ATTRIBUTES

HERE = Path(__file__).parent.parent
API_KEY, WEBHOOK_SECRET = "sk_test_demo", "whsec_demo"
NAMESPACE = "default"
WEBHOOK_PATH = "/webhooks/digital-river"
RETENTION_SECONDS = 30 * 24 * 3600
"""A closed return answers the same request again for this long; the dev server keeps a day."""

PORTS = range(20_000, 32_768)
"""Below those that Linux gives to outgoing connections: a port stays free until it is used."""

T = TypeVar("T")
START_SECONDS = 60.0
POLL_SECONDS = 0.1
STOP_SECONDS = 10.0


class NotStartedError(Exception):
    """A process did not come up; the message names it and quotes the end of its log."""

    def __init__(self, name: str, log: str) -> None:
        super().__init__(f"{name} did not start. Its log ends:\n{log}")


@dataclass
class Service:
    """One process, which can be ended and started again."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    logs: Path
    process: Process | None = None

    @property
    def log(self) -> Path:
        """Where it writes, from one start to the next."""
        return self.logs / f"{self.name}.log"

    async def start(self) -> None:
        """Start it in the folder of its log, where no `.env` of the shop's is read."""
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *self.command,
                cwd=self.logs,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    async def come_up(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Start it, and wait until it answers; once more where it ends at once.

        Temporal's dev server chooses ports for its inner services, and may lose one before it
        listens there. Raises `NotStartedError` when it does not come up then, either.
        """
        await self.start()
        try:
            return await self.until(attempt)
        except NotStartedError:
            if self.runs:
                raise
        await self.start()
        return await self.until(attempt)

    async def until(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Try until it answers. Raises `NotStartedError` if it ends, or takes too long."""
        ends = time.monotonic() + START_SECONDS
        while self.runs and time.monotonic() < ends:
            try:
                return await attempt()
            except (RuntimeError, RPCError, httpx.HTTPError):
                await asyncio.sleep(POLL_SECONDS)
        raise NotStartedError(self.name, self.log.read_text(errors="replace")[-2000:])

    @property
    def runs(self) -> bool:
        """Whether it was started and has not ended."""
        return self.process is not None and self.process.returncode is None

    async def stop(self) -> int | None:
        """Tell it to end, and return its exit status; kill it when it does not."""
        if self.process is None:
            return None
        if self.runs:
            self.process.terminate()
        try:
            return await asyncio.wait_for(self.process.wait(), STOP_SECONDS)
        except TimeoutError:
            return await self.kill()

    async def kill(self) -> int | None:
        """End it as a lost machine would: `kill -9`."""
        if self.process is None:
            return None
        if self.runs:
            self.process.kill()
        return await self.process.wait()


@dataclass(frozen=True)
class Ports:
    """Where each process listens: the same through all of its lives."""

    temporal: int
    web_ui: int
    digital_river: int
    receiver: int
    metrics: int

    @classmethod
    def free(cls) -> "Ports":
        """Return ports that nobody listens on."""
        return cls(*free_ports(5))

    @property
    def digital_river_url(self) -> str:
        """The address of the local Digital River."""
        return f"http://127.0.0.1:{self.digital_river}"

    @property
    def receiver_url(self) -> str:
        """The address of the receiver."""
        return f"http://127.0.0.1:{self.receiver}"

    def environment(self, api_key: str) -> dict[str, str]:
        """Return what every process is told, and nothing that would lead it elsewhere."""
        return {
            **_inherited(),
            "TEMPORAL_ADDRESS": f"127.0.0.1:{self.temporal}",
            "TEMPORAL_NAMESPACE": NAMESPACE,
            "DIGITAL_RIVER_URL": self.digital_river_url,
            "DIGITAL_RIVER_API_KEY": api_key,
            "DIGITAL_RIVER_WEBHOOK_SECRETS": WEBHOOK_SECRET,
            "RECEIVER_PORT": str(self.receiver),
            "METRICS_PORT": str(self.metrics),
        }

    def temporal_command(self, *options: str) -> list[str]:
        """Return how to start Temporal's dev server."""
        attributes = [f"{key.name}=Keyword" for key in SEARCH_ATTRIBUTES]
        named = [text for one in attributes for text in ("--search-attribute", one)]
        address = ["--ip", "127.0.0.1", "--port", str(self.temporal), "--ui-port", str(self.web_ui)]
        quiet = ["--log-level", "error"]
        return [temporal_command(), "server", "start-dev", *address, *quiet, *named, *options]

    def sandbox_command(self, api_key: str, webhook_url: str) -> list[str]:
        """Return how to start the local Digital River."""
        where = ("--port", str(self.digital_river), "--api-key", api_key)
        hook = ("--webhook-secret", WEBHOOK_SECRET, "--webhook-url", webhook_url)
        return [sys.executable, "-m", "sandbox", *where, *hook]


@dataclass(frozen=True)
class House:
    """Where everything is."""

    client: Client
    digital_river: str
    web_ui: str
    logs: Path

    def link(self, workflow_id: str) -> str:
        """Return the page of a return in the web UI."""
        return f"{self.web_ui}/namespaces/{NAMESPACE}/workflows/{workflow_id}"


def free_ports(count: int) -> list[int]:
    """Return ports, no two the same, that nobody listens on and no outgoing connection is given."""
    found: list[int] = []
    for port in SystemRandom().sample(PORTS, len(PORTS)):
        if len(found) == count:
            break
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            found.append(port)
    if len(found) < count:
        raise OSError(errno.EADDRINUSE, "every port is taken")
    return found


def free_port() -> int:
    """Return one such port."""
    return free_ports(1)[0]


@asynccontextmanager
async def run_house(logs: Path) -> AsyncIterator[House]:
    """Start everything, and stop it at the end, the last started first."""
    ports = Ports.free()
    environment = ports.environment(API_KEY)
    async with AsyncExitStack() as stack:

        def service(name: str, *command: str) -> Service:
            made = Service(name, command, environment, logs)
            stack.push_async_callback(made.stop)
            return made

        server = service("temporal", *ports.temporal_command())
        client = await server.come_up(lambda: connect(ports))
        await keep_for_a_month(client)
        hook = f"{ports.receiver_url}{WEBHOOK_PATH}"
        river = service("digital-river", *ports.sandbox_command(API_KEY, hook))
        receiving = service("receiver", sys.executable, str(HERE / "receiver.py"))
        worker = service("worker", sys.executable, str(HERE / "worker.py"))
        await asyncio.gather(
            river.come_up(lambda: answers(f"{ports.digital_river_url}/sandbox/health")),
            receiving.come_up(lambda: answers(f"{ports.receiver_url}/readyz")),
            worker.come_up(lambda: answers(f"http://127.0.0.1:{ports.metrics}/metrics")),
        )
        yield House(client, ports.digital_river_url, f"http://127.0.0.1:{ports.web_ui}", logs)


def _inherited() -> dict[str, str]:
    """Return the environment without what would lead the demo's processes elsewhere."""
    others = ("TEMPORAL_", "DIGITAL_RIVER_", "RECEIVER_", "METRICS_", "WEBHOOK_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(others)}
    return {**kept, "PYTHONPATH": str(HERE)}


async def connect(ports: Ports) -> Client:
    """Return a client of the Temporal of these processes."""
    return await Client.connect(f"127.0.0.1:{ports.temporal}", data_converter=data_converter)


async def answers(url: str) -> None:
    """Ask for a page. Raises what httpx raises."""
    async with httpx.AsyncClient(timeout=2) as client:
        (await client.get(url)).raise_for_status()


async def keep_for_a_month(client: Client) -> None:
    """Have closed returns kept as long as in production."""
    config = NamespaceConfig(workflow_execution_retention_ttl=Duration(seconds=RETENTION_SECONDS))
    request = UpdateNamespaceRequest(namespace=NAMESPACE, config=config)
    await client.workflow_service.update_namespace(request)
