"""The workflows that an event is for, for those who tell them: the receiver and the back-fill."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from pydantic import ValidationError
from temporalio.client import Client

from digital_river.models import Event
from lifecycle.facts import Chargeback, Fact, RefundSeen, Resource, ReturnSeen
from lifecycle.late import Sign
from lifecycle.policy import Policy
from webhooks.orders import Orders
from webhooks.routing import marked_workflow, order_of
from webhooks.signalling import signal
from workflows.messages import EventMessage
from workflows.starting import Start, WarehouseReturns, adoption_of, start_with_message


@dataclass(frozen=True)
class Found:
    """Whom an event is for."""

    open: tuple[str, ...] = ()
    """Workflows to tell; one that a mark names is not asked whether it is open."""
    closed: tuple[str, ...] = ()
    marked: bool = False
    """Whether the event's object names its one workflow."""
    adoption: Start | None = None
    """Set where that workflow is to be started if it never was."""
    from_warehouse: bool = False

    def sign(self, told: Collection[str]) -> Sign:
        """Return by what a refund is known to be a closed workflow's, once it was told."""
        if self.marked:
            return Sign.MARK
        return Sign.ID if told else Sign.FIT

    def late(self, facts: Sequence[Fact], told: Collection[str]) -> tuple[str, ...]:
        """Return the closed workflows whose returns the event may concern, once it was told.

        A chargeback concerns every return of the order, and a refund one that knew it already,
        open or not. What else bears no mark is left to those that are open, if there are any. A
        list of a moment ago may show as open what has closed since.
        """
        concerns_closed = any(isinstance(fact, Chargeback | RefundSeen) for fact in facts)
        if told and not concerns_closed:
            return ()
        return (*self.closed, *(one for one in self.open if one not in told))


class Finder:
    """Finds workflows by the mark on an event's object, or else by its order; and tells them."""

    def __init__(self, client: Client, orders: Orders, warehouse_returns: WarehouseReturns) -> None:
        self._client = client
        self._orders = orders
        self._warehouse_returns = warehouse_returns

    async def find(self, event: Event, facts: Sequence[Fact], within: timedelta) -> Found:
        """Return whom to tell.

        Raises `RPCError` and `RuntimeError` when Temporal cannot be asked.
        """
        marked = marked_workflow(event, facts)
        if marked is not None:
            return Found((marked,), marked=True)
        order_id = order_of(facts)
        for fact in facts:
            if isinstance(fact, ReturnSeen) and fact.resource is Resource.FULFILLMENT_RETURN:
                from_warehouse = fact.type == "warehouse"
                if from_warehouse or order_id is None:
                    return self._adopted(fact, from_warehouse=from_warehouse)
        if order_id is None:
            return Found()
        order = await self._orders.workflows(order_id, within)
        return Found(order.open, tuple(one.id for one in order.listed if one.ended is not None))

    def _adopted(self, seen: ReturnSeen, *, from_warehouse: bool) -> Found:
        """Return the workflow that has adopted a fulfillment return, or is to adopt it."""
        asks = self._warehouse_returns is not WarehouseReturns.REFUND
        try:
            adoption = adoption_of(seen, Policy(ask_before_refund=asks or None))
        except ValidationError:
            return Found()
        wanted = from_warehouse and self._warehouse_returns is not WarehouseReturns.OFF
        return Found(
            open=(adoption.workflow_id,),
            marked=True,
            adoption=adoption if wanted else None,
            from_warehouse=from_warehouse,
        )

    async def tell(
        self, workflow_id: str, found: Found, message: EventMessage, within: timedelta
    ) -> bool:
        """Signal one workflow, or start it where it adopts; False if it is closed or never was."""
        if found.adoption is None:
            return await signal(self._client, workflow_id, message, within)
        adoption = replace(found.adoption, message=message)
        return await start_with_message(self._client, adoption, within, again=False)
