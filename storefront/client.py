"""The typed client: start a return, report goods, cancel, resolve, look.

Nothing here talks to Digital River. Starting is idempotent: the same request id names the same
workflow, and the same request gets the same answer, now and after the return has ended.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

from temporalio.client import Client, WithStartWorkflowOperation, WorkflowHandle
from temporalio.common import (
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import WorkflowAlreadyStartedError

from lifecycle.phase import OPENING
from lifecycle.request import ReturnRequest
from lifecycle.snapshot import Snapshot
from storefront.closed import answer_of_closed
from storefront.errors import NoAnswerError, NoSuchReturnError
from storefront.listing import ReturnRow, query_for, row_of
from storefront.translating import readable_errors
from workflows import names
from workflows.messages import (
    Cancellation,
    Done,
    OpenedAnswer,
    Resolution,
    ReturnResult,
    Shipment,
    ShipmentAnswer,
)
from workflows.returns import ReturnWorkflow

PATIENCE = timedelta(seconds=10)
"""How long a caller waits for an answer, unless it says otherwise."""

Handle = WorkflowHandle[ReturnWorkflow, ReturnResult]
Operation = WithStartWorkflowOperation[ReturnWorkflow, ReturnResult]


class Returns:
    """Returns, as a shop sees them. Every method raises StorefrontError."""

    def __init__(self, client: Client, patience: timedelta = PATIENCE) -> None:
        self._client = client
        self._patience = patience

    async def start(self, request: ReturnRequest) -> OpenedAnswer:
        """Start a return, or join the one that this request started before.

        The answer is `queued` when Digital River or every worker is away: the request is safe
        then, and asking the same again later gets the answer.
        """
        operation = _start_of(request)
        try:
            with readable_errors(), _attended(operation):
                answer: OpenedAnswer = await self._client.execute_update_with_start_workflow(
                    names.OPENED,
                    request.asked,
                    result_type=OpenedAnswer,
                    start_workflow_operation=operation,
                    id=f"{request.request_id}:{request.fingerprint}",
                    rpc_timeout=self._patience,
                )
                return answer
        except WorkflowAlreadyStartedError:
            with readable_errors():
                return await answer_of_closed(self._client, request, self._patience)
        except NoAnswerError as silence:
            try:
                with readable_errors():
                    await self._handle(request.workflow_id).describe(rpc_timeout=self._patience)
            except NoSuchReturnError:
                raise silence from None
            return OpenedAnswer(workflow_id=request.workflow_id, rma=request.rma, status="queued")

    async def receive_shipment(self, workflow_id: str, shipment: Shipment) -> ShipmentAnswer:
        """Report what arrived in one parcel; the same report again is nothing new."""
        report = shipment.model_dump_json(exclude_none=True).encode()
        content = hashlib.sha256(report).hexdigest()[:16]
        with readable_errors():
            return await self._handle(workflow_id).execute_update(
                ReturnWorkflow.receive_shipment,
                shipment,
                id=f"shipment:{shipment.reference}:{content}",
                rpc_timeout=self._patience,
            )

    async def cancel(self, workflow_id: str, cancellation: Cancellation) -> Done:
        """Stop a return of which nothing was received yet."""
        with readable_errors():
            done: Done = await self._handle(workflow_id).execute_update(
                names.CANCEL, cancellation, result_type=Done, rpc_timeout=self._patience
            )
        return done

    async def resolve(self, workflow_id: str, resolution: Resolution) -> Done:
        """Answer the question that a return asks."""
        with readable_errors():
            return await self._handle(workflow_id).execute_update(
                ReturnWorkflow.resolve, resolution, rpc_timeout=self._patience
            )

    async def show(self, workflow_id: str) -> Snapshot:
        """Return all that is known of a return, open or ended."""
        with readable_errors():
            return await self._handle(workflow_id).query(
                ReturnWorkflow.snapshot, rpc_timeout=self._patience
            )

    async def list(
        self, *, order_id: str | None = None, phase: str | None = None, limit: int = 100
    ) -> AsyncIterator[ReturnRow]:
        """List returns, the newest first, from the search attributes alone."""
        with readable_errors():
            query = query_for(order_id=order_id, phase=phase)
            async for execution in self._client.list_workflows(
                query, limit=limit, rpc_timeout=self._patience
            ):
                yield row_of(execution)

    def _handle(self, workflow_id: str) -> Handle:
        return self._client.get_workflow_handle_for(ReturnWorkflow.run, workflow_id)


@contextmanager
def _attended(operation: Operation) -> Iterator[None]:
    """Hear how a start went; asyncio complains of an error that nobody heard of."""
    hearing = asyncio.create_task(_hear(operation))
    try:
        yield
    finally:
        hearing.cancel()


async def _hear(operation: Operation) -> None:
    with suppress(Exception):
        await operation.workflow_handle()


def _start_of(request: ReturnRequest) -> Operation:
    return WithStartWorkflowOperation(
        ReturnWorkflow.run,
        request,
        id=request.workflow_id,
        task_queue=names.RETURNS_TASK_QUEUE,
        id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        search_attributes=TypedSearchAttributes(
            [
                SearchAttributePair(names.ORDER_ID, request.order_id),
                SearchAttributePair(names.COORDINATOR, request.coordinator),
                SearchAttributePair(names.RETURN_PHASE, OPENING),
            ]
        ),
        static_summary=_summary(request),
        static_details=_details(request),
    )


def _summary(request: ReturnRequest) -> str:
    units = sum(line.quantity for line in request.lines)
    return f"{units} unit(s) of order {request.order_id}, RMA {request.rma}"[:200]


def _details(request: ReturnRequest) -> str:
    items = ", ".join(f"{line.quantity} of `{line.order_item_id}`" for line in request.lines)
    return (
        f"{items}; coordinated by {request.coordinator.replace('_', ' ')}; "
        f"reason: {request.reason or 'none given'}"
    )
