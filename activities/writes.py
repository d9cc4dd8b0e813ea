"""Accepting goods, and giving money back."""

from dataclasses import replace
from decimal import Decimal
from functools import partial

from temporalio import activity

from activities.calling import calling, now
from activities.once import Creation, Found, create_once, refusal
from activities.previews import Previews
from activities.retrying import is_refusal
from activities.translate import order_seen, refund_seen, return_seen
from digital_river import (
    AcceptReturnItem,
    CreateRefund,
    CreateRefundItem,
    OutcomeUnknownError,
    RefundType,
    Return,
    StatusError,
)
from lifecycle.facts import Fact, Learned, Refused, Resource, ReturnSeen
from lifecycle.steps import AcceptItems, IssueRefund, Units
from lifecycle.watching import is_news

WHOLE = Decimal(100)
"""Percent: the goods and their tax, in full."""


class Writes(Previews):
    """Activities that change a return or create a refund."""

    @activity.defn(name="accept_items")
    async def accept_items(self, step: AcceptItems) -> Learned:
        """Accept items at their full authorised quantity, unless they are accepted already.

        A refund that was not known ends the try: somebody may have paid for these units, and
        Digital River would pay for them again.
        """
        with calling():
            seen = await self.read_return(Resource.RETURN, step.return_id)
            if _is_done(step, seen):
                return self.learned(seen)
            refunds = await self.read_refunds(seen.order_id or "")
            if any(is_news(step.known or (), refund) for refund in refunds):
                return self.learned(seen, *refunds)
            try:
                seen = return_seen(await self._accept(step), now())
            except StatusError as error:
                if not is_refusal(error):
                    raise
                found = await self._api.get_return(step.return_id)
                seen = return_seen(found, now())
                if _is_done(step, seen):
                    return self.learned(seen)
                facts = await self._unless_disputed(found.order_id, refusal(step.key, error))
                return self.learned(seen, *facts)
            if not _is_done(step, seen):
                raise OutcomeUnknownError("accept_return_items", "the answer shows no acceptance")
            return self.learned(seen)

    async def _accept(self, step: AcceptItems) -> Return:
        if step.whole:
            return await self._api.accept_return(step.return_id)
        items = [
            AcceptReturnItem(item_id=item.item_id, quantity=item.quantity) for item in step.items
        ]
        return await self._api.accept_return_items(step.return_id, items)

    @activity.defn(name="issue_refund")
    async def issue_refund(self, step: IssueRefund) -> Learned:
        """Issue a refund, unless one with its key is there or the world is not as it was known."""

        async def find() -> Found:
            """Read the return and every refund of the order: what differs ends the try."""
            found = await self.read_return(step.resource, step.return_id)
            refunds = await self.read_refunds(step.order_id)
            seen: tuple[Fact, ...] = (found, *refunds)
            ours = [refund for refund in refunds if refund.key == step.key]
            news = tuple(fact for fact in seen if fact in ours or is_news(step.known, fact))
            return Found(ours=news) if ours else Found(news=news)

        async def post() -> tuple[Fact, ...]:
            request = CreateRefund(
                order_id=step.order_id,
                currency=step.currency,
                reason=step.reason,
                metadata={"workflow_id": activity.info().workflow_id, "key": step.key},
                items=tuple(_refund_item(item) for item in step.items) or None,
                type=RefundType.SHIPPING if step.shipping else None,
                percent=WHOLE if step.shipping else None,
            )
            made = refund_seen(await self._api.create_refund(request), now())
            return (replace(made, key=step.key),)

        with calling():
            preview = partial(self.object_to, step) if step.preview else None
            creation = Creation(step.key, step.not_before, find, post, preview=preview)
            facts = await create_once(creation)
            if len(facts) == 1 and isinstance(facts[0], Refused):
                facts = await self._unless_disputed(step.order_id, facts[0])
        return self.learned(*facts)

    async def _unless_disputed(self, order_id: str, refused: Refused) -> tuple[Fact, ...]:
        """Read the order: a dispute explains a refusal, and parks the return."""
        order = order_seen(await self._api.get_order(order_id), now())
        return (order,) if order.state == "dispute" else (refused, order)


def _refund_item(item: Units) -> CreateRefundItem:
    percent = WHOLE if item.amount is None else None
    return CreateRefundItem(
        item_id=item.item_id, quantity=item.quantity, amount=item.amount, percent=percent
    )


def _is_done(step: AcceptItems, seen: ReturnSeen) -> bool:
    """Say whether every item of the step is accepted at its full quantity."""
    accepted = {item.item_id: item.accepted for item in seen.items}
    return all(accepted.get(item.item_id, 0) >= item.quantity for item in step.items)
