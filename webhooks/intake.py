"""What a genuine event is worth: told to workflows, or counted and why."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from pydantic import ValidationError

from activities.translate import event_facts
from digital_river.models import Event, EventType
from lifecycle.facts import Fact
from webhooks.delivery import Delivery
from webhooks.outcomes import Outcome
from webhooks.recent import Recent
from webhooks.relevance import is_first_state, is_from_warehouse

MOST_EVENTS = 20_000
"""Events that are remembered: some minutes of the busiest traffic, a few MiB.

Only those that were signalled: judging any other again costs less than remembering it, and one
that was nobody's may be somebody's by now.
"""
_DURABLE = (Outcome.SIGNALLED, Outcome.FOLLOWED_UP)
_KNOWN_TYPES = frozenset(event_type.value for event_type in EventType)

_log = logging.getLogger(__name__)


class Intake:
    """Takes each event in once; deliveries of one event at the same time share one signal."""

    def __init__(self, delivery: Delivery, *, live_mode: bool | None) -> None:
        self._delivery = delivery
        self._live_mode = live_mode
        self._signalled: Recent[str] = Recent(MOST_EVENTS)
        self._running: dict[str, asyncio.Task[Outcome]] = {}

    async def take(self, event: Event) -> Outcome:
        """Return what became of an event, once it is sure."""
        if self._is_of_other_mode(event):
            return _counted(event, Outcome.WRONG_MODE)
        if event.id in self._signalled:
            return _counted(event, Outcome.DUPLICATE)
        running = self._running.get(event.id)
        if running is not None:
            outcome = await asyncio.shield(running)
            return Outcome.DUPLICATE if outcome in _DURABLE else outcome
        judged = judge(event)
        if isinstance(judged, Outcome):
            return _counted(event, judged)
        return await asyncio.shield(self._start(event, judged))

    def _is_of_other_mode(self, event: Event) -> bool:
        return None not in (self._live_mode, event.live_mode) and event.live_mode != self._live_mode

    def _start(self, event: Event, facts: Sequence[Fact]) -> asyncio.Task[Outcome]:
        """Deliver in a task of its own: it must not end with the connection that began it."""
        task = asyncio.create_task(self._deliver(event, facts))
        self._running[event.id] = task
        task.add_done_callback(lambda _: self._running.pop(event.id))
        return task

    async def _deliver(self, event: Event, facts: Sequence[Fact]) -> Outcome:
        outcome = await self._delivery.deliver(event, facts)
        if outcome in _DURABLE:
            self._signalled.remember(event.id)
        return outcome


def judge(event: Event) -> tuple[Fact, ...] | Outcome:
    """Return what an event teaches, or why it teaches nothing."""
    if is_first_state(event) and not is_from_warehouse(event):
        return Outcome.IRRELEVANT
    try:
        facts = event_facts(event)
    except ValidationError:
        return Outcome.UNREADABLE
    if facts:
        return facts
    return Outcome.IRRELEVANT if event.type in _KNOWN_TYPES else Outcome.UNKNOWN_TYPE


_NOTABLE = {Outcome.UNREADABLE, Outcome.WRONG_MODE}
"""What somebody may have to look into."""


def _counted(event: Event, outcome: Outcome) -> Outcome:
    level = logging.WARNING if outcome in _NOTABLE else logging.DEBUG
    _log.log(level, "event=%s type=%.60r outcome=%s", event.id, event.type, outcome.value)
    return outcome
