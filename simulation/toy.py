"""T0: a Digital River in memory, with lost answers and stale lists, that knows nothing of HTTP.

It shares nothing with the activities: it reads back and posts the way docs/digital-river.md asks a
client to, so that what is tried here are the rules alone.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count

from lifecycle.facts import (
    Chargeback,
    DeadlinePassed,
    DisputeResolved,
    Fact,
    FulfillmentOrderItem,
    FulfillmentOrderSeen,
    InDoubt,
    Learned,
    OrderLine,
    OrderSeen,
    RefundItem,
    RefundSeen,
    Refused,
    Resource,
    ReturnItem,
    ReturnSeen,
    ReturnsListed,
)
from lifecycle.identity import tagged_reason
from lifecycle.request import Coordinator, RequestedLine, ReturnRequest
from lifecycle.rules import CURRENT_RULES
from lifecycle.steps import (
    AcceptItems,
    Call,
    CheckReturnable,
    CheckShipped,
    Create,
    IssueRefund,
    ListReturns,
    Look,
    Watch,
)
from lifecycle.watching import is_news
from simulation.agenda import Clock
from simulation.books import BookedRefund, BookedReturn, Books, Maker, Record
from simulation.plan import STALE_REFUNDS, Act, CallFaultKind, Plan
from simulation.world import AgainError, FailedError, Letter, Message, Trial

ORDER, FULFILLMENT_ORDER = "order-1", "fo_1"
SIBLING_REASON = tagged_reason("too_big", "A" * 10)
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
class Toy:
    """What Digital River holds of one order, and what its calls do."""

    plan: Plan
    clock: Clock = field(default_factory=Clock)
    outbox: list[object] = field(default_factory=list)
    returns: list[Held] = field(default_factory=list)
    refunds: list[Paid] = field(default_factory=list)
    request: ReturnRequest = field(init=False)
    _books: Books = field(default_factory=Books)
    _order: str = "fulfilled"
    _calls: Callable[[], int] = field(default_factory=lambda: count().__next__)
    _events: Callable[[], int] = field(default_factory=lambda: count(1).__next__)
    _faults: dict[int, CallFaultKind] = field(init=False)

    def __post_init__(self) -> None:
        """Write the request that the plan is about."""
        plan = self.plan
        self._faults = {fault.call: fault.kind for fault in plan.calls}
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
    def _asked(self) -> Counter[str]:
        return Counter({line.order_item_id: line.quantity for line in self.request.lines})

    @property
    def _by_fulfiller(self) -> bool:
        return self.request.coordinator is Coordinator.DIGITAL_RIVER

    def order(self) -> OrderSeen:
        """Read the order."""
        many = 2 if self.plan.spare else 1
        return OrderSeen(
            order_id=ORDER,
            state=self._order,
            currency="EUR",
            lines=tuple(
                OrderLine(item_id=item, quantity=n * many, state="fulfilled")
                for item, n in self._asked.items()
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
                for item, n in self._asked.items()
            ),
            taken=self.clock.time,
        )

    # Calls

    async def attempt(  # noqa: C901 - one arm per step
        self, step: Call | Watch, trial: Trial
    ) -> Learned:
        """Make one try of a step."""
        fault = self._faults.get(self._calls())
        if fault == "gone" and not isinstance(step, Watch):
            raise FailedError("gone")
        match step:
            case Create():
                facts = self._create_once((step, trial, fault), self._find_return, self._create)
            case IssueRefund():
                facts = self._create_once(
                    (step, trial, fault),
                    lambda: self._find_refund(step),
                    lambda: self._issue(step),
                )
            case _ if fault == "reset":
                raise AgainError
            case AcceptItems():
                facts = self._accept(step)
                if fault == "lost":
                    raise AgainError
            case Watch():
                facts = self._watch(step, trial)
            case CheckShipped():
                facts = [self.order(), self.fulfillment_order()]
            case CheckReturnable():
                seen = [self._fresh(one.seen) for one in self.returns]
                facts = [self.order(), *seen, ReturnsListed(taken=self.clock.time)]
            case ListReturns():
                seen = [self._fresh(one.seen) for one in self.returns]
                facts = [*seen, ReturnsListed(taken=max(self.clock.time, step.made))]
            case Look():
                seen = [self._fresh(one.seen) for one in self.returns]
                paid = [self._fresh(one.seen) for one in self.refunds]
                facts = [*seen, *paid, DeadlinePassed(until=step.lost)]
        return Learned(rules=CURRENT_RULES, facts=tuple(facts))

    def _create_once(
        self,
        tried: tuple[Create | IssueRefund, Trial, CallFaultKind | None],
        find: Callable[[], list[Fact]],
        post: Callable[[], list[Fact]],
    ) -> list[Fact]:
        """Read, post, and after a lost answer read once more; a try that was killed is in doubt."""
        step, trial, fault = tried
        if step.not_before is not None and self.clock.time < step.not_before:
            raise AgainError(step.not_before - self.clock.time)
        found = find()
        if found:
            return found
        if isinstance(step, Create) and step.only_look and not trial.details:
            return [self._refusal(self.request, "not_created")]
        if not trial.details and fault != "reset":
            trial.details = ["sent"]
            made = post()
            if any(isinstance(fact, Refused) for fact in made) and step.not_before is not None:
                return find() or [InDoubt(key=step.key, absent=self.clock.time)]
            if fault != "lost":
                return made
        return find() or [InDoubt(key=step.key, absent=self.clock.time)]

    def _visible(self, created: datetime | None, most: timedelta = timedelta.max) -> bool:
        stale = min(timedelta(seconds=self.plan.stale), most)
        return created is None or self.clock.time - created >= stale

    def _find_return(self) -> list[Fact]:
        ours = [one.seen for one in self.returns if one.maker == "us"]
        return [self._fresh(seen) for seen in ours if self._visible(seen.created)]

    def _find_refund(self, step: IssueRefund) -> list[Fact]:
        seen: list[Fact] = [
            self._fresh(one.seen) for one in self.returns if one.seen.return_id == step.return_id
        ]
        seen += [
            self._fresh(one.seen)
            for one in self.refunds
            if one.seen.key is None or self._visible(one.seen.created, STALE_REFUNDS)
        ]
        return [fact for fact in seen if is_news(step.known, fact)]

    def _create(self) -> list[Fact]:
        if self._order == "dispute":
            return [self._refusal(self.request, "invalid_parameter"), self.order()]
        held = sum((one.seen.items[0].quantity for one in self.returns), 0)
        room = self.request.lines[0].quantity * (2 if self.plan.spare else 1)
        if held + self.request.lines[0].quantity > room:
            return [self._refusal(self.request, "quantity_too_large")]
        key = None if self._by_fulfiller else f"{self.request.workflow_id}:return"
        return [self._add_return("us", self.request.sent_reason, key)]

    def _refusal(self, request: ReturnRequest, code: str) -> Refused:
        return Refused(
            key=f"{request.workflow_id}:return",
            status=409,
            code=code,
            message="refused",
            taken=self.clock.time,
        )

    def _issue(self, step: IssueRefund) -> list[Fact]:
        if self._order == "dispute":
            return [self.order()]
        units = Counter({item.item_id: item.quantity for item in step.items})
        return [self._add_refund("us", units, step.reason, step.key)]

    def _accept(self, step: AcceptItems) -> list[Fact]:
        held = next(one for one in self.returns if one.seen.return_id == step.return_id)
        if self._order == "dispute":
            return [self.order()]
        self._take(held, Counter({item.item_id: item.quantity for item in step.items}))
        return [self._fresh(held.seen)]

    def _watch(self, step: Watch, trial: Trial) -> list[Fact]:
        now = self.clock.time
        if trial.attempt > 1 or now >= step.until:
            seen: list[Fact] = [
                self._fresh(one.seen)
                for one in self.returns
                if one.seen.return_id == step.return_id
            ]
            ended = any(one.state == "accepted" for one in seen if isinstance(one, ReturnSeen))
            if step.refunds or ended:
                seen += [self._fresh(one.seen) for one in self.refunds]
            if step.order:
                seen.append(self.order())
            if any(is_news(step.known, fact) for fact in seen):
                return seen
            if now >= step.until:
                return [DeadlinePassed(until=step.until)]
        gap = step.looks[min(trial.attempt, len(step.looks)) - 1]
        raise AgainError(max(min(now + gap, step.until) - now, timedelta(seconds=1)))

    # What exists

    def _fresh(self, seen: Fact) -> Fact:
        if isinstance(seen, ReturnSeen | RefundSeen):
            return replace(seen, taken=self.clock.time)
        return seen

    def _tell(self, *facts: Fact) -> None:
        self.outbox.append(Message(f"event-{self._events()}", facts))

    def _add_return(self, maker: Maker, reason: str | None, key: str | None) -> ReturnSeen:
        prefix = "fo-" if self._by_fulfiller else ""
        state = "pending" if self._by_fulfiller else "created"
        seen = ReturnSeen(
            resource=Resource.FULFILLMENT_RETURN if self._by_fulfiller else Resource.RETURN,
            return_id=f"ret_{len(self.returns) + 1}",
            state="created",
            items=tuple(
                ReturnItem(item_id=f"{prefix}{item}", quantity=n, accepted=0, state=state)
                for item, n in self._asked.items()
            ),
            taken=self.clock.time,
            order_id=ORDER,
            fulfillment_order_id=FULFILLMENT_ORDER if self._by_fulfiller else None,
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

    def _take(self, held: Held, units: Counter[str]) -> None:
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
            made = self._add_refund(maker, parts, held.seen.reason, None)
            self._tell(made)

    def _add_refund(
        self, maker: Maker, units: Counter[str], reason: str | None, key: str | None
    ) -> RefundSeen:
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

    # Deeds

    def act(self, act: Act) -> None:
        """Let somebody do something; what cannot be done is left."""
        match act.deed:
            case "send":
                for item, units in zip(self.plan.items, act.units, strict=True):
                    self._books.arrived[item] += units
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
                    key = None if self._by_fulfiller else "return-order-1-other:return"
                    self._add_return("sibling", SIBLING_REASON, key)
            case "sibling_accept":
                self._accept_sibling()
            case _:
                pass

    def _ours(self) -> Held | None:
        return next((one for one in self.returns if one.maker == "us"), None)

    def _fulfil(self, act: Act) -> None:
        held = self._ours()
        if held is None or not self._by_fulfiller:
            return
        state = held.seen.state
        if act.deed == "approve" and state == "created":
            self._move(held, "pending")
        elif act.deed == "reject" and state in ("created", "pending"):
            self._move(held, "rejected")
        elif act.deed == "receive" and state in ("pending", "accepted"):
            self._take_in(held, act.units)

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
        if self._by_fulfiller:
            self._move(held, "accepted", everything)
            made = self._add_refund("sibling", self._asked, SIBLING_REASON, "ret_s:refund:1")
            self._tell(made)
        else:
            self._take(held, everything)

    def _by_hand(self, act: Act) -> None:
        held = self._ours()
        if held is None or self._order == "dispute":
            return
        if act.deed == "accept_by_hand" and held.seen.state == "created":
            self._books.accepted_by_hand = True
            everything = Counter({item.item_id: item.quantity for item in held.seen.items})
            self._take(held, everything)
        elif act.deed == "refund_by_hand":
            units = Counter(dict(zip(self.plan.items, act.units, strict=True)))
            if +units:
                self._tell(self._add_refund("hand", +units, None, None))

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
            self._order = "fulfilled"
            self._tell(Chargeback(order_id=ORDER, taken=self.clock.time))
            return
        self._order = "dispute" if deed == "dispute" else "fulfilled"
        self._tell(self.order())
        if deed == "resolve":
            self._tell(DisputeResolved(order_id=ORDER, taken=self.clock.time))

    def finish(self) -> None:
        """Let the bank pay what is open."""
        while any(one.seen.state in ("pending", "pending_information") for one in self.refunds):
            self._bank("pay")

    # The driver's and the judge's side

    async def deliver(self, letter: Letter, record: Record) -> Sequence[Message]:  # noqa: ARG002
        """Tell of an event as it was when it was made."""
        event = letter.event
        return (event,) if isinstance(event, Message) else ()

    def refund_states(self) -> dict[str, str]:
        """Return the state of each refund that is not a sibling's."""
        return {
            one.seen.refund_id: one.seen.state for one in self.refunds if one.maker != "sibling"
        }

    def books(self) -> Books:
        """Return all that exists."""
        self._books.returns = [
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
        self._books.refunds = [
            BookedRefund(
                id=one.seen.refund_id,
                maker=one.maker,
                made=one.seen.created or self.clock.time,
                units=Counter({item.item_id: item.quantity or 0 for item in one.seen.items}),
                state=one.seen.state,
            )
            for one in self.refunds
        ]
        return self._books
