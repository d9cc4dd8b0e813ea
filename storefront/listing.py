"""Lists of returns, from Temporal's search attributes alone: no worker is asked."""

from datetime import datetime, timedelta
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from temporalio.client import WorkflowExecution

from lifecycle.phase import NEEDS_ATTENTION, PHASES
from lifecycle.request import Coordinator, Id
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


class ReturnFilter(BaseModel):
    """Which returns are wanted: those that fit everything that is given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    order_id: Id | None = None
    phase: str | None = None
    coordinator: Coordinator | None = None
    return_id: Id | None = None
    open: bool | None = None
    """Whether it goes on, or has ended."""
    older_than: Annotated[int, Field(ge=0, le=3650)] | None = None
    """Days since it began, at least."""
    needs_attention: bool = False
    """Whether it waits for an operator."""

    @field_validator("phase")
    @classmethod
    def _is_one(cls, phase: str | None) -> str | None:
        if phase is not None and phase not in PHASES:
            raise ValueError(f"must be one of {', '.join(PHASES)}")
        return phase

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.needs_attention and (self.phase or self.open is False):
            raise ValueError("needs_attention goes with no phase and with open returns only")
        return self

    def query(self, now: datetime) -> str:
        """Return Temporal's list filter for it."""
        wanted = {
            "WorkflowType": names.RETURN_WORKFLOW,
            names.ORDER_ID.name: self.order_id,
            names.RETURN_PHASE.name: NEEDS_ATTENTION if self.needs_attention else self.phase,
            names.COORDINATOR.name: self.coordinator,
            names.RETURN_ID.name: self.return_id,
        }
        terms = [f"{name} = {quoted(value)}" for name, value in wanted.items() if value]
        if self.open or self.needs_attention:
            terms.append(OPEN)
        elif self.open is False:
            terms.append("ExecutionStatus != 'Running'")
        if self.older_than is not None:
            before = now - timedelta(days=self.older_than)
            terms.append(f"StartTime < {quoted(before.isoformat())}")
        return " AND ".join(terms)


OPEN = "ExecutionStatus = 'Running'"


def quoted(value: str) -> str:
    """Return a value as one in a list filter, whatever it holds."""
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
