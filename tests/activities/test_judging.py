"""A check asks the shop's rules about the request, as its workflow's history tells it."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from temporalio.service import RPCError, RPCStatusCode

from activities.checks import Checks
from eligibility.rules import NonReturnableSkus, OpenReturn, PastDispute, ReturnWindow, ValueLimit
from eligibility.shop_rules import ShopRules
from lifecycle.facts import Fact, Missing
from lifecycle.identity import return_key, rma_number, tagged_reason, workflow_id_for
from lifecycle.judgement import EligibilityJudged, ShopFinding, Then
from lifecycle.request import Coordinator, RequestedLine, ReturnRequest
from lifecycle.steps import CheckReturnable, CheckShipped
from tests.activities.place import Json, Place
from tests.activities.tries import NOW, WORKFLOW, Tries
from tests.activities.workflows import COMPLETED, RUNNING, Workflows
from workflows.histories import Beginning

EACH = pytest.mark.parametrize("coordinator", Coordinator)
DAY = timedelta(days=1)
OPEN = ShopRules(open_return=OpenReturn(then=Then.ASK))
ALL = ShopRules(
    return_window=ReturnWindow(then=Then.REFUSE, days=30),
    non_returnable_skus=NonReturnableSkus(then=Then.REFUSE, skus=frozenset({"voucher"})),
    value_limit=ValueLimit(then=Then.ASK, limits={"EUR": Decimal(30)}),
    past_dispute=PastDispute(then=Then.ASK),
)
OTHER = rma_number("request-9")


def begun(planted: Json, coordinator: Coordinator, *units: int, at: datetime = NOW) -> Workflows:
    """Return the workflows of a Temporal where ours began with a request for so many units."""
    request = ReturnRequest(
        request_id="request-1",
        order_id=planted["order"]["id"],
        coordinator=coordinator,
        lines=tuple(
            RequestedLine(order_item_id=item["id"], quantity=n)
            for item, n in zip(planted["order"]["items"], units, strict=False)
        ),
    )
    return Workflows(beginnings={WORKFLOW: Beginning(request, at)})


async def check(
    place: Place, planted: Json, workflows: Workflows, shop_rules: ShopRules | None
) -> tuple[Fact, ...]:
    """Check an order by the activity of its coordinator."""
    checks, order_id = Checks(place.river, shop_rules=shop_rules), planted["order"]["id"]
    if planted["fulfillment_order"] is None:
        returnable = CheckReturnable(key="k", order_id=order_id)
        tries = Tries(checks.check_returnable, returnable, client=workflows.client)
        return await tries.facts()
    shipped = CheckShipped(key="k", order_id=order_id)
    return await Tries(checks.check_shipped, shipped, client=workflows.client).facts()


async def judged(
    place: Place, planted: Json, workflows: Workflows, shop_rules: ShopRules
) -> tuple[ShopFinding, ...]:
    """Check an order, and return what the shop's rules found."""
    *_, last = await check(place, planted, workflows, shop_rules)
    assert isinstance(last, EligibilityJudged)
    assert last.taken == NOW
    return last.findings


@EACH
async def test_without_rules_nothing_is_asked(place: Place, coordinator: Coordinator) -> None:
    """Neither Temporal nor Digital River gets one question more, and no fact is taught."""
    planted = await place.plant(coordinator, 2)
    facts = await check(place, planted, Workflows(), None)
    without = len(place.calls)
    assert not any(isinstance(fact, EligibilityJudged) for fact in facts)
    await check(place, planted, begun(planted, coordinator, 1), ALL)
    assert len(place.calls) == 2 * without


@EACH
async def test_nothing_is_found(place: Place, coordinator: Coordinator) -> None:
    """A judgement without a finding is taught, too: it holds from then on."""
    planted = await place.plant(coordinator, 2)
    workflows = begun(planted, coordinator, 2)
    assert await judged(place, planted, workflows, ALL) == ()


@EACH
async def test_the_order_is_judged(place: Place, coordinator: Coordinator) -> None:
    """Times, SKUs, worth with tax and a past dispute are the order's; units are the request's."""
    lines = [
        {"quantity": 4, "tax_rate": 0.25, "sku_id": "voucher"},
        {"quantity": 1, "unit_price": 6},
    ]
    body = {"coordinator": coordinator, "lines": lines}
    planted = await place.steer("orders", body)
    items = tuple(item["id"] for item in planted["order"]["items"])
    order = place.world.orders[planted["order"]["id"]]
    sent = order.transitions["fulfilled"].replace(microsecond=0)
    order.transitions["dispute"] = sent + DAY
    workflows = begun(planted, coordinator, 2, 1, at=sent + 31 * DAY)

    found = await judged(place, planted, workflows, ALL)

    last = f"{sent + 30 * DAY:%Y-%m-%d}"
    assert [(one.code, one.order_item_ids, one.message) for one in found] == [
        ("return_window_over", items, f"This order could be returned until {last}."),
        ("sku_not_returnable", items[:1], "This item cannot be returned."),
        (
            "value_above_limit",
            items,
            "Together these items cost 31 EUR; one request may be for 30 EUR.",
        ),
        (
            "order_was_disputed",
            items,
            f"The payment of this order was disputed on {sent + DAY:%Y-%m-%d}.",
        ),
    ]


async def test_a_request_counts_from_when_it_was_made(place: Place) -> None:
    """An outage of Digital River closes no window."""
    planted = await place.plant("third_party", 2)
    sent = place.world.orders[planted["order"]["id"]].transitions["fulfilled"]
    rules = ShopRules(return_window=ReturnWindow(then=Then.REFUSE, days=1))
    workflows = begun(planted, Coordinator.THIRD_PARTY, 1, at=sent + DAY)
    step = CheckReturnable(key="k", order_id=planted["order"]["id"])
    checks = Checks(place.river, shop_rules=rules)
    late = Tries(checks.check_returnable, step, at=sent + 9 * DAY, client=workflows.client)
    *_, last = await late.facts()
    assert last == EligibilityJudged(findings=(), taken=sent + 9 * DAY)


@EACH
async def test_a_line_of_another_order_is_not_known(place: Place, coordinator: Coordinator) -> None:
    """What the rules cannot tell they ask about; Digital River's conditions refuse it anyway."""
    planted, other = await place.plant(coordinator, 1), await place.plant(coordinator, 1)
    workflows = begun(
        {**planted, "order": {**planted["order"], "items": other["order"]["items"]}}, coordinator, 1
    )
    found = await judged(place, planted, workflows, ALL)
    assert {(one.code, one.then) for one in found} == {
        ("sku_not_returnable", Then.ASK),
        ("value_above_limit", Then.ASK),
    }


async def test_an_order_that_does_not_exist_is_not_judged(place: Place) -> None:
    """There is nothing to ask the rules about."""
    planted: Json = {"order": {"id": "400000000999"}, "fulfillment_order": None}
    assert await check(place, planted, Workflows(), ALL) == (
        Missing(resource="order", object_id="400000000999", taken=NOW),
    )


async def test_temporal_away_fails_the_try(place: Place) -> None:
    """No request is opened unjudged."""
    planted = await place.plant("third_party", 2)
    workflows = replace(
        begun(planted, Coordinator.THIRD_PARTY, 1),
        failure=RPCError("away", RPCStatusCode.UNAVAILABLE, b""),
    )
    with pytest.raises(RPCError):
        await check(place, planted, workflows, ALL)


async def another_return(place: Place, planted: Json, reason: str | None) -> str:
    """Have another return made of one unit of an order."""
    order, source = planted["order"], planted["fulfillment_order"]
    if source is None:
        items = [{"itemId": order["items"][0]["id"], "quantity": 1}]
        body = {"orderId": order["id"], "items": items, "reason": reason}
        return str((await place.post("/returns", body))["id"])
    parts = [{"fulfillmentOrderItemId": str(source["items"][0]["id"]), "quantity": 1}]
    body = {
        "fulfillmentOrderId": str(source["id"]),
        "upstreamId": order["id"],
        "items": parts,
        "reason": reason,
    }
    return str((await place.post("/fulfillment-returns", body))["id"])


async def is_another_open(place: Place, planted: Json, workflows: Workflows) -> bool:
    """Ask the rule whether the order has another open return."""
    return bool(await judged(place, planted, workflows, OPEN))


@EACH
async def test_a_return_that_others_made_is_open_until_it_is_over(
    place: Place, coordinator: Coordinator
) -> None:
    """Digital River's own list tells."""
    planted = await place.plant(coordinator, 3)
    workflows = begun(planted, coordinator, 1)
    assert not await is_another_open(place, planted, workflows)
    made = await another_return(place, planted, "too_big")
    assert await is_another_open(place, planted, workflows)
    if coordinator is Coordinator.THIRD_PARTY:
        await place.steer(f"returns/{made}/accept")
    else:
        await place.steer(f"fulfillment-returns/{made}/reject")
    assert not await is_another_open(place, planted, workflows)


@EACH
async def test_a_return_of_ours_is_open_while_a_workflow_carries_it_on(
    place: Place, coordinator: Coordinator
) -> None:
    """Digital River shows it for ever, so Temporal is asked whether it is over."""
    planted = await place.plant(coordinator, 3)
    made = await another_return(place, planted, tagged_reason("too_big", OTHER))
    made_by = workflow_id_for(planted["order"]["id"], OTHER)
    workflows = begun(planted, coordinator, 1)
    assert await is_another_open(place, planted, workflows)  # nobody knows its workflow
    workflows.statuses[made_by] = RUNNING
    assert await is_another_open(place, planted, workflows)
    workflows.statuses[made_by], workflows.phases[made_by] = COMPLETED, "partially_refunded"
    assert not await is_another_open(place, planted, workflows)
    workflows.statuses[f"{made_by}-late"] = RUNNING
    assert await is_another_open(place, planted, workflows)
    workflows.statuses[f"{made_by}-late"] = COMPLETED
    workflows.holders[made] = "return-carries-on"
    assert await is_another_open(place, planted, workflows)


async def test_its_own_return_is_not_another(place: Place) -> None:
    """A check that is repeated after the create meets its own return."""
    planted = await place.plant("third_party", 3)
    items = [{"itemId": planted["order"]["items"][0]["id"], "quantity": 1}]
    metadata = {"workflow_id": WORKFLOW, "key": return_key(WORKFLOW)}
    body = {"orderId": planted["order"]["id"], "items": items, "metadata": metadata}
    await place.post("/returns", body)
    workflows = begun(planted, Coordinator.THIRD_PARTY, 1)
    assert not await is_another_open(place, planted, workflows)
    assert workflows.asked == []


@EACH
async def test_other_returns_are_read_only_for_the_rule_about_them(
    place: Place, coordinator: Coordinator
) -> None:
    """One call more where Digital River coordinates; a third party's are listed anyway."""
    planted = await place.plant(coordinator, 3)
    workflows = begun(planted, coordinator, 1)
    await judged(place, planted, workflows, ALL)
    without = len(place.calls)
    await judged(place, planted, workflows, OPEN)
    more = len(place.calls) - 2 * without
    assert more == (1 if coordinator is Coordinator.DIGITAL_RIVER else 0)
