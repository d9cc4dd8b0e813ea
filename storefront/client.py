"""The typed client: start a return, report goods, cancel, resolve, look.

Nothing here talks to Digital River. Starting is idempotent: the same request id names the same
workflow, and the same request gets the same answer, as long as Temporal keeps the return.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

from temporalio.client import Client, WithStartWorkflowOperation, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from lifecycle.facts import ReturnSeen
from lifecycle.identity import LATE
from lifecycle.policy import Policy
from lifecycle.request import ReturnRequest
from lifecycle.snapshot import Snapshot
from lifecycle.steps import Outcome
from storefront.asking_again import answer_now
from storefront.carrying_on import holder_of, start_for, start_for_late_parcel
from storefront.case_file import CaseFile, case_file_of
from storefront.closed import answer_of_closed
from storefront.errors import EndedError, NoAnswerError, NoSuchReturnError
from storefront.listing import OPEN, ReturnFilter, ReturnRow, row_of
from storefront.reading import WrongInputError
from storefront.standing import standing_of
from storefront.translating import answered_within, readable_errors
from workflows import names
from workflows.histories import result_of_closed
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
from workflows.starting import (
    Start,
    attributes_at_start,
    details_at_start,
    start_with_message,
    summary_at_start,
)

PATIENCE = timedelta(seconds=10)
"""How long a caller waits for an answer, unless it says otherwise."""

ENDED = "The return has ended; what became of it can still be read."

CANCELLED_BEFORE = "The return was cancelled before."

UNREAD = (
    "The return is there, but only a worker can read it, and none answered in time: start one "
    "(python worker.py), or try again."
)

ASK_FIRST = Policy(ask_before_refund=True)
"""The terms of an adoption, unless an operator says otherwise."""

EVERY = ReturnFilter()
"""What is listed, unless it is said."""

Handle = WorkflowHandle[ReturnWorkflow, ReturnResult]
Operation = WithStartWorkflowOperation[ReturnWorkflow, ReturnResult]


class Returns:
    """Returns, as a shop sees them. Every method raises StorefrontError."""

    def __init__(self, client: Client, patience: timedelta = PATIENCE) -> None:
        self._client = client
        self._patience = patience

    async def start(self, request: ReturnRequest) -> OpenedAnswer:
        """Start a return, or join the one that this request started before.

        The answer is `queued` when Digital River or every worker is away, or when the shop's rules
        ask a person first: the request is safe then, and asking the same again later gets the
        answer.
        """
        if request.adopt is not None:
            rule = "is for operators: use `starter.py adopt`"
            raise WrongInputError([{"field": "adopt", "rule": rule}])
        try:
            return await self._open(Start(request.workflow_id, request))
        except WorkflowAlreadyStartedError:
            with readable_errors():
                return await answer_of_closed(self._client, request, self._patience)

    async def adopt(self, seen: ReturnSeen, terms: Policy = ASK_FIRST) -> OpenedAnswer:
        """Carry on with a return that is at Digital River already, whoever started it.

        Where an open workflow has it, that is the answer; where a closed one had it, its follow-up.
        """
        with readable_errors():
            holder = await holder_of(self._client, seen, self._patience)
            if holder is not None:
                return holder
            start = await start_for(self._client, seen, self._patience, terms)
        return await self._open(start, again=start.workflow_id.endswith(LATE))

    async def _open(self, start: Start, *, again: bool = False) -> OpenedAnswer:
        """Start a workflow or join it, and wait for its answer; `again` after it has closed, too.

        Raises WorkflowAlreadyStartedError when it has closed, unless `again`.
        """
        await self._tell_first(start, again=again)
        request, operation = start.request, _operation_of(start, again=again)
        try:
            async with answered_within(self._patience), _attended(operation):
                answer: OpenedAnswer = await self._client.execute_update_with_start_workflow(
                    names.OPENED,
                    request.asked,
                    result_type=OpenedAnswer,
                    start_workflow_operation=operation,
                    id=f"{request.request_id}:{request.fingerprint}",
                    rpc_timeout=self._patience,
                )
                if answer.status == "queued":
                    return await answer_now(self._client, answer, self._patience)
                return answer
        except NoAnswerError as silence:
            try:
                with readable_errors():
                    await self._handle(start.workflow_id).describe(rpc_timeout=self._patience)
            except NoSuchReturnError:
                raise silence from None
            return OpenedAnswer(workflow_id=start.workflow_id, rma=request.rma, status="queued")

    async def receive_shipment(self, workflow_id: str, shipment: Shipment) -> ShipmentAnswer:
        """Report what arrived in one parcel; the same report again is nothing new.

        A parcel of a return that has ended without it goes to who carries on, or to a follow-up.
        """
        report = shipment.model_dump_json(exclude_none=True).encode()
        content = hashlib.sha256(report).hexdigest()[:16]
        update_id = f"shipment:{shipment.reference}:{content}"
        try:
            async with self._open_return(workflow_id):
                taken: ShipmentAnswer = await self._handle(workflow_id).execute_update(
                    names.RECEIVE_SHIPMENT,
                    shipment,
                    id=update_id,
                    result_type=ShipmentAnswer,
                    rpc_timeout=self._patience,
                )
        except EndedError:
            with readable_errors():
                start = await start_for_late_parcel(
                    self._client, workflow_id, shipment.reference, self._patience
                )
            if start is None:
                raise
            return await self._receive_late(start, shipment, update_id)
        return taken

    async def _receive_late(
        self, start: Start, shipment: Shipment, update_id: str
    ) -> ShipmentAnswer:
        await self._tell_first(start, again=True)
        operation = _operation_of(start, again=True)
        async with answered_within(self._patience), _attended(operation):
            answer: ShipmentAnswer = await self._client.execute_update_with_start_workflow(
                names.RECEIVE_SHIPMENT,
                shipment,
                result_type=ShipmentAnswer,
                start_workflow_operation=operation,
                id=update_id,
                rpc_timeout=self._patience,
            )
        told = f"The return had ended; {start.workflow_id} took the parcel. {answer.sentence}"
        return answer.model_copy(update={"follow_up": start.workflow_id, "sentence": told})

    async def _tell_first(self, start: Start, *, again: bool) -> None:
        if start.message.facts:
            with readable_errors():
                await start_with_message(self._client, start, self._patience, again=again)

    async def cancel(self, workflow_id: str, cancellation: Cancellation) -> Done:
        """Stop a return of which nothing was received yet; one that is stopped stays so."""
        try:
            async with self._open_return(workflow_id):
                done: Done = await self._handle(workflow_id).execute_update(
                    names.CANCEL, cancellation, result_type=Done, rpc_timeout=self._patience
                )
        except EndedError:
            with readable_errors():
                left = await result_of_closed(self._client, workflow_id, self._patience)
            if left is None or left.outcome != Outcome.CANCELLED:
                raise
            return Done(phase=left.outcome, sentence=CANCELLED_BEFORE)
        return done

    async def resolve(self, workflow_id: str, resolution: Resolution) -> Done:
        """Answer the question that a return asks."""
        async with self._open_return(workflow_id):
            return await self._handle(workflow_id).execute_update(
                ReturnWorkflow.resolve, resolution, rpc_timeout=self._patience
            )

    async def show(self, workflow_id: str) -> Snapshot:
        """Return all that is known of a return, open or ended."""
        async with answered_within(self._patience):
            return await standing_of(self._client, workflow_id, self._patience)

    async def case_file(self, workflow_id: str) -> CaseFile:
        """Return all that is known of a return as a case file, open or ended."""
        with readable_errors():
            handle = self._handle(workflow_id)
            about = await handle.describe(rpc_timeout=self._patience)
        try:
            view = await self.show(workflow_id)
        except NoAnswerError as silence:
            raise NoAnswerError(silence.code, UNREAD) from silence
        status = about.status.name.lower() if about.status else "unknown"
        return case_file_of(view, status, about.start_time, about.close_time)

    async def list(
        self, wanted: ReturnFilter = EVERY, *, limit: int = 100
    ) -> AsyncIterator[ReturnRow]:
        """List returns, the newest first, from the search attributes alone."""
        with readable_errors():
            query = wanted.query(datetime.now(UTC))
            async for execution in self._client.list_workflows(
                query, limit=limit, rpc_timeout=self._patience
            ):
                yield row_of(execution)

    async def matching(self, query: str) -> AsyncIterator[str]:
        """List the workflow ids of the open returns that fit Temporal's list filter."""
        whole = f"WorkflowType = '{names.RETURN_WORKFLOW}' AND {OPEN} AND ({query})"
        with readable_errors():
            try:
                async for one in self._client.list_workflows(whole, rpc_timeout=self._patience):
                    yield one.id
            except RPCError as error:
                if error.status is not RPCStatusCode.INVALID_ARGUMENT:
                    raise
                rule = f"must be one of Temporal's list filters: {error.message}"
                raise WrongInputError([{"field": "query", "rule": rule}]) from error

    @asynccontextmanager
    async def _open_return(self, workflow_id: str) -> AsyncIterator[None]:
        """Tell a return that has ended from one that never was: Temporal's error is the same."""
        try:
            async with answered_within(self._patience):
                yield
        except NoSuchReturnError as error:
            with readable_errors():
                await self._handle(workflow_id).describe(rpc_timeout=self._patience)
            raise EndedError("closed", ENDED) from error

    def _handle(self, workflow_id: str) -> Handle:
        return self._client.get_workflow_handle_for(ReturnWorkflow.run, workflow_id)


@asynccontextmanager
async def _attended(operation: Operation) -> AsyncIterator[None]:
    """Hear how a start went; asyncio complains of an error that nobody heard of."""
    hearing = asyncio.create_task(_hear(operation))
    try:
        yield
    finally:
        hearing.cancel()


async def _hear(operation: Operation) -> None:
    with suppress(Exception):
        await operation.workflow_handle()


def _operation_of(start: Start, *, again: bool = False) -> Operation:
    reuse = WorkflowIDReusePolicy
    return WithStartWorkflowOperation(
        ReturnWorkflow.run,
        start.request,
        id=start.workflow_id,
        task_queue=names.RETURNS_TASK_QUEUE,
        id_reuse_policy=reuse.ALLOW_DUPLICATE if again else reuse.REJECT_DUPLICATE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        search_attributes=attributes_at_start(start.request),
        static_summary=summary_at_start(start.request),
        static_details=details_at_start(start.request),
    )
