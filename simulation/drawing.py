"""From a seed to a plan."""

from dataclasses import replace
from random import Random
from typing import Literal, get_args

from lifecycle.policy import ShortReturn
from simulation.plan import (
    Act,
    CallFault,
    CallFaultKind,
    Deed,
    DeliveryFault,
    DeliveryFaultKind,
    Impostor,
    Plan,
    Tier,
)

IMPOSTORS: tuple[Impostor, ...] = get_args(Impostor)
OVER_HTTP: tuple[CallFaultKind, ...] = (
    "connect",
    "reset",
    "lost",
    "lost",
    "error",
    "error_after",
    "malformed",
    "unauthorized",
)
CALL_FAULTS: dict[Tier, tuple[CallFaultKind, ...]] = {
    "t0": ("reset", "lost", "lost", "gone"),
    "t1": (*OVER_HTTP, "too_many", "slow"),
    "t2": OVER_HTTP,
    "t3": (),
}
DELIVERED: tuple[DeliveryFaultKind, ...] = ("drop", "duplicate", "delay")
SIGNED: tuple[DeliveryFaultKind, ...] = (*DELIVERED * 2, "at_once", "wrong_type", *IMPOSTORS)
DELIVERY_FAULTS: dict[Tier, tuple[DeliveryFaultKind, ...]] = {
    "t0": DELIVERED,
    "t1": (*SIGNED, "away", "away"),
    "t2": SIGNED,
    "t3": (),
}
CALLS, EVENTS, QUESTIONS = {"t0": 12, "t1": 30, "t2": 16}, 12, 4
LONG = 24 * 40
"""Hours that chance spreads deeds over: beyond the deadline for the goods."""
LATE_PARCEL = 0.15
CORRECTION = 0.2
UNSOUND, FLOODED, WAREHOUSE, AFTER = 0.15, 0.01, 0.2, 0.2
LAST_MINUTE = 0.1
"""Goods that the fulfiller takes in between the last look and the deadline, after 30 days."""
VISIBLE, TOO_STALE = 50, 150
"""Seconds that lists lag: within the pause of a create in doubt, and longer, where a second one is
refused anyway because no units are left."""

SKEWS = (0, 0, 0, 120, -120, 298, -298, 900, -900)
"""Seconds: inside the receiver's tolerance of 300, at its edge, and beyond."""

Coordinator = Literal["digital_river", "third_party"]


def draw(seed: int, tier: Tier) -> Plan:
    """Return the plan of a seed, always the same."""
    random = Random(f"{tier}:{seed}")  # noqa: S311 - a plan, not a secret
    coordinator: Coordinator = random.choice(("digital_river", "third_party"))
    lines = random.choice(((1,), (2,), (2, 1), (1, 1), (3, 2)))
    acts = _acts(random, coordinator, lines)
    lonely = not any(act.deed.startswith("sibling") for act in acts)
    trouble = random.choice((0.0, 0.05, 0.2))
    spare = not lonely or _chance(random, 0.5)
    stale = random.choice((0, 0, 5, VISIBLE) if spare else (0, 5, VISIBLE, TOO_STALE))
    lost = (CallFault(call=random.randrange(2, 6), kind="lost"),) if stale == TOO_STALE else ()
    plan = Plan(
        seed=seed,
        tier=tier,
        coordinator=coordinator,
        lines=lines,
        spare=spare,
        short_return=random.choice(tuple(ShortReturn)),
        tag_reason=coordinator == "digital_river" or not lonely or _chance(random, 0.8),
        eager=_chance(random, 0.3),
        stale=stale,
        acts=acts,
        calls=lost
        + tuple(
            CallFault(call=n, kind=random.choice(CALL_FAULTS[tier]))
            for n in range(CALLS[tier])
            if _chance(random, trouble)
        ),
        deliveries=tuple(
            DeliveryFault(event=n, kind=random.choice(DELIVERY_FAULTS[tier]), hours=_gap(random))
            for n in range(EVENTS)
            if _chance(random, trouble * 2)
        ),
        kills=tuple(n for n in range(CALLS[tier]) if _chance(random, trouble / 3)),
        answers=tuple(random.randrange(4) for _ in range(random.randrange(QUESTIONS))),
    )
    plan = plan if tier == "t0" else _over_http(random, plan, lonely=lonely)
    random = Random(f"{tier}:{seed}:rare")  # noqa: S311 - a plan, not a secret
    plan = _with_flood(random, _with_unsound(random, plan))
    return plan if plan.twin else _with_others(random, plan, lonely=lonely)


def _over_http(random: Random, plan: Plan, *, lonely: bool) -> Plan:
    """Draw what only a real receiver, a real list and a real client can meet."""
    plan = replace(
        plan,
        repeats=random.choice(("second", "conflict")),
        fresh_ids=_chance(random, 0.2),
        metadata_in_events=_chance(random, 0.8),
        deaf=_chance(random, 0.05),
    )
    if plan.tier == "t2":
        return replace(plan, stale=0, kills=())
    plan = replace(
        plan,
        listed_twice=_chance(random, 0.1),
        late_reads=plan.stale > 0 and _chance(random, 0.2),
        skew=random.choice(SKEWS),
    )
    if not lonely or not _chance(random, 0.2):
        return plan
    marked = plan.tag_reason or plan.coordinator == "digital_river"
    acts = tuple(replace(act, twin=_chance(random, 0.4)) for act in plan.acts)
    # An order that two returns share has units left after the first.
    stale = min(plan.stale, VISIBLE)
    return replace(plan, twin=True, acts=acts, tag_reason=marked, stale=stale)


def _with_unsound(random: Random, plan: Plan) -> Plan:
    """Have, at times, a part of each parcel come damaged, or something else in its place."""
    if not _chance(random, UNSOUND):
        return plan
    acts = (_unsound(random, act) if act.deed == "send" else act for act in plan.acts)
    return replace(plan, acts=tuple(acts))


def _with_flood(random: Random, plan: Plan) -> Plan:
    """Have, now and then, far more events come than any return has."""
    if not _chance(random, FLOODED):
        return plan
    return replace(plan, acts=(*plan.acts, Act(hour=_hour(random), deed="flood")))


def _with_others(random: Random, plan: Plan, *, lonely: bool) -> Plan:
    """Have, at times, the warehouse begin the return, or something happen after its end."""
    if _chance(random, WAREHOUSE) and plan.coordinator == "digital_river" and lonely:
        begun = Act(hour=0, deed="begin_at_warehouse")
        acts = tuple(act for act in plan.acts if act.deed != "cancel")
        return replace(plan, from_warehouse=True, deaf=False, acts=(begun, *acts))
    if plan.tier == "t1" and lonely and _chance(random, AFTER):
        return replace(plan, after=_after(random, plan))
    return plan


def _after(random: Random, plan: Plan) -> tuple[Act, ...]:
    late: list[Deed] = ["fail_late", "fail_late", "chargeback"]
    late.append("receive" if plan.coordinator == "digital_river" else "accept_by_hand")
    deeds = random.sample(late, random.choice((1, 1, 2)))
    acts = [Act(hour=_hour(random), deed=deed, units=plan.lines) for deed in deeds]
    return (*sorted(acts, key=lambda act: act.hour), Act(hour=LONG, deed="nothing"))


def _unsound(random: Random, act: Act) -> Act:
    damaged = tuple(random.randint(0, units) for units in act.units)
    sound = tuple(all_of - bad for all_of, bad in zip(act.units, damaged, strict=True))
    return replace(act, units=sound, damaged=damaged, wrong=random.choice((0, 0, 1, 2)))


def _chance(random: Random, share: float) -> bool:
    return random.random() < share


def _gap(random: Random) -> float:
    return round(random.choice((0.01, 1, 24, 24 * 9)) * random.random(), 4)


def _acts(random: Random, coordinator: Coordinator, lines: tuple[int, ...]) -> tuple[Act, ...]:
    """Draw the usual course of a return of the coordinator, then what disturbs it."""
    usual = _goods(random, coordinator, lines) + _bank(random)
    odd = [*_disputes(random), *_people(random, coordinator, lines), *_sibling(random, coordinator)]
    return tuple(sorted((*usual, *odd), key=lambda act: act.hour))


def _hour(random: Random, before: float = 0.0) -> float:
    return round(before + random.choice((0.02, 1.0, 24.0, LONG / 3)) * random.random(), 4)


def _units(random: Random, lines: tuple[int, ...]) -> tuple[int, ...]:
    whole = _chance(random, 0.4)
    return tuple(units if whole else random.randint(0, units) for units in lines)


def _goods(random: Random, coordinator: Coordinator, lines: tuple[int, ...]) -> list[Act]:
    if coordinator == "third_party":
        return [
            Act(hour=_hour(random, 0.1), deed="send", units=_units(random, lines))
            for _ in range(random.choice((0, 1, 1, 2, 3)))
        ] + _afterthoughts(random, lines)
    if _chance(random, 0.1):
        return [Act(hour=_hour(random, 0.1), deed="reject")]
    approved = _hour(random, 0.1)
    acts = [Act(hour=approved, deed="approve")] if _chance(random, 0.95) else []
    acts += [
        Act(hour=_hour(random, approved + 0.1), deed="receive", units=_units(random, lines))
        for _ in range(random.choice((0, 1, 1, 1, 2)))
    ]
    if acts and _chance(random, LAST_MINUTE):
        late = approved + 24 * (26 + random.random() * 3.5)
        acts[1:] = [Act(hour=round(late, 4), deed="receive", units=lines)]
    return acts


def _afterthoughts(random: Random, lines: tuple[int, ...]) -> list[Act]:
    """Draw, at times, a count that is corrected, and a parcel from after the deadline."""
    acts = []
    if _chance(random, CORRECTION):
        acts.append(Act(hour=_hour(random, 0.1), deed="correct", units=_units(random, lines)))
    if _chance(random, LATE_PARCEL):
        late = round(24 * (31 + random.random() * 14), 4)
        acts.append(Act(hour=late, deed="send", units=lines))
    return acts


def _bank(random: Random) -> list[Act]:
    deeds: tuple[Deed, ...] = ("pay", "pay", "fail", "ask", "expire")
    return [
        Act(hour=_hour(random, random.random() * LONG), deed=random.choice(deeds))
        for _ in range(random.randrange(5))
    ] + [Act(hour=LONG * random.choice((0.1, 1, 2)), deed="nothing")]


def _disputes(random: Random) -> list[Act]:
    if not _chance(random, 0.12):
        return []
    begun = _hour(random)
    ended: Deed = random.choice(("resolve", "chargeback"))
    return [
        Act(hour=begun, deed="dispute"),
        Act(hour=_hour(random, begun), deed=ended),
    ]


def _people(random: Random, coordinator: Coordinator, lines: tuple[int, ...]) -> list[Act]:
    acts = []
    if _chance(random, 0.1):
        acts.append(Act(hour=_hour(random), deed="cancel"))
    if _chance(random, 0.06) and coordinator == "third_party":
        acts.append(Act(hour=_hour(random), deed="accept_by_hand"))
    if _chance(random, 0.06):
        acts.append(Act(hour=_hour(random), deed="refund_by_hand", units=_units(random, lines)))
    return acts


def _sibling(random: Random, coordinator: Coordinator) -> list[Act]:
    if not _chance(random, 0.25):
        return []
    made = _hour(random) if _chance(random, 0.5) else 0.0
    acts = [Act(hour=made, deed="sibling_return")]
    if coordinator == "third_party" or _chance(random, 0.5):
        acts.append(Act(hour=_hour(random, made), deed="sibling_accept"))
    return acts
