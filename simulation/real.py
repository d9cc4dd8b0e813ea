"""T1: the real client, activities, signature and receiver, and the sandbox, in one process."""

from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast

import httpx
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities import all_activities
from digital_river import DigitalRiver, Limiter
from lifecycle.facts import Learned
from lifecycle.identity import tagged_reason
from lifecycle.request import Coordinator, RequestedLine, ReturnRequest
from lifecycle.steps import Call, Watch
from sandbox import automation, identifiers, seeds
from sandbox.app import create_app
from sandbox.clock import Clock as SandboxClock
from sandbox.errors import ApiError
from sandbox.events import Event
from sandbox.options import Options
from sandbox.resources import Order, Refund
from sandbox.world import World
from simulation.agenda import Clock
from simulation.books import BookedRefund, BookedReturn, Books, Maker, Record
from simulation.deeds import Deeds
from simulation.edge import Edge
from simulation.plan import Act, Plan
from simulation.post import Post
from simulation.temporal import Inbox
from simulation.world import AgainError, FailedError, Letter, Message, Trial
from workflows.calls import calling

KEY = "sk_test_sandbox"
SIBLING_REASON = tagged_reason("too_big", "A" * 10)
MANY_CALLS = 1_000_000


@dataclass
class _VirtualClock(SandboxClock):
    """The sandbox's clock, moved by the driver alone."""

    clock: Clock

    def now(self) -> datetime:
        return self.clock.time

    def move_to(self, moment: datetime) -> None:
        self.clock.time = max(self.clock.time, moment)

    def reset(self) -> None:
        pass


@dataclass
class _Courier:
    """Keeps the sandbox's events for the driver, which knows when each is due."""

    outbox: list[object]

    def deliver(self, event: Event) -> None:
        self.outbox.append(event)

    def forget(self) -> None:
        self.outbox.clear()


@dataclass(frozen=True)
class _House:
    """What is dear to build and can be used again."""

    world: World
    edge: Edge
    http: httpx.AsyncClient


@cache
def _house() -> _House:
    app = create_app(Options(api_key=KEY, rate_limit=None))
    edge = Edge(httpx.ASGITransport(app))
    return _House(app.state.world, edge, httpx.AsyncClient(transport=edge))


Activity = Callable[[Any], Coroutine[Any, Any, Learned]]


@dataclass
class RealWorld:
    """One order in the sandbox, and our own code around it."""

    plan: Plan
    sandbox: World
    edge: Edge
    clock: Clock
    post: Post
    deeds: Deeds
    request: ReturnRequest
    outbox: list[object]
    activities: dict[str, Activity] = field(default_factory=dict)
    arrived: Counter[str] = field(default_factory=Counter)

    async def attempt(self, step: Call | Watch, trial: Trial) -> Learned:
        """Make one try of the real activity."""
        name = "watch" if isinstance(step, Watch) else calling(step).activity
        environment = ActivityEnvironment()
        environment.info = replace(
            environment.info,
            workflow_id=self.request.workflow_id,
            attempt=trial.attempt,
            scheduled_time=trial.scheduled,
            current_attempt_scheduled_time=self.clock.time,
            heartbeat_details=tuple(trial.details),
        )

        def beat(*details: object) -> None:
            trial.details = list(details)

        environment.on_heartbeat = beat
        automation.act(self.sandbox)
        try:
            return await environment.run(self.activities[name], step)
        except ApplicationError as error:
            if error.non_retryable:
                raise FailedError(str(error)) from error
            raise AgainError(error.next_retry_delay) from error

    async def deliver(self, letter: Letter, record: Record) -> Sequence[Message] | None:
        """Deliver an event to the real receiver."""
        return await self.post.deliver(letter, record)

    def act(self, act: Act) -> None:
        """Let somebody do something in the sandbox."""
        automation.act(self.sandbox)
        if act.deed == "send":
            for item, units in zip(self.plan.items, act.units, strict=True):
                self.arrived[item] += units
            return
        with suppress(ApiError):
            self.deeds.do(act)

    def finish(self) -> None:
        """Let the bank pay what is open."""
        self.deeds.pay_all()

    def refund_states(self) -> dict[str, str]:
        """Return the state of each refund that is not a sibling's."""
        refunds = self.sandbox.refunds.values()
        return {one.id: one.state for one in refunds if self._maker(one) != "sibling"}

    def _maker(self, refund: Refund) -> Maker:
        if refund.id in self.deeds.sibling_refunds or refund.return_id in self.deeds.siblings:
            return "sibling"
        if refund.return_id is not None:
            return "digital_river"
        return "hand" if refund.id in self.deeds.by_hand else "us"

    def books(self) -> Books:
        """Read the sandbox's books, in the names of the plan."""
        names = dict(zip((i.id for i in self.deeds.order.items), self.plan.items, strict=True))
        returns = [*self.sandbox.returns.values()]
        lines = {str(i.id): names[i.order_item_id] for i in self.deeds.fulfillment_items}
        booked = [
            BookedReturn(
                one.id,
                "sibling" if one.id in self.deeds.siblings else "us",
                Counter({names[item.item_id]: item.quantity for item in one.items}),
                Counter({names[item.item_id]: item.quantity_accepted for item in one.items}),
                one.state,
            )
            for one in returns
        ]
        for asked in self.sandbox.fulfillment_returns.values():
            name = {item.fulfillment_order_item_id: item for item in asked.items}
            booked.append(
                BookedReturn(
                    asked.id,
                    "sibling" if asked.id in self.deeds.siblings else "us",
                    Counter({lines[key]: item.quantity for key, item in name.items()}),
                    Counter({lines[key]: item.quantity_accepted for key, item in name.items()}),
                    asked.state,
                )
            )
        refunds = [
            BookedRefund(
                one.id,
                self._maker(one),
                one.created,
                Counter({names[item.item_id]: item.quantity for item in one.items}),
                one.state,
            )
            for one in self.sandbox.refunds.values()
        ]
        accepted = self.deeds.accepted_by_hand
        return Books(booked, refunds, self.arrived, accepted, [*self.edge.wrongs])


def real_world(plan: Plan) -> RealWorld:
    """Plant the order of a plan in an empty sandbox, and build our code around it."""
    house, clock = _house(), Clock()
    identifiers.chance.seed(plan.seed)
    outbox: list[object] = []
    world = house.world
    world.clock = _VirtualClock(clock)
    world.courier = _Courier(outbox)
    world.reset()
    world.switches.eager_refunds = plan.eager
    house.edge.begin(plan, clock)
    order, deeds = _plant(plan, world)
    request = _request(plan, order)
    river = DigitalRiver(
        "http://sandbox",
        KEY,
        http=house.http,
        limiter=Limiter(MANY_CALLS, longest_wait=timedelta(milliseconds=500), clock=clock.seconds),
    )
    found = cast(Sequence[Activity], all_activities(river))
    names = {activity._Definition.must_from_callable(one).name or "": one for one in found}  # noqa: SLF001 - no other way
    post = Post(clock, Inbox(request.workflow_id))
    return RealWorld(plan, world, house.edge, clock, post, deeds, request, outbox, names)


def _plant(plan: Plan, world: World) -> tuple[Order, Deeds]:
    many = 2 if plan.spare else 1
    seed = seeds.SeedOrder(
        coordinator=plan.coordinator,
        lines=[seeds.SeedLine(quantity=units * many) for units in plan.lines],
    )
    order, fulfillment_order = seeds.plant(world, seed)
    return order, Deeds(plan, world, order, fulfillment_order, SIBLING_REASON)


def _request(plan: Plan, order: Order) -> ReturnRequest:
    return ReturnRequest(
        request_id=f"request-{plan.seed}",
        order_id=order.id,
        coordinator=Coordinator(plan.coordinator),
        lines=tuple(
            RequestedLine(order_item_id=item.id, quantity=n)
            for item, n in zip(order.items, plan.lines, strict=True)
        ),
        reason="too_small",
        policy=plan.policy,
    )
