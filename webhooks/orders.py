"""Which workflows an order has, asked of Temporal's visibility store and known for seconds.

A list is several times dearer than a signal, and most unmarked events are of orders that have no
return of ours: so an answer is kept for a moment, and asked for only once at a time.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio.client import Client

from workflows.names import ORDER_ID, RETURN_ID, RETURN_WORKFLOW

MOST_WORKFLOWS = 1000
"""Of one order: one page of Temporal's list, and far more than an order has returns."""


@dataclass(frozen=True)
class Listed:
    """One workflow, as the list shows it."""

    id: str
    return_id: str | None = None
    begun: datetime | None = None
    ended: datetime | None = None


@dataclass(frozen=True)
class OrderWorkflows:
    """The workflows of one order."""

    listed: tuple[Listed, ...] = ()

    @property
    def open(self) -> tuple[str, ...]:
        """The ids of those that are open."""
        return tuple(one.id for one in self.listed if one.ended is None)


@dataclass(frozen=True)
class _Asked:
    until: float
    answer: asyncio.Task[OrderWorkflows]


class Orders:
    """Finds the workflows of an order by the search attribute `OrderId`."""

    def __init__(
        self,
        client: Client,
        *,
        keep_seconds: float = 3.0,
        most: int = 2000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._keep_seconds = keep_seconds
        self._most = most
        self._clock = clock
        self._asked: OrderedDict[str, _Asked] = OrderedDict()

    async def workflows(self, order_id: str, within: timedelta) -> OrderWorkflows:
        """Return what is known of an order, whose id needs no quoting; who comes later joins.

        Raises `RPCError` and `RuntimeError` when Temporal cannot be asked.
        """
        asked = self._asked.get(order_id)
        if asked is None or asked.until <= self._clock():
            asked = self._ask(order_id, within)
        return await asyncio.shield(asked.answer)

    def _ask(self, order_id: str, within: timedelta) -> _Asked:
        task = asyncio.create_task(self._list(order_id, within))
        asked = _Asked(self._clock() + self._keep_seconds, task)
        self._asked[order_id] = asked
        self._asked.move_to_end(order_id)
        if len(self._asked) > self._most:
            self._asked.popitem(last=False)
        task.add_done_callback(lambda _: self._forget_failure(order_id, asked))
        return asked

    def _forget_failure(self, order_id: str, asked: _Asked) -> None:
        failed = asked.answer.cancelled() or asked.answer.exception() is not None
        if failed and self._asked.get(order_id) is asked:
            del self._asked[order_id]

    async def _list(self, order_id: str, within: timedelta) -> OrderWorkflows:
        query = f"{ORDER_ID.name} = '{order_id}' AND WorkflowType = '{RETURN_WORKFLOW}'"
        found: list[Listed] = []
        async with asyncio.timeout(within.total_seconds()):
            async for execution in self._client.list_workflows(
                query, limit=MOST_WORKFLOWS, rpc_timeout=within
            ):
                return_id = execution.typed_search_attributes.get(RETURN_ID)
                times = execution.start_time, execution.close_time
                found.append(Listed(execution.id, return_id, *times))
        return OrderWorkflows(tuple(found))
