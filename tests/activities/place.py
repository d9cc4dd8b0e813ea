"""A sandbox with what a test has put there, and our client to it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from digital_river import DigitalRiver
from lifecycle.facts import Resource, ReturnItem, ReturnSeen
from sandbox.world import World

Json = dict[str, Any]

KEY = "sk_test_sandbox_canary"


@dataclass(frozen=True)
class Place:
    """What steers the sandbox, its world, and the client that the activities use."""

    control: httpx.AsyncClient
    world: World
    river: DigitalRiver

    async def steer(self, path: str, body: object = None, method: str = "POST") -> Json:
        """Make something happen through the control API."""
        answer = await self.control.request(method, f"/sandbox/{path}", json=body)
        assert answer.is_success, answer.text
        found: Json = answer.json()
        return found

    async def fault(self, **rule: object) -> None:
        """Have one kind of call go wrong, once unless the rule says otherwise."""
        await self.steer("faults", {"calls": [{"times": 1, **rule}]}, "PUT")

    async def plant(self, coordinator: str, *units: int, **fields: object) -> Json:
        """Make an order with so many units per line, at 10.00 each."""
        lines = [{"quantity": quantity} for quantity in units]
        return await self.steer(
            "orders", {"coordinator": coordinator, "lines": lines, "currency": "EUR", **fields}
        )

    async def post(self, path: str, body: Json) -> Json:
        """Do as another client of Digital River does, or a person in the Dashboard."""
        answer = await self.control.post(path, json=body)
        assert answer.status_code == 201, answer.text
        self.world.books.clear()
        found: Json = answer.json()
        return found

    def posts(self, path: str) -> int:
        """Count the creates that were sent."""
        return sum(call.method == "POST" and call.path == path for call in self.world.books.calls)

    def bodies(self, path: str) -> list[Json]:
        """Return what was posted."""
        return [
            call.body
            for call in self.world.books.calls
            if call.method == "POST" and call.path == path
        ]

    @property
    def calls(self) -> list[str]:
        """Every call that was made, in order."""
        return [f"{call.method} {call.path}" for call in self.world.books.calls]

    def fulfillment_return(self, return_id: str, taken: datetime) -> ReturnSeen:
        """Return the fact that a read of a fulfillment return without a location teaches."""
        one = self.world.fulfillment_returns[return_id]
        return ReturnSeen(
            resource=Resource.FULFILLMENT_RETURN,
            return_id=one.id,
            state=one.state,
            items=tuple(
                ReturnItem(
                    item_id=item.fulfillment_order_item_id,
                    quantity=item.quantity,
                    accepted=item.quantity_accepted,
                    state=item.state,
                )
                for item in one.items
            ),
            taken=taken,
            order_id=one.upstream_id,
            fulfillment_order_id=one.fulfillment_order_id,
            type="warehouse" if one.type == "warehouse" else None,
            reason=one.reason,
            created=one.created.replace(microsecond=0),
        )

    def return_(self, return_id: str, taken: datetime, key: str | None = None) -> ReturnSeen:
        """Return the fact that a read of an open return without a location teaches."""
        one = self.world.returns[return_id]
        return ReturnSeen(
            resource=Resource.RETURN,
            return_id=one.id,
            state=one.state,
            items=tuple(
                ReturnItem(
                    item_id=item.item_id,
                    quantity=item.quantity,
                    accepted=item.quantity_accepted,
                    state=item.state,
                    amount=item.amount,
                )
                for item in one.items
            ),
            taken=taken,
            order_id=one.order_id,
            reason=one.reason,
            key=key,
            created=one.created.replace(microsecond=0),
        )
