"""Reads before anything is created: what was shipped, and what other returns hold."""

from dataclasses import replace
from datetime import datetime

from temporalio import activity

from activities.calling import Calls, calling, every, every_if_any, now
from activities.judging import judge
from activities.orphans import orphans
from activities.translate import (
    fulfillment_order_seen,
    fulfillment_return_seen,
    order_seen,
    return_seen,
)
from digital_river import DigitalRiver, FulfillmentOrder, NotFoundError, Order
from eligibility.shop_rules import ShopRules
from lifecycle.facts import FulfillmentOrderSeen, Learned, Missing, ReturnSeen, ReturnsListed
from lifecycle.judgement import EligibilityJudged
from lifecycle.rules import CURRENT_RULES
from lifecycle.steps import CheckReturnable, CheckShipped, ListReturns


class Checks(Calls):
    """Activities that only read; before a return is created, the shop's rules are asked as well."""

    def __init__(
        self,
        digital_river: DigitalRiver,
        rules: int = CURRENT_RULES,
        shop_rules: ShopRules | None = None,
        *,
        milestones: bool = False,
    ) -> None:
        """Take the shop's rules, where it has any, beside what all activities need."""
        super().__init__(digital_river, rules, milestones=milestones)
        self._shop_rules = shop_rules

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
            return self.learned(known, *seen, *await self._judged_shipped(order, seen, taken))
        object_id = step.fulfillment_order_id or step.order_id
        missing = Missing(resource="fulfillment_order", object_id=object_id, taken=taken)
        return self.learned(known, missing)

    async def _judged_shipped(
        self, order: Order, shipped: list[FulfillmentOrderSeen], taken: datetime
    ) -> tuple[EligibilityJudged, ...]:
        """Ask the shop's rules, with the order's returns where one of them looks at these."""
        others: list[ReturnSeen] = []
        if self._shop_rules is not None and self._shop_rules.open_return is not None:
            for one in shipped:
                others += await self._fulfillment_returns(one.fulfillment_order_id, taken)
        return await self._judged(order, others, taken)

    async def _returns(self, order_id: str, taken: datetime) -> list[ReturnSeen]:
        with calling():
            listed = self._api.list_returns(order_id=order_id)
            return [return_seen(one, taken) for one in await every(listed)]

    async def _fulfillment_returns(self, source: str, taken: datetime) -> list[ReturnSeen]:
        with calling():
            listed = self._api.list_fulfillment_returns(fulfillment_order_id=source)
            return [fulfillment_return_seen(one, taken) for one in await every(listed)]

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
        seen = await self._returns(step.order_id, taken)
        listed = ReturnsListed(taken=taken)
        return self.learned(
            order_seen(order, taken),
            *seen,
            listed,
            *await orphans(seen),
            *await self._judged(order, seen, taken),
        )

    async def _judged(
        self, order: Order, others: list[ReturnSeen], taken: datetime
    ) -> tuple[EligibilityJudged, ...]:
        if self._shop_rules is None:
            return ()
        return (await judge(self._shop_rules, order, others, taken),)

    @activity.defn(name="list_returns")
    async def list_returns(self, step: ListReturns) -> Learned:
        """List the order's returns, now that a refund is there that bears no mark."""
        taken, fulfillment_order_id = now(), step.fulfillment_order_id
        if fulfillment_order_id is None:
            seen = await self._returns(step.order_id, taken)
        else:
            seen = await self._fulfillment_returns(fulfillment_order_id, taken)
        return self.learned(*seen, ReturnsListed(taken=max(taken, step.made)))
