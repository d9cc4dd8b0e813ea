"""Lists of returns, from Temporal's search attributes alone: no worker is asked."""

from datetime import datetime

from pydantic import BaseModel
from temporalio.client import WorkflowExecution

from workflows import names


class ReturnRow(BaseModel):
    """One return in a list."""

    workflow_id: str
    order_id: str | None
    coordinator: str | None
    phase: str | None
    return_id: str | None
    started: datetime
    ended: datetime | None


def query_for(*, order_id: str | None, phase: str | None) -> str:
    """Return the list filter for these values."""
    wanted = {"WorkflowType": names.RETURN_WORKFLOW}
    if order_id is not None:
        wanted[names.ORDER_ID.name] = order_id
    if phase is not None:
        wanted[names.RETURN_PHASE.name] = phase
    return " AND ".join(f"{name} = {_quoted(value)}" for name, value in wanted.items())


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def row_of(execution: WorkflowExecution) -> ReturnRow:
    """Return the row of one workflow."""
    attributes = execution.typed_search_attributes
    return ReturnRow(
        workflow_id=execution.id,
        order_id=attributes.get(names.ORDER_ID),
        coordinator=attributes.get(names.COORDINATOR),
        phase=attributes.get(names.RETURN_PHASE),
        return_id=attributes.get(names.RETURN_ID),
        started=execution.start_time,
        ended=execution.close_time,
    )
