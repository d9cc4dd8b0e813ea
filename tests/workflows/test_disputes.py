"""Disputes on a real server, where no webhook says how they end: Digital River's events do."""

from collections.abc import AsyncIterator

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.running import Json, Order, Running, running

LOOKING: Json = {"looks": [1], "doubt": 1}
NO_FEED = {"method": "GET", "path": "/events", "kind": "error", "status": 404}


@pytest.fixture
async def deaf(alone: WorkflowEnvironment) -> AsyncIterator[Running]:
    """Run Upriver without webhooks on a server of its own."""
    async with running(alone.client) as found:
        yield found


async def disputed(deaf: Running) -> tuple[Order, str]:
    """Carry a return to where its refund is due and the order is disputed."""
    order = await deaf.order("digital_river", 1, automation={"bank_after_seconds": 0})
    answer = await deaf.start(order, 1, policy=LOOKING)
    await deaf.act(f"/sandbox/orders/{order.id}/dispute")
    for act in ("approve", "receive"):
        await deaf.act(f"/sandbox/fulfillment-returns/{answer.return_id}/{act}")
    await deaf.in_phase(answer.workflow_id, "disputed")
    return order, answer.workflow_id


async def asked(deaf: Running, workflow_id: str) -> str:
    """Wait for a question, and return what it is about."""
    view = await deaf.in_phase(workflow_id, "needs_attention")
    assert view.question is not None
    return view.question.id.partition(":")[0]


async def test_an_event_that_was_lost_is_found_in_the_feed(deaf: Running) -> None:
    """The return goes on by itself, and pays once."""
    order, workflow_id = await disputed(deaf)
    await deaf.act(f"/sandbox/orders/{order.id}/resolve-dispute")
    assert (await deaf.result(workflow_id)).outcome == "refunded"
    assert len(await deaf.refunds(order)) == 1


async def test_a_chargeback_that_was_lost_is_found_in_the_feed(deaf: Running) -> None:
    """The return ends by itself, and pays nothing."""
    order, workflow_id = await disputed(deaf)
    await deaf.act(f"/sandbox/orders/{order.id}/chargeback")
    assert (await deaf.result(workflow_id)).outcome == "charged_back"
    assert await deaf.refunds(order) == []


async def test_a_feed_that_says_nothing_leaves_it_to_a_person(deaf: Running) -> None:
    """An operator says how the dispute ended, and nothing is paid before."""
    order, workflow_id = await disputed(deaf)
    await deaf.act(f"/sandbox/orders/{order.id}/resolve-dispute", {"silent": True})
    assert await asked(deaf, workflow_id) == "dispute_ended"
    assert await deaf.refunds(order) == []
    await deaf.resolve(workflow_id, "dispute_resolved")
    assert (await deaf.result(workflow_id)).outcome == "refunded"
    assert len(await deaf.refunds(order)) == 1


async def test_a_feed_that_is_lost_leaves_it_to_a_person(deaf: Running) -> None:
    """When Digital River has no events to read, an operator is asked, and may say charged back."""
    order, workflow_id = await disputed(deaf)
    (await deaf.control.put("/sandbox/faults", json={"calls": [NO_FEED]})).raise_for_status()
    await deaf.act(f"/sandbox/orders/{order.id}/resolve-dispute")
    assert await asked(deaf, workflow_id) == "dispute_ended"
    await deaf.resolve(workflow_id, "charged_back")
    assert (await deaf.result(workflow_id)).outcome == "charged_back"
    assert await deaf.refunds(order) == []
