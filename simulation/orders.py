"""From a plan to an order in a sandbox, and to the returns that are asked for."""

from collections.abc import Sequence

from lifecycle.request import Coordinator, RequestedLine, ReturnRequest
from sandbox import seeds
from sandbox.faults import Faults, ListRule
from sandbox.resources import Order
from sandbox.world import World
from simulation.deeds import Deeds
from simulation.plan import STALE_REFUNDS, Plan

FIRST_ORDER = 500_000_000_000
"""Each plan has an order id of its own: T2 has many orders on one receiver."""


def plant(plan: Plan, world: World) -> Deeds:
    """Plant the order of a plan, and return the hands of all who deal with it."""
    many = 1 + plan.spare + plan.twin
    seed = seeds.SeedOrder(
        order_id=str(FIRST_ORDER + plan.seed),
        coordinator=plan.coordinator,
        lines=[seeds.SeedLine(quantity=units * many) for units in plan.lines],
    )
    order, fulfillment_order = seeds.plant(world, seed)
    return Deeds(plan, world, order, fulfillment_order)


def requests_of(plan: Plan, order: Order) -> Sequence[ReturnRequest]:
    """Return what is asked for: one return, two of the same lines, or none by the shop."""
    lines = tuple(
        RequestedLine(order_item_id=item.id, quantity=n)
        for item, n in zip(order.items, plan.lines, strict=True)
    )
    return [
        ReturnRequest(
            request_id=f"request-{plan.seed}{suffix}",
            order_id=order.id,
            coordinator=Coordinator(plan.coordinator),
            lines=lines,
            reason="too_small",
            policy=plan.policy,
        )
        for suffix in (() if plan.from_warehouse else ("", "-twin") if plan.twin else ("",))
    ]


def names_of(plan: Plan, deeds: Deeds) -> dict[str, str]:
    """Return the plan's name of each line, by every id that the books have for it."""
    names = dict(zip((item.id for item in deeds.order.items), plan.items, strict=True))
    lines = {str(item.id): names[item.order_item_id] for item in deeds.fulfillment_items}
    return {**names, **lines}


def list_rules(plan: Plan) -> Faults:
    """Return what the sandbox's lists are to show late or twice."""
    late = ListRule(path="/*returns", kind="late", seconds=plan.stale, reads=plan.late_reads)
    refunds = min(plan.stale, int(STALE_REFUNDS.total_seconds()))
    rules = [late, late.model_copy(update={"path": "/refunds", "seconds": refunds})]
    twice = [ListRule(path=path, kind="duplicate") for path in ("/*returns", "/refunds")]
    return Faults(lists=[*(rules if plan.stale else []), *(twice if plan.listed_twice else [])])
