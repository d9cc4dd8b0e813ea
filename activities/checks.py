"""Reads before anything is created: what was shipped, and what other returns hold."""

from dataclasses import replace

from temporalio import activity

from activities.calling import Calls, calling, every, every_if_any, now
from activities.orphans import orphans
from activities.translate import (
    fulfillment_order_seen,
    fulfillment_return_seen,
    order_seen,
    return_seen,
)
from digital_river import FulfillmentOrder, NotFoundError
from lifecycle.facts import Learned, Missing, ReturnsListed
from lifecycle.steps import CheckReturnable, CheckShipped, ListReturns


class Checks(Calls):
    """Activities that only read."""

    @activity.defn(name="check_shipped")
    async def check_shipped(self, step: CheckShipped) -> Learned:
        """Read the order and its fulfillment orders, or the one that the request names."""
        taken = now()
        with calling():
            try:
                order = await self._api.get_order(step.order_id)
            except NotFoundError:
                missing = Missing(resource="order", object_id=step.order_id, taken=taken)
                return self.learned(missing)
            fulfillment_orders = await self._fulfillment_orders(step)
        # The fulfillment orders hold the lines that count here; histories are paid for by the byte.
        known = replace(order_seen(order, taken), lines=())
        seen = [fulfillment_order_seen(one, taken, order.items) for one in fulfillment_orders]
        if seen:
            return self.learned(known, *seen)
        object_id = step.fulfillment_order_id or step.order_id
        missing = Missing(resource="fulfillment_order", object_id=object_id, taken=taken)
        return self.learned(known, missing)

    async def _fulfillment_orders(self, step: CheckShipped) -> list[FulfillmentOrder]:
        if step.fulfillment_order_id is None:
            listed = self._api.list_fulfillment_orders(upstream_ids=[step.order_id])
            return await every_if_any(listed)
        try:
            return [await self._api.get_fulfillment_order(step.fulfillment_order_id)]
        except NotFoundError:
            return []

    @activity.defn(name="check_returnable")
    async def check_returnable(self, step: CheckReturnable) -> Learned:
        """Read the order and the returns that exist of it."""
        taken = now()
        with calling():
            try:
                order = await self._api.get_order(step.order_id)
            except NotFoundError:
                missing = Missing(resource="order", object_id=step.order_id, taken=taken)
                return self.learned(missing)
            returns = await every(self._api.list_returns(order_id=step.order_id))
        seen = [return_seen(one, taken) for one in returns]
        listed = ReturnsListed(taken=taken)
        return self.learned(order_seen(order, taken), *seen, listed, *await orphans(seen))

    @activity.defn(name="list_returns")
    async def list_returns(self, step: ListReturns) -> Learned:
        """List the order's returns, now that a refund is there that bears no mark."""
        taken, fulfillment_order_id = now(), step.fulfillment_order_id
        with calling():
            if fulfillment_order_id is None:
                returns = await every(self._api.list_returns(order_id=step.order_id))
                seen = [return_seen(one, taken) for one in returns]
            else:
                listed = self._api.list_fulfillment_returns(
                    fulfillment_order_id=fulfillment_order_id
                )
                seen = [fulfillment_return_seen(one, taken) for one in await every(listed)]
        return self.learned(*seen, ReturnsListed(taken=max(taken, step.made)))
