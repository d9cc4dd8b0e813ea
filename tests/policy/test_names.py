"""Names that open returns and other processes rely on: renaming one of them fails here."""

from temporalio import activity, workflow
from temporalio.api.enums.v1 import IndexedValueType

from activities import all_activities
from digital_river import DigitalRiver
from workflows import names
from workflows.backfill import BackfillWorkflow
from workflows.milestones import MilestonesWorkflow
from workflows.returns import ReturnWorkflow

ACTIVITIES = {
    "check_shipped",
    "check_returnable",
    "list_returns",
    "adopt_return",
    "create_fulfillment_return",
    "create_return",
    "accept_items",
    "issue_refund",
    "watch",
    "look",
    "look_up_dispute",
}


async def activity_names() -> set[str]:
    """Return the names under which the worker registers its activities."""
    async with DigitalRiver("http://127.0.0.1:9", "key") as digital_river:
        found = [
            activity._Definition.must_from_callable(one)  # noqa: SLF001 - no other way
            for one in all_activities(digital_river)
        ]
    return {one.name or "" for one in found}


def test_workflow_and_task_queues() -> None:
    """Open returns are found by their type, and their tasks by the queue."""
    definition = workflow._Definition.must_from_class(ReturnWorkflow)  # noqa: SLF001 - no other way
    assert definition.name == names.RETURN_WORKFLOW == "ReturnWorkflow"
    backfill = workflow._Definition.must_from_class(BackfillWorkflow)  # noqa: SLF001 - as above
    assert backfill.name == names.BACKFILL_WORKFLOW == "BackfillWorkflow"
    milestones = workflow._Definition.must_from_class(MilestonesWorkflow)  # noqa: SLF001 - as above
    assert milestones.name == names.MILESTONES_WORKFLOW == "MilestonesWorkflow"
    assert names.RETURNS_TASK_QUEUE == "returns"
    assert names.DIGITAL_RIVER_TASK_QUEUE == "digital-river"
    assert names.HOUSEKEEPING_TASK_QUEUE == "housekeeping"
    assert (names.STOREFRONT_TASK_QUEUE, names.TELL_STOREFRONT) == ("storefront", "tell_storefront")
    assert (names.BACKFILL_SCHEDULE, names.BACKFILL_ACTIVITY) == ("upriver-backfill", "backfill")


def test_messages() -> None:
    """Signals, updates and queries keep the names of design §5."""
    definition = workflow._Definition.must_from_class(ReturnWorkflow)  # noqa: SLF001 - no other way
    assert set(definition.signals) == {"digital_river_event"}
    assert set(definition.updates) == {"opened", "receive_shipment", "cancel", "resolve"}
    assert set(definition.queries) == {"snapshot"}
    constants = {names.OPENED, names.RECEIVE_SHIPMENT, names.CANCEL, names.RESOLVE}
    assert constants == set(definition.updates)
    assert {names.DIGITAL_RIVER_EVENT, names.SNAPSHOT} == {"digital_river_event", "snapshot"}


def test_search_attributes() -> None:
    """At most four, each a Keyword, in the order that they were introduced."""
    assert [key.name for key in names.SEARCH_ATTRIBUTES] == [
        "OrderId",
        "Coordinator",
        "ReturnPhase",
        "ReturnId",
    ]
    kinds = {key.indexed_value_type for key in names.SEARCH_ATTRIBUTES}
    assert {int(kind) for kind in kinds} == {IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD}


async def test_activities() -> None:
    """A retry that is under way finds its activity in the next release."""
    assert await activity_names() == ACTIVITIES
