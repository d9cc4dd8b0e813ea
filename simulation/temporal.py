"""The few calls of Temporal's client that the receiver makes, into the inboxes of returns."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

from temporalio.client import Client, WorkflowExecutionDescription
from temporalio.common import TypedSearchAttributes
from temporalio.service import RPCError, RPCStatusCode

from workflows.messages import EventMessage, ReturnResult


@dataclass(frozen=True)
class Execution:
    """One line of the list of workflows."""

    id: str
    typed_search_attributes: TypedSearchAttributes = TypedSearchAttributes.empty
    close_time: datetime | None = None


@dataclass
class Inbox:
    """A Temporal with the open workflows of one order, that keeps what they are told."""

    open: list[str]
    """Ids of the workflows."""
    messages: list[tuple[str, EventMessage]] = field(default_factory=list)
    away: bool = False

    @property
    def client(self) -> Client:
        """Itself, as far as the receiver can tell."""
        return cast(Client, self)

    def get_workflow_handle(
        self,
        workflow_id: str,
        *,
        result_type: type | None = None,  # noqa: ARG002 - none has a result
    ) -> "Handle":
        """Return the handle of any workflow, as Temporal does."""
        return Handle(self, workflow_id)

    async def list_workflows(
        self,
        query: str,  # noqa: ARG002 - there is one order
        *,
        limit: int,  # noqa: ARG002 - and two workflows at most
        rpc_timeout: timedelta,  # noqa: ARG002 - and no time passes
    ) -> AsyncIterator[Execution]:
        """List the workflows that are open."""
        self.answer()
        for workflow_id in list(self.open):
            yield Execution(workflow_id)

    def answer(self) -> None:
        """Fail while Temporal is away."""
        if self.away:
            raise RPCError("away", RPCStatusCode.UNAVAILABLE, b"")


@dataclass(frozen=True)
class Handle:
    """One workflow, to be signalled."""

    inbox: Inbox
    workflow_id: str

    async def describe(self, *, rpc_timeout: timedelta) -> WorkflowExecutionDescription:  # noqa: ARG002 - no time passes
        """Say that there is no such workflow: who else made returns of the order is not ours."""
        raise RPCError("no such workflow", RPCStatusCode.NOT_FOUND, b"")

    async def result(self, *, rpc_timeout: timedelta) -> ReturnResult:  # noqa: ARG002 - no time passes
        """Say that there is no such workflow: what comes late is not simulated."""
        raise RPCError("no such workflow", RPCStatusCode.NOT_FOUND, b"")

    async def signal(
        self,
        name: str,  # noqa: ARG002 - the receiver sends no other
        message: EventMessage,
        *,
        rpc_timeout: timedelta,  # noqa: ARG002 - no time passes
    ) -> None:
        """Keep the signal, or say that there is no such workflow."""
        await asyncio.sleep(0)  # A call takes a moment, in which other deliveries go on.
        self.inbox.answer()
        if self.workflow_id not in self.inbox.open:
            raise RPCError("no such workflow", RPCStatusCode.NOT_FOUND, b"")
        self.inbox.messages.append((self.workflow_id, message))
