"""What telling costs, counted from real histories: one action a milestone, and a few at the end."""

from __future__ import annotations

from tests.e2e.costs import cost
from tests.milestones.conftest import Telling


async def test_a_return_that_tells_stays_within_its_budget(telling: Telling) -> None:
    """Four milestones on the way cost four actions; the last two go with a workflow of their own.

    The start of a workflow by another is billed twice, and counted here once.
    """
    house, shop = telling.house, telling.shop
    order = await house.order("digital_river", 2)
    answer = await house.start(order, 2)
    told = ["return.opened"]
    await shop.heard(answer.workflow_id, *told)
    await house.act(f"/sandbox/fulfillment-returns/{answer.return_id}/approve")
    told += ["return.approved"]
    await shop.heard(answer.workflow_id, *told)
    await house.act(f"/sandbox/fulfillment-returns/{answer.return_id}/receive")
    refund = await house.refund(order, 1)
    told += ["return.accepted", "refund.pending"]
    await shop.heard(answer.workflow_id, *told)
    await house.act(f"/sandbox/refunds/{refund}/complete")
    rest = f"{answer.workflow_id}-milestones-1"
    await house.result(answer.workflow_id)
    await house.client.get_workflow_handle(rest).result()
    found = await cost(house, answer.workflow_id, order)
    assert found["actions"] <= 13 + 4, found
    assert found["bytes"] <= 20 * 1024, found
    found = await cost(house, rest, order)
    assert found["actions"] <= 3, found
    assert found["bytes"] <= 7 * 1024, found
