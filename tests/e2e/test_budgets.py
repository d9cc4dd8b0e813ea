"""What a return costs: actions, events, bytes and calls, counted from real histories."""

from datetime import timedelta
from pathlib import Path

from temporalio.testing import WorkflowEnvironment

from eligibility.shop_rules import read_shop_rules
from tests.e2e.costs import cost
from tests.running import Order, Running, eventually, running
from tests.servers import start_leaping_server
from tests.workflows.paths import NOW

ROOT = Path(__file__).parents[2]


async def spaced(live: Running, workflow_id: str, state: str) -> None:
    """Wait until a return has acted on an event, so that events do not share a task."""

    async def probe() -> bool | None:
        view = await live.returns.show(workflow_id)
        return True if state in (view.phase, view.outcome) else None

    await eventually(probe)


async def issued(live: Running, workflow_id: str, order: Order) -> str:
    """Wait until a return knows the refund that it issued, so that the event of it comes later."""
    refund = await live.refund(order, 1)

    async def probe() -> bool | None:
        view = await live.returns.show(workflow_id)
        return refund in [one.id for one in view.refunds] or None

    await eventually(probe)
    return refund


async def cost_by_digital_river(house: Running) -> dict[str, int]:
    """Carry a fulfillment return from its request to its refund, and count what it cost."""
    order = await house.order("digital_river", 2)
    answer = await house.start(order, 2)
    await house.act(f"/sandbox/fulfillment-returns/{answer.return_id}/approve")
    await spaced(house, answer.workflow_id, "awaiting_goods")
    await house.act(f"/sandbox/fulfillment-returns/{answer.return_id}/receive")
    refund = await issued(house, answer.workflow_id, order)
    await house.act(f"/sandbox/refunds/{refund}/complete")
    assert (await house.result(answer.workflow_id)).outcome == "refunded"
    return await cost(house, answer.workflow_id, order)


async def cost_by_third_party(house: Running) -> dict[str, int]:
    """Carry a return in one parcel from its request to its refund, and count what it cost."""
    order = await house.order("third_party", 2)
    answer = await house.start(order, 2)
    await house.arrive(answer.workflow_id, "S1", **{order.items[0]: 2})
    refund = await house.refund(order, 1)
    await spaced(house, answer.workflow_id, "refunding")
    await house.act(f"/sandbox/refunds/{refund}/complete")
    assert (await house.result(answer.workflow_id)).outcome == "refunded"
    return await cost(house, answer.workflow_id, order)


def within(found: dict[str, int], *, actions: int, more: int = 0) -> bool:
    """Say whether a return cost at most so many actions, 50 events, 10 KiB and 8 calls.

    `more` are bytes on top.
    """
    most = {"actions": actions, "events": 50, "bytes": 10 * 1024 + more, "calls": 8}
    return all(found[what] <= number for what, number in most.items())


async def test_a_digital_river_return_stays_within_its_budget(live: Running) -> None:
    """One return from request to refund costs at most 13 actions, 50 events, 10 KiB, 8 calls."""
    found = await cost_by_digital_river(live)
    assert within(found, actions=13), found


async def test_a_third_party_return_stays_within_its_budget(live: Running) -> None:
    """One return in one parcel costs at most 12 actions, 50 events, 10 KiB, 8 calls."""
    found = await cost_by_third_party(live)
    assert within(found, actions=12), found


async def test_rules_of_the_shop_that_say_yes_cost_a_hundred_bytes_more(
    alone: WorkflowEnvironment,
) -> None:
    """All of them, asked for both coordinators: no action and no event."""
    rules = read_shop_rules(ROOT / "docs/eligibility.example.toml")
    async with running(alone.client, webhooks=True, shop_rules=rules) as shop:
        found = await cost_by_digital_river(shop)
        assert within(found, actions=13, more=100), found
        found = await cost_by_third_party(shop)
        assert within(found, actions=12, more=100), found


async def test_a_further_parcel_with_its_own_refund_costs_three_actions_more(
    live: Running,
) -> None:
    """A report, an acceptance and one event: nothing else is paid for."""
    order = await live.order("third_party", 1, 1)
    answer = await live.start(order, 1, 1)
    for number, item in enumerate(order.items, start=1):
        await live.arrive(answer.workflow_id, f"S{number}", **{item: 1})
    for number in (1, 2):
        refund = await live.refund(order, number)
        await spaced(live, answer.workflow_id, "refunding")
        await live.act(f"/sandbox/refunds/{refund}/complete")
    assert (await live.result(answer.workflow_id)).outcome == "refunded"
    assert (await cost(live, answer.workflow_id, order))["actions"] <= 15


async def test_sixteen_days_between_events_cost_at_most_six_looks_more() -> None:
    """Looks widen: a return that takes its time stays cheap while every webhook arrives."""
    async with (
        start_leaping_server() as environment,
        running(environment.client, webhooks=True) as house,
    ):
        order = await house.order("digital_river", 2)
        with environment.with_time_skipping_disabled():
            answer = await house.start(order, 2)
        handle = house.handle(answer.workflow_id)

        async def days(number: int) -> None:
            await house.act("/sandbox/clock", {"advance_seconds": number * 86_400})
            await environment.fast_forward(handle, timedelta(days=number))

        await days(2)
        await house.act(f"/sandbox/fulfillment-returns/{answer.return_id}/approve")
        await spaced(house, answer.workflow_id, "awaiting_goods")
        await days(10)
        await house.act(f"/sandbox/fulfillment-returns/{answer.return_id}/receive")
        refund = await issued(house, answer.workflow_id, order)
        await days(4)
        await house.act(f"/sandbox/refunds/{refund}/complete")
        assert (await house.result(answer.workflow_id)).outcome == "refunded"
        found = await cost(house, answer.workflow_id, order)
        assert 13 < found["actions"] <= 13 + 6, found


async def test_a_return_without_any_webhook_costs_at_most_twenty_actions(
    leaping: Running,
) -> None:
    """The watch alone carries it."""
    for coordinator in ("digital_river", "third_party"):
        order = await leaping.order(coordinator, 2, automation=NOW)
        answer = await leaping.start(order, 2)
        if coordinator == "third_party":
            await leaping.arrive(answer.workflow_id, "S1", **{order.items[0]: 2})
        assert (await leaping.result(answer.workflow_id)).outcome == "refunded"
        assert (await cost(leaping, answer.workflow_id, order))["actions"] <= 20
