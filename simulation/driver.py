"""One return, driven by the rules as the workflow drives it, in virtual time.

It stands for `workflows/returns.py`: takes the next step, writes down what it taught, withdraws a
call that is not wanted any more, keeps one watch while it waits. Temporal's part (attempts, pauses,
heartbeats, lost workers) is played here.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lifecycle.admission import object_to_cancellation, object_to_shipment
from lifecycle.facts import (
    CallGivenUp,
    CallWithdrawn,
    CancelRequested,
    Decision,
    Learned,
    ShipmentReceived,
    TooManyMessages,
)
from lifecycle.flood import is_flooded
from lifecycle.ledger import Ledger
from lifecycle.phase import phase_of
from lifecycle.request import ReturnRequest
from lifecycle.rules import next_step, still_wanted, takes
from lifecycle.sentences import sentence_for
from lifecycle.steps import Answer, Call, Close, Question, Wait, Watch
from lifecycle.watching import known_objects, replaces, watch_for, watch_key
from simulation.books import End, Record, Said
from simulation.plan import STRANGE, Act
from simulation.stage import MINUTE, SECOND, Stage
from simulation.world import AgainError, FailedError, Message, Trial

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
class Parcel:
    """The last report of one parcel."""

    revision: int
    units: Counter[str]
    damaged: Counter[str] = field(default_factory=Counter)
    wrong: int = 0


@dataclass
class Driver:
    """The life of one return."""

    stage: Stage
    request: ReturnRequest
    workflow_id: str
    ledger: Ledger = field(init=False)
    record: Record = field(default_factory=Record)
    _events: set[str] = field(default_factory=set)
    _parcels: list[Parcel] = field(default_factory=list)
    _attempts: int = 0
    _looking: Looking | None = None
    _just_looked: bool = False
    _idle_looks: int = 0

    def __post_init__(self) -> None:
        """Begin with an empty ledger."""
        self.ledger = Ledger(self.request, self.workflow_id)

    @property
    def is_over(self) -> bool:
        """Whether it has ended: then it hears nothing more."""
        return self.record.end is not None and self.record.end.outcome is not None

    @property
    def _now(self) -> datetime:
        return self.stage.now

    async def live(self) -> None:
        """Take step after step until the return closes, or waits for what nobody will bring."""
        waits = 0
        for _ in range(MOST_STEPS):
            step = next_step(self.ledger)
            while isinstance(step, Wait) and waits < MOST_WAITS:
                waits += 1
                if not await self._wait(step):
                    self._end(step)
                    return
                step = next_step(self.ledger)
            if isinstance(step, Close):
                self._end(step)
                return
            if isinstance(step, Wait):
                return
            self._note(f"{type(step).__name__} {step.key}")
            await self._call(step)

    def _end(self, step: Close | Wait) -> None:
        if isinstance(step, Close):
            self.record.end = End(outcome=str(step.outcome))
            self.stage.world.close(self.ledger, step)
        else:
            self.record.end = End(waits_for=str(step.what), who=str(step.who))
        self.record.ended = self._now
        if self.stage.plan.after or self.stage.plan.twin:
            self.record.books = self.stage.world.books(self.request)
        self.record.facts = len(self.ledger.timeline)
        self.record.sentence = sentence_for(step)
        self.record.at_close = self.stage.world.refund_states()
        self._note(str(step))

    def _note(self, words: str) -> None:
        self.record.trace.append(f"{self._now:%d %H:%M:%S} {words}")

    def note_fault(self, kind: str) -> None:
        """Count a fault, with the phase in which it struck."""
        self.record.faults[kind, phase_of(next_step(self.ledger))] += 1

    async def _call(self, step: Call) -> None:
        trial = Trial(self._now)
        over = self._now + self.ledger.request.policy.unreachable
        pause = FIRST_PAUSE
        wait = SECOND
        while await self._is_wanted_after(step, self._now + wait):
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
                    if next_step(self.ledger) == step:
                        self._give_up(step.key, "the answer changes nothing")
                    return
                wait = MINUTE
            if self._now + wait > over:
                self._give_up(step.key, "no answer in time")
                return
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _is_wanted_after(self, step: Call, until: datetime) -> bool:
        """Let a call's pause pass; a call that news makes needless is withdrawn."""
        while self._now < until:
            await self.stage.sleep(self, until, until_news=True)
            if not still_wanted(step, self.ledger):
                self._note(f"withdrawn {step.key}")
                self.ledger.record(CallWithdrawn(key=step.key, at=self._now), "call")
                return False
        return True

    async def _try(self, step: Call | Watch, trial: Trial) -> Learned | None:
        """Make one try; None when the worker died between its effect and its record."""
        trial.attempt += 1
        killed = self._attempts in self.stage.plan.kills
        self._attempts += 1
        world = self.stage.world
        phase = phase_of(next_step(self.ledger))
        try:
            learned = await world.attempt(self.workflow_id, step, trial)
        except (AgainError, FailedError):
            if not killed:
                raise
        finally:
            for kind, times in world.struck.items():
                self.record.faults[kind, phase] += times
            world.struck.clear()
            self.stage.post()
        if killed:
            self.record.faults["kill", phase] += 1
            return None
        return learned

    def _give_up(self, key: str, message: str) -> None:
        self._note(f"given up {key}: {message}")
        self.ledger.record(CallGivenUp(key=key, message=message, at=self._now), "call")

    async def _wait(self, wait: Wait) -> bool:
        """Go to the next moment at which something happens; False when nothing more will."""
        self._keep_watch(wait)
        if self.stage.is_quiet and wait.question is None:
            if wait.until is None and self._idle_looks >= LOOKS_IN_VAIN:
                return False
            self.stage.world.finish()
            self.stage.post()
        answered = self._now + THINKING if wait.question else None
        look = self._looking.next if self._looking else None
        known = [moment for moment in (answered, look) if moment is not None]
        if not known and self.stage.is_quiet:
            return False
        told = len(self.ledger.timeline)
        until = min(known, default=self._now + HORIZON)
        await self.stage.sleep(self, until, until_news=True)
        if len(self.ledger.timeline) > told:
            return True
        if self._looking is not None and self._looking.next <= until:
            await self._look(self._looking)
        elif wait.question is not None and until == answered:
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
            self._idle_looks += self.stage.is_quiet
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
        given, planned = len(self.record.answers), self.stage.plan.answers
        answers = question.answers
        answer = Answer.GIVE_UP if Answer.GIVE_UP in answers else answers[-1]
        if given < len(planned):
            answer = answers[planned[given] % len(answers)]
        decision = Decision(
            question=question.id, answer=answer, who="operator", why="simulated", at=self._now
        )
        if takes(self.ledger, decision):
            self._note(f"answer {question.id} {answer}")
            self.record.answers.append(Said(self._now, question.id, answer))
            self.ledger.record(decision, "operator")

    # What others tell it

    def act(self, act: Act) -> None:
        """Take what a deed means to the return itself: a parcel, a correction, a cancellation."""
        if self.record.end is not None:
            return
        self._note(f"act {act.deed} {act.units}")
        if act.deed == "send":
            damaged = self._units(act.damaged) if act.damaged else Counter[str]()
            parcel = Parcel(1, self._units(act.units), damaged, act.wrong)
            self._report(len(self._parcels), parcel)
        elif act.deed == "correct" and self._parcels:
            revision = self._parcels[-1].revision + 1
            self._report(len(self._parcels) - 1, Parcel(revision, self._units(act.units)))
        elif act.deed == "cancel" and object_to_cancellation(self.ledger) is None:
            cancel = CancelRequested(who="shop", why="simulated", at=self._now)
            self.ledger.record(cancel, "customer service")

    def _units(self, units: Sequence[int]) -> Counter[str]:
        return Counter(dict(zip(self.stage.world.items, units, strict=True)))

    def _report(self, number: int, parcel: Parcel) -> None:
        """Report a parcel; a warehouse whose correction is refused stands by what it said."""
        fact = ShipmentReceived(
            reference=f"parcel-{number + 1}",
            revision=parcel.revision,
            items=tuple(sorted((+parcel.units).items())),
            damaged=tuple(sorted((+parcel.damaged).items())) or None,
            wrong=((STRANGE, parcel.wrong),) if parcel.wrong else None,
            at=self._now,
        )
        if object_to_shipment(self.ledger, fact) is not None:
            return
        before = self._parcels[number].units if number < len(self._parcels) else Counter[str]()
        self._parcels[number:] = [parcel]
        self.record.taken_back |= bool(before - parcel.units)
        self.record.arrived |= self._arrived()
        if fact.items or fact.damaged or fact.wrong or parcel.revision > 1:
            self.ledger.record(fact, "warehouse")

    def _arrived(self) -> Counter[str]:
        """Return what arrived in all, by the plan's names of the lines."""
        names = dict(zip(self.stage.world.items, self.stage.plan.items, strict=True))
        total: Counter[str] = Counter()
        for parcel in self._parcels:
            total.update({names[item]: n for item, n in parcel.units.items()})
        return total

    def hear(self, message: Message) -> None:
        """Take an event as the workflow's signal handler does."""
        self.record.heard[message.event_id] += 1
        if self.ledger.flooded is not None or message.event_id in self._events:
            return
        if is_flooded(self.ledger, history=0):
            self._note("flooded")
            self.ledger.record(TooManyMessages(at=self._now), "workflow")
            return
        self._events.add(message.event_id)
        for fact in message.facts:
            self._note(f"event {type(fact).__name__}")
            told = getattr(fact, "return_id", None) or getattr(fact, "refund_id", None)
            if told is not None:
                self.record.objects.add(told)
            if fact.kind == "chargeback" and self.record.charged_back is None:
                self.record.charged_back = self._now
            self.ledger.record(fact, "event")
