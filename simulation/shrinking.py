"""From a plan that fails to a small one that fails in the same way."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import fields, replace
from typing import Any

from simulation.plan import Plan

MOST_TRIES = 400
LISTS = ("acts", "calls", "deliveries", "kills")
PLAIN = (
    "stale",
    "late_reads",
    "listed_twice",
    "eager",
    "repeats",
    "fresh_ids",
    "metadata_in_events",
    "skew",
    "deaf",
    "twin",
)
"""What is left at its default where the failure does not need it."""


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
    for name in LISTS:
        entries = getattr(plan, name)
        for n in range(len(entries)):
            yield _with(plan, name, entries[:n] + entries[n + 1 :])
    if plan.answers:
        yield _with(plan, "answers", plan.answers[:-1])
    defaults = {one.name: one.default for one in fields(plan)}
    for name in PLAIN:
        if getattr(plan, name) != defaults[name]:
            yield _with(plan, name, defaults[name])


def _with(plan: Plan, name: str, value: Any) -> Plan:  # noqa: ANN401 - whatever the field holds
    return replace(plan, **{name: value})
