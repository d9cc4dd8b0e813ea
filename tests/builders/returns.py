"""Facts of one return, and a life that is told them one by one.

Every default is the plain case: an order of two units each of `a` and `b`, everything shipped.
Times count from a Monday morning.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from lifecycle.facts import (
    Chargeback,
    DeadlinePassed,
    Decision,
    DisputeLookedUp,
    Fact,
    FulfillmentOrderItem,
    FulfillmentOrderSeen,
    OrderLine,
    OrderSeen,
    RefundItem,
    RefundSeen,
    Refused,
    Resource,
    ReturnItem,
    ReturnSeen,
    ReturnsListed,
    ShipmentReceived,
)
from lifecycle.identity import return_key
from lifecycle.ledger import Ledger
from lifecycle.location import Address, Location
from lifecycle.policy import Policy
from lifecycle.request import Coordinator, RequestedLine, ReturnRequest
from lifecycle.rules import next_step, takes
from lifecycle.steps import IssueRefund, Look, LookUpDispute, Question, Step, Wait

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
FULFILLMENT_ORDER = "fo_1"

Quantities = Mapping[str, int]

WAREHOUSE = Location(
    name="Returns desk",
    address=Address(
        line1="1 Dock Road", city="Hull", postal_code="HU1 1AA", state="East Riding", country="GB"
    ),
)


def at(days: float = 0, *, hours: float = 0, seconds: float = 0) -> datetime:
    """Return a time so long after the start."""
    return START + timedelta(days=days, hours=hours, seconds=seconds)


def a_request(
    coordinator: Coordinator,
    quantities: Quantities,
    *,
    policy: Policy | None = None,
    fulfillment_order_id: str | None = None,
    request_id: str = "request-1",
) -> ReturnRequest:
    """Make a request for so many units per order item."""
    return ReturnRequest(
        request_id=request_id,
        order_id="order-1",
        coordinator=coordinator,
        lines=tuple(
            RequestedLine(order_item_id=item, quantity=n) for item, n in quantities.items()
        ),
        reason="too_small",
        policy=policy or Policy(),
        fulfillment_order_id=fulfillment_order_id,
    )


def an_adoption(coordinator: Coordinator, policy: Policy | None = None) -> ReturnRequest:
    """Make a request to carry on with `ret_1`, which somebody else started."""
    return ReturnRequest(
        request_id="adopt:ret_1",
        adopt="ret_1",
        order_id="order-1",
        coordinator=coordinator,
        policy=policy or Policy(tag_reason=False, ask_before_refund=True),
    )


def order_seen(
    state: str = "fulfilled",
    quantities: Quantities | None = None,
    *,
    item_state: str = "fulfilled",
    taken: datetime = START,
) -> OrderSeen:
    """Make a snapshot of the order."""
    quantities = quantities or {"a": 2, "b": 2}
    return OrderSeen(
        order_id="order-1",
        state=state,
        currency="EUR",
        lines=tuple(
            OrderLine(item_id=item, quantity=n, state=item_state) for item, n in quantities.items()
        ),
        taken=taken,
    )


def shipped_item(  # noqa: PLR0913 - each names one field of the fact
    item: str,
    *,
    shipped: int = 0,
    pending: int = 0,
    backordered: int = 0,
    cancelled: int = 0,
    returned: int = 0,
    value: Decimal | None = None,
) -> FulfillmentOrderItem:
    """Make an item of a fulfillment order; its counters add up to what was ordered."""
    return FulfillmentOrderItem(
        item_id=f"fo-{item}",
        order_item_id=item,
        quantity=shipped + pending + backordered + cancelled + returned,
        shipped=shipped,
        pending=pending,
        backordered=backordered,
        cancelled=cancelled,
        returned=returned,
        value=value,
    )


def fulfillment_order_seen(
    *items: FulfillmentOrderItem,
    fulfillment_order_id: str = FULFILLMENT_ORDER,
    order_id: str | None = "order-1",
    taken: datetime = START,
) -> FulfillmentOrderSeen:
    """Make a snapshot of a fulfillment order."""
    return FulfillmentOrderSeen(
        fulfillment_order_id=fulfillment_order_id,
        order_id=order_id,
        currency="EUR",
        items=items or (shipped_item("a", shipped=2), shipped_item("b", shipped=2)),
        taken=taken,
    )


def return_seen(  # noqa: PLR0913 - each names one field of the fact
    request: ReturnRequest,
    state: str = "created",
    accepted: Quantities | None = None,
    *,
    taken: datetime = START,
    return_id: str = "ret_1",
    refund_ids: tuple[str, ...] = (),
    location: Location | None = None,
) -> ReturnSeen:
    """Make a snapshot of the return of a request; an accepted one has all its units accepted."""
    fulfilled = request.coordinator is Coordinator.DIGITAL_RIVER
    everything = {line.order_item_id: line.quantity for line in request.lines}
    done = accepted if accepted is not None else everything if state == "accepted" else {}

    def item_state(item: str) -> str:
        if state == "rejected" or done.get(item, 0) == everything[item]:
            return "rejected" if state == "rejected" else "accepted"
        return "pending" if fulfilled else "created"

    return ReturnSeen(
        resource=Resource.FULFILLMENT_RETURN if fulfilled else Resource.RETURN,
        return_id=return_id,
        state=state,
        items=tuple(
            ReturnItem(
                item_id=f"fo-{item}" if fulfilled else item,
                quantity=n,
                accepted=done.get(item, 0),
                state=item_state(item),
            )
            for item, n in everything.items()
        ),
        taken=taken,
        order_id=request.order_id,
        fulfillment_order_id=FULFILLMENT_ORDER if fulfilled else None,
        reason=request.sent_reason,
        location=location,
        refund_ids=refund_ids,
        key=None if fulfilled else return_key(request.workflow_id),
        created=START,
    )


def refund_seen(  # noqa: PLR0913 - each names one field of the fact
    quantities: Mapping[str, int | None],
    state: str = "pending",
    *,
    refund_id: str = "re_1",
    key: str | None = None,
    reason: str | None = None,
    taken: datetime = START,
    created: datetime | None = None,
    expires: datetime | None = None,
    failure_reason: str | None = None,
) -> RefundSeen:
    """Make a snapshot of a refund."""
    return RefundSeen(
        refund_id=refund_id,
        order_id="order-1",
        state=state,
        currency="EUR",
        refunded_amount=Decimal("21.60") if state == "succeeded" else Decimal(0),
        items=tuple(RefundItem(item_id=item, quantity=n) for item, n in quantities.items()),
        taken=taken,
        reason=reason,
        key=key,
        failure_reason=failure_reason,
        expires=expires,
        created=created,
    )


def shipment(
    quantities: Quantities, *, reference: str = "parcel-1", revision: int = 1, when: datetime
) -> ShipmentReceived:
    """Make a warehouse's report of one parcel."""
    return ShipmentReceived(
        reference=reference,
        revision=revision,
        items=tuple(sorted(quantities.items())),
        at=when,
    )


def refused(
    key: str, *, code: str = "invalid_parameter", status: int = 409, taken: datetime = START
) -> Refused:
    """Make Digital River's refusal of a write."""
    return Refused(key=key, status=status, code=code, message="It cannot be done.", taken=taken)


def chargeback() -> Chargeback:
    """Make the bank's word that it paid the customer."""
    return Chargeback(order_id="order-1", taken=START)


class Life:
    """A return that is told facts, and says after each what it would do next."""

    def __init__(self, request: ReturnRequest) -> None:
        """Begin with an empty ledger."""
        self.request = request
        self.ledger = Ledger(request, request.workflow_id)

    @property
    def step(self) -> Step:
        """What the return would do now."""
        return next_step(self.ledger)

    @property
    def wait(self) -> Wait:
        """What it waits for; fails when it does not wait."""
        step = self.step
        assert isinstance(step, Wait), step
        return step

    @property
    def question(self) -> Question:
        """The question that is open; fails when there is none."""
        question = self.wait.question
        assert question is not None, self.wait
        return question

    def tell(self, *facts: Fact) -> Step:
        """Record facts."""
        self.ledger.record_all(facts, "test")
        return self.step

    def let_pass(self) -> Step:
        """Let the deadline pass that is waited for, with a look that found nothing."""
        until = self.wait.until
        assert until is not None, self.wait
        return self.tell(DeadlinePassed(until=until))

    def look(self, *facts: Fact) -> Step:
        """Make the look that is due, which finds these facts."""
        step = self.step
        assert isinstance(step, Look), step
        return self.tell(*facts, DeadlinePassed(until=step.not_before))

    def look_up(self, *facts: Fact) -> Step:
        """Read Digital River's events for how a dispute ended; they say this."""
        step = self.step
        assert isinstance(step, LookUpDispute), step
        return self.tell(*facts, DisputeLookedUp(seen=step.seen))

    def decide(self, answer: str, *, when: datetime | None = None) -> Step:
        """Answer the open question, which must offer that answer."""
        question = self.question
        decision = Decision(
            question=question.id, answer=answer, who="ann", why="seen", at=when or at(60)
        )
        assert takes(self.ledger, decision), question
        return self.tell(decision)


def a_third_party_life(quantities: Quantities | None = None, policy: Policy | None = None) -> Life:
    """Begin a third-party return that is open at Digital River."""
    life = Life(a_request(Coordinator.THIRD_PARTY, quantities or {"a": 1}, policy=policy))
    life.tell(order_seen(), ReturnsListed(taken=START), return_seen(life.request))
    return life


def a_digital_river_life(
    quantities: Quantities | None = None, policy: Policy | None = None
) -> Life:
    """Begin a fulfillment return that is open at Digital River."""
    life = Life(a_request(Coordinator.DIGITAL_RIVER, quantities or {"a": 1}, policy=policy))
    life.tell(order_seen(), fulfillment_order_seen(), return_seen(life.request))
    return life


def an_accepted_life(quantities: Quantities | None = None, policy: Policy | None = None) -> Life:
    """Begin a fulfillment return whose goods were all accepted after four days."""
    life = a_digital_river_life(quantities, policy)
    life.tell(return_seen(life.request, "accepted", taken=at(4)))
    return life


def refund_step(step: Step) -> IssueRefund:
    """Return the refund that is to be issued; fails when another step is."""
    assert isinstance(step, IssueRefund), step
    return step
