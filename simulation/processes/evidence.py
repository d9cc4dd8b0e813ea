"""What a run leaves behind, for the judge: Digital River's books, and the histories of returns.

Nothing is asked of our own code but to read what is written in histories.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter
from temporalio.worker import Replayer
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from lifecycle.steps import Close, Outcome
from simulation.books import BookedRefund, BookedReturn, Books, Maker, Record, Said, Violation
from simulation.judge import judge
from simulation.plan import Plan
from simulation.processes.gate import Carried
from simulation.processes.house import Json
from simulation.processes.people import Lived
from workflows.converter import data_converter
from workflows.messages import EventMessage, Resolution, ReturnResult
from workflows.names import RESOLVE
from workflows.returns import ReturnWorkflow

ORDINARY = {WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND}
"""Something came while a workflow was about to close: Temporal has it look again."""


@dataclass(frozen=True)
class Evidence:
    """One return: what was asked, what Digital River has of it, and its history."""

    lived: Lived
    world: Json
    """The sandbox's books."""
    history: WorkflowHistory
    record: Record

    @property
    def outcome(self) -> str:
        """How it ended."""
        return str(self.record.end.outcome) if isinstance(self.record.end, Close) else "open"

    @property
    def books(self) -> Books:
        """Digital River's side of it."""
        request, world = self.lived.request, self.world
        items = [line.order_item_id for line in request.lines]
        names = {item: item for item in items} | _fulfillment_items(world, request.order_id)
        ours = [row for row in _of(world, "returns", "fulfillment_returns") if self._is_ours(row)]
        refunds = [row for row in world["refunds"] if row["orderId"] == request.order_id]
        return Books(
            returns=[_booked_return(row, names) for row in ours],
            refunds=[_booked_refund(row, self._maker(row)) for row in refunds],
            arrived=Counter(dict.fromkeys(items, 0)) + Counter(self._arrived()),
            accepted_by_hand=self.lived.life.course == "by_hand",
        )

    @property
    def summary(self) -> tuple[object, ...]:
        """What must be the same whatever went wrong on the way (L4)."""
        books = self.books
        refunds = Counter((one.maker != "sibling", one.state) for one in books.refunds)
        paid: Counter[str] = Counter()
        for one in books.refunds:
            if one.maker != "sibling" and one.state == "succeeded":
                paid.update(one.units)
        return self.outcome, len(books.returns), sorted(paid.values()), refunds[True, "failed"]

    def _is_ours(self, row: Json) -> bool:
        key = row.get("metadata", {}).get("key")
        mark = f"#{self.lived.request.rma}"
        return bool(key == f"{self.lived.workflow_id}:return" or row["reason"].endswith(mark))

    def _maker(self, row: Json) -> Maker:
        metadata = row.get("metadata", {})
        if metadata.get("workflow_id") == self.lived.workflow_id:
            return "us"
        marked = row.get("reason", "").endswith(f"#{self.lived.request.rma}")
        return "digital_river" if marked and not metadata else "sibling"

    def _arrived(self) -> dict[str, int]:
        units: dict[str, int] = {}
        for shipment in self.lived.sent:
            units.update(shipment.items)
        return units

    def strangers(self) -> set[str]:
        """Return the objects of events that were told to it and are not its own (S6)."""
        world = self.world
        own = {one.id for one in self.books.returns}
        own |= {one.id for one in self.books.refunds if one.maker != "sibling"}
        events = {row["id"]: row for row in world["events"]}
        told = {events[one]["data"]["object"]["id"] for one in self.record.heard if one in events}
        return told - own - {self.lived.request.order_id}


def _of(world: Json, *tables: str) -> Iterator[Json]:
    for table in tables:
        yield from world[table]


def _fulfillment_items(world: Json, order_id: str) -> dict[str, str]:
    return {
        str(item["id"]): item["upstreamId"]
        for row in world["fulfillment_orders"]
        if row["upstreamId"] == order_id
        for item in row["items"]
    }


def _booked_return(row: Json, names: Mapping[str, str]) -> BookedReturn:
    items = [
        (names[str(item.get("itemId") or item["fulfillmentOrderItemId"])], item)
        for item in row["items"]
    ]
    return BookedReturn(
        row["id"],
        "us",
        Counter({name: item["quantity"] for name, item in items}),
        Counter({name: item.get("quantityAccepted", 0) for name, item in items}),
        row["state"],
    )


def _booked_refund(row: Json, maker: Maker) -> BookedRefund:
    units = Counter({item["itemId"]: item["quantity"] for item in row["items"]})
    made = datetime.fromisoformat(row["createdTime"]).astimezone(UTC)
    return BookedRefund(row["id"], maker, made, units, row["state"])


async def gather_evidence(lived: Lived, world: Json, history: WorkflowHistory) -> Evidence:
    """Read what a history tells."""
    record = Record(sentence="")
    for event in history.events:
        await _read(event, record)
    closed = history.events[-1].event_time.ToDatetime(UTC)
    record.at_close = _refund_states(world, closed)
    return Evidence(lived, world, history, record)


async def _read(event: HistoryEvent, record: Record) -> None:
    converter: DataConverter = data_converter
    if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
        payloads = event.workflow_execution_signaled_event_attributes.input.payloads
        [message] = await converter.decode(payloads, [EventMessage])
        record.heard.add(message.event_id)
    elif event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
        asked = event.workflow_execution_update_accepted_event_attributes.accepted_request.input
        if asked.name == RESOLVE:
            [answer] = await converter.decode(asked.args.payloads, [Resolution])
            when = event.event_time.ToDatetime(UTC)
            record.answers.append(Said(when, answer.question, answer.answer))
    elif event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED:
        payloads = event.workflow_execution_completed_event_attributes.result.payloads
        [result] = await converter.decode(payloads, [ReturnResult])
        record.end, record.sentence = Close(outcome=Outcome(result.outcome)), result.sentence


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


async def hold(found: Sequence[Evidence], carried: Sequence[Carried]) -> None:
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
        failed = _failed_tasks(one.history)
        if failed:
            raise Violation(f"L3: {name}: workflow task failed: {failed[0]}")
        await _replay(one.history)
        judge(_as_judged(one.lived), one.books, one.record)


def _said(delivery: Carried) -> tuple[str, str]:
    """Return how the receiver answered, and the id of the event."""
    if delivery.status != 202:  # noqa: PLR2004 - the one that acknowledges
        return "", ""
    return json.loads(delivery.answer)["status"], json.loads(delivery.request.body)["id"]


def _failed_tasks(history: WorkflowHistory) -> list[str]:
    attributes = (
        event.workflow_task_failed_event_attributes
        for event in history.events
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
    )
    return [
        f"{WorkflowTaskFailedCause.Name(one.cause)} {one.failure.message}"
        for one in attributes
        if one.cause not in ORDINARY
    ]


async def _replay(history: WorkflowHistory) -> None:
    replayer = Replayer(
        workflows=[ReturnWorkflow],
        data_converter=data_converter,
        workflow_runner=SandboxedWorkflowRunner(),
    )
    result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
    if result.replay_failure is not None:
        raise Violation(f"S10: {history.workflow_id} does not replay: {result.replay_failure}")


def _as_judged(lived: Lived) -> Plan:
    """Return what the judge must know of the plan."""
    return Plan(
        seed=0,
        tier="t1",
        coordinator=lived.life.coordinator,
        lines=lived.life.lines,
        spare=False,
    )
