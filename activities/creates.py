"""Bringing a return into being at Digital River."""

from temporalio import activity

from activities.calling import Calls, calling, every, now
from activities.once import Creation, Found, create_once
from activities.orphans import orphans
from activities.translate import fulfillment_return_seen, return_seen
from digital_river import (
    CreateFulfillmentReturn,
    CreateFulfillmentReturnItem,
    CreateReturn,
    CreateReturnItem,
    ReturnAddress,
    ReturnLocation,
)
from lifecycle.facts import Fact, Learned, Refused, ReturnClaimed, ReturnSeen
from lifecycle.identity import rma_in
from lifecycle.location import Location
from lifecycle.steps import Create


class Creates(Calls):
    """Activities that create a return of either model."""

    @activity.defn(name="create_fulfillment_return")
    async def create_fulfillment_return(self, step: Create) -> Learned:
        """Ask the fulfiller to take goods back, unless it was asked already."""
        fulfillment_order_id = step.fulfillment_order_id or ""

        async def find() -> Found:
            listed = self._api.list_fulfillment_returns(fulfillment_order_id=fulfillment_order_id)
            seen = [fulfillment_return_seen(one, now()) for one in await every(listed)]
            return _found(step, seen, [one for one in seen if _is_marked(step, one)])

        async def post() -> tuple[Fact, ...]:
            request = CreateFulfillmentReturn(
                fulfillment_order_id=fulfillment_order_id,
                upstream_id=step.order_id,
                reason=step.reason,
                items=tuple(
                    CreateFulfillmentReturnItem(
                        fulfillment_order_item_id=item.item_id, quantity=item.quantity
                    )
                    for item in step.items
                ),
            )
            made = await self._api.create_fulfillment_return(request)
            return _claimed(step, fulfillment_return_seen(made, now()))

        with calling():
            facts = await create_once(
                Creation(step.key, step.not_before, find, post, step.only_look)
            )
            if _is_refused(step, facts):
                facts = (*facts, *await orphans(facts))
        return self.learned(*facts)

    @activity.defn(name="create_return")
    async def create_return(self, step: Create) -> Learned:
        """Tell Digital River of an authorised return, unless it was told already."""

        async def find() -> Found:
            listed = self._api.list_returns(order_id=step.order_id)
            seen = [return_seen(one, now()) for one in await every(listed)]
            ours = [one for one in seen if one.key == step.key or _is_marked(step, one)]
            return _found(step, seen, ours)

        async def post() -> tuple[Fact, ...]:
            request = CreateReturn(
                order_id=step.order_id,
                reason=step.reason,
                location=_location(step.location),
                metadata={
                    **(step.metadata or {}),
                    "workflow_id": activity.info().workflow_id,
                    "key": step.key,
                },
                items=tuple(
                    CreateReturnItem(item_id=item.item_id, quantity=item.quantity)
                    for item in step.items
                ),
            )
            return _claimed(step, return_seen(await self._api.create_return(request), now()))

        with calling():
            facts = await create_once(
                Creation(step.key, step.not_before, find, post, step.only_look)
            )
            if _is_refused(step, facts):  # a dispute that began after the check explains it
                facts = (*facts, await self.read_order(step.order_id), *await orphans(facts))
        return self.learned(*facts)


def _is_refused(step: Create, facts: tuple[Fact, ...]) -> bool:
    return any(isinstance(fact, Refused) for fact in facts) and not step.only_look


def _is_marked(step: Create, seen: ReturnSeen) -> bool:
    """Say whether the RMA number names it as ours, where no key says whose it is."""
    tagged = step.rma is not None and rma_in(seen.reason) == step.rma
    return tagged and seen.key is None and seen.order_id in (step.order_id, None)


def _found(step: Create, seen: list[ReturnSeen], ours: list[ReturnSeen]) -> Found:
    if ours:
        return Found(ours=tuple(fact for one in ours for fact in _claimed(step, one)))
    alike = [one for one in seen if _looks_alike(step, one)]
    return Found(look_alikes=tuple(one.return_id for one in alike), others=tuple(seen))


def _looks_alike(step: Create, seen: ReturnSeen) -> bool:
    """Say whether an object without a mark could be the one that a lost create made."""
    if seen.key is not None or seen.return_id in step.not_ours:
        return False
    wanted = {item.item_id: item.quantity for item in step.items}
    return seen.reason == step.reason and wanted == {
        item.item_id: item.quantity for item in seen.items
    }


def _claimed(step: Create, seen: ReturnSeen) -> tuple[Fact, ...]:
    """Return the facts of our own return; its mark, where it bears one, is claim enough."""
    if seen.key == step.key or _is_marked(step, seen):
        return (seen,)
    return seen, ReturnClaimed(return_id=seen.return_id)


def _location(location: Location | None) -> ReturnLocation | None:
    if location is None:
        return None
    return ReturnLocation(
        address=ReturnAddress.model_validate(location.address.model_dump()),
        name=location.name,
        phone=location.phone,
        email=location.email,
    )
