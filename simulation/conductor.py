"""Leads one return of T2 through its plan, in the virtual time of its own workflow."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

from lifecycle.identity import follow_up_id
from lifecycle.request import ReturnRequest
from lifecycle.snapshot import Snapshot
from lifecycle.steps import Answer
from sandbox.events import Event
from sandbox.server import RunningSandbox
from simulation.afterwards import judge_all
from simulation.agenda import Agenda, Clock
from simulation.books import Books, End, Reader, Record, Violation
from simulation.deeds import Deeds
from simulation.driver import LOOKS_IN_VAIN
from simulation.edge import Line, line_of
from simulation.histories import hold_to_temporal, read_history
from simulation.leaping import Courier, Leaping
from simulation.orders import names_of, plant, requests_of
from simulation.plan import START, STRANGE, Act, DeliveryFault, Plan, hours
from simulation.post import Post
from simulation.real import SECRETS
from simulation.running import Verdict, digest
from simulation.world import Letter
from storefront.errors import StorefrontError
from workflows.messages import Cancellation, Resolution, ReturnResult, Shipment
from workflows.returns import ReturnWorkflow

SOON = timedelta(minutes=1)
"""What is due so soon happens now: each leap costs a round trip."""
MONTH = timedelta(days=30)
LOOKS = (timedelta(days=3), timedelta(days=14))
"""Each look costs a leap, and a second where many returns are under way."""
MOST_ROUNDS = 30
LIMIT_SECONDS = 240.0
PAUSE_SECONDS = 0.05


@dataclass
class Conductor:
    """One plan on its way."""

    house: Leaping
    plan: Plan
    sandbox: RunningSandbox
    courier: Courier
    deeds: Deeds
    request: ReturnRequest | None
    """None where the warehouse begins the return."""
    line: Line
    post: Post
    workflow_id: str = ""
    record: Record = field(default_factory=Record)
    agenda: Agenda = field(default_factory=Agenda)
    _now: datetime = START
    _faults: dict[int, DeliveryFault] = field(init=False)
    _letters: int = 0
    _parcels: list[Shipment] = field(default_factory=list)
    _answered: int = 0
    _phase: str = "opening"
    _ended: bool = False

    def __post_init__(self) -> None:
        """Put the plan's deeds on the agenda."""
        self._faults = {fault.event: fault for fault in self.plan.deliveries}
        for act in self.plan.acts:
            self.agenda.put(START + hours(act.hour), act)

    @property
    def _handle(self) -> WorkflowHandle[ReturnWorkflow, ReturnResult]:
        return self.house.client.get_workflow_handle_for(ReturnWorkflow.run, self.workflow_id)

    @property
    def _items(self) -> Sequence[str]:
        return [item.id for item in self.deeds.order.items]

    async def lead(self) -> None:
        """Start the return, lead it to its end, and write down how it ended."""
        if self.request is None:
            if await self._is_adopted():
                await self._live()
            return
        self._goes_by(self.request.workflow_id)
        asking = asyncio.ensure_future(self.house.returns.start(self.request))
        try:
            await self._until_there()
            await self._live()
        finally:
            asking.cancel()
            with suppress(asyncio.CancelledError, StorefrontError):
                await asking

    def _goes_by(self, workflow_id: str) -> None:
        """Note the workflow of the return and of its follow-up, before they make a call."""
        self.workflow_id = workflow_id
        self.house.edge.lines[workflow_id] = self.line
        self.house.edge.lines[follow_up_id(workflow_id)] = self.line

    async def _is_adopted(self) -> bool:
        """Let things happen until an event starts the workflow; False if none did."""
        while self.agenda.next is not None and not await self._is_there():
            when, entry = self.agenda.take()
            self._now = max(self._now, when)
            await self._do(entry)
        return await self._is_there()

    async def _is_there(self) -> bool:
        if not self.workflow_id:
            return False
        with suppress(RPCError):
            await self._handle.describe()
            return True
        return False

    async def _until_there(self) -> None:
        while True:
            if await self._is_there():
                return
            await asyncio.sleep(PAUSE_SECONDS)

    async def _live(self) -> None:
        idle = 0
        for _ in range(MOST_ROUNDS + len(self.agenda.entries) * 4):
            if self.agenda.next is None:
                self.deeds.pay_all()
                self._collect()
            if self.agenda.next is None:
                idle += 1
            await self._leap(self.agenda.next or self._now + MONTH)
            if self._ended:
                return
            while self._is_due():
                await self._do(self.agenda.take()[1])
            view = await self._look()
            if view is None:
                return
            if view.question is not None:
                await self._answer(view)
            elif view.waiting and view.waiting.until is None and idle >= LOOKS_IN_VAIN:
                self.record.end = End(waits_for=view.waiting.what, who=view.waiting.who)
                self.record.sentence = view.sentence
                await self._handle.terminate("the plan is over")
                return

    def _is_due(self) -> bool:
        return self.agenda.next is not None and self.agenda.next <= self._now + SOON

    async def _leap(self, until: datetime) -> None:
        """Let the workflow's time pass."""
        if until <= self._now + SOON:
            return
        phase, left = self._phase, until - self._now
        try:
            self._ended = not await self.house.environment.fast_forward(self._handle, left)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            self._ended = True
        self._now = until
        for kind, times in self.line.struck.items():
            self.record.faults[kind, phase] += times
        self.line.struck.clear()
        self._collect()

    async def _look(self) -> Snapshot | None:
        """Ask the return where it stands; None when it has ended."""
        if (await self._handle.describe()).status is not WorkflowExecutionStatus.RUNNING:
            return None
        view = await self.house.returns.show(self.workflow_id)
        self._phase = view.phase
        self.record.words.append(view.model_dump_json())
        return view

    async def _answer(self, view: Snapshot) -> None:
        question = view.question
        if question is None:
            return
        planned = self.plan.answers
        answers = question.answers
        answer: str = Answer.GIVE_UP if Answer.GIVE_UP in answers else answers[-1]
        if self._answered < len(planned):
            answer = answers[planned[self._answered] % len(answers)]
        self._answered += 1
        with suppress(StorefrontError):
            said = Resolution(
                question=question.id,
                answer=answer,
                who="ops",
                why="simulated",
                reference="simulated" if answer == Answer.SETTLE_BY_HAND else None,
            )
            await self.house.returns.resolve(self.workflow_id, said)

    async def _do(self, entry: object) -> None:
        if isinstance(entry, Letter):
            await self._deliver(entry)
        elif isinstance(entry, Act):
            await self._act(entry)
        self._collect()

    async def _act(self, act: Act) -> None:
        self.deeds.do(act)
        workflow_id = self.workflow_id
        if act.deed == "begin_at_warehouse" and self.deeds.adoption_id:
            self._goes_by(self.deeds.adoption_id)
        elif act.deed in ("send", "correct"):
            await self._report(act)
        elif act.deed == "cancel":
            with suppress(StorefrontError):
                await self.house.returns.cancel(workflow_id, Cancellation(who="shop", why="kept"))

    async def _report(self, act: Act) -> None:
        """Report a parcel, or correct the last one; what is refused was not said."""
        corrects = act.deed == "correct"
        if corrects and not self._parcels:
            return
        number = len(self._parcels) - corrects
        revision = self._parcels[-1].revision + 1 if corrects else 1
        items = self._items
        parcel = Shipment(
            reference=f"parcel-{number + 1}",
            revision=revision,
            items=dict(zip(items, act.units, strict=True)),
            damaged=dict(zip(items, act.damaged, strict=True)) if act.damaged else None,
            wrong={STRANGE: act.wrong} if act.wrong else None,
        )
        with suppress(StorefrontError):
            await self.house.returns.receive_shipment(self.workflow_id, parcel)
            before = self._parcels[number].items if corrects else {}
            self.record.taken_back |= any(before.get(i, 0) > parcel.items[i] for i in items)
            self._parcels[number:] = [parcel]
            self.record.arrived |= self._arrived(items)

    def _arrived(self, items: Sequence[str]) -> Counter[str]:
        """Return what arrived in all, by the plan's names of the lines."""
        total: Counter[str] = Counter()
        for parcel in self._parcels:
            total.update(
                {name: parcel.items[i] for i, name in zip(items, self.plan.items, strict=True)}
            )
        return total

    def _collect(self) -> None:
        """Put the events that were made on their way, with what the plan does to each."""
        outbox = self.courier.outboxes.get(self.deeds.order.id, [])
        made, outbox[:] = list(outbox), []
        for event in made:
            fault = self._faults.get(self._letters)
            self._letters += 1
            kind = "drop" if self.plan.deaf else fault.kind if fault else None
            if kind is not None:
                self.record.faults[kind, self._phase] += 1
            if kind == "drop":
                continue
            late = hours(fault.hours) if fault else timedelta(0)
            first = late if kind == "delay" else timedelta(0)
            self.agenda.put(self._now + first, Letter(event, kind))
            if kind == "duplicate":
                self.agenda.put(self._now + late, Letter(event))

    async def _deliver(self, letter: Letter) -> None:
        if not await self.post.deliver(letter, [self.record]):
            again = Letter(letter.event, letter.fault, letter.attempt + 1)
            self.agenda.put(self._now + SOON * letter.attempt, again)
        elif isinstance(letter.event, Event) and letter.event.type == "order.chargeback":
            # What was under way when it was told may still end.
            told = datetime.now(UTC) + timedelta(seconds=2)
            self.record.charged_back = self.record.charged_back or told

    async def judge(self) -> Books:
        """Hold every promise against the books and the history. Raises `Violation`."""
        self.record.at_close = self.deeds.refund_states()
        is_there = await self._is_there()
        if is_there:
            history = await self._handle.fetch_history()
            await read_history(history, self.record)
            await hold_to_temporal(history)
        page: dict[str, Any] = (
            await self.house.http.get(f"{self.sandbox.url}/sandbox/books")
        ).json()
        reader = Reader(self.deeds.order.id, names_of(self.plan, self.deeds), self.deeds.hands)
        books = reader.books(page)
        books.wrongs += self.line.wrongs
        records = [self.record] if is_there else []
        judge_all(self.plan, books, records, SECRETS, self.post.acknowledged)
        return books


def _with_few_looks(request: ReturnRequest) -> ReturnRequest:
    terms = request.policy.model_copy(update={"looks": LOOKS})
    return request.model_copy(update={"policy": terms})


def conduct(house: Leaping, plan: Plan) -> Conductor:
    """Place a plan's order, and make ready for its return."""
    sandbox, courier = house.sandbox_for(plan)
    deeds = plant(plan, sandbox.world)
    request = next((_with_few_looks(one) for one in requests_of(plan, deeds.order)), None)
    line = replace(line_of(plan, Clock()), url=httpx.URL(sandbox.url))
    post = Post(plan, house.http, lambda: datetime.now(UTC), deeds.hands, house.receiver)
    post.knows_all = False
    return Conductor(house, plan, sandbox, courier, deeds, request, line, post)


async def run_leaping(house: Leaping, plan: Plan) -> Verdict:
    """Run a plan of T2 to its end, and judge it."""
    async with house.room:
        one = conduct(house, plan)
        violation, books = None, Books()
        try:
            async with asyncio.timeout(LIMIT_SECONDS):
                await one.lead()
                books = await one.judge()
        except Violation as broken:
            violation = str(broken)
        except Exception as error:  # noqa: BLE001 - any error of the product is a finding
            violation = f"error: {type(error).__name__}: {error}"
        record = one.record
        end = record.end.words if record.end else "nothing"
        return Verdict(violation, digest([record]), (end,), books, record, record.faults)


async def run_all(house: Leaping, plans: Sequence[Plan]) -> list[Verdict]:
    """Run many plans at once."""
    return await asyncio.gather(*(run_leaping(house, plan) for plan in plans))
