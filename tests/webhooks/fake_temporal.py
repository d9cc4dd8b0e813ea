"""The few calls of Temporal's client that the receiver makes, with every answer they can have."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.message import Message
from temporalio.api.common.v1 import GrpcStatus
from temporalio.api.errordetails.v1 import NamespaceNotFoundFailure, NotFoundFailure
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from workflows.messages import EventMessage

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
    status: WorkflowExecutionStatus


class FakeTemporal:
    """Workflows that remember what they were told, in a Temporal that fails on demand."""

    def __init__(self) -> None:
        self.open: dict[str, str] = {}
        """The order id of each open workflow, by workflow id."""
        self.closed: dict[str, str] = {}
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

    def get_workflow_handle(self, workflow_id: str) -> FakeHandle:
        """Return the handle of any workflow, as Temporal does."""
        return FakeHandle(self, workflow_id)

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
        for status, workflows in (
            (WorkflowExecutionStatus.COMPLETED, self.closed),
            (WorkflowExecutionStatus.RUNNING, self.open),
        ):
            for workflow_id, order_id in workflows.items():
                if order_id == found[1]:
                    yield Execution(workflow_id, status)

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
    """One workflow, to be signalled."""

    temporal: FakeTemporal
    workflow_id: str

    async def signal(self, name: str, message: EventMessage, *, rpc_timeout: timedelta) -> None:
        """Note the signal, or refuse it as Temporal would."""
        assert rpc_timeout > timedelta(0)
        await self.temporal.pass_through()
        if self.workflow_id in self.temporal.failing:
            raise self.temporal.failing[self.workflow_id]
        if self.workflow_id not in self.temporal.open:
            raise no_workflow()
        self.temporal.signals.append((self.workflow_id, name, message))
