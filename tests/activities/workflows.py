"""The workflows that a Temporal has, as far as an activity asks for them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import cast

from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.common import SearchAttributePair, TypedSearchAttributes
from temporalio.service import RPCError, RPCStatusCode

from workflows.converter import data_converter
from workflows.histories import Beginning
from workflows.names import RETURN_PHASE

RUNNING, COMPLETED = WorkflowExecutionStatus.RUNNING, WorkflowExecutionStatus.COMPLETED


@dataclass
class Workflows:
    """Workflows by id, and the open ones that hold a return."""

    statuses: dict[str, WorkflowExecutionStatus] = field(default_factory=dict)
    holders: dict[str, str] = field(default_factory=dict)
    """The id of an open workflow by the id of its return."""
    phases: dict[str, str] = field(default_factory=dict)
    """In which a closed one ended, where not as cancelled."""
    beginnings: dict[str, Beginning] = field(default_factory=dict)
    """How each began, as its history tells."""
    failure: RPCError | None = None
    asked: list[str] = field(default_factory=list)
    """Each workflow that was described, as often as it was."""

    data_converter = data_converter

    @property
    def client(self) -> Client:
        """Itself, as far as an activity can tell."""
        return cast(Client, self)

    def get_workflow_handle(self, workflow_id: str) -> "Handle":
        """Return the handle of any workflow."""
        return Handle(self, workflow_id)

    async def list_workflows(
        self, query: str, *, limit: int, rpc_timeout: timedelta
    ) -> AsyncIterator["Listed"]:
        """List the open workflows of the return that the query names."""
        assert limit == 1
        assert rpc_timeout > timedelta(0)
        assert "ExecutionStatus = 'Running'" in query
        for return_id, workflow_id in self.holders.items():
            if f"ReturnId = '{return_id}'" in query:
                yield Listed(workflow_id)


@dataclass(frozen=True)
class Listed:
    """One line of a list."""

    id: str


@dataclass(frozen=True)
class Description:
    """What is asked of a workflow."""

    status: WorkflowExecutionStatus
    typed_search_attributes: TypedSearchAttributes
    close_time: None = None


@dataclass(frozen=True)
class Handle:
    """One workflow, to be described."""

    workflows: Workflows
    workflow_id: str

    async def describe(self, *, rpc_timeout: timedelta) -> Description:
        """Tell the status, or fail as Temporal does."""
        assert rpc_timeout > timedelta(0)
        if self.workflows.failure is not None:
            raise self.workflows.failure
        self.workflows.asked.append(self.workflow_id)
        if self.workflow_id not in self.workflows.statuses:
            raise RPCError("no such workflow", RPCStatusCode.NOT_FOUND, b"")
        phase = self.workflows.phases.get(self.workflow_id, "cancelled")
        attributes = TypedSearchAttributes([SearchAttributePair(RETURN_PHASE, phase)])
        return Description(self.workflows.statuses[self.workflow_id], attributes)

    async def fetch_history_events(
        self, *, page_size: int, rpc_timeout: timedelta
    ) -> AsyncIterator[HistoryEvent]:
        """Tell the first event, or fail as Temporal does."""
        assert page_size == 1
        assert rpc_timeout > timedelta(0)
        if self.workflows.failure is not None:
            raise self.workflows.failure
        begun = self.workflows.beginnings[self.workflow_id]
        event = HistoryEvent()
        event.event_time.FromDatetime(begun.at)
        written = await data_converter.encode([begun.request])
        event.workflow_execution_started_event_attributes.input.payloads.extend(written)
        yield event
