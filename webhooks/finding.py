"""The workflows that an event is for, for those who tell them: the receiver and the back-fill."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from temporalio.client import Client

from digital_river.models import Event
from lifecycle.facts import Fact
from webhooks.orders import Orders, OrderWorkflows
from webhooks.routing import marked_workflow, order_of


class Finder:
    """Finds workflows by the mark on an event's object, or else by its order."""

    def __init__(self, client: Client) -> None:
        self._orders = Orders(client)

    async def find(self, event: Event, facts: Sequence[Fact], within: timedelta) -> OrderWorkflows:
        """Return whom to tell; a marked workflow is not asked whether it is open.

        Raises `RPCError` and `RuntimeError` when Temporal cannot be asked.
        """
        marked = marked_workflow(event, facts)
        if marked is not None:
            return OrderWorkflows((marked,))
        order_id = order_of(facts)
        return await self._orders.workflows(order_id, within) if order_id else OrderWorkflows()
