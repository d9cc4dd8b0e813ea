"""From a plan that fails to a small one that fails in the same way."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace

from simulation.plan import Plan

MOST_TRIES = 400


async def shrink(plan: Plan, fails: Callable[[Plan], Awaitable[bool]]) -> Plan:
    """Drop one event or fault after another while the plan still fails."""
    tries, shrunk = 0, True
    while shrunk and tries < MOST_TRIES:
        shrunk = False
        for smaller in _smaller(plan):
            tries += 1
            if await fails(smaller):
                plan, shrunk = smaller, True
                break
    return plan


def _smaller(plan: Plan) -> Iterator[Plan]:
    for n in range(len(plan.acts)):
        yield replace(plan, acts=plan.acts[:n] + plan.acts[n + 1 :])
    for n in range(len(plan.calls)):
        yield replace(plan, calls=plan.calls[:n] + plan.calls[n + 1 :])
    for n in range(len(plan.deliveries)):
        yield replace(plan, deliveries=plan.deliveries[:n] + plan.deliveries[n + 1 :])
    for n in range(len(plan.kills)):
        yield replace(plan, kills=plan.kills[:n] + plan.kills[n + 1 :])
    if plan.answers:
        yield replace(plan, answers=plan.answers[:-1])
    if plan.stale:
        yield replace(plan, stale=0)
    if plan.eager:
        yield replace(plan, eager=False)
