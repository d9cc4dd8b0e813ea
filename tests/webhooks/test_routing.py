"""Each event reaches the workflow that it is for, and no other."""

from __future__ import annotations

import pytest
from pydantic import JsonValue

from lifecycle.facts import DeadlinePassed
from lifecycle.identity import rma_number, workflow_id_for
from tests.webhooks.bench import Bench
from tests.webhooks.events import (
    NOW,
    ORDER,
    RMA,
    WORKFLOW,
    Json,
    event,
    fulfillment_return,
    order,
    refund,
    third_party_return,
)
from webhooks.routing import order_of

OTHER = workflow_id_for(ORDER, rma_number("request-2"))


async def told(bench: Bench, event_type: str, subject: Json) -> list[str]:
    """Deliver an event, and return the workflows that were signalled."""
    await bench.send(event(event_type, subject))
    return sorted(to for to, _, _ in bench.temporal.signals)


@pytest.fixture(autouse=True)
def two_returns(bench: Bench) -> None:
    """Let a second return of the same order be open, and one of another order."""
    bench.temporal.open[OTHER] = ORDER
    bench.temporal.open["return-foreign"] = "500000000001"


async def test_metadata_comes_first(bench: Bench) -> None:
    """Metadata names the workflow, whatever the reason says, and nothing is listed."""
    subject = third_party_return(reason=f"#{RMA}", metadata={"workflow_id": OTHER})
    assert await told(bench, "return.accepted", subject) == [OTHER]
    assert bench.temporal.queries == []


@pytest.mark.parametrize(
    ("event_type", "subject"),
    [
        ("refund.complete", refund()),
        ("return.accepted", third_party_return(metadata=None)),
        ("fulfillment_return.pending", fulfillment_return("pending")),
    ],
)
async def test_the_rma_number_comes_second(bench: Bench, event_type: str, subject: Json) -> None:
    """Without metadata the RMA number and the order name the workflow, and nothing is listed."""
    assert await told(bench, event_type, subject) == [WORKFLOW]
    assert bench.temporal.queries == []


@pytest.mark.parametrize(
    "workflow_id",
    [None, 7, "", [], {}, "somebody-else", "return-", "return-a b", "return-" + "x" * 401],
)
async def test_metadata_that_is_not_ours(bench: Bench, workflow_id: JsonValue) -> None:
    """What cannot be a workflow id of ours is passed over, and the RMA number counts."""
    subject = refund(metadata={"workflow_id": workflow_id})
    assert await told(bench, "refund.complete", subject) == [WORKFLOW]


async def test_a_mark_is_for_one_workflow_alone(bench: Bench) -> None:
    """When the marked workflow is closed, no other of its order hears of the event."""
    bench.temporal.closed[WORKFLOW] = bench.temporal.open.pop(WORKFLOW)
    assert await told(bench, "refund.complete", refund()) == []
    assert await bench.outcomes() == {"late": 1}


@pytest.mark.parametrize(
    ("event_type", "subject"),
    [
        ("refund.complete", refund(reason="too_small")),
        ("return.accepted", third_party_return(metadata=None, reason=None)),
        ("fulfillment_return.accepted", fulfillment_return(reason=None)),
        ("order.dispute", order()),
        ("order.dispute.resolved", order("complete")),
        ("order.chargeback", order("complete", metadata={"workflow_id": WORKFLOW})),
    ],
)
async def test_without_a_mark_all_of_the_order(
    bench: Bench, event_type: str, subject: Json
) -> None:
    """An unmarked object, a dispute and a chargeback are told to every open return of the order."""
    bench.temporal.closed["return-closed"] = ORDER
    assert await told(bench, event_type, subject) == sorted([WORKFLOW, OTHER])
    assert await bench.counts("upriver_webhook_closed_workflows_total", "") == {"": 1}


async def test_only_closed_workflows(bench: Bench) -> None:
    """An event of an order whose returns are all closed is late."""
    bench.temporal.open.clear()
    bench.temporal.closed[WORKFLOW] = ORDER
    assert await told(bench, "order.chargeback", order()) == []
    assert await bench.outcomes() == {"late": 1}


@pytest.mark.parametrize("order_id", ["x' OR OrderId != '", "ä", "a\nb", "x" * 129, "\\"])
async def test_order_ids_that_cannot_be_ours(bench: Bench, order_id: str) -> None:
    """An order id that no request could name is nobody's, and is never written into a query."""
    assert await told(bench, "refund.complete", refund(orderId=order_id)) == []
    assert await bench.outcomes() == {"unmatched": 1}
    assert bench.temporal.queries == []


def test_facts_without_an_order() -> None:
    """A fact that is about no order names none."""
    assert order_of((DeadlinePassed(until=NOW),)) is None
