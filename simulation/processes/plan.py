"""A plan of T3: several returns at once, what goes wrong around them, and which process dies when.

The lives of returns are such that each has one right end, however long a process is away.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Literal, get_args

from pydantic import TypeAdapter

from sandbox.faults import CallFault, CallRule, DeliveryRule, Impostor, ListFault, ListRule

Coordinator = Literal["digital_river", "third_party"]
Course = Literal[
    "whole",
    "in_parts",
    "short",
    "rejected",
    "not_shipped",
    "by_hand",
    "bank_asks",
    "refund_fails",
    "given_up",
    "cancelled",
    "nothing_comes",
]
"""What becomes of the goods and of the money."""

COURSES: dict[Coordinator, tuple[Course, ...]] = {
    "digital_river": (
        "whole", "short", "rejected", "not_shipped", "bank_asks", "refund_fails", "given_up",
        "cancelled",
    ),
    "third_party": (
        "whole", "in_parts", "short", "by_hand", "bank_asks", "refund_fails", "given_up",
        "cancelled", "nothing_comes",
    ),
}  # fmt: skip

Service = Literal["worker", "receiver", "temporal"]
Moment = Literal["event", "write", "ack"]

CACHES = ((1000,), (0,), (0, 1000), (1000, 1000))
WRITES = ("/returns", "/fulfillment-returns", "/refunds", "/returns/*")
CALL_FAULTS = get_args(CallFault)
IMPOSTORS = get_args(Impostor)
DELIVERY_FAULTS = ("drop", "duplicate", "delay", "shuffle")
LIST_FAULTS: tuple[ListFault, ...] = ("late", "duplicate")
LATE_SECONDS = 1.0
"""How long lists lack what is new: less than the pause of a create in doubt."""

SPARE, EAGER, SHARED, ASKED_TWICE, OF_WRITES = 0.5, 0.3, 0.5, 0.3, 0.7
"""Shares of plans, of first returns, of returns and of faults."""

LONGEST_HISTORY, MOST_WRITES, MOST_ACKS = 40, 8, 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One return."""

    coordinator: Coordinator
    course: Course
    lines: tuple[int, ...]
    """Units asked back of each line."""
    twice: bool = False
    """Whether the storefront asks twice at once, as two tabs do."""
    shares: bool = False
    """Whether the order is that of the life before: two returns of one order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """The death of a process by `kill -9`; it is started again at once.

    `event`: when the history of a return has so many events. `write`: when the n-th write to
    Digital River has had its effect and nobody has heard of it. `ack`: when the receiver has
    answered the n-th delivery and Digital River has not heard the answer.
    """

    service: Service
    moment: Moment
    n: int
    life: int = 0
    """Which return's history, for `event`."""
    worker: int = 0
    """Which of the workers, if there are two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HousePlan:
    """Everything that chance decides."""

    seed: int
    tier: Literal["t3"] = "t3"
    lives: tuple[Life, ...]
    caches: tuple[int, ...] = (1000,)
    """For each worker, how many returns it keeps in memory."""
    spare: bool = False
    """Whether orders have as many units again: a second create is then made, not refused."""
    eager: bool = False
    """Whether Digital River refunds at each acceptance (contract, C4)."""
    kills: tuple[Kill, ...] = ()
    calls: tuple[CallRule, ...] = ()
    lists: tuple[ListRule, ...] = ()
    deliveries: tuple[DeliveryRule, ...] = ()

    @property
    def undisturbed(self) -> "HousePlan":
        """The same returns, and nothing goes wrong."""
        return replace(self, kills=(), calls=(), lists=(), deliveries=())


_PLAN: TypeAdapter[HousePlan] = TypeAdapter(HousePlan)


def write_house_plan(plan: HousePlan, path: Path) -> None:
    """Keep a plan for later."""
    path.write_bytes(_PLAN.dump_json(plan, indent=1) + b"\n")


def read_house_plan(path: Path) -> HousePlan:
    """Read a plan that was kept. Raises pydantic's ValidationError."""
    return _PLAN.validate_json(path.read_bytes())


def draw_house(seed: int) -> HousePlan:
    """Return the plan of a seed, always the same."""
    random = Random(f"t3:{seed}")  # noqa: S311 - a plan, not a secret
    caches = random.choice(CACHES)
    lives = _lives(random)
    return HousePlan(
        seed=seed,
        lives=lives,
        caches=caches,
        spare=random.random() < SPARE,
        eager=random.random() < EAGER,
        kills=tuple(
            _kill(random, lives=len(lives), workers=len(caches)) for _ in range(_few(random, 1, 4))
        ),
        calls=tuple(_call(random) for _ in range(_few(random, 0, 4))),
        lists=tuple(_list(random) for _ in range(_few(random, 0, 1))),
        deliveries=tuple(_delivery(random) for _ in range(_few(random, 0, 3))),
    )


def _few(random: Random, least: int, most: int) -> int:
    return random.randint(least, most)


def _lives(random: Random) -> tuple[Life, ...]:
    lives = [_life(random) for _ in range(_few(random, 2, 4))]
    first = lives[0]
    if first.course in ("whole", "in_parts") and random.random() < SHARED:
        lives.insert(1, replace(first, shares=True, twice=False))
    return tuple(lives)


def _life(random: Random) -> Life:
    coordinator: Coordinator = random.choice(("digital_river", "third_party"))
    course = random.choice(COURSES[coordinator])
    lines = random.choice(((2,), (2, 1), (3, 1)))
    return Life(
        coordinator=coordinator, course=course, lines=lines, twice=random.random() < ASKED_TWICE
    )


def _kill(random: Random, lives: int, workers: int) -> Kill:
    moment: Moment = random.choice(("event", "event", "write", "write", "ack"))
    if moment == "write":
        n = random.randint(1, MOST_WRITES)
        return Kill(service="worker", moment=moment, n=n, worker=random.randrange(workers))
    if moment == "ack":
        return Kill(service="receiver", moment=moment, n=random.randint(1, MOST_ACKS))
    service: Service = random.choice(("worker", "temporal", "temporal", "receiver"))
    return Kill(
        service=service,
        moment=moment,
        n=random.randint(2, LONGEST_HISTORY),
        life=random.randrange(lives),
        worker=random.randrange(workers),
    )


def _call(random: Random) -> CallRule:
    writes = random.random() < OF_WRITES
    return CallRule(
        method="POST" if writes else "GET",
        path=random.choice(WRITES) if writes else "*",
        kind=random.choice(CALL_FAULTS),
        times=_few(random, 1, 2),
        skip=_few(random, 0, 2),
        seconds=round(random.random(), 2),
        status=random.choice((500, 502, 503, 504)),
    )


def _list(random: Random) -> ListRule:
    kind = random.choice(LIST_FAULTS)
    return ListRule(path=random.choice(WRITES[:3]), kind=kind, seconds=LATE_SECONDS)


def _delivery(random: Random) -> DeliveryRule:
    return DeliveryRule(
        type=random.choice(("*", "refund.*", "*return.*")),
        kind=random.choice((random.choice(DELIVERY_FAULTS), random.choice(IMPOSTORS))),
        times=random.choice((1, 3, None)),
        copies=_few(random, 1, 9),
        seconds=round(3 * random.random(), 2),
    )
