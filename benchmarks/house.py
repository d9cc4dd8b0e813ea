"""One Temporal server with a namespace for each side, and returns that are driven step by step.

Each side has a local Digital River of its own. Its events are sent by the driver, one after the
other, so that both sides of a pair see the same messages in the same workflow tasks.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import TypeVar

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError

from activities.translate import event_facts
from benchmarks.processes import Child, Task, child
from digital_river.models import Event
from lifecycle.request import Coordinator, ReturnRequest
from local.dev_server import temporal_command
from local.processes import free_port
from sandbox import bank, fulfillment_returns, seeds
from sandbox.events import Event as Sent
from sandbox.options import Options
from sandbox.server import RunningSandbox, serve
from storefront.client import Returns
from webhooks.signalling import message_of
from workflows.converter import data_converter
from workflows.messages import ReturnResult, Shipment
from workflows.names import DIGITAL_RIVER_EVENT, SEARCH_ATTRIBUTES
from workflows.returns import ReturnWorkflow

API_KEY, SECRET = "sk_test_benchmark", "whsec_benchmark"
OURS, STRAIGHT = "ours", "straight"
NAMESPACES = (OURS, STRAIGHT)
PATIENCE = timedelta(seconds=60)
POLL_SECONDS = 0.004
UNITS = 2

T = TypeVar("T")


class TooLongError(Exception):
    """Something that a benchmark waits for did not come to pass."""


async def until(probe: Callable[[], T | None]) -> T:
    """Look until there is something to see."""
    ends = time.monotonic() + PATIENCE.total_seconds()
    while True:
        found = probe()
        if found is not None:
            return found
        if time.monotonic() > ends:
            raise TooLongError("a return came to a halt")
        await asyncio.sleep(POLL_SECONDS)


@dataclass(frozen=True, slots=True)
class Opened:
    """A return that waits: for its parcel, or for the fulfiller."""

    workflow_id: str
    order_id: str
    items: tuple[str, ...]
    return_id: str


@dataclass(frozen=True)
class Side:
    """A namespace, a Digital River, and a driver that plays everybody else."""

    client: Client
    temporal: str
    sandbox: RunningSandbox
    returns: Returns
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def worker_task(self) -> Task:
        """What a worker process of this side is told."""
        return Task(
            kind="worker",
            workflow="straight" if self.client.namespace == STRAIGHT else "ours",
            temporal=self.temporal,
            namespace=self.client.namespace,
            digital_river=self.sandbox.url,
        )

    async def open(self, coordinator: Coordinator) -> Opened:
        """Have a return opened."""
        seed = seeds.SeedOrder.model_validate(
            {"coordinator": coordinator, "lines": [{"quantity": UNITS}, {"quantity": 1}]}
        )
        order, _ = seeds.plant(self.sandbox.world, seed)
        request = ReturnRequest.model_validate(
            {
                "request_id": f"request-{next(self.numbers)}",
                "order_id": order.id,
                "coordinator": coordinator,
                "lines": [
                    {"order_item_id": item.id, "quantity": item.quantity} for item in order.items
                ],
                "reason": "too_small",
            }
        )
        answer = await self.returns.start(request)
        if answer.return_id is None:
            raise TooLongError(f"a return was not opened: {answer}")
        items = tuple(item.id for item in order.items)
        return Opened(answer.workflow_id, order.id, items, answer.return_id)

    def handle(self, opened: Opened) -> WorkflowHandle[ReturnWorkflow, ReturnResult]:
        """Return the handle of a return's workflow, whichever class runs it."""
        return self.client.get_workflow_handle_for(ReturnWorkflow.run, opened.workflow_id)

    def event(self, opened: Opened, kind: str) -> Sent:
        """Return the last event of a kind about a return's order."""
        events = self.sandbox.world.events.values()
        return [one for one in events if one.type == kind and one.order_id == opened.order_id][-1]

    async def tell(self, opened: Opened, kind: str) -> None:
        """Signal the last event of a kind, as the receiver would."""
        event = Event.model_validate(self.event(opened, kind).wire())
        message = message_of(event, event_facts(event))
        await self.handle(opened).signal(DIGITAL_RIVER_EVENT, message)

    def approve(self, opened: Opened) -> None:
        """Let the fulfiller agree."""
        world = self.sandbox.world
        fulfillment_returns.approve(world, world.fulfillment_return(opened.return_id))

    def receive(self, opened: Opened) -> None:
        """Let the fulfiller take everything in."""
        world = self.sandbox.world
        fulfillment_returns.receive(world, world.fulfillment_return(opened.return_id), None)

    async def arrive(self, opened: Opened) -> None:
        """Report a parcel with everything in it."""
        items = dict(zip(opened.items, (UNITS, 1), strict=True))
        shipment = Shipment(reference="parcel-1", items=items)
        await self.returns.receive_shipment(opened.workflow_id, shipment)

    async def pay(self, opened: Opened) -> None:
        """Wait for the refund, and let the bank complete it."""
        world = self.sandbox.world

        def made() -> str | None:
            refunds = world.open_refunds.values()
            return next((one.id for one in refunds if one.order_id == opened.order_id), None)

        bank.complete(world, world.refund(await until(made)))

    async def settle(self, opened: Opened) -> ReturnResult:
        """Drive a return of either kind from its opening to its end."""
        if opened.return_id in self.sandbox.world.fulfillment_returns:
            self.approve(opened)
            await self.tell(opened, "fulfillment_return.pending")
            await asyncio.sleep(SPACE_SECONDS)
            self.receive(opened)
            await self.tell(opened, "fulfillment_return.accepted")
        else:
            await self.arrive(opened)
        await self.pay(opened)
        await asyncio.sleep(SPACE_SECONDS)
        await self.tell(opened, "refund.complete")
        return await asyncio.wait_for(self.handle(opened).result(), PATIENCE.total_seconds())


SPACE_SECONDS = 0.15
"""Between two messages, so that a workflow has acted on one before the next one comes."""


@asynccontextmanager
async def temporal() -> AsyncIterator[str]:
    """Run a dev server in memory, which syncs nothing to a disk; return its address."""
    port = free_port()
    attributes = [text for key in SEARCH_ATTRIBUTES for text in _attribute(key.name)]
    namespaces = [text for name in NAMESPACES for text in ("--namespace", name)]
    process = await asyncio.create_subprocess_exec(
        *(temporal_command(), "server", "start-dev", "--headless", "--log-level", "never"),
        *("--ip", "127.0.0.1", "--port", str(port), *namespaces, *attributes),
        stdout=asyncio.subprocess.DEVNULL,
    )
    address = f"127.0.0.1:{port}"
    try:
        await _answers(address)
        yield address
    finally:
        process.terminate()
        await process.wait()


def _attribute(name: str) -> tuple[str, str]:
    return "--search-attribute", f"{name}=Keyword"


async def _answers(address: str) -> None:
    """Wait until the server has both namespaces, which it makes after it has begun to listen."""
    async with asyncio.timeout(PATIENCE.total_seconds()):
        for namespace in NAMESPACES:
            while not await _has(address, namespace):  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.1)


async def _has(address: str, namespace: str) -> bool:
    try:
        client = await Client.connect(address, namespace=namespace)
        request = DescribeNamespaceRequest(namespace=namespace)
        await client.workflow_service.describe_namespace(request)
    except (RPCError, RuntimeError):
        return False
    return True


@asynccontextmanager
async def side(address: str, namespace: str) -> AsyncIterator[Side]:
    """Run what one side needs beside its worker."""
    client = await Client.connect(address, namespace=namespace, data_converter=data_converter)
    options = Options(rate_limit=None, api_key=API_KEY, webhook_secrets=(SECRET,))
    async with serve(options) as sandbox:
        yield Side(client, address, sandbox, Returns(client, PATIENCE))


@asynccontextmanager
async def working(address: str, namespace: str) -> AsyncIterator[tuple[Side, Child]]:
    """Run one side with a worker process."""
    async with side(address, namespace) as one, child(one.worker_task) as worker:
        yield one, worker
