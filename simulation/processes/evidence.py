"""What a run leaves behind, for the judge: Digital River's books, and the histories of returns.

Nothing is asked of our own code but to read what is written in histories.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from temporalio.client import WorkflowHistory

from lifecycle.request import ReturnRequest
from local.processes import WEBHOOK_SECRET
from simulation.books import Books, Hands, Reader, Record, Violation
from simulation.histories import closed_at, hold_to_temporal, read_history
from simulation.judge import judge
from simulation.plan import Plan
from simulation.processes.gate import Carried
from simulation.processes.house import API_KEY, Json
from simulation.processes.people import Lived
from simulation.processes.plan import IMPOSTORS

SECRETS = (API_KEY, WEBHOOK_SECRET)


@dataclass(frozen=True)
class Evidence:
    """One return: what was asked, what Digital River has of it, and its history."""

    lived: Lived
    world: Json
    """The sandbox's books."""
    history: WorkflowHistory
    record: Record
    others: tuple[ReturnRequest, ...] = ()
    """Of the same order."""

    @property
    def outcome(self) -> str:
        """How it ended."""
        return (self.record.end and self.record.end.outcome) or "open"

    @property
    def plan(self) -> Plan:
        """What the judge must know of the plan."""
        life = self.lived.life
        return Plan(seed=0, tier="t3", coordinator=life.coordinator, lines=life.lines, spare=False)

    @cached_property
    def books(self) -> Books:
        """Digital River's side of it."""
        request, world = self.lived.request, self.world
        hands = Hands(accepted_by_hand=self.lived.life.course == "by_hand")
        return Reader(request.order_id, self._names(), hands, self.others).books(world)

    def _names(self) -> dict[str, str]:
        """Return the plan's name of each line, by every id that the books have for it."""
        items = [line.order_item_id for line in self.lived.request.lines]
        names = dict(zip(items, self.plan.items, strict=True))
        for row in self.world["fulfillment_orders"]:
            if row["upstreamId"] == self.lived.request.order_id:
                ids = {str(item["id"]): item["upstreamId"] for item in row["items"]}
                names.update({own: names[up] for own, up in ids.items() if up in names})
        return names

    @property
    def summary(self) -> tuple[object, ...]:
        """What must be the same whatever went wrong on the way (L4)."""
        books = self.books
        refunds = Counter((one.maker != "sibling", one.state) for one in books.refunds)
        paid: Counter[str] = Counter()
        for one in books.refunds:
            if one.maker != "sibling" and one.state == "succeeded":
                paid.update(one.units)
        ours = sum(one.maker != "sibling" for one in books.returns)
        return self.outcome, ours, sorted(paid.values()), refunds[True, "failed"]

    def arrived(self) -> Counter[str]:
        """Return the units that the warehouse reported, by line."""
        names, units = self._names(), Counter[str]()
        for shipment in self.lived.sent:
            units.update({names[item]: n for item, n in shipment.items.items()})
        return units

    def strangers(self) -> set[str]:
        """Return the objects of events that were told to it and are not its own (S6)."""
        world = self.world
        own = {one.id for one in self.books.returns if one.maker != "sibling"}
        own |= {one.id for one in self.books.refunds if one.maker != "sibling"}
        events = {row["id"]: row for row in world["events"]}
        told = {events[one]["data"]["object"]["id"] for one in self.record.heard if one in events}
        return told - own - {self.lived.request.order_id}


async def gather_evidence(
    lived: Lived, world: Json, history: WorkflowHistory, others: tuple[ReturnRequest, ...]
) -> Evidence:
    """Read what a history tells; others are the returns of ours on the same order."""
    record = Record()
    await read_history(history, record)
    record.forged = {one for one in record.heard if one.startswith(IMPOSTORS)}
    record.at_close = _refund_states(world, closed_at(history))
    found = Evidence(lived, world, history, record, others)
    record.arrived = found.arrived()
    return found


def _refund_states(world: Json, until: datetime) -> dict[str, str]:
    """Return the state of each refund at a time, as the events up to it told it."""
    states = {}
    for event in world["events"]:
        told = event["data"]["object"]
        if event["type"].startswith("refund.") and _time(event["createdTime"]) <= until:
            states[told["id"]] = told["state"]
    return states


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


async def hold(found: Sequence[Evidence], carried: Sequence[Carried], words: Sequence[str]) -> None:
    """Hold every promise against the evidence of all returns of a plan. Raises `Violation`."""
    heard = {event_id for one in found for event_id in one.record.heard}
    for delivery in carried:
        said, event_id = _said(delivery)
        if said in ("signalled", "duplicate") and event_id not in heard:
            raise Violation(f"S9: event {event_id} was answered {said} and is in no history")
    for one in found:
        name = f"{one.lived.workflow_id} ({one.lived.life.course})"
        if one.strangers():
            raise Violation(f"S6: {name} was told of {min(one.strangers())}")
        await hold_to_temporal(one.history)
        one.record.words += [*words, one.history.to_json()]
        judge(one.plan, one.books, one.record, SECRETS)


def _said(delivery: Carried) -> tuple[str, str]:
    """Return how the receiver answered, and the id of the event."""
    if delivery.status != 202:  # noqa: PLR2004 - the one that acknowledges
        return "", ""
    return json.loads(delivery.answer)["status"], json.loads(delivery.request.body)["id"]
