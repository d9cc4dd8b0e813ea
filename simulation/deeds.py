"""What people, the fulfiller and the bank do in the sandbox."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sandbox import bank, fulfillment_returns, orders, refunds, returns
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
from simulation.plan import Act, Plan

SIBLING_KEY = {"workflow_id": "return-other-AAAAAAAAAA", "key": "return-other-AAAAAAAAAA:return"}


@dataclass
class Deeds:
    """Acts on one order; what its state does not allow raises the sandbox's `ApiError`."""

    plan: Plan
    world: World
    order: Order
    fulfillment_order: FulfillmentOrder | None
    sibling_reason: str
    siblings: set[str] = field(default_factory=set)
    """Ids of the returns that somebody else began."""
    sibling_refunds: set[str] = field(default_factory=set)
    by_hand: set[str] = field(default_factory=set)
    """Ids of the refunds made in the Dashboard."""
    accepted_by_hand: bool = False

    @property
    def fulfillment_items(self) -> Sequence[FulfillmentOrderItem]:
        """The lines of the fulfillment order, if there is one."""
        return self.fulfillment_order.items if self.fulfillment_order else ()

    def do(self, act: Act) -> None:
        """Do one deed."""
        match act.deed:
            case "approve" | "reject" | "receive":
                self._fulfil(act)
            case "pay" | "fail" | "ask" | "expire":
                self._bank(act.deed)
            case "dispute":
                orders.dispute(self.world, self.order, silent=False)
            case "resolve":
                orders.resolve_dispute(self.world, self.order, silent=False)
            case "chargeback":
                orders.chargeback(self.world, self.order, silent=False)
            case "accept_by_hand":
                self._accept_by_hand()
            case "refund_by_hand":
                self._refund_by_hand(act.units)
            case "sibling_return":
                self._begin_sibling()
            case "sibling_accept":
                self._accept_sibling()
            case _:
                pass

    def pay_all(self) -> None:
        """Pay every refund that is open."""
        for refund in self._open():
            bank.complete(self.world, refund)

    def _open(self, *states: str) -> list[Refund]:
        wanted = states or OPEN_REFUNDS
        return [one for one in self.world.refunds.values() if one.state in wanted]

    def _asked(self) -> FulfillmentReturn | None:
        found = self.world.fulfillment_returns.values()
        return next((one for one in found if one.id not in self.siblings), None)

    def _ours(self) -> Return | None:
        found = self.world.returns.values()
        return next((one for one in found if one.id not in self.siblings), None)

    def _fulfil(self, act: Act) -> None:
        one = self._asked()
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

    def _bank(self, deed: str) -> None:
        states = {"ask": ("pending",), "expire": ("pending_information",)}
        found = self._open(*states.get(deed, ()))
        if not found:
            return
        deeds = {
            "pay": bank.complete,
            "fail": bank.fail,
            "ask": bank.require_information,
            "expire": bank.expire,
        }
        deeds[deed](self.world, found[0])

    def _accept_by_hand(self) -> None:
        one = self._ours()
        if one is not None:
            returns.accept(self.world, one)
            self.accepted_by_hand = True

    def _refund_by_hand(self, units: Sequence[int]) -> None:
        rows = [
            {"itemId": item.id, "quantity": n, "percent": 100}
            for item, n in zip(self.order.items, units, strict=True)
            if n
        ]
        if rows and (self._ours() or self._asked()):
            self.by_hand.add(self._refund(rows).id)

    def _refund(self, rows: list[dict[str, object]], **fields: object) -> Refund:
        body = {"orderId": self.order.id, "currency": self.order.currency, "items": rows}
        return refunds.create(self.world, Body({**body, **fields}))

    def _begin_sibling(self) -> None:
        if not self.plan.spare or self.siblings:
            return
        if self.fulfillment_order is not None:
            rows = [
                {"fulfillmentOrderItemId": str(item.id), "quantity": n}
                for item, n in zip(self.fulfillment_order.items, self.plan.lines, strict=True)
            ]
            fields = {"fulfillmentOrderId": str(self.fulfillment_order.id), "items": rows}
            asked = fulfillment_returns.create(self.world, self._named(fields))
            self.siblings.add(asked.id)
            return
        rows = [
            {"itemId": item.id, "quantity": n}
            for item, n in zip(self.order.items, self.plan.lines, strict=True)
        ]
        made = returns.create(
            self.world,
            self._named({"orderId": self.order.id, "items": rows, "metadata": SIBLING_KEY}),
        )
        self.siblings.add(made.id)

    def _named(self, fields: Mapping[str, object]) -> Body:
        return Body({**fields, "reason": self.sibling_reason})

    def _accept_sibling(self) -> None:
        for return_id in sorted(self.siblings):
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
            made = self._refund(rows, reason=self.sibling_reason)
            self.sibling_refunds.add(made.id)
