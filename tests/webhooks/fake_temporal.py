"""The few calls of Temporal's client that the receiver makes, with every answer they can have."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.message import Message
from temporalio.api.common.v1 import GrpcStatus
from temporalio.api.errordetails.v1 import NamespaceNotFoundFailure, NotFoundFailure
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.common import SearchAttributePair, TypedSearchAttributes, WorkflowIDReusePolicy
from temporalio.converter import DataConverter
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from lifecycle.request import ReturnRequest
from workflows.converter import data_converter
from workflows.messages import EventMessage, ReturnResult
from workflows.names import RETURN_ID

BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
"""When all workflows began."""
ENDED = datetime(2026, 1, 8, tzinfo=UTC)
"""When closed workflows closed."""

_QUERY = re.compile(r"OrderId = '([^']*)' AND WorkflowType = 'ReturnWorkflow'")


def rpc_error(status: RPCStatusCode, detail: Message | None = None) -> RPCError:
    """Make the error that the client raises for a status."""
    packed = AnyMessage()
    if detail is not None:
        packed.Pack(detail)
    raw = GrpcStatus(code=status, details=[packed] if detail is not None else [])
    return RPCError("as the server says", status, raw.SerializeToString())


def no_workflow() -> RPCError:
    """Make the error for a workflow that is closed or never existed."""
    return rpc_error(RPCStatusCode.NOT_FOUND, NotFoundFailure())


def no_namespace() -> RPCError:
    """Make the error for a namespace that does not exist."""
    return rpc_error(RPCStatusCode.NOT_FOUND, NamespaceNotFoundFailure(namespace="gone"))


@dataclass(frozen=True)
class Execution:
    """One line of the list of workflows."""

    id: str
    typed_search_attributes: TypedSearchAttributes
    start_time: datetime
    close_time: datetime | None


@dataclass(frozen=True)
class Described:
    """What a workflow's description says of it."""

    status: WorkflowExecutionStatus
    close_time: datetime | None = None
    typed_search_attributes: TypedSearchAttributes = TypedSearchAttributes.empty


class FakeTemporal:
    """Workflows that remember what they were told, in a Temporal that fails on demand."""

    def __init__(self) -> None:
        self.open: dict[str, str] = {}
        """The order id of each open workflow, by workflow id."""
        self.closed: dict[str, str] = {}
        self.return_ids: dict[str, str] = {}
        """The id of the return of each workflow that has one, as the search attribute."""
        self.results: dict[str, ReturnResult] = {}
        """What closed workflows left behind."""
        self.requests: dict[str, ReturnRequest] = {}
        """What workflows were started with."""
        self.started: list[tuple[str, ReturnRequest, EventMessage]] = []
        """Workflow id, request, and the signal that came with the start."""
        self.signals: list[tuple[str, str, EventMessage]] = []
        """Workflow id, name of the signal, and its argument."""
        self.queries: list[str] = []
        self.failure: Exception | None = None
        """What every call raises."""
        self.failing: dict[str, Exception] = {}
        """What the signal to one workflow raises."""
        self.gate: asyncio.Event | None = None
        """What every call waits for."""
        self.waiting = asyncio.Event()
        """Set once a call waits at the gate."""
        self.healthy = True

    @property
    def client(self) -> Client:
        """Itself, as far as the receiver can tell."""
        return cast(Client, self)

    @property
    def service_client(self) -> FakeTemporal:
        """The part that knows of the server's health."""
        return self

    @property
    def data_converter(self) -> DataConverter:
        """How values are written into histories."""
        return data_converter

    def get_workflow_handle(
        self, workflow_id: str, *, result_type: type | None = None
    ) -> FakeHandle:
        """Return the handle of any workflow, as Temporal does."""
        assert result_type in (None, ReturnResult)
        return FakeHandle(self, workflow_id)

    async def start_workflow(  # noqa: PLR0913 - Temporal's parameters
        self,
        workflow: str,
        request: ReturnRequest,
        *,
        id: str,  # noqa: A002 - Temporal's name
        start_signal_args: list[EventMessage],
        id_reuse_policy: WorkflowIDReusePolicy,
        rpc_timeout: timedelta,
        **_: object,
    ) -> None:
        """Signal a workflow and start it where it is not open, or refuse as Temporal would."""
        assert workflow == "ReturnWorkflow"
        assert rpc_timeout > timedelta(0)
        await self.pass_through()
        if id in self.open:
            self.signals.append((id, "digital_river_event", start_signal_args[0]))
            return
        if id in self.closed and id_reuse_policy is WorkflowIDReusePolicy.REJECT_DUPLICATE:
            raise WorkflowAlreadyStartedError(id, workflow)
        self.started.append((id, request, start_signal_args[0]))
        self.open[id] = request.order_id

    async def list_workflows(
        self, query: str, *, limit: int, rpc_timeout: timedelta
    ) -> AsyncIterator[Execution]:
        """List the workflows of the order that the query names, the closed ones first."""
        assert limit > 0
        assert rpc_timeout > timedelta(0)
        self.queries.append(query)
        await self.pass_through()
        found = _QUERY.fullmatch(query)
        assert found, query
        for ended, workflows in ((ENDED, self.closed), (None, self.open)):
            for workflow_id, order_id in workflows.items():
                if order_id == found[1]:
                    held = self.return_ids.get(workflow_id)
                    pairs = [SearchAttributePair(RETURN_ID, held)] if held else []
                    yield Execution(workflow_id, TypedSearchAttributes(pairs), BEGUN, ended)

    async def check_health(self, *, timeout: timedelta) -> bool:  # noqa: ASYNC109 - Temporal's name
        """Say whether the server is well."""
        assert timeout > timedelta(0)
        await self.pass_through()
        return self.healthy

    async def pass_through(self) -> None:
        """Wait at the gate, and fail if that is what is asked for."""
        if self.gate is not None:
            self.waiting.set()
            await self.gate.wait()
        if self.failure is not None:
            raise self.failure


@dataclass(frozen=True)
class FakeHandle:
    """One workflow, to be signalled, or asked how it ended."""

    temporal: FakeTemporal
    workflow_id: str

    async def describe(self, *, rpc_timeout: timedelta) -> Described:
        """Tell whether the workflow is open."""
        assert rpc_timeout > timedelta(0)
        await self.temporal.pass_through()
        if self.workflow_id in self.temporal.open:
            return Described(WorkflowExecutionStatus.RUNNING)
        if self.workflow_id in self.temporal.closed:
            return Described(WorkflowExecutionStatus.COMPLETED, ENDED)
        raise no_workflow()

    async def result(self, *, rpc_timeout: timedelta) -> ReturnResult:
        """Return what the workflow left behind."""
        assert rpc_timeout > timedelta(0)
        await self.temporal.pass_through()
        if self.workflow_id not in self.temporal.results:
            raise no_workflow()
        return self.temporal.results[self.workflow_id]

    async def fetch_history_events(
        self, *, rpc_timeout: timedelta, page_size: int | None = None
    ) -> AsyncIterator[HistoryEvent]:
        """Return the start of the workflow, and the events that it was told."""
        assert rpc_timeout > timedelta(0)
        await self.temporal.pass_through()
        if self.workflow_id in self.temporal.requests:
            started = HistoryEvent()
            payloads = await data_converter.encode([self.temporal.requests[self.workflow_id]])
            started.workflow_execution_started_event_attributes.input.payloads.extend(payloads)
            yield started
        if page_size == 1:
            return
        for workflow_id, name, message in self.temporal.signals:
            if workflow_id == self.workflow_id:
                event = HistoryEvent()
                event.workflow_execution_signaled_event_attributes.signal_name = name
                event.workflow_execution_signaled_event_attributes.input.payloads.extend(
                    await data_converter.encode([message])
                )
                yield event

    async def signal(self, name: str, message: EventMessage, *, rpc_timeout: timedelta) -> None:
        """Note the signal, or refuse it as Temporal would."""
        assert rpc_timeout > timedelta(0)
        await self.temporal.pass_through()
        if self.workflow_id in self.temporal.failing:
            raise self.temporal.failing[self.workflow_id]
        if self.workflow_id not in self.temporal.open:
            raise no_workflow()
        self.temporal.signals.append((self.workflow_id, name, message))
