"""T2: the real workflow, worker, activities and receiver on a server whose workflows leap in time.

Many plans run at once on one server. Each has an order of its own; sandboxes differ in how they
answer what Digital River leaves open.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

import httpx
from temporalio.client import Client
from temporalio.runtime import LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from digital_river import DigitalRiver, Limiter
from sandbox.events import Event
from sandbox.options import Options
from sandbox.server import RunningSandbox, serve
from simulation.edge import Edge
from simulation.plan import Plan
from simulation.post import SECRET
from simulation.real import KEY
from storefront.client import Returns
from tests.receiving import serve_receiver
from tests.servers import start_leaping_server
from webhooks import Options as ReceiverOptions
from workflows.converter import data_converter
from workflows.workers import digital_river_worker, returns_worker
from working import StandstillError, work

CACHED = 24
"""Workflows that the worker keeps: fewer than are open, so that many tasks begin with a replay."""
AT_ONCE = 48
PATIENCE = timedelta(seconds=90)
LIVE_KEY_CALLS = 5000


Answers = tuple[bool, Literal["second", "conflict"], bool]


@dataclass
class Courier:
    """Keeps a sandbox's events by order, for the plan whose order it is."""

    outboxes: dict[str, list[Event]] = field(default_factory=dict)

    def deliver(self, event: Event) -> None:
        """Keep an event."""
        self.outboxes.setdefault(event.order_id, []).append(event)

    def forget(self) -> None:
        """Keep everything: plans that are under way need it."""


@dataclass
class Leaping:
    """Everything that runs."""

    environment: WorkflowEnvironment
    client: Client
    """Its workflows leap only when they are told to."""
    returns: Returns
    edge: Edge
    receiver: str
    http: httpx.AsyncClient
    sandboxes: dict[Answers, tuple[RunningSandbox, Courier]]
    room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    def sandbox_for(self, plan: Plan) -> tuple[RunningSandbox, Courier]:
        """Return the sandbox that answers as the plan has it."""
        return self.sandboxes[answers_of(plan)]


def answers_of(plan: Plan) -> Answers:
    """Return how a plan's sandbox answers what is open."""
    return plan.eager, plan.repeats, plan.metadata_in_events


def _options(answers: Answers) -> Options:
    eager, repeats, metadata = answers
    return Options(
        api_key=KEY,
        webhook_secrets=(SECRET,),
        rate_limit=None,
        eager_refunds=eager,
        repeated_create=repeats,
        metadata_in_events=metadata,
    )


def _quiet() -> Runtime:
    """Keep the SDK's own log still: a query of a workflow that leaves the cache is no news here."""
    logs = LoggingConfig(filter=TelemetryFilter(core_level="ERROR", other_level="ERROR"))
    return Runtime(telemetry=TelemetryConfig(logging=logs))


@asynccontextmanager
async def _at_work(workers: Sequence[Worker]) -> AsyncIterator[None]:
    """Run workers, and let go of one that has lost a task: its plan has failed by then."""
    stop = asyncio.Event()
    working = asyncio.create_task(work(workers, stop))
    try:
        yield
    finally:
        stop.set()
        with suppress(StandstillError):
            await working


@asynccontextmanager
async def leaping(plans: Sequence[Plan]) -> AsyncIterator[Leaping]:
    """Run everything that some plans need."""
    async with AsyncExitStack() as stack:
        environment = await stack.enter_async_context(start_leaping_server())
        address = environment.client.service_client.config.target_host
        client = await Client.connect(address, data_converter=data_converter, runtime=_quiet())
        receiver = await stack.enter_async_context(
            serve_receiver(client, SECRET, ReceiverOptions(live_mode=False))
        )
        sandboxes = {}
        for answers in sorted({answers_of(plan) for plan in plans}):
            sandbox = await stack.enter_async_context(serve(_options(answers)))
            sandbox.world.courier = courier = Courier()
            sandboxes[answers] = (sandbox, courier)
        edge = Edge(httpx.AsyncHTTPTransport())
        http = await stack.enter_async_context(httpx.AsyncClient(transport=edge))
        river = DigitalRiver("http://sandbox", KEY, http=http, limiter=Limiter(LIVE_KEY_CALLS))
        plain = await stack.enter_async_context(httpx.AsyncClient(timeout=30))
        calls = digital_river_worker(client, river, per_second=LIVE_KEY_CALLS)
        workers = returns_worker(client, max_cached=CACHED), calls
        await stack.enter_async_context(_at_work(workers))
        returns = Returns(client, PATIENCE)
        yield Leaping(environment, client, returns, edge, receiver, plain, sandboxes)
