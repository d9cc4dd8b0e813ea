"""What a history tells of a return: the judge's record, for T2 and T3."""

from datetime import UTC, datetime

from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter
from temporalio.worker import Replayer, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from simulation.books import End, Record, Said, Violation
from workflows.converter import data_converter
from workflows.messages import EventMessage, Resolution, ReturnResult
from workflows.names import RESOLVE
from workflows.returns import ReturnWorkflow

ORDINARY = {WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND}
"""Something came while a workflow was about to close: Temporal has it look again."""

_converter: DataConverter = data_converter


async def read_history(history: WorkflowHistory, record: Record) -> None:
    """Write down what a history tells: what was signalled and answered, and the end."""
    for event in history.events:
        await _read(event, record)


def closed_at(history: WorkflowHistory) -> datetime:
    """Return the time of the last event."""
    return history.events[-1].event_time.ToDatetime(UTC)


async def _read(event: HistoryEvent, record: Record) -> None:
    if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
        payloads = event.workflow_execution_signaled_event_attributes.input.payloads
        [message] = await _converter.decode(payloads, [EventMessage])
        record.heard[message.event_id] += 1
        for fact in message.facts:
            told = fact.get("return_id") or fact.get("refund_id")
            if told is not None:
                record.objects.add(str(told))
    elif event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
        asked = event.workflow_execution_update_accepted_event_attributes.accepted_request.input
        if asked.name == RESOLVE:
            [answer] = await _converter.decode(asked.args.payloads, [Resolution])
            when = event.event_time.ToDatetime(UTC)
            record.answers.append(Said(when, answer.question, answer.answer))
    elif event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED:
        payloads = event.workflow_execution_completed_event_attributes.result.payloads
        [result] = await _converter.decode(payloads, [ReturnResult])
        record.end, record.sentence = End(outcome=str(result.outcome)), result.sentence


async def hold_to_temporal(history: WorkflowHistory, runner: WorkflowRunner | None = None) -> None:
    """Hold L3 and S10 against a history. Raises `Violation`."""
    failed = _failed_tasks(history)
    if failed:
        raise Violation(f"L3: {history.workflow_id}: workflow task failed: {failed[0]}")
    replayer = Replayer(
        workflows=[ReturnWorkflow],
        data_converter=data_converter,
        workflow_runner=runner or SandboxedWorkflowRunner(),
    )
    result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
    if result.replay_failure is not None:
        raise Violation(f"S10: {history.workflow_id} does not replay: {result.replay_failure}")


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
