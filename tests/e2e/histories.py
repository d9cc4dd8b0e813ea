"""What a history tells of webhooks and of looks."""

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

from tests.running import Running
from workflows.messages import EventMessage


async def events_of(house: Running, workflow_id: str) -> list[HistoryEvent]:
    """Return the history of a return."""
    return list((await house.handle(workflow_id).fetch_history()).events)


async def signals(house: Running, workflow_id: str) -> list[EventMessage]:
    """Return every webhook that reached a return, as it was signalled."""
    found = []
    for event in await events_of(house, workflow_id):
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
            sent = event.workflow_execution_signaled_event_attributes.input.payloads
            [message] = await house.client.data_converter.decode(sent, [EventMessage])
            found.append(message)
    return found


async def looks_that_told(house: Running, workflow_id: str) -> int:
    """Count the watches that ended with news: what a return learned by looking."""
    events = await events_of(house, workflow_id)
    watches = {
        event.event_id
        for event in events
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
        and event.activity_task_scheduled_event_attributes.activity_type.name == "watch"
    }
    return sum(
        event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED
        and event.activity_task_completed_event_attributes.scheduled_event_id in watches
        for event in events
    )


async def attempts_of_watches(house: Running, workflow_id: str) -> list[int]:
    """Return how often each watch that is under way was tried; the first try does not look."""
    described = await house.handle(workflow_id).describe()
    return [
        one.attempt
        for one in described.raw_description.pending_activities
        if one.activity_type.name == "watch"
    ]
