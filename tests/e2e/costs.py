"""What a return costs: actions, events, bytes and calls, counted from real histories."""

from collections import Counter

from temporalio.api.enums.v1 import EventType

from tests.running import Order, Running

ACTIONS = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
    EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
    EventType.EVENT_TYPE_TIMER_STARTED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED,
    EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
}
"""What is billed, as events. Retries are billed too, and leave none; a pending activity already
counts the attempt that it waits for."""


async def cost(live: Running, workflow_id: str, order: Order) -> dict[str, int]:
    """Count what a return cost."""
    handle = live.handle(workflow_id)
    history = await handle.fetch_history()
    described = await handle.describe()
    kinds = Counter(event.event_type for event in history.events)
    looks = [
        event.activity_task_started_event_attributes.attempt - 1
        for event in history.events
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED
    ]
    pending = described.raw_description.pending_activities
    looks += [
        activity.attempt - (2 if activity.HasField("scheduled_time") else 1) for activity in pending
    ]
    calls = [
        call
        for call in (await live.books())["calls"]
        if order.id in call["path"] + str(call["query"]) + str(call["body"])
        or any(fragment in call["path"] for fragment in await _object_ids(live, order))
    ]
    return {
        "actions": sum(kinds[kind] for kind in ACTIONS) + sum(looks),
        "events": len(history.events),
        "bytes": described.raw_description.workflow_execution_info.history_size_bytes,
        "calls": len(calls),
    }


async def _object_ids(live: Running, order: Order) -> list[str]:
    books = await live.books()
    fulfillment_orders = [
        str(row["id"]) for row in books["fulfillment_orders"] if row["upstreamId"] == order.id
    ]
    return [
        row["id"]
        for row in books["fulfillment_returns"] + books["returns"]
        if order.id in (row.get("orderId"), row.get("upstreamId"))
    ] + fulfillment_orders
