"""A toy Digital River in memory, with lost answers and stale reads, that judges what is done.

It is smaller than the sandbox and shares nothing with the activities: `Walk` reads back and posts
the way docs/digital-river.md asks a client to, and `River` says at once when money goes wrong.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from lifecycle.facts import RefundSeen, ReturnSeen
from lifecycle.request import Coordinator, ReturnRequest
from tests.builders.returns import (
    START,
    fulfillment_order_seen,
    order_seen,
    refund_seen,
    return_seen,
)

STALE = timedelta(seconds=50)
"""How long a new object may be missing from lists: less than the pause between two reads."""


@dataclass
class River:
    """What Digital River holds of one order, and what arrived at the warehouse."""

    request: ReturnRequest
    random: Random
    now: datetime = START
    returned: ReturnSeen | None = None
    refunds: dict[str, RefundSeen] = field(default_factory=dict)
    arrived: Counter[str] = field(default_factory=Counter)
    history: list[ReturnSeen | RefundSeen] = field(default_factory=list)
    eager: bool = False
    """Whether refunds are made at each acceptance (contract, C4)."""
    owed: Counter[str] = field(default_factory=Counter)
    """Units whose failed refund may be paid again, because a person or the rule said so."""

    order = staticmethod(order_seen)
    fulfillment_order = staticmethod(fulfillment_order_seen)

    @property
    def by_digital_river(self) -> bool:
        """Whether the fulfiller takes the goods."""
        return self.request.coordinator is Coordinator.DIGITAL_RIVER

    @property
    def accepted(self) -> Counter[str]:
        """Units accepted, by order item."""
        items = self.returned.items if self.returned else ()
        return Counter({item.item_id.removeprefix("fo-"): item.accepted for item in items})

    def is_visible(self, seen: ReturnSeen | RefundSeen) -> bool:
        """Say whether a list shows an object already."""
        created = seen.created or START
        return self.now - created > STALE or self.random.random() < 0.5

    def show(self, seen: ReturnSeen | RefundSeen) -> None:
        """Keep a snapshot, to be delivered some time or never."""
        self.history.append(replace(seen, taken=self.now))

    def create(self) -> ReturnSeen:
        """Create the return; a second one is the fault that must never be."""
        assert self.returned is None, "a second return was created"
        self.returned = replace(return_seen(self.request, taken=self.now), created=self.now)
        self.show(self.returned)
        return self.returned

    def change_return(self, state: str, accepted: Counter[str]) -> ReturnSeen:
        """Move the return on."""
        assert self.returned is not None
        self.returned = replace(
            return_seen(self.request, state, accepted, taken=self.now),
            created=self.returned.created,
        )
        self.show(self.returned)
        return self.returned

    def accept(self, items: Counter[str]) -> ReturnSeen:
        """Accept items at our word (third party): never more than arrived, never once settled."""
        assert not items - self.arrived, "accepted more than arrived"
        ours = [refund for refund in self.refunds.values() if refund.key is not None]
        assert not ours or self.returned_is("accepted"), "accepted after a settlement"
        before, total = self.accepted, self.accepted | items
        wanted = Counter({line.order_item_id: line.quantity for line in self.request.lines})
        done = total == wanted
        seen = self.change_return("accepted" if done else "created", total)
        if self.eager:
            self.refund(total - before)
        elif done:
            parts = (
                [total]
                if self.random.random() < 0.5
                else [Counter({item: n}) for item, n in total.items()]
            )
            for part in parts:
                self.refund(part)
        return seen

    def returned_is(self, state: str) -> bool:
        """Say whether the return is in a state."""
        return self.returned is not None and self.returned.state == state

    def refund(self, quantities: Counter[str], key: str | None = None) -> RefundSeen:
        """Create a refund: never for more units than were accepted, or arrived and settled."""
        came = self.accepted if self.by_digital_river else self.accepted | self.arrived
        paid: Counter[str] = Counter()
        for refund in self.refunds.values():
            paid.update({item.item_id: item.quantity or 0 for item in refund.items})
        expired = [one for one in self.refunds.values() if one.state == "expired"]
        for one in expired:
            came = came + Counter({item.item_id: item.quantity or 0 for item in one.items})
        excess = paid + quantities - came - self.owed
        assert not excess, f"refunded more than came: {excess}"
        refund = refund_seen(
            dict(quantities),
            refund_id=f"re_{len(self.refunds) + 1}",
            key=key,
            reason=self.request.sent_reason,
            taken=self.now,
            created=self.now,
        )
        self.refunds[refund.refund_id] = refund
        self.show(refund)
        return refund

    def change_refund(self, refund: RefundSeen, state: str) -> None:
        """Move a refund on."""
        moved = replace(
            refund,
            state=state,
            taken=self.now,
            expires=self.now + timedelta(days=90) if state == "pending_information" else None,
        )
        self.refunds[refund.refund_id] = moved
        self.show(moved)

    def live(self) -> None:
        """Let the fulfiller, the customer or the bank do something."""
        deeds = [self._fulfil if self.by_digital_river else self._send, self._pay]
        self.random.choice(deeds)()

    def _fulfil(self) -> None:
        if self.returned_is("created"):
            self.change_return(self.random.choice(["pending", "pending", "rejected"]), Counter())
        elif self.returned_is("pending") or self.returned_is("accepted"):
            more = Counter(
                {
                    line.order_item_id: self.random.randint(0, line.quantity)
                    for line in self.request.lines
                }
            )
            self.change_return("accepted", self.accepted | more)

    def _send(self) -> None:
        line = self.random.choice(self.request.lines)
        if self.arrived[line.order_item_id] < line.quantity + 1:
            self.arrived[line.order_item_id] += 1

    def _pay(self) -> None:
        open_refunds = [
            refund
            for _, refund in sorted(self.refunds.items())
            if refund.state in ("pending", "pending_information")
        ]
        if open_refunds:
            refund = self.random.choice(open_refunds)
            ends = ["succeeded", "succeeded", "failed"]
            if refund.state == "pending":
                ends.append("pending_information")
            else:
                ends.append("expired")
            self.change_refund(refund, self.random.choice(ends))
