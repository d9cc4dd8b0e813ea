"""New rules reach an open return at its next call, and old histories replay all the same."""

import pytest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer

from lifecycle import rules
from lifecycle.ledger import Ledger
from lifecycle.steps import Close, Outcome, Step, Wait, Waiting
from tests.running import STRICT, idle
from tests.workflows.paths import NOW
from workflows.converter import data_converter
from workflows.returns import ReturnWorkflow

LOOKING = {"looks": [1]}


def impatient(ledger: Ledger) -> Step:
    """Close every return that waits for goods, unlike version 1."""
    step = rules.RULES[1](ledger)
    waits = isinstance(step, Wait) and step.what is Waiting.GOODS
    return Close(outcome=Outcome.CANCELLED) if waits else step


async def replays(client: Client, workflow_id: str) -> bool:
    """Say whether a history replays on the code as it is now."""
    replayer = Replayer(
        workflows=[ReturnWorkflow], data_converter=data_converter, workflow_runner=STRICT
    )
    history = await client.get_workflow_handle(workflow_id).fetch_history()
    result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
    return result.replay_failure is None


async def test_an_open_return_moves_to_new_rules_at_its_next_call(
    alone: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A deploy between two looks changes what the return does next, and both histories replay."""
    monkeypatch.setitem(rules.RULES, 2, impatient)
    async with idle(alone.client) as house:
        async with house.workers(rules=1):
            order = await house.order("digital_river", 1, automation=NOW)
            finished = (await house.start(order, 1, policy=LOOKING)).workflow_id
            assert (await house.result(finished)).outcome == "refunded"
            order = await house.order("digital_river", 1)
            moved = (await house.start(order, 1, policy=LOOKING)).workflow_id
            view = await house.in_phase(moved, "awaiting_approval")
        async with house.workers(rules=2):
            assert view.return_ is not None
            await house.act(f"/sandbox/fulfillment-returns/{view.return_.id}/approve")
            assert (await house.result(moved)).outcome == "cancelled"
    assert await replays(alone.client, finished)
    assert await replays(alone.client, moved)
