"""T1: the real client, activities, signature and receiver, and the sandbox, in one process."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast
from unittest.mock import Mock, patch

import httpx
from pydantic import SecretStr
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities import all_activities
from digital_river import DigitalRiver, Limiter
from lifecycle.fact_json import read_fact
from lifecycle.facts import Learned
from lifecycle.ledger import Ledger
from lifecycle.request import ReturnRequest
from lifecycle.steps import Call, Close, Watch
from sandbox import automation, identifiers
from sandbox.app import create_app
from sandbox.clock import Clock as SandboxClock
from sandbox.control import everything
from sandbox.events import Event
from sandbox.options import Options
from sandbox.world import World
from simulation.agenda import Clock
from simulation.books import Books, Reader, Record
from simulation.deeds import Deeds
from simulation.edge import Edge, InProcess, Line, line_of
from simulation.orders import list_rules, names_of, plant, requests_of
from simulation.plan import Act, Plan
from simulation.post import SECRET, Post
from simulation.temporal import Inbox, Workflow
from simulation.world import AgainError, FailedError, Letter, Message, Told, Trial
from webhooks import Options as ReceiverOptions
from webhooks import create_app as create_receiver
from workflows import following_up
from workflows.answers import result_of
from workflows.calls import calling

KEY = "sk_test_sandbox"
SECRETS = (KEY, SECRET)
"""What must never be said aloud."""
MANY_CALLS = 1_000_000
LONGEST_WAIT = timedelta(milliseconds=500)
"""For the client's gate to open; longer pauses are Temporal's."""


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
    """Keeps the sandbox's events for the stage, which knows when each is due."""

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
    edge = Edge(InProcess(app))
    return _House(app.state.world, edge, httpx.AsyncClient(transport=edge))


Activity = Callable[[Any], Coroutine[Any, Any, Learned]]


@dataclass
class RealWorld:
    """One order in the sandbox, and our own code around it."""

    plan: Plan
    clock: Clock
    sandbox: World
    line: Line
    deeds: Deeds
    requests: Sequence[ReturnRequest]
    activities: dict[str, Activity]
    outbox: list[object]
    inbox: Inbox = field(init=False)
    post: Post = field(init=False)
    _said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Build the receiver."""
        self.inbox = Inbox(
            {one.workflow_id: Workflow(one, self.clock.time) for one in self.requests},
            self.clock.now,
            remembers=bool(self.plan.after),
        )
        options = ReceiverOptions(now=self.clock.now, live_mode=False)
        app = create_receiver(self.inbox.client, [SecretStr(SECRET)], options)
        http = httpx.AsyncClient(transport=InProcess(app))
        self.post = Post(self.plan, http, self.clock.now, self.deeds.hands)
        # A workflow that an event starts is not in a list that the receiver read a moment before.
        self.post.knows_all = not self.plan.from_warehouse

    @property
    def acknowledged(self) -> int:
        """How many events of fulfillment returns were acknowledged."""
        return self.post.acknowledged

    @property
    def struck(self) -> Counter[str]:
        """Faults of calls that struck since somebody asked."""
        return self.line.struck

    @property
    def items(self) -> Sequence[str]:
        """The items of the order, line by line."""
        return [item.id for item in self.deeds.order.items]

    async def attempt(self, workflow_id: str, step: Call | Watch, trial: Trial) -> Learned:
        """Make one try of the real activity."""
        name = "watch" if isinstance(step, Watch) else calling(step).activity
        environment = ActivityEnvironment(self.inbox.client)
        environment.info = replace(
            environment.info,
            workflow_id=workflow_id,
            attempt=trial.attempt,
            scheduled_time=trial.scheduled,
            current_attempt_scheduled_time=self.clock.time,
            heartbeat_details=tuple(trial.details),
        )

        def beat(*details: object) -> None:
            trial.details = list(details)

        environment.on_heartbeat = beat
        automation.act(self.sandbox)
        self._count_late_lists()
        try:
            with self._awake():
                return await environment.run(self.activities[name], step)
        except ApplicationError as error:
            self._said += [str(error), *map(str, error.details)]
            if error.non_retryable:
                raise FailedError(str(error)) from error
            raise AgainError(error.next_retry_delay) from error

    @contextmanager
    def _awake(self) -> Iterator[None]:
        """Hold it against an activity when it sleeps for long: pauses are Temporal's."""
        sleep = asyncio.sleep

        async def noted(seconds: float, result: object = None) -> object:
            if seconds > LONGEST_WAIT.total_seconds():
                self.line.wrongs.append("S8: an activity slept")
            self.clock.time += timedelta(seconds=seconds)
            return await sleep(0, result)

        with patch.object(asyncio, "sleep", noted):
            yield

    def _count_late_lists(self) -> None:
        """Count the tries for which a list hides something."""
        if not self.plan.stale:
            return
        order, late = self.deeds.order, timedelta(seconds=self.plan.stale)
        made = [self.sandbox.returns[one].created for one in order.return_ids]
        made += [self.sandbox.refunds[one].created for one in order.refund_ids]
        made += [one.created for one in self.sandbox.fulfillment_returns.values()]
        if any(self.clock.time - moment < late for moment in made):
            self.line.struck["late list"] += 1

    async def deliver(self, letter: Letter, records: Mapping[str, Record]) -> Told:
        """Deliver an event to the real receiver."""
        self.inbox.messages.clear()
        self.inbox.started.clear()
        self.inbox.away = letter.fault == "away" and letter.attempt == 1
        with patch.object(following_up, "datetime", Mock(now=lambda _: self.clock.time)):
            taken = await self.post.deliver(letter, list(records.values()))
        self.inbox.away = False
        told = [
            (workflow_id, Message(one.event_id, tuple(read_fact(fact) for fact in one.facts)))
            for workflow_id, one in self.inbox.messages
        ]
        for workflow_id, message in told:
            for other, record in records.items():
                # What one return has in its inbox is not owed to the other.
                if other != workflow_id:
                    record.acknowledged.discard(message.event_id)
        started = [(one, self.inbox.workflows[one].request) for one in self.inbox.started]
        return Told(told, started, again=not taken)

    def act(self, act: Act) -> None:
        """Let somebody do something in the sandbox."""
        automation.act(self.sandbox)
        self.deeds.do(act)

    def close(self, ledger: Ledger, step: Close) -> None:
        """Close a workflow: nothing can be signalled to it any more."""
        self.inbox.close(ledger.workflow_id, result_of(ledger, step))

    def finish(self) -> None:
        """Let the bank pay what is open."""
        self.deeds.pay_all()

    def refund_states(self) -> dict[str, str]:
        """Return the state of each refund of the order."""
        return self.deeds.refund_states()

    def books(self, request: ReturnRequest | None) -> Books:
        """Read the sandbox's books."""
        twins = tuple(one for one in self.requests if request and one.rma != request.rma)
        reader = Reader(
            self.deeds.order.id, names_of(self.plan, self.deeds), self.deeds.hands, twins
        )
        books = reader.books(everything(self.sandbox))
        books.wrongs += self.line.wrongs
        if any(secret in words for words in self._said for secret in SECRETS):
            books.wrongs.append("S7: an error holds a secret")
        return books


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
    world.switches.repeated_create = plan.repeats
    world.switches.metadata_in_events = plan.metadata_in_events
    world.faults.put(list_rules(plan))
    deeds = plant(plan, world)
    requests = requests_of(plan, deeds.order)
    line = line_of(plan, clock)
    house.edge.lines = defaultdict(lambda: line)
    river = DigitalRiver(
        "http://sandbox",
        KEY,
        http=house.http,
        limiter=Limiter(MANY_CALLS, longest_wait=LONGEST_WAIT, clock=clock.seconds),
    )
    found = cast(Sequence[Activity], all_activities(river))
    names = {activity._Definition.must_from_callable(one).name or "": one for one in found}  # noqa: SLF001 - no other way
    return RealWorld(plan, clock, world, line, deeds, requests, names, outbox)
