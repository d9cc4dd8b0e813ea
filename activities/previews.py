"""The last look before money goes out: whether it is there, and whether it is due."""

from decimal import Decimal

from activities.calling import Calls, every, every_if_any, now
from activities.once import not_sent
from activities.translate import (
    fulfillment_order_seen,
    fulfillment_return_seen,
    order_money,
    order_seen,
)
from lifecycle.amounts import not_covered
from lifecycle.facts import Fact, NotDue, OrderSeen
from lifecycle.shipping import why_not_due
from lifecycle.steps import IssueRefund


class Previews(Calls):
    """Reads that may object to a refund; a disputed order objects to each."""

    async def object_to(self, step: IssueRefund) -> tuple[Fact, ...]:
        """Return why a refund must not be posted as things are; nothing when it may be."""
        order = await self._api.get_order(step.order_id)
        seen = order_seen(order, now())
        if order.state == "dispute":
            return (seen,)
        if step.shipping:
            why = await self._why_no_shipping(step, seen, order.total_shipping)
            return (NotDue(key=step.key, why=why, taken=now()),) if why else ()
        short = not_covered(order_money(order), step.items)
        return (not_sent(step.key, "not_covered", short), seen) if short else ()

    async def _why_no_shipping(
        self, step: IssueRefund, order: OrderSeen, charged: Decimal | None
    ) -> str | None:
        """Read all that was sent of the order, all that came back and all that was refunded."""
        listed = self._api.list_fulfillment_orders(upstream_ids=[step.order_id])
        sources = [fulfillment_order_seen(one, now()) for one in await every_if_any(listed)]
        returns = []
        for source in sources:
            found = self._api.list_fulfillment_returns(
                fulfillment_order_id=source.fulfillment_order_id
            )
            returns += [fulfillment_return_seen(one, now()) for one in await every(found)]
        refunds = await self.read_refunds(step.order_id)
        return why_not_due(order, charged, sources, returns, refunds)
