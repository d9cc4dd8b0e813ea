"""All snapshots of one object, joined: any order and any repetition gives an equal record.

Each field is a maximum, a minimum or a union, so `add` is idempotent and commutative. The snapshot
that is greatest by (rank, time taken, canonical form) speaks for all fields without a rule of
their own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from lifecycle.facts import FulfillmentOrderSeen, RefundSeen, Resource, ReturnSeen
from lifecycle.location import Location
from lifecycle.states import FINAL, UNKNOWN, refund_rank, return_rank
from lifecycle.tally import Tally

Snapshot = TypeVar("Snapshot", ReturnSeen, RefundSeen)


def _rank(seen: ReturnSeen | RefundSeen) -> int:
    if isinstance(seen, ReturnSeen):
        return return_rank(seen.resource, seen.state)
    return refund_rank(seen.state)


def _greater(one: Snapshot, other: Snapshot) -> Snapshot:
    if one is other:
        return one
    ranks = _rank(one), _rank(other)
    if ranks[0] != ranks[1]:
        return one if ranks[0] > ranks[1] else other
    if one.taken != other.taken:
        return one if one.taken > other.taken else other
    return max(one, other, key=repr)


@dataclass(slots=True)
class States:
    """Which states an object was seen in, and since when each rank is known."""

    since: dict[int, datetime] = field(default_factory=dict)
    final: set[str] = field(default_factory=set)
    """Different final states contradict each other, until a person chose."""
    unknown: dict[str, datetime] = field(default_factory=dict)
    """When each state that is not known here was seen last."""
    chosen: str | None = None
    """The final state that a person decided for, where two were seen."""

    def add(self, state: str, rank: int, taken: datetime) -> None:
        """Note one sighting."""
        if rank not in self.since or taken < self.since[rank]:
            self.since[rank] = taken
        if rank == FINAL:
            self.final.add(state)
        elif rank == UNKNOWN:
            self.unknown[state] = max(taken, self.unknown.get(state, taken))

    def unknown_since(self, known: datetime) -> str | None:
        """Return the state that it was last seen in, if that is unknown and not older."""
        newer = [(time, state) for state, time in self.unknown.items() if time >= known]
        return max(newer)[1] if newer else None

    @property
    def contradict(self) -> bool:
        """Whether two different final states were seen: only a person can tell which holds."""
        return len(self.final) > 1 and self.chosen is None


@dataclass(slots=True)
class ReturnRecord:
    """Everything seen of one return or fulfillment return."""

    best: ReturnSeen
    finals: dict[str, ReturnSeen] = field(default_factory=dict)
    located: ReturnSeen | None = None
    accepted: dict[str, int] = field(default_factory=dict)
    refund_ids: set[str] = field(default_factory=set)
    states: States = field(default_factory=States)

    @classmethod
    def of(cls, seen: ReturnSeen) -> "ReturnRecord":
        """Begin a record with its first snapshot."""
        record = cls(best=seen)
        record.add(seen)
        return record

    def add(self, seen: ReturnSeen) -> None:
        """Join one more snapshot."""
        if self.states.chosen in (None, seen.state):
            self.best = _greater(self.best, seen)
        if _rank(seen) == FINAL:
            self.finals[seen.state] = _greater(self.finals.get(seen.state, seen), seen)
        if seen.location is not None:
            self.located = seen if self.located is None else _greater(self.located, seen)
        for item in seen.items:
            self.accepted[item.item_id] = max(item.accepted, self.accepted.get(item.item_id, 0))
        self.refund_ids.update(seen.refund_ids)
        self.states.add(seen.state, _rank(seen), seen.taken)

    def choose(self, state: str) -> None:
        """Let one of the final states that were seen hold, for good."""
        if state in self.finals:
            self.states.chosen, self.best = state, self.finals[state]

    @property
    def state(self) -> str:
        """The state that holds."""
        return self.best.state

    @property
    def unknown_state(self) -> str | None:
        """The state that Digital River showed it in last, if that is not known here."""
        return self.states.unknown_since(self.best.taken)

    @property
    def location(self) -> Location | None:
        """Where the goods go, once it was seen."""
        return self.located.location if self.located else None

    @property
    def units_accepted(self) -> dict[str, int]:
        """Units accepted per item; none of an item that was rejected."""
        rejected = {item.item_id for item in self.best.items if item.state == "rejected"}
        return {item: 0 if item in rejected else n for item, n in self.accepted.items()}

    def by_order_item(
        self, counts: Iterable[tuple[str, int]], orders: Mapping[str, FulfillmentOrderSeen]
    ) -> Tally:
        """Count units by order item: fulfillment returns have item ids of their own."""
        if self.best.resource is Resource.RETURN:
            named = counts
        else:
            order = orders.get(self.best.fulfillment_order_id or "")
            ids = {item.item_id: item.order_item_id for item in order.items} if order else {}
            named = ((ids.get(item_id) or "", count) for item_id, count in counts)
        units = Tally()
        for item, count in named:
            if item:
                units[item] = units.get(item, 0) + count
        return units

    def authorised(self, orders: Mapping[str, FulfillmentOrderSeen]) -> Tally:
        """Units that it is about, by order item."""
        counts = ((item.item_id, item.quantity) for item in self.best.items)
        return self.by_order_item(counts, orders)


@dataclass(slots=True)
class RefundRecord:
    """Everything seen of one refund."""

    best: RefundSeen
    finals: dict[str, RefundSeen] = field(default_factory=dict)
    key: str | None = None
    """The key in its metadata, once it was seen: not every snapshot must carry it."""
    states: States = field(default_factory=States)

    @classmethod
    def of(cls, seen: RefundSeen) -> "RefundRecord":
        """Begin a record with its first snapshot."""
        record = cls(best=seen)
        record.add(seen)
        return record

    def add(self, seen: RefundSeen) -> None:
        """Join one more snapshot."""
        if self.states.chosen in (None, seen.state):
            self.best = _greater(self.best, seen)
        if _rank(seen) == FINAL:
            self.finals[seen.state] = _greater(self.finals.get(seen.state, seen), seen)
        if seen.key is not None and (self.key is None or seen.key < self.key):
            self.key = seen.key
        self.states.add(seen.state, _rank(seen), seen.taken)

    def choose(self, state: str) -> None:
        """Let one of the final states that were seen hold, for good."""
        if state in self.finals:
            self.states.chosen, self.best = state, self.finals[state]

    @property
    def state(self) -> str:
        """The state that holds."""
        return self.best.state

    @property
    def unknown_state(self) -> str | None:
        """The state that Digital River showed it in last, if that is not known here."""
        return self.states.unknown_since(self.best.taken)

    @property
    def succeeded(self) -> bool:
        """Whether the money is back."""
        return self.state == "succeeded"

    @property
    def broken(self) -> bool:
        """Whether it ended without the money going back."""
        return self.state in ("failed", "expired")

    @property
    def units(self) -> dict[str, int | None]:
        """Units that it pays for, per order item; None where all units ordered are meant."""
        if self.best.type is not None:
            return {}
        return {item.item_id: item.quantity for item in self.best.items if item.type is None}

    @property
    def amount(self) -> Decimal | None:
        """The amount asked for: of the whole refund, or its items together where they say it."""
        if self.best.amount is not None:
            return self.best.amount
        amounts = [item.amount for item in self.best.items if item.amount is not None]
        return sum(amounts, Decimal(0)) if amounts else None
