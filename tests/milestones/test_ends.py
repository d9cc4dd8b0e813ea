"""A return that goes on after its end, and a bug in telling: neither passes unseen."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime

import pytest
from temporalio import workflow
from temporalio.api.enums.v1 import EventType
from temporalio.worker import Worker

from lifecycle.facts import Learned
from lifecycle.ledger import Ledger
from lifecycle.milestones import Milestone, milestones
from lifecycle.ours import our_return
from lifecycle.request import ReturnRequest
from lifecycle.steps import Close, Outcome
from tests.e2e.histories import events_of
from tests.milestones.conftest import Telling
from tests.running import eventually, request_for
from workflows import telling as shell
from workflows.milestones import MilestonesWorkflow

QUEUE = "ends"


@workflow.defn(name="Ends", sandboxed=False)
class EndsWorkflow:
    """Ends, learns of more, and ends otherwise."""

    @workflow.run
    async def run(self, request: ReturnRequest) -> list[bool]:
        """Hand over each end; say of which there was something to tell."""
        telling = shell.Telling(Ledger(request, workflow.info().workflow_id))
        telling.before(Learned(rules=1, facts=(), milestones=True))
        found = []
        for outcome in (Outcome.EXPIRED, Outcome.EXPIRED, Outcome.REFUNDED):
            handed_over = telling.hand_over(Close(outcome=outcome))
            found.append(handed_over is not None)
            if handed_over is not None:
                await handed_over
        return found


async def test_each_end_is_told_once_and_the_last_one_holds(telling: Telling) -> None:
    """The same end again is nothing new; another one is a message of its own."""
    client, shop = telling.house.client, telling.shop
    request = request_for(await telling.house.order("third_party", 1), 1)
    worker = Worker(client, task_queue=QUEUE, workflows=[EndsWorkflow, MilestonesWorkflow])
    async with worker:
        told = await client.execute_workflow(
            EndsWorkflow.run, request, id=request.workflow_id, task_queue=QUEUE
        )
        for number in (1, 2):
            rest = f"{request.workflow_id}-milestones-{number}"
            await client.get_workflow_handle(rest).result()
    assert told == [True, False, True]
    outcomes = {
        webhook_id.removeprefix(f"{request.workflow_id}:"): message["data"]["outcome"]
        for webhook_id, message in shop.taken.items()
        if webhook_id.startswith(f"{request.workflow_id}:")
    }
    assert outcomes == {"closed": "expired", "closed:2": "refunded"}


async def test_a_bug_in_telling_is_seen_and_a_deploy_mends_it(
    telling: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The task of the workflow fails and is tried again, as for a bug in the return itself."""
    house, shop = telling.house, telling.shop
    order = await house.order("third_party", 1)

    def broken(ledger: Ledger, now: datetime) -> Iterator[Milestone]:
        if ledger.order_id == order.id and our_return(ledger) is not None:
            raise LookupError("a bug")
        yield from milestones(ledger, now)

    monkeypatch.setattr(shell, "milestones", broken)
    request = request_for(order, 1)
    asked = asyncio.create_task(house.returns.start(request))

    async def failed() -> bool | None:
        kinds = {event.event_type for event in await events_of(house, request.workflow_id)}
        return EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED in kinds or None

    await house.exists(request.workflow_id)
    await eventually(failed)
    monkeypatch.undo()
    assert (await asked).status == "opened"
    await shop.heard(request.workflow_id, "return.opened", "return.approved")
