"""The processes of Upriver, each started as it would be in production, on free ports."""

import asyncio
import os
import socket
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
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
RETENTION_SECONDS = 30 * 24 * 3600
"""A closed return answers the same request again for this long; the dev server keeps a day."""

T = TypeVar("T")
START_SECONDS = 60.0
POLL_SECONDS = 0.1
STOP_SECONDS = 10.0


class NotStartedError(Exception):
    """A process did not come up; the message names it and quotes the end of its log."""

    def __init__(self, name: str, log: str) -> None:
        super().__init__(f"{name} did not start. Its log ends:\n{log}")


@dataclass(frozen=True)
class Started:
    """A process that was started, and where it writes."""

    name: str
    process: Process
    log: Path


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


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@asynccontextmanager
async def run_house(logs: Path) -> AsyncIterator[House]:
    """Start everything, and stop it at the end, the last started first."""
    temporal, web_ui, digital_river, receiver, metrics = (free_port() for _ in range(5))
    environment = {
        **_inherited(),
        "TEMPORAL_ADDRESS": f"127.0.0.1:{temporal}",
        "TEMPORAL_NAMESPACE": NAMESPACE,
        "DIGITAL_RIVER_URL": f"http://127.0.0.1:{digital_river}",
        "DIGITAL_RIVER_API_KEY": API_KEY,
        "DIGITAL_RIVER_WEBHOOK_SECRETS": WEBHOOK_SECRET,
        "RECEIVER_PORT": str(receiver),
        "METRICS_PORT": str(metrics),
    }
    async with AsyncExitStack() as stack:

        async def start(name: str, *command: str) -> Started:
            process = await stack.enter_async_context(_process(name, command, environment, logs))
            return Started(name, process, logs / f"{name}.log")

        server = await start("temporal", *_dev_server(temporal, web_ui))
        client = await _until(server, lambda: _connect(temporal))
        await _keep_for_a_month(client)
        hook = f"http://127.0.0.1:{receiver}/webhooks/digital-river"
        sandbox = ("--port", str(digital_river), "--api-key", API_KEY)
        secret = ("--webhook-secret", WEBHOOK_SECRET, "--webhook-url", hook)
        river = await start("digital-river", sys.executable, "-m", "sandbox", *sandbox, *secret)
        receiving = await start("receiver", sys.executable, str(HERE / "receiver.py"))
        worker = await start("worker", sys.executable, str(HERE / "worker.py"))
        url = f"http://127.0.0.1:{digital_river}"
        await _until(river, lambda: _answers(f"{url}/sandbox/health"))
        await _until(receiving, lambda: _answers(f"http://127.0.0.1:{receiver}/readyz"))
        await _until(worker, lambda: _answers(f"http://127.0.0.1:{metrics}/metrics"))
        yield House(client, url, f"http://127.0.0.1:{web_ui}", logs)


def _inherited() -> dict[str, str]:
    """Return the environment without what would lead the demo's processes elsewhere."""
    others = ("TEMPORAL_", "DIGITAL_RIVER_", "RECEIVER_", "METRICS_", "WEBHOOK_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(others)}
    return {**kept, "PYTHONPATH": str(HERE)}


def _dev_server(port: int, ui_port: int) -> list[str]:
    attributes = [f"{key.name}=Keyword" for key in SEARCH_ATTRIBUTES]
    options = [text for one in attributes for text in ("--search-attribute", one)]
    address = ["--ip", "127.0.0.1", "--port", str(port), "--ui-port", str(ui_port)]
    return [temporal_command(), "server", "start-dev", *address, "--log-level", "error", *options]


@asynccontextmanager
async def _process(
    name: str, command: tuple[str, ...], environment: dict[str, str], logs: Path
) -> AsyncIterator[Process]:
    """Run a process in the folder of its log, where no `.env` of the shop's is read."""
    with (logs / f"{name}.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=logs, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()


async def _until(started: Started, attempt: Callable[[], Awaitable[T]]) -> T:
    """Try until a process answers; when it ends instead, or takes too long, quote its log."""
    ends = time.monotonic() + START_SECONDS
    while started.process.returncode is None and time.monotonic() < ends:
        try:
            return await attempt()
        except (RuntimeError, RPCError, httpx.HTTPError):
            await asyncio.sleep(POLL_SECONDS)
    raise NotStartedError(started.name, started.log.read_text(errors="replace")[-2000:])


async def _connect(port: int) -> Client:
    return await Client.connect(f"127.0.0.1:{port}", data_converter=data_converter)


async def _answers(url: str) -> None:
    async with httpx.AsyncClient(timeout=2) as client:
        (await client.get(url)).raise_for_status()


async def _keep_for_a_month(client: Client) -> None:
    config = NamespaceConfig(workflow_execution_retention_ttl=Duration(seconds=RETENTION_SECONDS))
    request = UpdateNamespaceRequest(namespace=NAMESPACE, config=config)
    await client.workflow_service.update_namespace(request)
