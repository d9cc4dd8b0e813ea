"""What people, the fulfiller and the bank do in the sandbox."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from lifecycle.identity import adoption_id, tagged_reason
from sandbox import bank, fulfillment_returns, orders, refunds, returns, wire
from sandbox.errors import ApiError
from sandbox.events import Event
from sandbox.identifiers import new_uuid
from sandbox.resources import (
    OPEN_REFUNDS,
    FulfillmentOrder,
    FulfillmentOrderItem,
    FulfillmentReturn,
    Order,
    Refund,
    Return,
)
from sandbox.validation import Body
from sandbox.world import World
from simulation.books import Hands
from simulation.plan import FLOOD, Act, Plan

SIBLING_REASON = tagged_reason("too_big", "A" * 10)
SIBLING_KEY = {"workflow_id": "return-other-AAAAAAAAAA", "key": "return-other-AAAAAAAAAA:return"}


@dataclass
class Deeds:
    """Acts on one order; what its state does not allow is left."""

    plan: Plan
    world: World
    order: Order
    fulfillment_order: FulfillmentOrder | None
    hands: Hands = field(default_factory=Hands)

    @property
    def fulfillment_items(self) -> Sequence[FulfillmentOrderItem]:
        """The lines of the fulfillment order, if there is one."""
        return self.fulfillment_order.items if self.fulfillment_order else ()

    @property
    def adoption_id(self) -> str | None:
        """The workflow id of the adoption of our fulfillment return, once it is there."""
        one = self._asked()
        return adoption_id("", one.fulfillment_order_id, one.id) if one else None

    def do(self, act: Act) -> None:
        """Do one deed, as far as the sandbox allows it now."""
        with suppress(ApiError):
            self._do(act)

    def _do(self, act: Act) -> None:
        match act.deed:
            case "approve" | "reject" | "receive":
                self._fulfil(act)
            case "pay" | "fail" | "ask" | "expire":
                self._bank(act.deed)
            case "dispute" | "resolve" | "chargeback":
                self._dispute(act.deed)
            case "accept_by_hand":
                self._accept_by_hand(act)
            case "refund_by_hand":
                self._refund_by_hand(act.units)
            case "sibling_return":
                self._begin_sibling()
            case "sibling_accept":
                self._accept_sibling()
            case "begin_at_warehouse" | "fail_late" | "flood":
                self._rare(act.deed)
            case _:
                pass

    def _rare(self, deed: str) -> None:
        deeds = {
            "begin_at_warehouse": self._begin_at_warehouse,
            "fail_late": self._fail_late,
            "flood": self._flood,
        }
        deeds[deed]()

    def _begin_at_warehouse(self) -> None:
        """Have the warehouse send back what was sent to it and nobody asked for."""
        if self.fulfillment_order is not None:
            kind = "warehouse"
            body = Body(self._asked_of(self.fulfillment_order))
            fulfillment_returns.create(self.world, body, kind)

    def _fail_late(self) -> None:
        """Have the bank take back that a refund succeeded."""
        paid = [one for one in self._refunds() if one.state == "succeeded"]
        if paid:
            paid[0].state, self.world.open_refunds[paid[0].id] = "pending", paid[0]
            bank.fail(self.world, paid[0])

    def _flood(self) -> None:
        """Have Digital River tell of the order as it is, again and again."""
        assert self.world.courier is not None  # noqa: S101 - each tier has put one there
        shown = wire.order(self.world, self.order)
        for n in range(FLOOD):
            moment = self.world.clock.now() + timedelta(microseconds=n)
            event = Event(new_uuid(), "order.dispute", moment, shown, self.order.id, ())
            self.world.courier.deliver(event)

    def pay_all(self) -> None:
        """Pay every refund that is open."""
        for refund in self._open():
            bank.complete(self.world, refund)

    def refund_states(self) -> dict[str, str]:
        """Return the state of each refund of the order."""
        return {one.id: one.state for one in self._refunds()}

    def _refunds(self) -> list[Refund]:
        return [self.world.refunds[refund_id] for refund_id in self.order.refund_ids]

    def _open(self, *states: str) -> list[Refund]:
        wanted = states or OPEN_REFUNDS
        return [one for one in self._refunds() if one.state in wanted]

    def _asked(self, act: Act | None = None) -> FulfillmentReturn | None:
        """Return our fulfillment return; of two of ours the one that the deed is about."""
        ids = self.fulfillment_order.fulfillment_return_ids if self.fulfillment_order else ()
        ours = [one for one in ids if one not in self.hands.siblings]
        number = int(act.twin) if act else 0
        return self.world.fulfillment_returns[ours[number]] if len(ours) > number else None

    def _ours(self, act: Act | None = None) -> Return | None:
        ours = [one for one in self.order.return_ids if one not in self.hands.siblings]
        number = int(act.twin) if act else 0
        return self.world.returns[ours[number]] if len(ours) > number else None

    def _fulfil(self, act: Act) -> None:
        one = self._asked(act)
        if one is None:
            return
        if act.deed == "approve":
            fulfillment_returns.approve(self.world, one)
        elif act.deed == "reject":
            fulfillment_returns.reject(self.world, one)
        else:
            units = {
                item.fulfillment_order_item_id: min(n, item.quantity - item.quantity_accepted)
                for item, n in zip(one.items, act.units, strict=True)
            }
            fulfillment_returns.receive(self.world, one, units)

    def _dispute(self, deed: str) -> None:
        deeds: dict[str, Callable[..., None]] = {
            "dispute": orders.dispute,
            "resolve": orders.resolve_dispute,
            "chargeback": orders.chargeback,
        }
        deeds[deed](self.world, self.order, silent=False)

    def _bank(self, deed: str) -> None:
        states = {"ask": ("pending",), "expire": ("pending_information",)}
        found = self._open(*states.get(deed, ()))
        if not found:
            return
        deeds: dict[str, Callable[[World, Refund], None]] = {
            "pay": bank.complete,
            "fail": bank.fail,
            "ask": bank.require_information,
            "expire": bank.expire,
        }
        deeds[deed](self.world, found[0])

    def _accept_by_hand(self, act: Act) -> None:
        one = self._ours(act)
        if one is not None:
            returns.accept(self.world, one)
            self.hands.accepted_by_hand = True

    def _refund_by_hand(self, units: Sequence[int]) -> None:
        rows = [
            {"itemId": item.id, "quantity": n, "percent": 100}
            for item, n in zip(self.order.items, units, strict=True)
            if n
        ]
        if rows and (self._ours() or self._asked()):
            self.hands.by_hand.add(self._refund(rows).id)

    def _refund(self, rows: list[dict[str, object]], **fields: object) -> Refund:
        body = {"orderId": self.order.id, "currency": self.order.currency, "items": rows}
        return refunds.create(self.world, Body({**body, **fields}))

    def _begin_sibling(self) -> None:
        if not self.plan.spare or self.hands.siblings:
            return
        if self.fulfillment_order is not None:
            fields = self._asked_of(self.fulfillment_order)
            asked = fulfillment_returns.create(self.world, self._named(fields))
            self.hands.siblings.add(asked.id)
            return
        rows = [
            {"itemId": item.id, "quantity": n}
            for item, n in zip(self.order.items, self.plan.lines, strict=True)
        ]
        made = returns.create(
            self.world,
            self._named({"orderId": self.order.id, "items": rows, "metadata": SIBLING_KEY}),
        )
        self.hands.siblings.add(made.id)

    def _asked_of(self, source: FulfillmentOrder) -> dict[str, object]:
        rows = [
            {"fulfillmentOrderItemId": str(item.id), "quantity": n}
            for item, n in zip(source.items, self.plan.lines, strict=True)
        ]
        return {"fulfillmentOrderId": str(source.id), "items": rows}

    def _named(self, fields: Mapping[str, object]) -> Body:
        return Body({**fields, "reason": SIBLING_REASON})

    def _accept_sibling(self) -> None:
        for return_id in sorted(self.hands.siblings):
            if return_id in self.world.returns:
                returns.accept(self.world, self.world.returns[return_id])
                return
            one = self.world.fulfillment_returns[return_id]
            fulfillment_returns.approve(self.world, one)
            fulfillment_returns.receive(self.world, one)
            rows: list[dict[str, object]] = [
                {"itemId": item.id, "quantity": n, "percent": 100}
                for item, n in zip(self.order.items, self.plan.lines, strict=True)
            ]
            made = self._refund(rows, reason=SIBLING_REASON)
            self.hands.sibling_refunds.add(made.id)
