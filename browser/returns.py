"""Returns in every state that an operator meets, on one house of processes."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from local.stories import (
    SHOES,
    SOCKS,
    Opened,
    Shop,
    Story,
    accepted,
    approve_and_receive,
    not_shipped,
    rejected,
)


@dataclass(frozen=True)
class Kind:
    """One kind of return."""

    name: str
    """Of its picture."""
    phase: str
    """In which it is left for the browser."""
    says: str
    """What its page must tell a person."""
    tell: Callable[[Story, Shop], Coroutine[Any, Any, None]]


async def _open(story: Story, shop: Shop) -> Opened:
    return await shop.ask(story, "digital_river", await shop.order("digital_river", [SOCKS]))


async def _accept(story: Story, shop: Shop) -> str:
    opened = await _open(story, shop)
    await approve_and_receive(story, shop, opened)
    return await shop.refund(opened, 1)


async def _awaiting_approval(story: Story, shop: Shop) -> None:
    await _open(story, shop)


async def _awaiting_goods(story: Story, shop: Shop) -> None:
    opened = await shop.ask(story, "third_party", await shop.order("third_party", [SHOES, SOCKS]))
    await shop.arrive(story, "P1", {opened.items[0]: 1})


async def _refunding(story: Story, shop: Shop) -> None:
    await _accept(story, shop)


async def _awaiting_customer(story: Story, shop: Shop) -> None:
    refund = await _accept(story, shop)
    await shop.act(f"/sandbox/refunds/{refund}/require-information")


async def _disputed(story: Story, shop: Shop) -> None:
    opened = await _open(story, shop)
    await shop.act(f"/sandbox/orders/{opened.order_id}/dispute")


async def _needs_attention(story: Story, shop: Shop) -> None:
    refund = await _accept(story, shop)
    await shop.act(
        f"/sandbox/refunds/{refund}/fail", {"failure_reason": "expired_or_canceled_card"}
    )


KINDS = (
    Kind("awaiting-approval", "awaiting_approval", "Who must act: fulfiller", _awaiting_approval),
    Kind("awaiting-goods", "awaiting_goods", "1 of 2 arrived", _awaiting_goods),
    Kind("refunding", "refunding", "Who must act: digital river", _refunding),
    Kind("awaiting-customer", "awaiting_customer", "Who must act: customer", _awaiting_customer),
    Kind("disputed", "disputed", "payment dispute", _disputed),
    Kind("refunded", "refunded", "Everything was accepted and refunded", accepted),
    Kind("rejected", "rejected", "The fulfiller rejected the return", rejected),
    Kind("not-returnable", "not_returnable", "can still be cancelled", not_shipped),
    Kind("needs-attention", "needs_attention", "did not pay the customer", _needs_attention),
)
"""The one that needs attention comes last: the browser answers its question."""
