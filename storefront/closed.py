"""Answering a request again whose return has ended."""

from datetime import timedelta

from temporalio.client import Client, WorkflowExecutionStatus

from lifecycle.request import ReturnRequest
from storefront.errors import RefusedError, StorefrontError
from workflows.histories import first_request
from workflows.messages import OpenedAnswer
from workflows.returns import ReturnWorkflow


async def answer_of_closed(
    client: Client, request: ReturnRequest, patience: timedelta
) -> OpenedAnswer:
    """Return the answer that the ended return stands for, if it was of the same request."""
    handle = client.get_workflow_handle_for(ReturnWorkflow.run, request.workflow_id)
    description = await handle.describe(rpc_timeout=patience)
    first = await first_request(client, request.workflow_id, patience)
    if first is None or not request.repeats(first):
        message = f"request_id {request.request_id} was used before, for another request."
        raise RefusedError("request_id_reused", message)
    if description.status is not WorkflowExecutionStatus.COMPLETED:
        status = description.status.name.lower() if description.status else "unknown"
        message = f"The return of this request was stopped from outside ({status}); ask operations."
        raise StorefrontError("return_stopped", message)
    result = await handle.result(rpc_timeout=patience)
    return OpenedAnswer(
        workflow_id=request.workflow_id,
        rma=request.rma,
        status="opened" if result.return_id else "refused",
        return_id=result.return_id,
        state=result.outcome,
        refusal=result.refusal,
    )
