"""Where returns of one order live: one clock, one agenda, one post, one actor at a time.

Returns sleep here, and wake when their time has come or when there is news for them. Nothing runs
at the same moment as anything else, so the same plan always goes the same way.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from unittest.mock import patch

from lifecycle.request import ReturnRequest
from simulation.agenda import Agenda
from simulation.plan import START, Act, DeliveryFault, Plan, hours
from simulation.world import Letter, World

if TYPE_CHECKING:
    from simulation.driver import Driver

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


@dataclass(eq=False)
class Sleep:
    """One return that sleeps."""

    driver: "Driver"
    done: "asyncio.Future[None]"
    until_news: bool
    told: int
    """How much it knew when it fell asleep."""


@dataclass
class Stage:
    """The world of a plan, and the returns that live in it."""

    plan: Plan
    world: World
    actor: "Callable[[Stage, ReturnRequest, str], Driver]"
    """Makes the driver of a return, by its request and workflow id."""
    drivers: "list[Driver]" = field(default_factory=list)
    agenda: Agenda = field(default_factory=Agenda)
    _faults: dict[int, DeliveryFault] = field(init=False)
    _letters: int = 0
    _to_come: int = 0
    _is_after: bool = False
    _lives: "list[asyncio.Future[None]]" = field(default_factory=list)
    _asleep: list[Sleep] = field(default_factory=list)
    _parked: "asyncio.Future[None] | None" = None

    def __post_init__(self) -> None:
        """Put the plan's deeds on the agenda."""
        self._faults = {fault.event: fault for fault in self.plan.deliveries}
        for act in self.plan.acts:
            self._put(START + hours(act.hour), act)

    @property
    def now(self) -> datetime:
        """The one time."""
        return self.world.clock.time

    @property
    def is_quiet(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self._to_come == 0

    async def play(self) -> None:
        """Let all returns live until each has ended, or waits for what nobody will bring.

        Meanwhile the event loop's own clock stands still: no time limit of a client or a receiver
        strikes because this machine is slow.
        """
        loop = asyncio.get_running_loop()
        stopped = loop.time()
        with patch.object(loop, "time", lambda: stopped):
            await self._play()

    async def _play(self) -> None:
        for request in self.world.requests:
            await self._begin(self.actor(self, request, request.workflow_id))
        try:
            while self._goes_on():
                await self._go_on()
            await asyncio.gather(*self._lives)
        finally:
            for life in self._lives:
                life.cancel()

    async def _begin(self, driver: "Driver") -> None:
        """Let a return live."""
        self.drivers.append(driver)
        life = asyncio.ensure_future(driver.live())
        life.add_done_callback(lambda _: self._park())
        self._lives.append(life)
        await self._until_parked()

    def _goes_on(self) -> bool:
        """Say whether anything is to happen: a return lives, or more comes after its end."""
        if not all(life.done() for life in self._lives):
            return True
        if self.drivers and not self._is_after:
            self._is_after = bool(self.plan.after)
            for act in self.plan.after:
                self._put(self.now + hours(act.hour), act)
            return self._is_after
        return not self.is_quiet

    async def _go_on(self) -> None:
        """Let the next thing happen, and wake whom it concerns."""
        when, entry = self.agenda.take()
        self.world.clock.time = max(self.now, when)
        if isinstance(entry, Sleep):
            await self._wake(entry)
            return
        self._to_come -= 1
        if isinstance(entry, Letter):
            await self._deliver(entry)
        elif isinstance(entry, Act):
            self._act(entry)
        if self.is_quiet:
            self.world.finish()
            self.post()
        for sleeper in list(self._asleep):
            if sleeper.until_news and len(sleeper.driver.ledger.timeline) > sleeper.told:
                await self._wake(sleeper)

    async def sleep(self, driver: "Driver", until: datetime, *, until_news: bool = False) -> None:
        """Sleep until a time, or until the return was told something."""
        done = asyncio.get_running_loop().create_future()
        sleep = Sleep(driver, done, until_news, len(driver.ledger.timeline))
        self._asleep.append(sleep)
        self.agenda.put(until, sleep)
        self._park()
        await done

    async def _wake(self, sleep: Sleep) -> None:
        if sleep in self._asleep:
            self._asleep.remove(sleep)
            sleep.done.set_result(None)
            await self._until_parked()

    def _park(self) -> None:
        """Give the stage back: a return sleeps, or has ended."""
        if self._parked is not None and not self._parked.done():
            self._parked.set_result(None)

    async def _until_parked(self) -> None:
        self._parked = asyncio.get_running_loop().create_future()
        await self._parked

    def _put(self, when: datetime, entry: Act | Letter) -> None:
        self._to_come += 1
        self.agenda.put(when, entry)

    def _act(self, act: Act) -> None:
        self.world.act(act)
        self.post()
        if act.twin < len(self.drivers):
            self.drivers[act.twin].act(act)

    def post(self) -> None:
        """Put the events that were made on their way, with what the plan does to each."""
        made, self.world.outbox[:] = list(self.world.outbox), []
        for event in made:
            fault = self._faults.get(self._letters)
            self._letters += 1
            kind = "drop" if self.plan.deaf else fault.kind if fault else None
            if kind is not None and self.drivers:
                self.drivers[0].note_fault(kind)
            late = hours(fault.hours) if fault else timedelta(0)
            if kind == "drop":
                continue
            first = late if kind == "delay" else timedelta(0)
            self._put(self.now + SECOND + first, Letter(event, kind))
            if kind == "duplicate":
                self._put(self.now + SECOND + late, Letter(event))

    async def _deliver(self, letter: Letter) -> None:
        records = {driver.workflow_id: driver.record for driver in self.drivers}
        told = await self.world.deliver(letter, records)
        if told.again:
            again = Letter(letter.event, letter.fault, letter.attempt + 1)
            self._put(self.now + MINUTE * letter.attempt, again)
        begun = [self.actor(self, request, workflow_id) for workflow_id, request in told.started]
        for workflow_id, message in told.messages:
            for driver in (*self.drivers, *begun):
                if driver.workflow_id == workflow_id and not driver.is_over:
                    driver.hear(message)
        for driver in begun:
            await self._begin(driver)
