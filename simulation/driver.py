"""One return, driven by the rules as the workflow drives it, in virtual time.

It stands for `workflows/returns.py`: takes the next step, writes down what it taught, keeps one
watch while it waits. Temporal's part (attempts, pauses, heartbeats, lost workers) is played here.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lifecycle.admission import object_to_cancellation, object_to_shipment
from lifecycle.facts import CallGivenUp, CancelRequested, Decision, Learned, ShipmentReceived
from lifecycle.ledger import Ledger
from lifecycle.rules import next_step, takes
from lifecycle.sentences import sentence_for
from lifecycle.steps import Answer, Call, Close, Question, Wait, Watch
from lifecycle.watching import known_objects, replaces, watch_for, watch_key
from simulation.agenda import Agenda
from simulation.books import Record, Said
from simulation.plan import START, Act, DeliveryFault, Plan, hours
from simulation.world import AgainError, FailedError, Letter, Trial, World

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=1), timedelta(minutes=5)
FIRST_LOOK_PAUSE, LONGEST_LOOK_PAUSE = timedelta(seconds=30), timedelta(hours=1)
HORIZON = timedelta(days=90)
GRACE = timedelta(hours=24)
THINKING = timedelta(hours=1)
"""How long an operator takes to answer."""
MOST_STEPS = 400
MOST_WAITS = 4000
LOOKS_IN_VAIN = 4
"""Looks without news, with nothing left to happen: nobody will bring what is waited for."""


@dataclass
class Looking:
    """A watch that runs, and when it looks next."""

    watch: Watch
    trial: Trial
    next: datetime
    ends: datetime


@dataclass
class Driver:
    """The life of one return."""

    plan: Plan
    world: World
    ledger: Ledger = field(init=False)
    agenda: Agenda = field(default_factory=Agenda)
    record: Record = field(default_factory=Record)
    _events: set[str] = field(default_factory=set)
    _faults: dict[int, DeliveryFault] = field(init=False)
    _letters: int = 0
    _parcels: int = 0
    _attempts: int = 0
    _looking: Looking | None = None
    _just_looked: bool = False
    _idle_looks: int = 0

    def __post_init__(self) -> None:
        """Put the plan's deeds on the agenda."""
        request = self.world.request
        self.ledger = Ledger(request, request.workflow_id)
        self._faults = {fault.event: fault for fault in self.plan.deliveries}
        for act in self.plan.acts:
            self.agenda.put(START + hours(act.hour), act)

    @property
    def _now(self) -> datetime:
        return self.world.clock.time

    async def live(self) -> Record:
        """Take step after step until the return closes, or waits for what nobody will bring."""
        waits = 0
        for _ in range(MOST_STEPS):
            step = next_step(self.ledger)
            while isinstance(step, Wait) and waits < MOST_WAITS:
                waits += 1
                if not await self._wait(step):
                    return self._end(step)
                step = next_step(self.ledger)
            if isinstance(step, Close):
                return self._end(step)
            if isinstance(step, Wait):
                break
            self._note(f"{type(step).__name__} {step.key}")
            await self._call(step)
        return self.record

    def _end(self, step: Close | Wait) -> Record:
        self.record.end = step
        self.record.sentence = sentence_for(step)
        self.record.at_close = self.world.refund_states()
        self._note(str(step))
        return self.record

    def _note(self, words: str) -> None:
        self.record.trace.append(f"{self._now:%d %H:%M:%S} {words}")

    async def _call(self, step: Call) -> None:
        trial = Trial(self._now)
        over = self._now + self.ledger.request.policy.unreachable
        pause = FIRST_PAUSE
        while True:
            await self._sleep(self._now + SECOND)
            try:
                learned = await self._try(step, trial)
            except AgainError as again:
                wait = again.pause or pause
            except FailedError as failed:
                self._give_up(step.key, str(failed))
                return
            else:
                if learned is not None:
                    self.ledger.learn(learned, "call")
                    return
                wait = MINUTE
            if self._now + wait > over:
                self._give_up(step.key, "no answer in time")
                return
            await self._sleep(self._now + wait)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _try(self, step: Call | Watch, trial: Trial) -> Learned | None:
        """Make one try; None when the worker died between its effect and its record."""
        trial.attempt += 1
        killed = self._attempts in self.plan.kills
        self._attempts += 1
        try:
            learned = await self.world.attempt(step, trial)
        except (AgainError, FailedError):
            if not killed:
                raise
        self._post()
        if killed:
            return None
        return learned

    def _give_up(self, key: str, message: str) -> None:
        self._note(f"given up {key}: {message}")
        self.ledger.record(CallGivenUp(key=key, message=message, at=self._now), "call")

    async def _wait(self, wait: Wait) -> bool:
        """Go to the next moment at which something happens; False when nothing more will."""
        self._keep_watch(wait)
        if self.agenda.next is None and wait.question is None:
            if wait.until is None and self._idle_looks >= LOOKS_IN_VAIN:
                return False
            self.world.finish()
            self._post()
        moments = [self.agenda.next, self._looking.next if self._looking else None]
        moments.append(self._now + THINKING if wait.question else None)
        known = [moment for moment in moments if moment is not None]
        if not known:
            return False
        moment = min(known)
        told = len(self.ledger.timeline)
        await self._sleep(moment)
        if len(self.ledger.timeline) > told:
            return True
        if self._looking is not None and self._looking.next <= moment:
            await self._look(self._looking)
        elif wait.question is not None and moment == known[-1]:
            self._answer(wait.question)
        return True

    def _keep_watch(self, wait: Wait) -> None:
        wanted = watch_for(self.ledger, wait, self._now + HORIZON, just_looked=self._just_looked)
        if wanted is None:
            return
        running = self._looking
        if running is not None and not replaces(wanted, running.watch, self._now):
            return
        left = max(wanted.until - self._now, timedelta(0))
        self._looking = Looking(wanted, Trial(self._now), self._now, self._now + left + GRACE)

    async def _look(self, looking: Looking) -> None:
        pause = min(FIRST_LOOK_PAUSE * 2 ** min(looking.trial.attempt, 7), LONGEST_LOOK_PAUSE)
        try:
            learned = await self._try(looking.watch, looking.trial)
        except AgainError as again:
            looking.next = self._now + (again.pause or pause)
            self._idle_looks += self.agenda.next is None
        except FailedError as failed:
            self._looking = None
            self._give_up(watch_key(looking.watch.return_id), str(failed))
        else:
            if learned is None:
                looking.next = self._now + MINUTE
            else:
                self._looking = None
                known = known_objects(self.ledger)
                self.ledger.learn(learned, "watch")
                self._just_looked = known_objects(self.ledger) == known
        if self._looking is looking and looking.next > looking.ends:
            self._looking = None
            self._give_up(watch_key(looking.watch.return_id), "no look in time")

    def _answer(self, question: Question) -> None:
        given = len(self.record.answers)
        answers = question.answers
        answer = Answer.GIVE_UP if Answer.GIVE_UP in answers else answers[-1]
        if given < len(self.plan.answers):
            answer = answers[self.plan.answers[given] % len(answers)]
        decision = Decision(
            question=question.id, answer=answer, who="operator", why="simulated", at=self._now
        )
        if takes(self.ledger, decision):
            self._note(f"answer {question.id} {answer}")
            self.record.answers.append(Said(self._now, question.id, answer))
            self.ledger.record(decision, "operator")

    async def _sleep(self, until: datetime) -> None:
        """Let time pass, and everything happen that is on the agenda until then."""
        clock = self.world.clock
        while self.agenda.next is not None and self.agenda.next <= until:
            when, entry = self.agenda.take()
            clock.time = max(clock.time, when)
            if isinstance(entry, Letter):
                await self._deliver(entry)
            elif isinstance(entry, Act):
                self._act(entry)
        clock.time = max(clock.time, until)

    def _act(self, act: Act) -> None:
        self._note(f"act {act.deed} {act.units}")
        self.world.act(act)
        self._post()
        if act.deed == "send":
            self._receive(act)
        elif act.deed == "cancel" and object_to_cancellation(self.ledger) is None:
            self.record.cancelled = True
            cancel = CancelRequested(who="shop", why="simulated", at=self._now)
            self.ledger.record(cancel, "customer service")

    def _receive(self, act: Act) -> None:
        self._parcels += 1
        reference = f"parcel-{self._parcels}"
        lines = self.ledger.request.lines
        units = {line.order_item_id: n for line, n in zip(lines, act.units, strict=False) if n}
        if not units or object_to_shipment(self.ledger, reference, 1, units) is not None:
            return
        fact = ShipmentReceived(
            reference=reference, revision=1, items=tuple(sorted(units.items())), at=self._now
        )
        self.ledger.record(fact, "warehouse")

    def _post(self) -> None:
        """Put the events that were made on their way, with what the plan does to each."""
        made, self.world.outbox[:] = list(self.world.outbox), []
        for event in made:
            fault = self._faults.get(self._letters)
            self._letters += 1
            kind = fault.kind if fault else None
            late = hours(fault.hours) if fault else timedelta(0)
            if kind == "drop":
                continue
            first = late if kind == "delay" else timedelta(0)
            self.agenda.put(self._now + SECOND + first, Letter(event, kind))
            if kind == "duplicate":
                self.agenda.put(self._now + SECOND + late, Letter(event))

    async def _deliver(self, letter: Letter) -> None:
        messages = await self.world.deliver(letter, self.record)
        if messages is None:
            again = Letter(letter.event, letter.fault, letter.attempt + 1)
            self.agenda.put(self._now + MINUTE * letter.attempt, again)
            return
        for message in messages:
            self.record.heard.add(message.event_id)
            if message.event_id in self._events:
                continue
            self._events.add(message.event_id)
            for fact in message.facts:
                self._note(f"event {type(fact).__name__}")
                if fact.kind == "chargeback" and self.record.charged_back is None:
                    self.record.charged_back = self._now
                self.ledger.record(fact, "event")
