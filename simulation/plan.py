"""A plan: all that happens to one return and around it, as a file that can be run again."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from lifecycle.policy import Policy, ShortReturn

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
STALE_REFUNDS = timedelta(seconds=50)
"""How long a refund may be missing from lists: less than the pause of a create in doubt, because a
second one is made whenever there is money left."""

FLOOD = 1_200
"""Events at once: more than a return takes into account."""

STRANGE = "something else"
"""What is in a parcel and was not asked back."""

Tier = Literal["t0", "t1", "t2", "t3"]

Deed = Literal[
    "send",
    "correct",
    "approve",
    "reject",
    "receive",
    "pay",
    "fail",
    "ask",
    "expire",
    "dispute",
    "resolve",
    "chargeback",
    "accept_by_hand",
    "refund_by_hand",
    "cancel",
    "sibling_return",
    "sibling_accept",
    "begin_at_warehouse",
    "fail_late",
    "flood",
    "nothing",
]
"""What the customer, the fulfiller, the bank, the shop and other people do."""

CallFaultKind = Literal[
    "connect",
    "reset",
    "error",
    "too_many",
    "unauthorized",
    "slow",
    "lost",
    "error_after",
    "malformed",
    "gone",
]
"""`lost`, `error_after` and `malformed` strike after the effect, others before it."""

Impostor = Literal[
    "bad_signature",
    "wrong_secret",
    "body_swapped",
    "stale",
    "future",
    "wrong_mode",
    "unknown_type",
    "truncated",
]
"""What is sent ahead of an event, says more than it, and must not be believed."""

DeliveryFaultKind = Literal["drop", "duplicate", "delay", "away", "at_once", "wrong_type", Impostor]
"""`at_once`: two deliveries at the same moment. `wrong_type`: the type says more than the state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One deed, so many hours after the start."""

    hour: float
    deed: Deed
    units: tuple[int, ...] = ()
    """For each line: units sent, taken in or refunded."""
    damaged: tuple[int, ...] = ()
    """For each line: units that are sent and come damaged."""
    wrong: int = 0
    """Units in the parcel that nobody asked back."""
    twin: bool = False
    """Whether it is about the second of two returns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFault:
    """What goes wrong with the n-th call to Digital River."""

    call: int
    kind: CallFaultKind


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFault:
    """What goes wrong with the n-th event."""

    event: int
    kind: DeliveryFaultKind
    hours: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that chance decides about one return."""

    seed: int
    tier: Tier
    coordinator: Literal["digital_river", "third_party"]
    lines: tuple[int, ...]
    """Units asked back of each line."""
    spare: bool
    """Whether the order has as many units again: a second return is then made, not refused."""
    short_return: ShortReturn = ShortReturn.ASK
    tag_reason: bool = True
    eager: bool = False
    """Whether refunds are made at each acceptance (contract, C4)."""
    stale: int = 0
    """For so many seconds what was created is missing from lists."""
    late_reads: bool = False
    """Whether it is missing from reads, too."""
    listed_twice: bool = False
    """Whether lists show every entry twice."""
    repeats: Literal["second", "conflict"] = "second"
    """What an identical create does, where units and money would allow a second one."""
    fresh_ids: bool = False
    """Whether each attempt to deliver an event bears an id of its own."""
    metadata_in_events: bool = True
    skew: int = 0
    """Seconds by which Digital River's clock is ahead of the receiver's when it signs."""
    deaf: bool = False
    """Whether no event ever arrives."""
    twin: bool = False
    """Whether a second return of ours, with look-alike lines, is opened on the order."""
    from_warehouse: bool = False
    """Whether the warehouse begins the return by itself, and the shop asks for none."""
    acts: tuple[Act, ...] = ()
    calls: tuple[CallFault, ...] = ()
    deliveries: tuple[DeliveryFault, ...] = ()
    kills: tuple[int, ...] = ()
    """Attempts whose result is lost with the worker."""
    after: tuple[Act, ...] = ()
    """What happens when the return has ended, so many hours after its end."""
    answers: tuple[int, ...] = ()
    """Which of the answers an operator gives to each question; then always to give up."""

    @property
    def policy(self) -> Policy:
        """The shop's terms."""
        return Policy(
            short_return=self.short_return,
            tag_reason=self.tag_reason,
            ask_before_refund=self.from_warehouse or None,
        )

    @property
    def items(self) -> tuple[str, ...]:
        """A name for each line."""
        return tuple("abcdefgh"[: len(self.lines)])


_PLAN: TypeAdapter[Plan] = TypeAdapter(Plan)


def write_plan(plan: Plan, path: Path) -> None:
    """Keep a plan for later."""
    path.write_bytes(_PLAN.dump_json(plan, indent=1) + b"\n")


def read_plan(path: Path) -> Plan:
    """Read a plan that was kept. Raises pydantic's ValidationError."""
    return _PLAN.validate_json(path.read_bytes())


def hours(count: float) -> timedelta:
    """Return a span of so many hours."""
    return timedelta(hours=count)
