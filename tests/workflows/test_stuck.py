"""A return that needs a person is seen: in the list, with its reason, and in the worker's log."""

import json
import logging

import pytest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from lifecycle.fact_json import write_fact
from storefront.client import Returns
from tests.builders.stuck import STUCK
from tests.running import STRICT, eventually
from tests.storefront.command import command_for
from workflows.messages import EventMessage
from workflows.names import DIGITAL_RIVER_EVENT, RETURNS_TASK_QUEUE
from workflows.returns import ReturnWorkflow
from workflows.workers import returns_worker


async def begin(client: Client, name: str) -> tuple[str, str]:
    """Start a return that is told, at once, what makes it stuck; return its id, and why."""
    life = STUCK[name]()
    request = life.request.model_copy(update={"request_id": f"stuck-{name}"})
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


async def test_every_stuck_return_is_found(
    alone: WorkflowEnvironment, caplog: pytest.LogCaptureFixture
) -> None:
    """`list --phase needs_attention` shows it, `show` and one warning give its reason."""
    command, returns = command_for(alone.client), Returns(alone.client)
    caplog.set_level(logging.WARNING)
    async with returns_worker(alone.client, workflow_runner=STRICT):
        stuck = dict([await begin(alone.client, name) for name in STUCK])

        async def all_are_listed() -> bool | None:
            told = await command.run("list", "--phase", "needs_attention", "--json")
            listed = {row["workflow_id"] for row in told.answer["returns"]}
            return True if listed == set(stuck) else None

        await eventually(all_are_listed)
        for workflow_id, reason in stuck.items():
            view = await returns.show(workflow_id)
            assert view.question is not None
            assert view.question.reason == reason
            warnings = [
                one.getMessage() for one in caplog.records if workflow_id in one.getMessage()
            ]
            assert [reason in warning for warning in warnings] == [True]
