"""Goals of docs/reliability.md that need plans of their own: R4, R5 and R11, in T1."""

import asyncio
import os
import re
import time
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from random import Random

from lifecycle.ledger import Ledger
from simulation.drawing import VISIBLE, draw
from simulation.plan import START, Act, CallFault, Deed, Plan, Tier
from simulation.running import Verdict, run

CHUNK = 50
LOST = 0.3
"""The share of calls whose answer is lost after the effect (R5)."""
CALLS = 60
KILLED = 0.3
MOST_ANSWERS = 40
ENDS_WELL: dict[str, Deed] = {"chargeback": "resolve"}
FOUND_BY_LOOKS = ("expire", "flood", "refund_by_hand")
"""Deeds after which it depends on looks what is known."""
_TIME = re.compile(r"\d{8}T\d{6}Z")


@dataclass
class Goal:
    """How a goal went."""

    name: str
    plans: int = 0
    made: int = 0
    """Returns that were created at Digital River."""
    failures: list[tuple[int, str]] = field(default_factory=list)
    seconds: float = 0.0


def deaf(seed: int, tier: Tier) -> Plan:
    """R11: no event ever arrives."""
    return replace(draw(seed, tier), deaf=True)


def creates(seed: int, tier: Tier) -> Plan:
    """R5: a return is created while answers are lost, and cancelled an hour later."""
    random = Random(f"creates:{seed}")  # noqa: S311 - a plan, not a secret
    lost = (n for n in range(CALLS) if random.random() < LOST)
    return replace(
        draw(seed, tier),
        twin=False,
        from_warehouse=False,
        after=(),
        spare=True,
        repeats="second",
        stale=random.choice((0, 5, VISIBLE)),
        late_reads=False,
        acts=(Act(hour=3, deed="cancel"),),
        calls=tuple(CallFault(call=n, kind="lost") for n in lost),
        kills=(),
    )


def steady(seed: int, tier: Tier) -> Plan:
    """R4: deeds lie hours apart, so that a minute more or less decides nothing.

    Nor does anything happen that only looks find: a try that is lost shifts their schedule by days.
    So a dispute ends well: a chargeback waits for no refund of which no event has told.
    A person answers every question alike, because two that come at once come in either order.
    """
    plan = draw(seed, tier)
    acts = tuple(
        replace(act, hour=24 * (act.hour // 24) + 1.5 * n, deed=ENDS_WELL.get(act.deed, act.deed))
        for n, act in enumerate(plan.acts, start=1)
        if act.deed not in FOUND_BY_LOOKS
    )
    events = tuple(one for one in plan.deliveries if one.kind not in ("delay", "drop"))
    return replace(
        plan,
        acts=acts,
        deliveries=events,
        calls=(),
        kills=(),
        twin=False,
        after=(),
        stale=min(plan.stale, VISIBLE),
        late_reads=False,
        deaf=False,
        skew=0,
        answers=plan.answers[:1] * MOST_ANSWERS,
    )


def killed(plan: Plan) -> Plan:
    """Return the same plan, in which workers die between an effect and its record."""
    random = Random(f"kills:{plan.seed}")  # noqa: S311 - a plan, not a secret
    return replace(plan, kills=tuple(n for n in range(CALLS) if random.random() < KILLED))


def essence(verdict: Verdict) -> list[str]:
    """Write down how a plan ended, aside from times and from the sandbox's ids."""
    books = verdict.books
    lines = [*map(repr, verdict.ends), *map(repr, books.returns)]
    lines += [repr(replace(one, made=START)) for one in books.refunds]
    others = {one.id for one in books.refunds if one.maker == "sibling"}
    lines += [line for ledger in verdict.ledgers for line in _known(ledger, others)]
    made = [one.id for one in books.returns] + [one.id for one in books.refunds]
    for number, object_id in enumerate(made):
        lines = [line.replace(object_id, f"object-{number}") for line in lines]
    return sorted(_TIME.sub("then", line) for line in lines)


def _known(ledger: Ledger, others: AbstractSet[str]) -> Iterator[str]:
    """Write down what a ledger holds of objects, parcels and people, but not of others' refunds."""
    for key, one in ledger.returns.items():
        yield f"return {key} {one.state} {sorted(one.accepted.items())} {key in ledger.claimed}"
    for key, refund in ledger.refunds.items():
        if key in others:
            continue
        yield f"refund {key} {refund.state} {sorted(refund.units.items())} {refund.key}"
    for parcel in ledger.shipments.values():
        yield f"parcel {parcel.reference} {parcel.revision} {parcel.items}"
    for said in ledger.decisions:
        yield f"decision {said.question} {said.answer}"
    yield f"order {ledger.order.state if ledger.order else None}"
    yield f"cancelled {ledger.cancel is not None}, charged back {ledger.chargeback is not None}"


async def _pair(seed: int) -> tuple[int, str | None]:
    calm = steady(seed, "t1")
    verdict, other = await run(calm), await run(killed(calm))
    if other.violation or verdict.violation:
        return 0, other.violation or verdict.violation
    if essence(verdict) != essence(other):
        return 0, f"L4: {verdict.end} undisturbed, {other.end} with kills"
    return 0, None


async def _create(seed: int) -> tuple[int, str | None]:
    verdict = await run(creates(seed, "t1"))
    made = sum(one.maker == "us" for one in verdict.books.returns)
    wrong = None if made == 1 else f"S1: {made} returns for one request"
    return made, verdict.violation or wrong


async def _deaf(seed: int) -> tuple[int, str | None]:
    return 0, (await run(deaf(seed, "t1"))).violation


GOALS = {"pairs": _pair, "creates": _create, "deaf": _deaf}


def reach(name: str, first: int, count: int) -> Goal:
    """Try a goal with so many seeds."""
    begun, goal = time.monotonic(), Goal(name)
    starts = range(first, first + count, CHUNK)
    parts = [(name, start, min(CHUNK, first + count - start)) for start in starts]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for found in pool.map(_some, parts):
            goal.plans += found.plans
            goal.made += found.made
            goal.failures += found.failures
    goal.seconds = time.monotonic() - begun
    return goal


def _some(part: tuple[str, int, int]) -> Goal:
    name, first, count = part
    return asyncio.run(_each(name, range(first, first + count)))


async def _each(name: str, seeds: range) -> Goal:
    goal = Goal(name)
    for seed in seeds:
        made, violation = await GOALS[name](seed)
        goal.plans += 1
        goal.made += made
        if violation:
            goal.failures.append((seed, violation))
    return goal
