"""The watch: what makes a return certain, where webhooks only make it fast.

The first try does not call; each later one is a look. Pauses are Temporal's own retries, so a look
costs one action and no history, and survives the worker.
"""

from datetime import timedelta

from temporalio import activity

from activities.calling import Calls, calling, now
from activities.retrying import not_yet
from activities.translate import order_seen
from digital_river import EventType
from lifecycle.facts import DeadlinePassed, DisputeLookedUp, Fact, Learned
from lifecycle.steps import Look, LookUpDispute, Watch
from lifecycle.watching import is_news

ENDS_OF_DISPUTES = (EventType.ORDER_DISPUTE_RESOLVED.value, EventType.ORDER_CHARGEBACK.value)

CLOCKS_DIFFER = timedelta(minutes=30)
"""Read from so long before: the order may have been seen disputed by another clock."""


class Watching(Calls):
    """The activity that looks at Digital River while a return waits."""

    @activity.defn(name="watch")
    async def watch(self, step: Watch) -> Learned:
        """Return what differs from what is known; at the deadline, after a last look, that."""
        attempt, time = activity.info().attempt, now()
        if attempt > 1 or time >= step.until:
            with calling():
                seen = await self._look(step)
            if any(is_news(step.known, fact) for fact in seen):
                return self.learned(*seen)
            if time >= step.until:
                return self.learned(DeadlinePassed(until=step.until))
        raise not_yet(time, min(time + _gap(step, attempt), step.until), "Nothing new yet")

    @activity.defn(name="look")
    async def look(self, step: Look) -> Learned:
        """Return the return and the order's refunds as they are at that time or later."""
        if now() < step.not_before:
            raise not_yet(now(), step.not_before, "Too early to look")
        with calling():
            found = await self.read_return(step.resource, step.return_id)
            refunds = await self.read_refunds(step.order_id)
        return self.learned(found, *refunds, DeadlinePassed(until=step.not_before))

    @activity.defn(name="look_up_dispute")
    async def look_up_dispute(self, step: LookUpDispute) -> Learned:
        """Return what Digital River's events say of the end of a dispute, if anything."""
        since = step.seen - CLOCKS_DIFFER
        with calling():
            told = await self.told_of_order(step.order_id, ENDS_OF_DISPUTES, since)
        return self.learned(*told, DisputeLookedUp(seen=step.seen))

    async def _look(self, step: Watch) -> list[Fact]:
        found = await self.read_return(step.resource, step.return_id)
        seen: list[Fact] = [found]
        if step.refunds or found.state == "accepted":
            seen += await self.read_refunds(step.order_id)
        if step.order:
            seen.append(order_seen(await self._api.get_order(step.order_id), now()))
        return seen


def _gap(step: Watch, attempt: int) -> timedelta:
    """Return the pause before the next look; the last of the schedule repeats."""
    return step.looks[min(attempt, len(step.looks)) - 1]
