"""The automatic fulfiller and bank: everything that happens because time has passed."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from . import bank, fulfillment_returns
from .options import Automation, Seconds
from .resources import FulfillmentReturn, Refund

if TYPE_CHECKING:
    from .world import World

AT_ONCE = ("fail_at_once", "refuse")
"""Test-mode triggers that fail a refund whatever the speed of the bank (§6.9)."""

BREATH = 0.005
"""Seconds between two rounds, so that a burst of calls causes few of them."""


async def run(world: "World") -> None:
    """Act whenever something is due, until cancelled."""
    while True:
        world.changed.clear()
        due = act(world)
        wait = None if due is None else max((due - world.clock.now()).total_seconds(), 0)
        try:
            async with asyncio.timeout(wait):
                await world.changed.wait()
        except TimeoutError:
            continue
        finally:
            await asyncio.sleep(BREATH)


def act(world: "World") -> datetime | None:
    """Do all that is due by the world's clock; return when the next thing will be."""
    while True:
        now = world.clock.now()
        waiting = list(_waiting(world))
        ripe = sorted((one for one in waiting if one[0] <= now), key=lambda one: one[0])
        if not ripe:
            return min((due for due, _ in waiting), default=None)
        for _, one in ripe:
            _act_on(world, one)


def advance(world: "World", by: timedelta) -> None:
    """Move the world's clock, stopping at each moment at which something is due."""
    target = world.clock.now() + by
    while (due := act(world)) is not None and due <= target:
        world.clock.move_to(due)
    world.clock.move_to(target)
    world.changed.set()


def _waiting(world: "World") -> Iterator[tuple[datetime, FulfillmentReturn | Refund]]:
    for fulfillment_return in world.open_fulfillment_returns.values():
        due = _fulfiller_due(world, fulfillment_return)
        if due is not None:
            yield due, fulfillment_return
    for refund in world.open_refunds.values():
        due = _refund_due(world, refund)
        if due is not None:
            yield due, refund


def _speed(world: "World", order_id: str) -> Automation:
    return world.orders[order_id].scripts.automation or world.automation


def _after(start: datetime, seconds: Seconds | None) -> datetime | None:
    return None if seconds is None else start + timedelta(seconds=seconds)


def _fulfiller_due(world: "World", one: FulfillmentReturn) -> datetime | None:
    speed = _speed(world, one.order_id)
    if one.approved is None:
        return _after(one.created, speed.approve_after_seconds)
    return _after(one.approved, speed.receive_after_seconds)


def _refund_due(world: "World", refund: Refund) -> datetime | None:
    speed = _speed(world, refund.order_id)
    if refund.state == "pending" and world.orders[refund.order_id].scripts.every_refund in AT_ONCE:
        return refund.created
    if refund.state == "pending":
        return _after(refund.created, speed.bank_after_seconds)
    if refund.details_given is not None:
        return _after(refund.details_given, speed.bank_after_seconds)
    return refund.token_expires


def _act_on(world: "World", one: FulfillmentReturn | Refund) -> None:
    if isinstance(one, FulfillmentReturn):
        _fulfil(world, one)
    elif one.state == "pending" or one.details_given is not None:
        bank.act(world, one)
    else:
        bank.expire(world, one)


def _fulfil(world: "World", one: FulfillmentReturn) -> None:
    scripts = world.orders[one.order_id].scripts
    if one.state == "pending":
        fulfillment_returns.receive(world, one, _scripted_units(world, one))
    elif scripts.approve:
        fulfillment_returns.approve(world, one)
    else:
        fulfillment_returns.reject(world, one)


def _scripted_units(world: "World", one: FulfillmentReturn) -> dict[str, int] | None:
    """Read the script, which may name a line by index, order item or fulfillment item."""
    script = world.orders[one.order_id].scripts.receive
    if script is None:
        return None
    lines = world.fulfillment_orders[one.fulfillment_order_id].items
    names = {
        str(line.id): (str(place), line.order_item_id, str(line.id))
        for place, line in enumerate(lines)
    }
    units = {}
    for item in one.items:
        named = names[item.fulfillment_order_item_id]
        count = next((script[name] for name in named if name in script), 0)
        units[item.fulfillment_order_item_id] = min(count, item.quantity)
    return units
