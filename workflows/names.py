"""Names that other processes and open returns rely on. Never change one; add a new one.

A test holds this list. Search attributes are Keywords, at most four, and hold nothing personal.
"""

from temporalio.common import SearchAttributeKey

RETURN_WORKFLOW = "ReturnWorkflow"
BACKFILL_WORKFLOW = "BackfillWorkflow"
MILESTONES_WORKFLOW = "MilestonesWorkflow"

RETURNS_TASK_QUEUE = "returns"
DIGITAL_RIVER_TASK_QUEUE = "digital-river"
HOUSEKEEPING_TASK_QUEUE = "housekeeping"
STOREFRONT_TASK_QUEUE = "storefront"

BACKFILL_SCHEDULE = "upriver-backfill"
BACKFILL_ACTIVITY = "backfill"
TELL_STOREFRONT = "tell_storefront"

OPENED = "opened"
DIGITAL_RIVER_EVENT = "digital_river_event"
RECEIVE_SHIPMENT = "receive_shipment"
CANCEL = "cancel"
RESOLVE = "resolve"
SNAPSHOT = "snapshot"

ORDER_ID = SearchAttributeKey.for_keyword("OrderId")
COORDINATOR = SearchAttributeKey.for_keyword("Coordinator")
RETURN_PHASE = SearchAttributeKey.for_keyword("ReturnPhase")
RETURN_ID = SearchAttributeKey.for_keyword("ReturnId")
SEARCH_ATTRIBUTES = (ORDER_ID, COORDINATOR, RETURN_PHASE, RETURN_ID)
