"""Upriver running: workers on a real Temporal server, and a local Digital River over real HTTP."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

import httpx
from pydantic import SecretStr
from temporalio import workflow
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from digital_river import DigitalRiver, Limiter
from digital_river.signature import HEADER, sign
from eligibility.shop_rules import ShopRules
from lifecycle.policy import Policy
from lifecycle.request import ReturnRequest
from lifecycle.rules import CURRENT_RULES
from lifecycle.snapshot import Snapshot
from lifecycle.steps import Answer
from milestones.worker import storefront_worker
from sandbox import bank
from sandbox.options import Options
from sandbox.server import RunningSandbox, serve
from storefront.client import Returns
from storefront.looking_up import look_up
from tests.canaries import API_KEY, PERSONAL, STOREFRONT_SECRET, WEBHOOK_SECRET
from tests.receiving import serve_receiver
from workflows.messages import Cancellation, OpenedAnswer, Resolution, ReturnResult, Shipment
from workflows.returns import ReturnWorkflow
from workflows.workers import digital_river_worker, returns_worker

T = TypeVar("T")
Json = dict[str, Any]
PATIENCE_SECONDS = 120.0
"""Longer than one try of a call: a task may go to a worker that is just ending, and is lost."""

_numbers = count(1)

STRICT = SandboxedWorkflowRunner(
    restrictions=SandboxRestrictions.default.with_import_notification_policy(
        workflow.SandboxImportNotificationPolicy.RAISE_ON_UNINTENTIONAL_PASSTHROUGH
    )
)
"""The workflow sandbox, in which an import that was not meant to pass through fails the test."""


async def eventually(probe: Callable[[], Awaitable[T | None]]) -> T:
    """Ask until there is an answer, less and less often; fail when patience ends."""
    ends, pause = time.monotonic() + PATIENCE_SECONDS, 0.05
    while True:
        found = await probe()
        if found is not None:
            return found
        assert time.monotonic() < ends, "it did not come to pass"
        await asyncio.sleep(pause)
        pause = min(pause * 1.2, 0.4)


@dataclass(frozen=True)
class Order:
    """An order at the local Digital River."""

    id: str
    items: list[str]
    coordinator: str


@dataclass(frozen=True)
class Running:
    """What a test needs of a running Upriver."""

    client: Client
    sandbox: RunningSandbox
    control: httpx.AsyncClient
    digital_river: DigitalRiver
    returns: Returns
    key: str = ""

    @asynccontextmanager
    async def workers(
        self,
        rules: int = CURRENT_RULES,
        shop_rules: ShopRules | None = None,
        storefront: str | None = None,
    ) -> AsyncIterator[None]:
        """Run workers of a release that has these rules, for a shop that has those.

        `storefront` is the address that is told of milestones.
        """
        calls = digital_river_worker(
            self.client,
            self.digital_river,
            per_second=1000,
            rules=rules,
            shop_rules=shop_rules,
            milestones=storefront is not None,
        )
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(returns_worker(self.client, workflow_runner=STRICT))
            await stack.enter_async_context(calls)
            if storefront is not None:
                telling = storefront_worker(self.client, storefront, [SecretStr(STOREFRONT_SECRET)])
                await stack.enter_async_context(await stack.enter_async_context(telling))
            yield

    async def order(self, coordinator: str, *quantities: int, **seed: object) -> Order:
        """Have an order placed and shipped, with a line for each quantity."""
        lines = seed.pop("lines", None) or [{"quantity": quantity} for quantity in quantities]
        body = {"coordinator": coordinator, "lines": lines, "personal": PERSONAL, **seed}
        planted = await self.act("/sandbox/orders", body)
        wire = planted["order"]
        return Order(wire["id"], [item["id"] for item in wire["items"]], coordinator)

    async def act(self, path: str, body: object = None) -> Json:
        """Make something happen at the local Digital River."""
        answer = await self.control.post(path, json=body)
        assert answer.is_success, answer.text
        done: Json = answer.json()
        return done

    async def as_client(self, path: str, body: object) -> Json:
        """Call Digital River as another client does, or a person in the Dashboard."""
        key = {"Authorization": f"Bearer {self.key}"}
        answer = await self.control.post(path, json=body, headers=key)
        assert answer.is_success, answer.text
        made: Json = answer.json()
        return made

    async def warehouse_return(self, order: Order) -> Json:
        """Let the warehouse begin a return of everything by itself."""
        sources = (await self.books())["fulfillment_orders"]
        (source,) = [one for one in sources if one["upstreamId"] == order.id]
        body = {"fulfillment_order_id": str(source["id"])}
        return await self.act("/sandbox/fulfillment-returns", body)

    async def adopt(self, return_id: str, policy: Json | None = None) -> OpenedAnswer:
        """Adopt a return as an operator does."""
        terms = Policy.model_validate({**(policy or {}), "ask_before_refund": True})
        return await self.returns.adopt(await look_up(self.digital_river, return_id), terms)

    async def now(self) -> datetime:
        """Tell the time of the local Digital River."""
        reading = await self.act("/sandbox/clock", {"advance_seconds": 0})
        return datetime.fromisoformat(reading["now"])

    async def exists(self, workflow_id: str) -> None:
        """Wait until a workflow was started."""

        async def probe() -> bool | None:
            with suppress(RPCError):
                await self.client.get_workflow_handle(workflow_id).describe()
                return True
            return None

        await eventually(probe)

    def fail_late(self, refund_id: str) -> None:
        """Let the bank take back that a refund succeeded."""
        world = self.sandbox.world
        refund = world.refunds[refund_id]
        refund.state, world.open_refunds[refund_id] = "pending", refund
        bank.fail(world, refund)

    async def delivered(self, kind: str, object_id: str, times: int = 1) -> None:
        """Wait until an event was answered so many times."""
        world = self.sandbox.world
        ids = {
            one.id
            for one in world.events.values()
            if one.type == kind and one.object["id"] == object_id
        }

        async def probe() -> bool | None:
            answers = [d for d in world.books.deliveries if d.event_id in ids and d.status == 202]
            return len(answers) >= times or None

        await eventually(probe)

    async def redeliver(self, kind: str, object_id: str) -> None:
        """Have an event delivered once more, to a receiver that has forgotten it."""
        world = self.sandbox.world
        (event,) = [
            one
            for one in world.events.values()
            if one.type == kind and one.object["id"] == object_id
        ]
        before = sum(d.event_id == event.id and d.status == 202 for d in world.books.deliveries)
        assert world.courier is not None
        world.courier.deliver(event)
        await self.delivered(kind, object_id, before + 1)

    async def deliver_to(self, url: str, kind: str, object_id: str) -> None:
        """Deliver an event to another receiver, genuinely signed."""
        (event,) = [
            one
            for one in self.sandbox.world.events.values()
            if one.type == kind and one.object["id"] == object_id
        ]
        body = json.dumps(event.wire()).encode()
        signature = sign(Options().webhook_secrets[0], datetime.now(UTC), body)
        async with httpx.AsyncClient(timeout=60) as sender:
            answer = await sender.post(url, content=body, headers={HEADER: signature})
        assert answer.status_code == 202, answer.text

    async def settled(self, order: Order, refund_id: str) -> None:
        """Wait until the bank has paid a refund."""

        async def probe() -> bool | None:
            states = {row["id"]: row["state"] for row in await self.refunds(order)}
            return states.get(refund_id) == "succeeded" or None

        await eventually(probe)

    async def books(self) -> Json:
        """Read everything that exists at the local Digital River."""
        found: Json = (await self.control.get("/sandbox/books")).json()
        return found

    async def refunds(self, order: Order) -> list[Json]:
        """Read the refunds of an order, the oldest first."""
        return [row for row in (await self.books())["refunds"] if row.get("orderId") == order.id]

    async def refund(self, order: Order, number: int) -> str:
        """Wait for the n-th refund of an order, and return its id."""

        async def probe() -> str | None:
            found = await self.refunds(order)
            return str(found[number - 1]["id"]) if len(found) >= number else None

        return await eventually(probe)

    async def start(
        self, order: Order, *quantities: int, policy: Json | None = None, **fields: object
    ) -> OpenedAnswer:
        """Start a return of so many units of each line."""
        return await self.returns.start(request_for(order, *quantities, policy=policy, **fields))

    async def arrive(self, workflow_id: str, reference: str, **units: int) -> None:
        """Report a parcel."""
        await self.returns.receive_shipment(workflow_id, Shipment(reference=reference, items=units))

    async def in_phase(self, workflow_id: str, phase: str) -> Snapshot:
        """Wait until a return is in a phase."""

        async def probe() -> Snapshot | None:
            view = await self.returns.show(workflow_id)
            assert view.outcome is None or view.phase == phase, view.sentence
            return view if view.phase == phase else None

        return await eventually(probe)

    async def resolve(self, workflow_id: str, answer: str) -> None:
        """Answer the question that a return asks, once it does."""
        view = await self.in_phase(workflow_id, "needs_attention")
        assert view.question is not None
        resolution = Resolution(
            question=view.question.id,
            answer=answer,
            who="ops",
            why="test",
            reference="transfer 17" if answer == Answer.SETTLE_BY_HAND else None,
        )
        await self.returns.resolve(workflow_id, resolution)

    async def cancel(self, workflow_id: str) -> None:
        """Cancel a return."""
        await self.returns.cancel(workflow_id, Cancellation(who="care", why="customer keeps it"))

    def handle(self, workflow_id: str) -> WorkflowHandle[ReturnWorkflow, ReturnResult]:
        """Return the handle of a return's workflow."""
        return self.client.get_workflow_handle_for(ReturnWorkflow.run, workflow_id)

    async def result(self, workflow_id: str) -> ReturnResult:
        """Wait for the end of a return."""
        return await asyncio.wait_for(self.handle(workflow_id).result(), PATIENCE_SECONDS)


def request_for(
    order: Order, *quantities: int, policy: Json | None = None, **fields: object
) -> ReturnRequest:
    """Return the request for so many units of each line."""
    lines = [
        {"order_item_id": item, "quantity": quantity}
        for item, quantity in zip(order.items, quantities, strict=False)
    ]
    return ReturnRequest.model_validate(
        {
            "request_id": f"request-{next(_numbers)}-{order.id}",
            "order_id": order.id,
            "coordinator": order.coordinator,
            "lines": lines,
            "reason": "too_small",
            "policy": policy or {},
            **fields,
        }
    )


@asynccontextmanager
async def idle(
    client: Client, options: Options | None = None, *, webhooks: bool = False
) -> AsyncIterator[Running]:
    """Run a local Digital River, and a receiver for its webhooks or none; no worker yet."""
    options = options or Options(
        api_key=API_KEY,
        webhook_secrets=(WEBHOOK_SECRET,),
        rate_limit=None,
        retry_after_seconds=0.05,
    )
    async with AsyncExitStack() as stack:
        if webhooks:
            receiver = serve_receiver(client, options.webhook_secrets[0])
            url = await stack.enter_async_context(receiver)
            options = options.model_copy(update={"webhook_urls": (url,)})
        sandbox = await stack.enter_async_context(serve(options))
        digital_river = await stack.enter_async_context(
            DigitalRiver(sandbox.url, options.api_key, limiter=Limiter(5000))
        )
        control = await stack.enter_async_context(
            httpx.AsyncClient(base_url=sandbox.url, timeout=PATIENCE_SECONDS)
        )
        returns = Returns(client, timedelta(seconds=PATIENCE_SECONDS))
        yield Running(client, sandbox, control, digital_river, returns, options.api_key)


@asynccontextmanager
async def running(
    client: Client,
    options: Options | None = None,
    *,
    webhooks: bool = False,
    shop_rules: ShopRules | None = None,
) -> AsyncIterator[Running]:
    """Run everything."""
    async with (
        idle(client, options, webhooks=webhooks) as house,
        house.workers(shop_rules=shop_rules),
    ):
        yield house
