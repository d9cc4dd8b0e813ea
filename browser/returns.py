"""Returns in every state that an operator meets, on one house of processes."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from local.stories import SHOES, SOCKS, Opened, Shop, Story


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


async def _accept(story: Story, shop: Shop) -> tuple[Opened, str]:
    opened = await _open(story, shop)
    await shop.act(f"/sandbox/fulfillment-returns/{opened.return_id}/approve")
    await shop.act(f"/sandbox/fulfillment-returns/{opened.return_id}/receive")
    return opened, await shop.refund(opened, 1)


async def _awaiting_approval(story: Story, shop: Shop) -> None:
    await _open(story, shop)


async def _awaiting_goods(story: Story, shop: Shop) -> None:
    opened = await shop.ask(story, "third_party", await shop.order("third_party", [SHOES, SOCKS]))
    await shop.arrive(story, "P1", {opened.items[0]: 1})


async def _refunding(story: Story, shop: Shop) -> None:
    await _accept(story, shop)


async def _awaiting_customer(story: Story, shop: Shop) -> None:
    _, refund = await _accept(story, shop)
    await shop.act(f"/sandbox/refunds/{refund}/require-information")


async def _disputed(story: Story, shop: Shop) -> None:
    opened = await _open(story, shop)
    await shop.act(f"/sandbox/orders/{opened.order_id}/dispute")


async def _needs_attention(story: Story, shop: Shop) -> None:
    _, refund = await _accept(story, shop)
    await shop.act(
        f"/sandbox/refunds/{refund}/fail", {"failure_reason": "expired_or_canceled_card"}
    )


async def _refunded(story: Story, shop: Shop) -> None:
    opened, _ = await _accept(story, shop)
    await shop.complete(story, opened)


async def _rejected(story: Story, shop: Shop) -> None:
    opened = await _open(story, shop)
    await shop.act(f"/sandbox/fulfillment-returns/{opened.return_id}/reject")


async def _not_returnable(story: Story, shop: Shop) -> None:
    order = await shop.order("digital_river", [{**SHOES, "shipped": 0, "backordered": 2}])
    await shop.ask(story, "digital_river", order)


KINDS = (
    Kind("awaiting-approval", "awaiting_approval", "Who must act: fulfiller", _awaiting_approval),
    Kind("awaiting-goods", "awaiting_goods", "1 of 2 arrived", _awaiting_goods),
    Kind("refunding", "refunding", "Who must act: digital river", _refunding),
    Kind("awaiting-customer", "awaiting_customer", "Who must act: customer", _awaiting_customer),
    Kind("disputed", "disputed", "payment dispute", _disputed),
    Kind("refunded", "refunded", "Everything was accepted and refunded", _refunded),
    Kind("rejected", "rejected", "The fulfiller rejected the return", _rejected),
    Kind("not-returnable", "not_returnable", "can still be cancelled", _not_returnable),
    Kind("needs-attention", "needs_attention", "did not pay the customer", _needs_attention),
)
"""The one that needs attention comes last: the browser answers its question."""
