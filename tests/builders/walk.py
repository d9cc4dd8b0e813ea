"""A return driven by `next_step` alone against the toy Digital River, through faults."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import assert_never

from lifecycle.admission import object_to_cancellation
from lifecycle.facts import (
    Absent,
    CallGivenUp,
    CallWithdrawn,
    CancelRequested,
    DeadlinePassed,
    DisputeLookedUp,
    Fact,
    InDoubt,
    ReturnClaimed,
    ReturnsListed,
    ShipmentReceived,
)
from lifecycle.rules import still_wanted
from lifecycle.steps import (
    AcceptItems,
    Adopt,
    Answer,
    Call,
    CheckReturnable,
    CheckShipped,
    Close,
    Create,
    IssueRefund,
    ListReturns,
    Look,
    LookUpDispute,
    Step,
    Wait,
)
from lifecycle.watching import is_news, known_objects
from tests.builders.returns import Life, shipment
from tests.builders.river import River

SECOND = timedelta(seconds=1)


@dataclass
class Walk:
    """One life: each turn takes the step that is due, with whatever goes wrong."""

    river: River
    life: Life
    faulty: bool = True
    skew: timedelta = timedelta(0)
    """How far Temporal's clock is ahead of Digital River's."""
    repeated: Counter[str] = field(default_factory=Counter)
    withdrawn: int = 0

    @property
    def now(self) -> datetime:
        """The time by Temporal's clock, which dates whatever was not dated by Digital River."""
        return self.river.now + self.skew

    def turn(self) -> Step:
        """Take one step and return the one that is due then."""
        self.river.now += SECOND
        step = self.life.step
        if isinstance(step, Wait):
            self._wait(step)
        elif not isinstance(step, Close):
            self._note(step)
            self.life.tell(*self._carry_out(step))
        return self.life.step

    def _carry_out(self, step: Call) -> list[Fact]:
        """Call, while the world may go on: a call that is not wanted any more is withdrawn."""
        if not self._chance(0.3):
            return self._call(step)
        answer = self._call(step) if self._chance(0.5) else None
        self._meanwhile()
        if still_wanted(step, self.life.ledger):
            return self._call(step) if answer is None else answer
        if answer is not None and self._chance(0.3):
            return answer
        self.withdrawn += 1
        return [CallWithdrawn(key=step.key, at=self.now)]

    def _meanwhile(self) -> None:
        self.river.live()
        self._report_goods()
        self._deliver_events()
        if self._chance(0.1) and object_to_cancellation(self.life.ledger) is None:
            self.life.tell(CancelRequested(who="ann", why="kept", at=self.now))

    def _wait_until(self, time: datetime) -> None:
        """Let both clocks go on until Temporal's says so."""
        self.river.now = max(self.river.now, time - self.skew)

    def _note(self, step: Call) -> None:
        """No step may be taken again and again without an effect."""
        turn = f"{step} {len(self.life.ledger.decisions)}"
        self.repeated[turn] += 1
        assert self.repeated[turn] < 5, f"a hot loop: {step}"

    def _chance(self, share: float) -> bool:
        return self.faulty and self.river.random.random() < share

    def _call(self, step: Call) -> list[Fact]:  # noqa: C901 - one arm per kind of step
        river = self.river
        match step:
            case CheckShipped() | CheckReturnable() | Adopt() if self._chance(0.1):
                return [CallGivenUp(key=step.key, message="lost", at=self.now)]
            case CheckShipped():
                return [river.order(taken=self.now), river.fulfillment_order(taken=self.now)]
            case CheckReturnable():
                return [river.order(taken=self.now), ReturnsListed(taken=self.now)]
            case Adopt():
                return self._adopt(step)
            case ListReturns():
                found = [river.returned] if river.returned else []
                return [*found, ReturnsListed(taken=max(self.now, step.made))]
            case Create():
                return self._create_once(step, self._find_return, river.create)
            case AcceptItems():
                return self._accept(step)
            case IssueRefund():
                return self._create_once(
                    step,
                    lambda: self._find_refund(step),
                    lambda: river.refund(
                        Counter({item.item_id: item.quantity for item in step.items}), step.key
                    ),
                )
            case Look():
                return self._look_after(step)
            case LookUpDispute():
                return [DisputeLookedUp(seen=step.seen)]
            case _:
                assert_never(step)

    def _adopt(self, step: Adopt) -> list[Fact]:
        order = self.river.order(taken=self.now)
        source = self.river.fulfillment_order(taken=self.now)
        return [order, source, *self._objects(), ReturnClaimed(return_id=step.return_id)]

    def _look_after(self, step: Look) -> list[Fact]:
        if self._chance(0.1):
            return [CallGivenUp(key=step.key, message="lost", at=self.now)]
        self._wait_until(step.not_before)
        return [*self._objects(), DeadlinePassed(until=step.not_before)]

    def _objects(self) -> list[Fact]:
        """Read the return and its refunds."""
        river = self.river
        seen: list[Fact] = [replace(one, taken=self.now) for one in (river.returned,) if one]
        return seen + [
            replace(one, taken=self.now)
            for _, one in sorted(river.refunds.items())
            if river.is_visible(one)
        ]

    def _find_return(self) -> list[Fact]:
        found = self.river.returned
        return [found] if found is not None and self.river.is_visible(found) else []

    def _find_refund(self, step: IssueRefund) -> list[Fact]:
        river = self.river
        seen: list[Fact] = [replace(one, taken=self.now) for one in (river.returned,) if one]
        for _, refund in sorted(river.refunds.items()):
            if river.is_visible(refund) or refund.key is None:
                seen.append(replace(refund, taken=self.now))
        return [fact for fact in seen if is_news(step.known, fact)]

    def _create_once(
        self,
        step: Create | IssueRefund,
        find: Callable[[], list[Fact]],
        post: Callable[[], Fact],
    ) -> list[Fact]:
        """Read, post, and after a lost answer read once more: the rule of design, section 4.1."""
        river = self.river
        if step.not_before is not None:
            self._wait_until(step.not_before)
        found = find()
        if found:
            return found
        if isinstance(step, Create) and step.only_look:
            return [Absent(key=step.key, at=self.now)]
        lost_before, lost_after = self._chance(0.2), self._chance(0.2)
        if not lost_before:
            made = post()
            if not lost_after:
                return [made]
        if lost_before or lost_after:
            river.now += SECOND
            if self._chance(0.2):
                return [CallGivenUp(key=step.key, message="lost", at=self.now)]
        return find() or [InDoubt(key=step.key, absent=self.now)]

    def _accept(self, step: AcceptItems) -> list[Fact]:
        if self._chance(0.1):
            return [CallGivenUp(key=step.key, message="lost", at=self.now)]
        items = Counter({item.item_id: item.quantity for item in step.items})
        done = self.river.accepted
        if items - done:
            return [self.river.accept(items)]
        found = self.river.returned
        return [found] if found else []

    def _wait(self, wait: Wait) -> None:
        """Let the world go on, and be told of it late, twice, out of order, or never."""
        river = self.river
        if self.faulty:
            river.now += timedelta(hours=river.random.randint(0, 72))
            river.live()
            self._report_goods()
            self._deliver_events()
            wait_now = self.life.step
            if wait_now != wait or river.random.random() < 0.6:
                return
        if wait.question is not None:
            self._answer(wait.question.answers)
        elif wait.until is not None:
            self._look_at(wait)

    def _report_goods(self) -> None:
        """Report one parcel whose absolute count grows, sometimes twice or in an old revision."""
        river = self.river
        if river.by_digital_river or not river.arrived.total():
            return
        told = dict(river.arrived)
        revision = river.arrived.total()
        parcel: ShipmentReceived = shipment(told, revision=revision, when=self.now)
        known = self.life.ledger.shipments.get(parcel.reference)
        if known is None or known.revision < revision:
            self.life.tell(parcel)

    def _deliver_events(self) -> None:
        random = self.river.random
        for _ in range(random.randint(0, 3)):
            if self.river.history:
                self.life.tell(random.choice(self.river.history))

    def _look_at(self, wait: Wait) -> None:
        """Look at the deadline: the difference, or that there is none."""
        if wait.until is not None:
            self._wait_until(wait.until)
        seen = self._objects()
        known = known_objects(self.life.ledger)
        if any(is_news(known, fact) for fact in seen):
            self.life.tell(*seen)
        elif wait.until is not None:
            self.life.tell(DeadlinePassed(until=wait.until))

    def _answer(self, answers: tuple[str, ...]) -> None:
        """Answer at random; when faults are over, give up what can be given up."""
        question = self.life.question
        answer = self.river.random.choice(answers)
        if not self.faulty and Answer.GIVE_UP in answers:
            answer = Answer.GIVE_UP
        if answer == Answer.RETRY and question.id.startswith("refund_"):
            self._owe(question.id.split(":")[1])
        self.life.decide(answer, when=self.now)

    def _owe(self, refund_id: str) -> None:
        refund = self.river.refunds.get(refund_id)
        if refund is not None and refund.state == "failed":
            self.river.owed.update({item.item_id: item.quantity or 0 for item in refund.items})
