"""A process that is measured: a worker, the receiver, or a handler that only reads the body.

`processes.child` starts it. It writes one line when it is ready, its address if it serves, then a
figure for each line of its input, and ends with its input.
"""

import asyncio
import gc
import json
import logging
import os
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp
from temporalio.client import Client
from temporalio.worker import Worker
from uvicorn.loops.auto import auto_loop_factory

from benchmarks.house import API_KEY, SECRET
from benchmarks.processes import Task
from benchmarks.straight_line import StraightLineWorkflow
from digital_river import DigitalRiver, Limiter
from leaving import leave
from receiver import GRACE_SECONDS
from serving.server import quieten, server_for
from webhooks import PATH, create_app
from workflows.converter import data_converter
from workflows.names import RETURNS_TASK_QUEUE
from workflows.workers import (
    BUILD,
    GRACE,
    STICKY_TIMEOUT,
    digital_river_worker,
    returns_worker,
)

UNPACED = 5000
"""Requests per second: the local Digital River has no limit here, and pacing is not measured."""


@asynccontextmanager
async def work(task: Task) -> AsyncIterator[str]:
    """Run a worker process's two workers."""
    client = await _connect(task)
    async with DigitalRiver(task.digital_river, API_KEY, limiter=Limiter(UNPACED)) as api:
        calls = digital_river_worker(client, api, per_second=UNPACED)
        async with _workflow_worker(client, task), calls:
            yield ""


def _workflow_worker(client: Client, task: Task) -> Worker:
    if task.workflow == "ours":
        return returns_worker(client, max_cached=task.max_cached)
    return Worker(
        client,
        task_queue=RETURNS_TASK_QUEUE,
        workflows=[StraightLineWorkflow],
        max_cached_workflows=task.max_cached,
        graceful_shutdown_timeout=GRACE,
        deployment_config=BUILD,
        sticky_queue_schedule_to_start_timeout=STICKY_TIMEOUT,
    )


@asynccontextmanager
async def receive(task: Task) -> AsyncIterator[str]:
    """Run the receiver."""
    async with _served(create_app(await _connect(task), [SecretStr(SECRET)])) as url:
        yield url


@asynccontextmanager
async def only_read(_: Task) -> AsyncIterator[str]:
    """Run the least that Starlette can do with a delivery: read it, and answer."""

    async def endpoint(request: Request) -> Response:
        await request.body()
        return Response(status_code=202)

    async with _served(Starlette(routes=[Route(PATH, endpoint, methods=["POST"])])) as url:
        yield url


@asynccontextmanager
async def _served(app: ASGIApp) -> AsyncIterator[str]:
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as listener:
        server = server_for(app, GRACE_SECONDS)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        yield f"http://127.0.0.1:{listener.getsockname()[1]}{PATH}"
        server.should_exit = True
        await serving


async def _connect(task: Task) -> Client:
    return await Client.connect(
        task.temporal,
        namespace=task.namespace,
        data_converter=data_converter,
        lazy=not task.temporal,
    )


def cpu() -> float:
    """Return the CPU seconds of this process, all threads."""
    return time.process_time()


def memory() -> int:
    """Return the resident bytes of this process, without garbage."""
    gc.collect()
    statistics = Path("/proc/self/statm")
    pages = int(statistics.read_text().split()[1]) if statistics.exists() else 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def say(words: object) -> None:
    """Write one line."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


ANSWERS: dict[bytes, Callable[[], float]] = {b"cpu": cpu, b"memory": memory}
KINDS = {"worker": work, "receiver": receive, "bare": only_read}


async def main(task: Task) -> None:
    """Be what is asked for until the input ends."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async with AsyncExitStack() as stack:
        say(await stack.enter_async_context(KINDS[task.kind](task)))
        while line := await reader.readline():
            say(ANSWERS[line.strip()]())


if __name__ == "__main__":
    # Lines at INFO are part of the work in production: written here, too, and thrown away.
    logging.basicConfig(level=logging.INFO, handlers=[logging.FileHandler(os.devnull)])
    quieten()
    asked = Task(**json.loads(sys.argv[1]))
    factory = auto_loop_factory() if asked.kind != "worker" else None
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(main(asked))
    leave(0)
