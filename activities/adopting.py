"""Reading a return that is there already, so that it can be carried on."""

from datetime import timedelta

from temporalio import activity

from activities.calling import Calls, calling, now
from activities.retrying import not_yet
from activities.translate import fulfillment_order_seen
from digital_river import EventType, NotFoundError
from lifecycle.facts import Fact, FulfillmentOrderSeen, Learned, Missing, ReturnClaimed, ReturnSeen
from lifecycle.steps import Adopt

INVISIBLE = timedelta(minutes=3)
"""How long a return that an event has told of may be missing from reads."""

AGAIN = timedelta(seconds=30)


class Adopting(Calls):
    """The activity that an adoption begins with."""

    @activity.defn(name="adopt_return")
    async def adopt_return(self, step: Adopt) -> Learned:
        """Read the return, what was shipped of it, its order and the order's refunds.

        And whether the bank has paid its customer back, as far as Digital River still lists events
        (docs/digital-river.md, "Listing events"): nobody was told while no workflow was open.
        """
        with calling():
            try:
                found = await self.read_return(step.resource, step.return_id)
            except NotFoundError:
                if now() - activity.info().scheduled_time < INVISIBLE:
                    raise not_yet(now(), now() + AGAIN, "It cannot be read yet") from None
                return self.learned(
                    Missing(resource="return", object_id=step.return_id, taken=now())
                )
            facts: list[Fact] = [found, ReturnClaimed(return_id=found.return_id)]
            order_id = found.order_id
            if found.fulfillment_order_id is not None:
                shipped = await self._shipped(found)
                facts.append(shipped)
                if isinstance(shipped, FulfillmentOrderSeen):
                    order_id = shipped.order_id or order_id
            if order_id is None:
                facts.append(Missing(resource="order", object_id=found.return_id, taken=now()))
            else:
                facts += [await self.read_order(order_id), *await self.read_refunds(order_id)]
                facts += await self.told_of_order(order_id, (EventType.ORDER_CHARGEBACK.value,))
        return self.learned(*facts)

    async def _shipped(self, found: ReturnSeen) -> FulfillmentOrderSeen | Missing:
        """Read the fulfillment order, which says of which order items the units are."""
        fulfillment_order_id = found.fulfillment_order_id or ""
        try:
            order = await self._api.get_fulfillment_order(fulfillment_order_id)
        except NotFoundError:
            return Missing(
                resource="fulfillment_order", object_id=fulfillment_order_id, taken=now()
            )
        return fulfillment_order_seen(order, now())
