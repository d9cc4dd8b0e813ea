"""The three creates, each ready to run where doing it twice would go unnoticed by the sandbox."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

from activities.creates import Creates
from activities.writes import Writes
from lifecycle.facts import Fact, RefundSeen, Resource, ReturnClaimed, ReturnSeen
from lifecycle.identity import rma_in, rma_number, tagged_reason
from lifecycle.steps import Create, IssueRefund, Known, Units
from tests.activities.place import Place
from tests.activities.tries import NOW, WORKFLOW, Activity, Tries

RMA = rma_number("request-1")
REASON = tagged_reason("too_small", RMA)


Step = TypeVar("Step", Create, IssueRefund)


@dataclass(frozen=True)
class Making(Generic[Step]):
    """A create: its activity, its step, where it posts, and where the books have the result."""

    activity: Activity[Step]
    step: Step
    path: str
    books: dict[str, Any]

    def start(self, at: datetime = NOW, not_before: datetime | None = None) -> Tries[Step]:
        """Schedule the activity."""
        return Tries(self.activity, replace(self.step, not_before=not_before), at)

    def changed(self, **fields: object) -> "Making[Step]":
        """Return the same create with another step."""
        changes: dict[str, Any] = fields
        return replace(self, step=replace(self.step, **changes))

    def made(self) -> list[str]:
        """Return the ids of all that exists."""
        return list(self.books)

    def is_adopted(self, facts: tuple[Fact, ...]) -> bool:
        """Say whether the facts hold the one object that exists, as ours."""
        [object_id] = self.made()
        if isinstance(self.step, Create):
            return any(_is_ours(self.step, object_id, fact) for fact in facts)
        return any(
            isinstance(fact, RefundSeen)
            and (fact.refund_id, fact.key) == (object_id, self.step.key)
            for fact in facts
        )


def _is_ours(step: Create, object_id: str, fact: Fact) -> bool:
    """Say whether a fact makes the object ours: by the mark that it bears, or by a claim."""
    if not isinstance(fact, ReturnSeen):
        return fact == ReturnClaimed(return_id=object_id)
    tagged = fact.key is None and step.rma is not None and rma_in(fact.reason) == step.rma
    return fact.return_id == object_id and (fact.key == step.key or tagged)


Maker = Callable[[Place], Awaitable[Making[Any]]]


async def a_return(place: Place) -> Making[Create]:
    """Prepare the return of two of four units."""
    order = (await place.plant("third_party", 4))["order"]
    step = Create(
        resource=Resource.RETURN,
        key=f"{WORKFLOW}:return",
        order_id=order["id"],
        items=(Units(item_id=order["items"][0]["id"], quantity=2),),
        reason=REASON,
        rma=RMA,
    )
    return Making(Creates(place.river).create_return, step, "/returns", place.world.returns)


async def a_fulfillment_return(place: Place) -> Making[Create]:
    """Prepare the fulfillment return of two of four units."""
    planted = await place.plant("digital_river", 4)
    source = planted["fulfillment_order"]
    step = Create(
        resource=Resource.FULFILLMENT_RETURN,
        key=f"{WORKFLOW}:return",
        order_id=planted["order"]["id"],
        fulfillment_order_id=str(source["id"]),
        items=(Units(item_id=str(source["items"][0]["id"]), quantity=2),),
        reason=REASON,
        rma=RMA,
    )
    return Making(
        Creates(place.river).create_fulfillment_return,
        step,
        "/fulfillment-returns",
        place.world.fulfillment_returns,
    )


async def a_refund(place: Place) -> Making[IssueRefund]:
    """Prepare the refund of two accepted of four units."""
    asked = (await a_fulfillment_return(place)).step
    [units] = asked.items
    made = await place.post(
        "/fulfillment-returns",
        {
            "fulfillmentOrderId": asked.fulfillment_order_id,
            "items": [{"fulfillmentOrderItemId": units.item_id, "quantity": 2}],
            "upstreamId": asked.order_id,
            "reason": REASON,
        },
    )
    await place.steer(f"fulfillment-returns/{made['id']}/approve")
    await place.steer(f"fulfillment-returns/{made['id']}/receive")
    order = place.world.orders[asked.order_id]
    step = IssueRefund(
        order_id=order.id,
        return_id=made["id"],
        resource=Resource.FULFILLMENT_RETURN,
        key=f"{made['id']}:refund:1",
        currency="EUR",
        items=(Units(item_id=order.items[0].id, quantity=2),),
        reason=REASON,
        known=(
            Known(object_id=order.id, state="fulfilled"),
            Known(object_id=made["id"], state="accepted", accepted=(units,)),
        ),
    )
    return Making(Writes(place.river).issue_refund, step, "/refunds", place.world.refunds)


MAKERS: list[Maker] = [a_return, a_fulfillment_return, a_refund]
