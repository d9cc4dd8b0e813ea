"""Workflows that need a person from their first moment on."""

import json

from temporalio.client import Client

from lifecycle.fact_json import write_fact
from tests.builders.stuck import STUCK
from workflows.messages import EventMessage
from workflows.names import DIGITAL_RIVER_EVENT, RETURNS_TASK_QUEUE
from workflows.returns import ReturnWorkflow


async def begin(client: Client, name: str, number: int = 1) -> tuple[str, str]:
    """Start a return that is told, at once, what makes it stuck; return its id, and why."""
    life = STUCK[name]()
    request = life.request.model_copy(update={"request_id": f"stuck-{name}-{number}"})
    facts = json.dumps([write_fact(fact) for fact in life.ledger.timeline], default=str)
    told = json.loads(facts.replace(life.request.rma, request.rma))
    await client.start_workflow(
        ReturnWorkflow.run,
        request,
        id=request.workflow_id,
        task_queue=RETURNS_TASK_QUEUE,
        start_signal=DIGITAL_RIVER_EVENT,
        start_signal_args=[EventMessage(event_id=name, type="test", facts=told)],
    )
    return request.workflow_id, life.question.reason.replace(life.request.rma, request.rma)
