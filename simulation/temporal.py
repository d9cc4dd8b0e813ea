"""What the receiver asks of Temporal's client, answered for the workflows of one order."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.common import SearchAttributePair, TypedSearchAttributes, WorkflowIDReusePolicy
from temporalio.converter import DataConverter
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from lifecycle.request import ReturnRequest
from workflows.converter import data_converter
from workflows.messages import EventMessage, ReturnResult
from workflows.names import DIGITAL_RIVER_EVENT, RETURN_ID


@dataclass
class Workflow:
    """One workflow, as far as those outside can see it."""

    request: ReturnRequest
    begun: datetime
    told: list[EventMessage] = field(default_factory=list)
    result: ReturnResult | None = None
    ended: datetime | None = None


@dataclass(frozen=True)
class Execution:
    """One line of the list of workflows."""

    id: str
    typed_search_attributes: TypedSearchAttributes
    start_time: datetime
    close_time: datetime | None


@dataclass(frozen=True)
class Description:
    """What a description says of a workflow."""

    status: WorkflowExecutionStatus
    close_time: datetime | None
    typed_search_attributes: TypedSearchAttributes = TypedSearchAttributes.empty


@dataclass
class Inbox:
    """A Temporal with the workflows of one order, that keeps what they are told."""

    workflows: dict[str, Workflow]
    """By id."""
    now: Callable[[], datetime]
    remembers: bool
    """Whether closed workflows are known: what comes for them is then followed up."""
    messages: list[tuple[str, EventMessage]] = field(default_factory=list)
    started: list[str] = field(default_factory=list)
    """Ids of the workflows that were started by a signal."""
    away: bool = False
    data_converter: DataConverter = data_converter

    @property
    def client(self) -> Client:
        """Itself, as far as the receiver can tell."""
        return cast(Client, self)

    def close(self, workflow_id: str, result: ReturnResult) -> None:
        """Close a workflow."""
        one = self.workflows[workflow_id]
        one.result, one.ended = result, self.now()
        if not self.remembers:
            del self.workflows[workflow_id]

    def get_workflow_handle(
        self,
        workflow_id: str,
        *,
        result_type: type | None = None,  # noqa: ARG002 - there is one type of result
    ) -> "Handle":
        """Return the handle of any workflow, as Temporal does."""
        return Handle(self, workflow_id)

    async def list_workflows(
        self,
        query: str,  # noqa: ARG002 - there is one order
        *,
        limit: int,  # noqa: ARG002 - and few workflows
        rpc_timeout: timedelta,  # noqa: ARG002 - and no time passes
    ) -> AsyncIterator[Execution]:
        """List the workflows of the order."""
        self.answer()
        for workflow_id, one in list(self.workflows.items()):
            held = one.result.return_id if one.result else one.request.adopt
            pairs = [SearchAttributePair(RETURN_ID, held)] if held else []
            yield Execution(workflow_id, TypedSearchAttributes(pairs), one.begun, one.ended)

    async def start_workflow(
        self,
        workflow: str,
        request: ReturnRequest,
        *,
        id: str,  # noqa: A002 - Temporal's name
        start_signal_args: list[EventMessage],
        id_reuse_policy: WorkflowIDReusePolicy,
        **_: object,
    ) -> None:
        """Signal a workflow, and start it if it is not open and may be started again."""
        await asyncio.sleep(0)
        self.answer()
        known = self.workflows.get(id)
        if known is not None and known.ended is not None:
            if id_reuse_policy is WorkflowIDReusePolicy.REJECT_DUPLICATE:
                raise WorkflowAlreadyStartedError(id, workflow)
            known = None
        if known is None:
            self.workflows[id] = Workflow(request, self.now())
            self.started.append(id)
        self.tell(id, start_signal_args[0])

    def tell(self, workflow_id: str, message: EventMessage) -> None:
        """Put a signal into a workflow's inbox."""
        self.workflows[workflow_id].told.append(message)
        self.messages.append((workflow_id, message))

    def answer(self) -> None:
        """Fail while Temporal is away."""
        if self.away:
            raise RPCError("away", RPCStatusCode.UNAVAILABLE, b"")


@dataclass(frozen=True)
class Handle:
    """One workflow, to be signalled, or asked how it ended."""

    inbox: Inbox
    workflow_id: str

    async def describe(self, *, rpc_timeout: timedelta) -> Description:  # noqa: ARG002 - no time passes
        """Say whether the workflow is open."""
        ended = self._known().ended
        running, completed = WorkflowExecutionStatus.RUNNING, WorkflowExecutionStatus.COMPLETED
        return Description(completed if ended else running, ended)

    async def result(self, *, rpc_timeout: timedelta) -> ReturnResult:  # noqa: ARG002 - no time passes
        """Return what the workflow left behind; nobody asks it of an open one."""
        result = self._known().result
        if result is None:
            raise RPCError("open", RPCStatusCode.DEADLINE_EXCEEDED, b"")
        return result

    async def fetch_history_events(
        self,
        *,
        rpc_timeout: timedelta,  # noqa: ARG002 - no time passes
        page_size: int | None = None,  # noqa: ARG002 - who wants one event stops after it
    ) -> AsyncIterator[HistoryEvent]:
        """Return the start of the workflow, and the events that it was told."""
        one = self._known()
        started = HistoryEvent()
        payloads = await data_converter.encode([one.request])
        started.workflow_execution_started_event_attributes.input.payloads.extend(payloads)
        yield started
        for message in one.told:
            signalled = HistoryEvent()
            attributes = signalled.workflow_execution_signaled_event_attributes
            attributes.signal_name = DIGITAL_RIVER_EVENT
            attributes.input.payloads.extend(await data_converter.encode([message]))
            yield signalled

    async def signal(
        self,
        name: str,  # noqa: ARG002 - the receiver sends no other
        message: EventMessage,
        *,
        rpc_timeout: timedelta,  # noqa: ARG002 - no time passes
    ) -> None:
        """Keep the signal, or say that there is no such workflow."""
        await asyncio.sleep(0)  # A call takes a moment, in which other deliveries go on.
        if self._known().ended is not None:
            raise RPCError("no such workflow", RPCStatusCode.NOT_FOUND, b"")
        self.inbox.tell(self.workflow_id, message)

    def _known(self) -> Workflow:
        self.inbox.answer()
        one = self.inbox.workflows.get(self.workflow_id)
        if one is None:
            raise RPCError("no such workflow", RPCStatusCode.NOT_FOUND, b"")
        return one
