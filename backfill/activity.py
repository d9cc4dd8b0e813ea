"""One back-fill: list events, find whose they are, tell those who have not heard."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio import activity
from temporalio.client import Client

from activities.calling import calling, now
from backfill.beginning import beginning
from backfill.silence import Alarm, missed_since
from digital_river import DigitalRiver, Event, EventType, TimeRange
from lifecycle.facts import Fact
from webhooks.finding import Finder, Found
from webhooks.intake import judge
from webhooks.late import Late, LateEvent
from webhooks.orders import Orders
from webhooks.outcomes import Outcome
from webhooks.signalling import message_of
from workflows.histories import events_told
from workflows.messages import BackfillReport
from workflows.names import BACKFILL_ACTIVITY
from workflows.starting import WarehouseReturns

HORIZON = timedelta(days=30)
"""How far `GET /events` reaches back (docs/digital-river.md §2.6)."""

OVERLAP = timedelta(minutes=30)
"""Read again each time: an event may be listed later than it was made, and clocks differ."""

WINDOW = timedelta(days=1)
"""What is read, told and recorded at once."""

READS_AT_ONCE = 10

WITHIN = timedelta(seconds=10)
"""For one call to Temporal, such as a page of one history."""

TYPES = tuple(
    kind.value
    for kind in EventType
    if kind not in (EventType.FULFILLMENT_ORDER_SHIPPED, EventType.ORDER_REFUNDED)
)
"""The events whose objects can teach a return something."""


@dataclass(frozen=True)
class Heard:
    """An event that teaches something, and whom it is for."""

    event: Event
    facts: Sequence[Fact]
    found: Found


class Backfill:
    """The activity of the housekeeping queue."""

    def __init__(
        self,
        client: Client,
        digital_river: DigitalRiver,
        settle: timedelta,
        warehouse_returns: WarehouseReturns,
    ) -> None:
        orders = Orders(client)
        self._client = client
        self._settle = settle
        self._api = digital_river
        self._finder = Finder(client, orders, warehouse_returns)
        self._late = Late(client, orders, WITHIN)
        self._alarm = Alarm(client, digital_river, WITHIN)
        self._reads = asyncio.Semaphore(READS_AT_ONCE)

    @activity.defn(name=BACKFILL_ACTIVITY)
    async def backfill(self, last: BackfillReport | None) -> BackfillReport:
        """Bring all returns up to date, window by window; a retry goes on with the next window."""
        time = now()
        until, horizon = time - self._settle, time - HORIZON
        if last is None:
            begun = await beginning(self._client, WITHIN)
            last = BackfillReport(covered_until=begun, begun=begun)
        heard = last.covered_until
        if heard < horizon:
            activity.logger.warning("Events before %s are listed no more; watches look", horizon)
        report = BackfillReport(
            covered_until=max(heard - OVERLAP, horizon, last.begun or horizon),
            begun=last.begun,
            missed_since=last.missed_since,
            last_event=last.last_event or heard,
        )
        if details := activity.info().heartbeat_details:
            report = BackfillReport.model_validate(details[0])
        while report.covered_until < until:
            end = min(report.covered_until + WINDOW, until)
            await self._cover(report, end, heard)
            report.covered_until = end
            activity.heartbeat(report)
        activity.metric_meter().create_counter(
            "upriver_backfill_events_missed", "Events that the back-fill told, not the receiver"
        ).add(report.missed)
        await self._alarm.after(report, time)
        return report

    async def _cover(self, report: BackfillReport, end: datetime, heard: datetime) -> None:
        """Tell what was missed in one window; events after `heard` show how the receiver is."""
        wanted: dict[str, list[Heard]] = defaultdict(list)
        made: dict[str, datetime] = {}
        heard_of: list[Heard] = []
        progress = report.model_copy()
        async for event in self._list(TimeRange(gte=report.covered_until, lt=end)):
            report.read += 1
            report.last_event = max(report.last_event or event.created_time, event.created_time)
            activity.heartbeat(progress)
            facts = judge(event)
            if isinstance(facts, Outcome):
                continue
            made[event.id] = event.created_time
            heard_of.append(Heard(event, facts, await self._finder.find(event, facts, WITHIN)))
            for workflow_id in heard_of[-1].found.open:
                wanted[workflow_id].append(heard_of[-1])
        answers = await asyncio.gather(*(self._tell(*one, progress) for one in wanted.items()))
        told = dict(zip(wanted, answers, strict=True))
        missed = {one for by_us, _ in answers for one in by_us}
        have = {workflow_id: by_us | before for workflow_id, (by_us, before) in told.items()}
        for one in heard_of:
            activity.heartbeat(progress)
            await self._tell_late(one, [w for w in one.found.open if one.event.id in have[w]])
        acknowledged = {
            one for _, before in answers for one in before if made[one] >= heard
        } - missed
        report.missed += len(missed)
        report.acknowledged += len(acknowledged)
        report.missed_since = missed_since(
            report.missed_since, [made[one] for one in missed], [made[one] for one in acknowledged]
        )

    async def _list(self, window: TimeRange) -> AsyncIterator[Event]:
        with calling():
            async for event in self._api.list_events(types=TYPES, created_time=window):
                yield event

    async def _tell(
        self, workflow_id: str, heard: Sequence[Heard], progress: BackfillReport
    ) -> tuple[set[str], set[str]]:
        """Tell a return what it has not heard; return what it took now, and had before."""
        async with self._reads:
            activity.heartbeat(progress)
            known = await events_told(self._client, workflow_id, WITHIN)
            if known is None and not any(one.found.adoption for one in heard):
                return set(), set()
            known = known or set()
            taken = {
                one.event.id
                for one in heard
                if one.event.id not in known
                and await self._finder.tell(
                    workflow_id, one.found, message_of(one.event, one.facts), WITHIN
                )
            }
        return taken, known & {one.event.id for one in heard}

    async def _tell_late(self, heard: Heard, told: Sequence[str]) -> None:
        """Tell what came after the end of returns to whoever carries on, or to a follow-up."""
        closed = heard.found.late(heard.facts, told)
        if closed:
            late = LateEvent(heard.event, heard.facts, heard.found.sign(told))
            await self._late.tell(late, closed)
