"""What a Digital River in memory holds of one order, and what people do to it: the world of T0.

It shares nothing with the activities or the sandbox, so that what is tried are the rules alone.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from itertools import count

from lifecycle.facts import (
    Chargeback,
    DisputeResolved,
    Fact,
    FulfillmentOrderItem,
    FulfillmentOrderSeen,
    OrderLine,
    OrderSeen,
    RefundItem,
    RefundSeen,
    Resource,
    ReturnItem,
    ReturnSeen,
)
from lifecycle.identity import tagged_reason
from lifecycle.request import Coordinator, RequestedLine, ReturnRequest
from simulation.agenda import Clock
from simulation.books import BookedRefund, BookedReturn, Books, Maker
from simulation.plan import FLOOD, Act, Plan
from simulation.world import Message

ORDER, FULFILLMENT_ORDER = "order-1", "fo_1"
SIBLING_REASON = tagged_reason("too_big", "A" * 10)
TAKEN_IN = ("pending", "accepted")
TOKEN_LIFE = timedelta(days=90)


@dataclass
class Held:
    """A return and who made it."""

    seen: ReturnSeen
    maker: Maker


@dataclass
class Paid:
    """A refund and who made it."""

    seen: RefundSeen
    maker: Maker


@dataclass
class River:
    """What exists of one order."""

    plan: Plan
    clock: Clock = field(default_factory=Clock)
    outbox: list[object] = field(default_factory=list)
    told: list[Message] = field(default_factory=list)
    """Every event that was made, whether it arrives or not."""
    returns: list[Held] = field(default_factory=list)
    refunds: list[Paid] = field(default_factory=list)
    request: ReturnRequest = field(init=False)
    accepted_by_hand: bool = False
    state: str = "fulfilled"
    _events: Callable[[], int] = field(default_factory=lambda: count(1).__next__)

    def __post_init__(self) -> None:
        """Write the request that the plan is about, or have the warehouse begin a return."""
        plan = self.plan
        if plan.from_warehouse:
            self.request = ReturnRequest(
                request_id=f"adopt:{plan.seed}",
                adopt="ret_1",
                order_id=ORDER,
                coordinator=Coordinator.DIGITAL_RIVER,
                fulfillment_order_id=FULFILLMENT_ORDER,
                policy=plan.policy,
            )
            self.add_return("us", None, None)
            return
        self.request = ReturnRequest(
            request_id=f"request-{plan.seed}",
            order_id=ORDER,
            coordinator=Coordinator(plan.coordinator),
            lines=tuple(
                RequestedLine(order_item_id=item, quantity=n)
                for item, n in zip(plan.items, plan.lines, strict=True)
            ),
            reason="too_small",
            policy=plan.policy,
        )

    @property
    def asked(self) -> Counter[str]:
        """Units asked back of each line."""
        return Counter(dict(zip(self.plan.items, self.plan.lines, strict=True)))

    @property
    def by_fulfiller(self) -> bool:
        """Whether Digital River's fulfiller takes the goods."""
        return self.request.coordinator is Coordinator.DIGITAL_RIVER

    def order(self) -> OrderSeen:
        """Read the order."""
        many = 2 if self.plan.spare else 1
        return OrderSeen(
            order_id=ORDER,
            state=self.state,
            currency="EUR",
            lines=tuple(
                OrderLine(item_id=item, quantity=n * many, state="fulfilled")
                for item, n in self.asked.items()
            ),
            taken=self.clock.time,
        )

    def fulfillment_order(self) -> FulfillmentOrderSeen:
        """Read the fulfillment order."""
        many = 2 if self.plan.spare else 1
        return FulfillmentOrderSeen(
            fulfillment_order_id=FULFILLMENT_ORDER,
            order_id=ORDER,
            currency="EUR",
            items=tuple(
                FulfillmentOrderItem(
                    item_id=f"fo-{item}", order_item_id=item, quantity=n * many, shipped=n * many
                )
                for item, n in self.asked.items()
            ),
            taken=self.clock.time,
        )

    def fresh(self, seen: Fact) -> Fact:
        """Read something now."""
        if isinstance(seen, ReturnSeen | RefundSeen):
            return replace(seen, taken=self.clock.time)
        return seen

    def _tell(self, *facts: Fact) -> None:
        self.told.append(Message(f"event-{self._events()}", facts))
        self.outbox.append(self.told[-1])

    def add_return(self, maker: Maker, reason: str | None, key: str | None) -> ReturnSeen:
        """Make a return."""
        prefix = "fo-" if self.by_fulfiller else ""
        state = "pending" if self.by_fulfiller else "created"
        seen = ReturnSeen(
            resource=Resource.FULFILLMENT_RETURN if self.by_fulfiller else Resource.RETURN,
            return_id=f"ret_{len(self.returns) + 1}",
            state="created",
            items=tuple(
                ReturnItem(item_id=f"{prefix}{item}", quantity=n, accepted=0, state=state)
                for item, n in self.asked.items()
            ),
            taken=self.clock.time,
            order_id=ORDER,
            fulfillment_order_id=FULFILLMENT_ORDER if self.by_fulfiller else None,
            reason=reason,
            key=key,
            created=self.clock.time,
        )
        self.returns.append(Held(seen, maker))
        return seen

    def _move(self, held: Held, state: str, accepted: Counter[str] | None = None) -> None:
        items = held.seen.items
        if accepted is not None:
            items = tuple(
                replace(
                    item,
                    accepted=accepted[item.item_id],
                    state="accepted" if accepted[item.item_id] else item.state,
                )
                for item in items
            )
        if state == "rejected":
            items = tuple(replace(item, state="rejected") for item in items)
        held.seen = replace(held.seen, state=state, items=items, taken=self.clock.time)
        if state != "created":
            self._tell(held.seen)

    def take(self, held: Held, units: Counter[str]) -> None:
        """Accept units, and make the refunds that follow (contract, C4)."""
        before = Counter({item.item_id: item.accepted for item in held.seen.items})
        total = before | units
        new = total - before
        if not new:
            return
        whole = all(total[item.item_id] >= item.quantity for item in held.seen.items)
        maker: Maker = "sibling" if held.maker == "sibling" else "digital_river"
        refund_now = whole or self.plan.eager
        self._move(held, "accepted" if whole else "created", total)
        if refund_now:
            parts = new if self.plan.eager else total
            made = self.add_refund(maker, parts, held.seen.reason, None)
            self._tell(made)

    def add_refund(
        self, maker: Maker, units: Counter[str], reason: str | None, key: str | None
    ) -> RefundSeen:
        """Make a refund."""
        seen = RefundSeen(
            refund_id=f"re_{len(self.refunds) + 1}",
            order_id=ORDER,
            state="pending",
            currency="EUR",
            refunded_amount=Decimal(0),
            items=tuple(RefundItem(item_id=item, quantity=n) for item, n in sorted(units.items())),
            taken=self.clock.time,
            reason=reason,
            key=key,
            created=self.clock.time,
        )
        self.refunds.append(Paid(seen, maker))
        return seen

    def act(self, act: Act) -> None:
        """Let somebody do something; what cannot be done is left."""
        match act.deed:
            case "approve" | "reject" | "receive":
                self._fulfil(act)
            case "pay" | "fail" | "ask" | "expire":
                self._bank(act.deed)
            case "dispute" | "resolve" | "chargeback":
                self._dispute(act.deed)
            case "accept_by_hand" | "refund_by_hand":
                self._by_hand(act)
            case "sibling_return":
                if self.plan.spare and len(self.returns) <= 1:
                    key = None if self.by_fulfiller else "return-order-1-other:return"
                    self.add_return("sibling", SIBLING_REASON, key)
            case "sibling_accept":
                self._accept_sibling()
            case "flood":
                for n in range(FLOOD):
                    moment = self.clock.time + timedelta(microseconds=n)
                    self._tell(replace(self.order(), taken=moment))
            case _:
                pass

    def _ours(self) -> Held | None:
        return next((one for one in self.returns if one.maker == "us"), None)

    def _fulfil(self, act: Act) -> None:
        held = self._ours()
        if held is None or not self.by_fulfiller:
            return
        state = held.seen.state
        if act.deed == "approve" and state == "created":
            self._move(held, "pending")
        elif act.deed == "reject" and state in ("created", "pending"):
            self._move(held, "rejected")
        elif act.deed == "receive" and (state in self._taken_in):
            self._take_in(held, act.units)

    @property
    def _taken_in(self) -> Sequence[str]:
        """States in which the fulfiller takes goods in; nobody approves what it sent itself."""
        return (*TAKEN_IN, "created") if self.plan.from_warehouse else TAKEN_IN

    def _take_in(self, held: Held, units: Sequence[int]) -> None:
        had = Counter({item.item_id: item.accepted for item in held.seen.items})
        more = {
            item.item_id: min(item.quantity, had[item.item_id] + n)
            for item, n in zip(held.seen.items, units, strict=True)
        }
        if any(more.values()):
            self._move(held, "accepted", Counter(more))
        elif held.seen.state == "pending":
            self._move(held, "rejected")

    def _accept_sibling(self) -> None:
        held = next((one for one in self.returns if one.maker == "sibling"), None)
        if held is None or held.seen.state == "accepted":
            return
        everything = Counter({item.item_id: item.quantity for item in held.seen.items})
        if self.by_fulfiller:
            self._move(held, "accepted", everything)
            made = self.add_refund("sibling", self.asked, SIBLING_REASON, "ret_s:refund:1")
            self._tell(made)
        else:
            self.take(held, everything)

    def _by_hand(self, act: Act) -> None:
        held = self._ours()
        if held is None or self.state == "dispute":
            return
        if act.deed == "accept_by_hand" and held.seen.state == "created":
            self.accepted_by_hand = True
            everything = Counter({item.item_id: item.quantity for item in held.seen.items})
            self.take(held, everything)
        elif act.deed == "refund_by_hand":
            units = Counter(dict(zip(self.plan.items, act.units, strict=True)))
            if +units:
                self._tell(self.add_refund("hand", +units, None, None))

    def _bank(self, deed: str) -> None:
        states = ("pending",) if deed == "ask" else ("pending", "pending_information")
        states = ("pending_information",) if deed == "expire" else states
        paid = next((one for one in self.refunds if one.seen.state in states), None)
        if paid is None:
            return
        names = {"pay": "succeeded", "fail": "failed", "ask": "pending_information"}
        state = names.get(deed, "expired")
        expires = self.clock.time + TOKEN_LIFE if deed == "ask" else None
        paid.seen = replace(paid.seen, state=state, expires=expires, taken=self.clock.time)
        if deed != "expire":
            self._tell(paid.seen)

    def _dispute(self, deed: str) -> None:
        if deed == "chargeback":
            self.state = "fulfilled"
            self._tell(Chargeback(order_id=ORDER, taken=self.clock.time))
            return
        self.state = "dispute" if deed == "dispute" else "fulfilled"
        self._tell(self.order())
        if deed == "resolve":
            self._tell(DisputeResolved(order_id=ORDER, taken=self.clock.time))

    def finish(self) -> None:
        """Let the bank pay what is open."""
        while any(one.seen.state in ("pending", "pending_information") for one in self.refunds):
            self._bank("pay")

    def refund_states(self) -> dict[str, str]:
        """Return the state of each refund."""
        return {one.seen.refund_id: one.seen.state for one in self.refunds}

    def books(self) -> Books:
        """Return all that exists."""
        returns = [
            BookedReturn(
                id=one.seen.return_id,
                maker=one.maker,
                authorised=Counter(
                    {item.item_id.removeprefix("fo-"): item.quantity for item in one.seen.items}
                ),
                accepted=Counter(
                    {item.item_id.removeprefix("fo-"): item.accepted for item in one.seen.items}
                ),
                state=one.seen.state,
            )
            for one in self.returns
        ]
        refunds = [
            BookedRefund(
                id=one.seen.refund_id,
                maker=one.maker,
                made=one.seen.created or self.clock.time,
                units=Counter({item.item_id: item.quantity or 0 for item in one.seen.items}),
                state=one.seen.state,
            )
            for one in self.refunds
        ]
        return Books(returns, refunds, self.accepted_by_hand)
