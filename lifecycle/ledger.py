"""All that is known of one return: a join over facts.

`record` is idempotent and commutative: any order and any repetition of the same facts gives an
equal ledger, and nothing ever goes back. Decisions of people are the exception: they keep the
order in which they were taken. The timeline (each fact with who told it first) is for people and
takes no part in equality.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar, assert_never

from lifecycle.facts import (
    Absent,
    CallGivenUp,
    CallWithdrawn,
    CancelRequested,
    Chargeback,
    DeadlinePassed,
    Decision,
    DisputeLookedUp,
    DisputeResolved,
    EndedBefore,
    Fact,
    FulfillmentOrderSeen,
    InDoubt,
    Learned,
    LookAlikes,
    MilestoneGivenUp,
    Missing,
    NotDue,
    OrderSeen,
    RefundSeen,
    Refused,
    ReturnClaimed,
    ReturnOrphaned,
    ReturnSeen,
    ReturnsListed,
    ShipmentReceived,
    TooManyMessages,
)
from lifecycle.identity import return_key, rma_in
from lifecycle.judgement import EligibilityJudged
from lifecycle.records import RefundRecord, ReturnRecord
from lifecycle.request import Coordinator, ReturnRequest
from lifecycle.tally import Tally

OLDEST_RULES = 1
"""The version of the rules that a return starts under, until a worker tells its own."""

ADOPT = "adopt:"
"""An answer that begins so claims the return whose id follows."""

HOLDS = "holds:"
"""An answer that begins so says which of two contradicting final states holds."""

Latest = TypeVar("Latest", OrderSeen, FulfillmentOrderSeen, Refused, ShipmentReceived)


def _later(one: Latest | None, other: Latest) -> Latest:
    """Return the later of two; its canonical form decides between equals."""
    if one is None:
        return other
    return max(one, other, key=lambda seen: (_order(seen), repr(seen)))


def _order(
    seen: OrderSeen | FulfillmentOrderSeen | Refused | ShipmentReceived,
) -> tuple[datetime, datetime] | int:
    if isinstance(seen, ShipmentReceived):
        return seen.revision
    if isinstance(seen, OrderSeen):
        return seen.updated or seen.taken, seen.taken
    return seen.taken, seen.taken


def _latest(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else max(one, other)


@dataclass(slots=True)
class Ledger:
    """All that is known of one return. Only `record` and `learn` write to it."""

    request: ReturnRequest
    workflow_id: str
    rules: int = OLDEST_RULES
    order: OrderSeen | None = None
    fulfillment_orders: dict[str, FulfillmentOrderSeen] = field(default_factory=dict)
    returns: dict[str, ReturnRecord] = field(default_factory=dict)
    refunds: dict[str, RefundRecord] = field(default_factory=dict)
    returns_listed: datetime | None = None
    judged: EligibilityJudged | None = None
    """What the shop's rules said; None where the shop has none."""
    missing: set[tuple[str, str]] = field(default_factory=set)
    claimed: set[str] = field(default_factory=set)
    orphaned: set[str] = field(default_factory=set)
    ended_before: set[EndedBefore] = field(default_factory=set)
    refusals: dict[str, Refused] = field(default_factory=dict)
    not_due: set[str] = field(default_factory=set)
    doubts: dict[str, set[datetime]] = field(default_factory=dict)
    absent: dict[str, set[datetime]] = field(default_factory=dict)
    look_alikes: dict[str, set[str]] = field(default_factory=dict)
    given_up: dict[str, CallGivenUp] = field(default_factory=dict)
    shipments: dict[str, ShipmentReceived] = field(default_factory=dict)
    passed: datetime | None = None
    flooded: TooManyMessages | None = None
    cancel: CancelRequested | None = None
    disputed: datetime | None = None
    """When the order was last seen disputed."""
    dispute_resolved: datetime | None = None
    dispute_looked_up: datetime | None = None
    """When it was last seen disputed of all disputes whose end was looked up."""
    chargeback: Chargeback | None = None
    untold: set[str] = field(default_factory=set)
    """Keys of milestones that the storefront was not told of."""
    decisions: list[Decision] = field(default_factory=list)
    timeline: dict[Fact, str] = field(default_factory=dict, compare=False)
    repeats: int = field(default=0, compare=False)
    requested: Tally = field(init=False, repr=False, compare=False)
    """Units that the storefront asked for, or that an adopted return is about."""
    order_id: str = field(init=False, repr=False, compare=False)
    """The order, of which an adoption may hear only with its return."""
    found: dict[object, Any] = field(init=False, default_factory=dict, repr=False, compare=False)
    """What follows from all this, as far as `once` has worked it out."""

    def __post_init__(self) -> None:
        """Count what was asked for."""
        self.requested = Tally({line.order_item_id: line.quantity for line in self.request.lines})
        self.order_id = self.request.order_id

    def learn(self, learned: Learned, source: str) -> None:
        """Record what an activity taught, and the rules that its worker runs."""
        self.rules = max(self.rules, learned.rules)
        self.record_all(learned.facts, source)

    def record_all(self, facts: Iterable[Fact], source: str) -> None:
        """Record several facts."""
        for fact in facts:
            self.record(fact, source)

    def record(self, fact: Fact, source: str) -> None:
        """Record one fact, told by `source`."""
        told = len(self.timeline)
        self.timeline.setdefault(fact, source)
        if len(self.timeline) == told:
            self.repeats += 1
            return
        self._join(fact)
        self.found.clear()
        if self.request.adopt is not None:
            self._learn_what_is_adopted(self.request.adopt)

    def _join(self, fact: Fact) -> None:  # noqa: C901, PLR0912 - an arm a fact
        match fact:
            case ReturnSeen():
                if self._bears_our_mark(fact):
                    self.claimed.add(fact.return_id)
                if fact.return_id in self.returns:
                    self.returns[fact.return_id].add(fact)
                else:
                    self.returns[fact.return_id] = ReturnRecord.of(fact)
            case RefundSeen():
                if fact.refund_id in self.refunds:
                    self.refunds[fact.refund_id].add(fact)
                else:
                    self.refunds[fact.refund_id] = RefundRecord.of(fact)
            case OrderSeen():
                self._join_order(fact)
            case FulfillmentOrderSeen():
                known = self.fulfillment_orders.get(fact.fulfillment_order_id)
                self.fulfillment_orders[fact.fulfillment_order_id] = _later(known, fact)
            case Missing():
                self.missing.add((fact.resource, fact.object_id))
            case ReturnsListed():
                self.returns_listed = _latest(self.returns_listed, fact.taken)
            case EligibilityJudged():
                self.judged = min(fact, self.judged or fact, key=lambda j: (j.taken, repr(j)))
            case ReturnClaimed():
                self.claimed.add(fact.return_id)
            case ReturnOrphaned():
                self.orphaned.add(fact.return_id)
            case EndedBefore():
                self.ended_before.add(fact)
            case Refused():
                self.refusals[fact.key] = _later(self.refusals.get(fact.key), fact)
            case ShipmentReceived():
                self.shipments[fact.reference] = _later(self.shipments.get(fact.reference), fact)
            case DeadlinePassed():
                self.passed = _latest(self.passed, fact.until)
            case TooManyMessages():
                self.flooded = min(fact, self.flooded or fact, key=lambda flood: flood.at)
            case CancelRequested():
                self.cancel = min(fact, self.cancel or fact, key=lambda c: (c.at, repr(c)))
            case DisputeResolved() | DisputeLookedUp() | Chargeback():
                self._join_dispute(fact)
            case Decision():
                self.decisions.append(fact)
                self._carry_out(fact)
            case _:
                self._join_trouble(fact)

    def _learn_what_is_adopted(self, return_id: str) -> None:
        """Take the order and the units from the return where the request does not name them."""
        if return_id in self.returns:
            self.requested = self.returns[return_id].authorised(self.fulfillment_orders)
        if self.order is not None and not self.request.order_id:
            self.order_id = self.order.order_id

    def _join_order(self, fact: OrderSeen) -> None:
        self.order = _later(self.order, fact)
        if fact.state == "dispute":
            self.disputed = _latest(self.disputed, fact.updated or fact.taken)

    def _join_dispute(self, fact: DisputeResolved | DisputeLookedUp | Chargeback) -> None:
        match fact:
            case DisputeResolved():
                self.dispute_resolved = _latest(self.dispute_resolved, fact.taken)
            case DisputeLookedUp():
                self.dispute_looked_up = _latest(self.dispute_looked_up, fact.seen)
            case Chargeback():
                self.chargeback = min(fact, self.chargeback or fact, key=repr)
            case _:
                assert_never(fact)

    def _join_trouble(
        self,
        fact: NotDue
        | InDoubt
        | CallWithdrawn
        | Absent
        | LookAlikes
        | CallGivenUp
        | MilestoneGivenUp,
    ) -> None:
        match fact:
            case NotDue():
                self.not_due.add(fact.key)
            case InDoubt():
                self.doubts.setdefault(fact.key, set()).add(fact.absent)
            case CallWithdrawn():
                self.doubts.setdefault(fact.key, set()).add(fact.at)
            case Absent():
                self.absent.setdefault(fact.key, set()).add(fact.at)
            case LookAlikes():
                self.look_alikes.setdefault(fact.key, set()).update(fact.object_ids)
            case CallGivenUp():
                known = self.given_up.get(fact.key)
                if known is None or (known.at, repr(known)) < (fact.at, repr(fact)):
                    self.given_up[fact.key] = fact
            case MilestoneGivenUp():
                self.untold.add(fact.key)
            case _:
                assert_never(fact)

    def _bears_our_mark(self, seen: ReturnSeen) -> bool:
        """Say whether only we can have made this; a mark that was seen once is enough."""
        if seen.key is not None:
            return seen.key == self.return_key
        tagged = self.request.policy.tag_reason and rma_in(seen.reason) == self.request.rma
        return tagged and seen.order_id in (self.order_id, None)

    def _carry_out(self, decision: Decision) -> None:
        """Let a decision settle what only a person can: which object is ours, which state holds."""
        if decision.answer.startswith(ADOPT):
            self.claimed.add(decision.answer.removeprefix(ADOPT))
        if decision.answer.startswith(HOLDS):
            object_id = decision.question.partition(":")[2]
            record = self.returns.get(object_id) or self.refunds.get(object_id)
            if record is not None:
                record.choose(decision.answer.removeprefix(HOLDS))

    @property
    def by_digital_river(self) -> bool:
        """Whether Digital River coordinates this return."""
        return self.request.coordinator is Coordinator.DIGITAL_RIVER

    @property
    def return_key(self) -> str:
        """The key that marks our Digital River return."""
        return return_key(self.workflow_id)

    @property
    def check_key(self) -> str:
        """The key of the reads before our return is created: they leave nothing in doubt."""
        return f"{self.workflow_id}:check"

    def has_passed(self, until: datetime) -> bool:
        """Whether a look at or after this time is known to have found nothing new."""
        return self.passed is not None and self.passed >= until

    def last_answer_about(self, subject: str) -> Decision | None:
        """Return the last decision on any question about `subject`, whatever follows a colon."""
        for decision in reversed(self.decisions):
            if f"{decision.question}:".startswith(f"{subject}:"):
                return decision
        return None

    def answer_to(self, question: str) -> Decision | None:
        """Return the last decision on a question."""
        for decision in reversed(self.decisions):
            if decision.question == question:
                return decision
        return None


Found = TypeVar("Found")


def once(find: Callable[[Ledger, ReturnRecord], Found]) -> Callable[[Ledger, ReturnRecord], Found]:
    """Find what follows from a ledger for one of its returns once, until it learns a new fact."""

    @wraps(find)
    def find_once(ledger: Ledger, record: ReturnRecord) -> Found:
        key = find, record.best.return_id
        found: Found | None = ledger.found.get(key)
        if found is None:
            found = ledger.found[key] = find(ledger, record)
        return found

    return find_once
