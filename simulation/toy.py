"""T0: what the calls do to a Digital River in memory, with lost answers and stale lists.

It reads back and posts the way docs/digital-river.md asks a client to, so that what is tried here
are the rules alone.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from lifecycle.facts import (
    Absent,
    Chargeback,
    DeadlinePassed,
    DisputeLookedUp,
    DisputeResolved,
    Fact,
    InDoubt,
    Learned,
    Refused,
    ReturnClaimed,
    ReturnSeen,
    ReturnsListed,
)
from lifecycle.ledger import Ledger
from lifecycle.request import ReturnRequest
from lifecycle.rules import CURRENT_RULES
from lifecycle.steps import (
    AcceptItems,
    Adopt,
    Call,
    CheckReturnable,
    CheckShipped,
    Close,
    Create,
    IssueRefund,
    ListReturns,
    Look,
    LookUpDispute,
    Watch,
)
from lifecycle.watching import is_news
from simulation.agenda import Clock
from simulation.books import Books, Record
from simulation.plan import STALE_REFUNDS, Act, CallFaultKind, Plan
from simulation.river import River
from simulation.world import AgainError, FailedError, Letter, Message, Told, Trial


@dataclass
class Toy:
    """A Digital River in memory, and what its calls do."""

    plan: Plan
    river: River = field(init=False)
    struck: Counter[str] = field(default_factory=Counter)
    _calls: Callable[[], int] = field(default_factory=lambda: count().__next__)
    _faults: dict[int, CallFaultKind] = field(init=False)

    def __post_init__(self) -> None:
        """Begin with an order of which nothing came back."""
        self.river = River(self.plan)
        self._faults = {fault.call: fault.kind for fault in self.plan.calls}

    @property
    def clock(self) -> Clock:
        """The one time."""
        return self.river.clock

    @property
    def requests(self) -> Sequence[ReturnRequest]:
        """The one return."""
        return (self.river.request,)

    @property
    def items(self) -> Sequence[str]:
        """The items of the order, line by line."""
        return self.plan.items

    @property
    def outbox(self) -> list[object]:
        """Events that were made and not yet sent."""
        return self.river.outbox

    @property
    def acknowledged(self) -> int:
        """Nothing is acknowledged here."""
        return 0

    async def deliver(self, letter: Letter, records: Mapping[str, Record]) -> Told:  # noqa: ARG002
        """Tell of an event as it was when it was made."""
        event = letter.event
        if not isinstance(event, Message):
            return Told()
        return Told([(self.river.request.workflow_id, event)])

    def act(self, act: Act) -> None:
        """Let somebody do something."""
        self.river.act(act)

    def close(self, ledger: Ledger, step: Close) -> None:
        """Take no note: a return that has ended hears nothing."""

    def finish(self) -> None:
        """Let the bank pay what is open."""
        self.river.finish()

    def refund_states(self) -> dict[str, str]:
        """Return the state of each refund."""
        return self.river.refund_states()

    def books(self, request: ReturnRequest | None) -> Books:  # noqa: ARG002 - there is one
        """Return all that exists."""
        return self.river.books()

    async def attempt(  # noqa: C901, PLR0912 - one arm per step
        self,
        workflow_id: str,  # noqa: ARG002 - there is one
        step: Call | Watch,
        trial: Trial,
    ) -> Learned:
        """Make one try of a step."""
        fault = self._faults.get(self._calls())
        if fault is not None:
            self.struck[fault] += 1
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
            case Adopt():
                facts = self._adopt(step)
            case CheckShipped():
                facts = [self.river.order(), self.river.fulfillment_order()]
            case CheckReturnable():
                seen = [self.river.fresh(one.seen) for one in self.river.returns]
                facts = [self.river.order(), *seen, ReturnsListed(taken=self.river.clock.time)]
            case ListReturns():
                seen = [self.river.fresh(one.seen) for one in self.river.returns]
                facts = [*seen, ReturnsListed(taken=max(self.river.clock.time, step.made))]
            case Look() if self.clock.time < step.not_before:
                raise AgainError(step.not_before - self.clock.time)
            case Look():
                seen = [self.river.fresh(one.seen) for one in self.river.returns]
                paid = [self.river.fresh(one.seen) for one in self.river.refunds]
                facts = [*seen, *paid, DeadlinePassed(until=step.not_before)]
            case LookUpDispute():
                facts = self._ends_of_disputes(step)
        return Learned(rules=CURRENT_RULES, facts=tuple(facts))

    def _adopt(self, step: Adopt) -> list[Fact]:
        """Read what is there of a return that somebody else began."""
        [seen] = [one.seen for one in self.river.returns if one.seen.return_id == step.return_id]
        shipped = [self.river.fulfillment_order()] if self.river.by_fulfiller else []
        return [
            self.river.fresh(seen),
            ReturnClaimed(return_id=step.return_id),
            *shipped,
            self.river.order(),
            *(self.river.fresh(one.seen) for one in self.river.refunds),
        ]

    def _create_once(
        self,
        tried: tuple[Create | IssueRefund, Trial, CallFaultKind | None],
        find: Callable[[], list[Fact]],
        post: Callable[[], list[Fact]],
    ) -> list[Fact]:
        """Read, post, and after a lost answer read once more; a try that was killed is in doubt."""
        step, trial, fault = tried
        if step.not_before is not None and self.river.clock.time < step.not_before:
            raise AgainError(step.not_before - self.river.clock.time)
        found = find()
        if found:
            return found
        if isinstance(step, Create) and step.only_look:
            return [Absent(key=step.key, at=self.clock.time)]
        if not trial.details and fault != "reset":
            trial.details = ["sent"]
            made = post()
            if any(isinstance(fact, Refused) for fact in made) and step.not_before is not None:
                return find() or [InDoubt(key=step.key, absent=self.river.clock.time)]
            if fault != "lost":
                return made
        return find() or [InDoubt(key=step.key, absent=self.river.clock.time)]

    def _visible(self, created: datetime | None, most: timedelta = timedelta.max) -> bool:
        stale = min(timedelta(seconds=self.river.plan.stale), most)
        return created is None or self.river.clock.time - created >= stale

    def _find_return(self) -> list[Fact]:
        ours = [one.seen for one in self.river.returns if one.maker == "us"]
        return [self.river.fresh(seen) for seen in ours if self._visible(seen.created)]

    def _find_refund(self, step: IssueRefund) -> list[Fact]:
        seen: list[Fact] = [
            self.river.fresh(one.seen)
            for one in self.river.returns
            if one.seen.return_id == step.return_id
        ]
        seen += [
            self.river.fresh(one.seen)
            for one in self.river.refunds
            if one.seen.key is None or self._visible(one.seen.created, STALE_REFUNDS)
        ]
        return [fact for fact in seen if is_news(step.known, fact)]

    def _create(self) -> list[Fact]:
        if self.river.state == "dispute":
            return [self._refusal(self.river.request, "invalid_parameter"), self.river.order()]
        held = sum((one.seen.items[0].quantity for one in self.river.returns), 0)
        room = self.river.request.lines[0].quantity * (2 if self.river.plan.spare else 1)
        if held + self.river.request.lines[0].quantity > room:
            return [self._refusal(self.river.request, "quantity_too_large")]
        key = None if self.river.by_fulfiller else f"{self.river.request.workflow_id}:return"
        return [self.river.add_return("us", self.river.request.sent_reason, key)]

    def _refusal(self, request: ReturnRequest, code: str) -> Refused:
        return Refused(
            key=f"{request.workflow_id}:return",
            status=409,
            code=code,
            message="refused",
            taken=self.river.clock.time,
        )

    def _issue(self, step: IssueRefund) -> list[Fact]:
        if self.river.state == "dispute":
            return [self.river.order()]
        units = Counter({item.item_id: item.quantity for item in step.items})
        return [self.river.add_refund("us", units, step.reason, step.key)]

    def _accept(self, step: AcceptItems) -> list[Fact]:
        held = next(one for one in self.river.returns if one.seen.return_id == step.return_id)
        if self.river.state == "dispute":
            return [self.river.order()]
        refunds = [self.river.fresh(one.seen) for one in self.river.refunds]
        if any(is_news(step.known or (), one) for one in refunds):
            return [self.river.fresh(held.seen), *refunds]
        self.river.take(held, Counter({item.item_id: item.quantity for item in step.items}))
        return [self.river.fresh(held.seen)]

    def _ends_of_disputes(self, step: LookUpDispute) -> list[Fact]:
        facts = [fact for event in self.river.told for fact in event.facts]
        ends = [one for one in facts if isinstance(one, DisputeResolved | Chargeback)]
        told = [one for one in ends if one.taken >= step.seen]
        return [*told, DisputeLookedUp(seen=step.seen)]

    def _watch(self, step: Watch, trial: Trial) -> list[Fact]:
        now = self.river.clock.time
        if trial.attempt > 1 or now >= step.until:
            seen: list[Fact] = [
                self.river.fresh(one.seen)
                for one in self.river.returns
                if one.seen.return_id == step.return_id
            ]
            ended = any(one.state == "accepted" for one in seen if isinstance(one, ReturnSeen))
            if step.refunds or ended:
                seen += [self.river.fresh(one.seen) for one in self.river.refunds]
            if step.order:
                seen.append(self.river.order())
            if any(is_news(step.known, fact) for fact in seen):
                return seen
            if now >= step.until:
                return [DeadlinePassed(until=step.until)]
        gap = step.looks[min(trial.attempt, len(step.looks)) - 1]
        raise AgainError(max(min(now + gap, step.until) - now, timedelta(seconds=1)))
