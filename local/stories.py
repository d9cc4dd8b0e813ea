"""The returns of the demo: what the shop asks, what happens to the goods, and how it must end."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import httpx

from lifecycle.request import ReturnRequest
from lifecycle.snapshot import Snapshot
from storefront.client import Returns
from workflows.messages import Resolution, Shipment

Json = dict[str, Any]
PACE_SECONDS = 1.0
"""Between the events of a story, so that people can follow it."""

POLL_SECONDS = 0.2
SHORT_LOOKS = {"looks": [4]}
"""Terms under which Upriver looks every few seconds, for the story without webhooks."""


@dataclass
class Story:
    """One return of the demo, as it is told."""

    title: str
    outcome: str
    """The outcome that it must have."""
    tell: Callable[["Story", "Shop"], Coroutine[Any, Any, None]]
    workflow_id: str = ""
    told: str = "…"
    view: Snapshot | None = None
    over: bool = False
    """Whether the story has been told, for good or ill."""

    @property
    def now(self) -> tuple[str, str]:
        """The phase, and what just happened."""
        return (self.view.phase if self.view else ""), self.told

    @property
    def ended(self) -> bool:
        """Whether it has come to an outcome."""
        return self.view is not None and self.view.outcome is not None

    @property
    def ended_well(self) -> bool:
        """Whether that is the outcome that it must have."""
        return self.view is not None and self.view.outcome == self.outcome


@dataclass(frozen=True)
class Opened:
    """A return that was asked for."""

    order_id: str
    items: list[str]
    return_id: str


@dataclass(frozen=True)
class Shop:
    """A shop with its warehouse, and the hand that moves the local Digital River."""

    returns: Returns
    digital_river: httpx.AsyncClient
    name: str
    """Makes the request ids of this run its own."""
    numbers: list[int] = field(default_factory=lambda: [0])

    async def act(self, path: str, body: object = None) -> Json:
        """Make something happen at the local Digital River, in its time."""
        await asyncio.sleep(PACE_SECONDS)
        answer = await self.digital_river.post(path, json=body)
        answer.raise_for_status()
        done: Json = answer.json()
        return done

    async def order(self, coordinator: str, lines: list[Json], **seed: object) -> Json:
        """Have an order placed."""
        body = {"coordinator": coordinator, "lines": lines, **seed}
        order: Json = (await self.act("/sandbox/orders", body))["order"]
        return order

    async def ask(
        self, story: Story, coordinator: str, order: Json, policy: Json | None = None
    ) -> Opened:
        """Ask for the return of a whole order."""
        self.numbers[0] += 1
        lines = [
            {"order_item_id": item["id"], "quantity": item["quantity"]} for item in order["items"]
        ]
        request = ReturnRequest.model_validate(
            {
                "request_id": f"{self.name}-{self.numbers[0]}",
                "order_id": order["id"],
                "coordinator": coordinator,
                "lines": lines,
                "reason": "too_small",
                "policy": policy or {},
            }
        )
        story.workflow_id = request.workflow_id
        story.told = "the shop asked for a return"
        answer = await self.returns.start(request)
        items = [line["order_item_id"] for line in lines]
        return Opened(order["id"], [str(item) for item in items], answer.return_id or "")

    async def refund(self, opened: Opened, number: int) -> str:
        """Wait for the n-th refund of an order."""
        while True:
            books = (await self.digital_river.get("/sandbox/books")).json()
            found = [row["id"] for row in books["refunds"] if row["orderId"] == opened.order_id]
            if len(found) >= number:
                return str(found[number - 1])
            await asyncio.sleep(POLL_SECONDS)

    async def question(self, story: Story) -> str:
        """Wait until an operator is asked, and return the question's id."""
        while True:
            view = await self.returns.show(story.workflow_id)
            if view.question is not None:
                return view.question.id
            await asyncio.sleep(POLL_SECONDS)

    async def complete(self, story: Story, opened: Opened, number: int = 1) -> None:
        """Let the bank complete the n-th refund."""
        refund = await self.refund(opened, number)
        await self.act(f"/sandbox/refunds/{refund}/complete")
        story.told = f"the bank paid refund {number}"

    async def arrive(self, story: Story, reference: str, units: dict[str, int]) -> None:
        """Let the warehouse report a parcel."""
        await asyncio.sleep(PACE_SECONDS)
        shipment = Shipment(reference=reference, items=units)
        await self.returns.receive_shipment(story.workflow_id, shipment)
        story.told = f"the warehouse received parcel {reference}"


SHOES = {"sku_id": "sku-red-shoe", "quantity": 2, "unit_price": 59.9, "tax_rate": 0.21}
SOCKS = {"sku_id": "sku-sock", "quantity": 1, "unit_price": 9.9, "tax_rate": 0.21}


async def approve_and_receive(story: Story, shop: Shop, opened: Opened) -> None:
    """Let the fulfiller approve, and then accept all."""
    await shop.act(f"/sandbox/fulfillment-returns/{opened.return_id}/approve")
    story.told = "the fulfiller approved"
    await shop.act(f"/sandbox/fulfillment-returns/{opened.return_id}/receive")
    story.told = "the fulfiller accepted the goods"


async def accepted(story: Story, shop: Shop) -> None:
    """Have all accepted and refunded (digital_river)."""
    opened = await shop.ask(story, "digital_river", await shop.order("digital_river", [SHOES]))
    await approve_and_receive(story, shop, opened)
    await shop.complete(story, opened)


async def rejected(story: Story, shop: Shop) -> None:
    """Let the fulfiller reject it."""
    opened = await shop.ask(story, "digital_river", await shop.order("digital_river", [SOCKS]))
    await shop.act(f"/sandbox/fulfillment-returns/{opened.return_id}/reject")
    story.told = "the fulfiller rejected it"


async def not_shipped(story: Story, shop: Shop) -> None:
    """Ask for goods that were never sent; it is refused at once."""
    order = await shop.order("digital_river", [{**SHOES, "shipped": 0, "backordered": 2}])
    await shop.ask(story, "digital_river", order)


async def _one_shipment(story: Story, shop: Shop) -> None:
    order = await shop.order("third_party", [SHOES, SOCKS])
    opened = await shop.ask(story, "third_party", order)
    shoes, socks = opened.items
    await shop.arrive(story, "P1", {shoes: 2, socks: 1})
    await shop.complete(story, opened)


async def _two_shipments(story: Story, shop: Shop) -> None:
    order = await shop.order("third_party", [SHOES, SOCKS])
    opened = await shop.ask(story, "third_party", order)
    shoes, socks = opened.items
    await shop.arrive(story, "P1", {shoes: 2})
    await shop.arrive(story, "P2", {socks: 1})
    await shop.complete(story, opened, 1)
    await shop.complete(story, opened, 2)


async def _failed_refund(story: Story, shop: Shop) -> None:
    opened = await shop.ask(story, "digital_river", await shop.order("digital_river", [SOCKS]))
    await approve_and_receive(story, shop, opened)
    refund = await shop.refund(opened, 1)
    reason = {"failure_reason": "expired_or_canceled_card"}
    await shop.act(f"/sandbox/refunds/{refund}/fail", reason)
    story.told = "the refund failed; an operator is asked"
    question = await shop.question(story)
    await asyncio.sleep(PACE_SECONDS)
    why = "the customer has a new card"
    decision = Resolution(question=question, answer="retry", who="operations", why=why)
    await shop.returns.resolve(story.workflow_id, decision)
    story.told = "the operator had it retried"
    await shop.complete(story, opened, 2)


async def _webhooks_lost(story: Story, shop: Shop) -> None:
    order = await shop.order("digital_river", [SHOES])
    lost = {"deliveries": [{"kind": "drop", "order_id": order["id"]}]}
    (await shop.digital_river.put("/sandbox/faults", json=lost)).raise_for_status()
    opened = await shop.ask(story, "digital_river", order, SHORT_LOOKS)
    await approve_and_receive(story, shop, opened)
    await shop.complete(story, opened)
    story.told = "the bank paid; no webhook arrives, Upriver looks by itself"


def stories() -> list[Story]:
    """Return every story, untold."""
    return [
        Story("digital_river: accepted and refunded", "refunded", accepted),
        Story("digital_river: rejected by the fulfiller", "rejected", rejected),
        Story("digital_river: not shipped, refused at once", "not_returnable", not_shipped),
        Story("third_party: one shipment", "refunded", _one_shipment),
        Story("third_party: two shipments, two refunds", "refunded", _two_shipments),
        Story("refund fails, is retried, succeeds", "refunded", _failed_refund),
        Story("every webhook lost", "refunded", _webhooks_lost),
    ]
