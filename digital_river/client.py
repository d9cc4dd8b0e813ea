"""The client: one method for each thing that can be asked of Digital River about a return."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Self, TypeVar, Unpack

from pydantic import BaseModel, SecretStr

from digital_river.models import (
    Charge,
    Event,
    FulfillmentOrder,
    FulfillmentReturn,
    Order,
    Refund,
    Return,
    Webhook,
)
from digital_river.pages import PAGE_SIZE, Page, every
from digital_river.requests import (
    AcceptReturn,
    AcceptReturnItem,
    CreateFulfillmentReturn,
    CreateRefund,
    CreateReturn,
    CreateWebhook,
    UpdateRefund,
    UpdateWebhook,
)
from digital_river.transport import Call, Options, Transport, path
from digital_river.wire import Identified, Metadata

MOST_EVENT_TYPES = 19
"""How many names `GET /events` can be asked for at once."""

Query = list[tuple[str, str]]
T = TypeVar("T", bound=Identified)
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class TimeRange:
    """Bounds of a moment, each of them optional and aware of its time zone."""

    gt: datetime | None = None
    gte: datetime | None = None
    lt: datetime | None = None
    lte: datetime | None = None


class DigitalRiver:
    """Digital River's API, with one key, as far as a return touches it.

    Every method raises `DigitalRiverError` (the tree is in `digital_river.errors`), none tries
    twice, and writes are not idempotent: after an error that is `in_doubt`, read before writing
    again. Lists are read page by page while they are iterated, the newest object first.
    Use it as an async context manager, or call `aclose`. `Options` has what can be set.
    """

    def __init__(self, url: str, api_key: SecretStr | str, **options: Unpack[Options]) -> None:
        """Open nothing yet. Raises `ValueError` for an address or a key that cannot be one."""
        self._transport = Transport(url, api_key, **options)

    def __repr__(self) -> str:
        """Name the address, never the key."""
        return f"<DigitalRiver: {self._transport!r}>"

    async def __aenter__(self) -> Self:
        """Give itself."""
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the connections."""
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()

    # Orders and what was charged for them

    async def get_order(self, order_id: str) -> Order:
        """Read an order."""
        return await self._get("get_order", path("orders", order_id), Order)

    def list_orders(
        self,
        *,
        ids: Iterable[str] = (),
        upstream_ids: Iterable[str] = (),
        state: str | None = None,
    ) -> AsyncIterator[Order]:
        """List orders."""
        query = _query(ids=ids, upstreamIds=upstream_ids, state=state)
        return self._list("list_orders", "/orders", query, Page[Order])

    async def get_charge(self, charge_id: str) -> Charge:
        """Read a charge, whose rows of refunds have ids here."""
        return await self._get("get_charge", path("charges", charge_id), Charge)

    # Fulfillment orders

    async def get_fulfillment_order(self, fulfillment_order_id: str) -> FulfillmentOrder:
        """Read a fulfillment order."""
        where = path("fulfillment-orders", fulfillment_order_id)
        return await self._get("get_fulfillment_order", where, FulfillmentOrder)

    def list_fulfillment_orders(
        self, *, ids: Iterable[str] = (), upstream_ids: Iterable[str] = ()
    ) -> AsyncIterator[FulfillmentOrder]:
        """List fulfillment orders; the upstream id of each is the id of its order."""
        query = _query(ids=ids, upstreamIds=upstream_ids)
        page = Page[FulfillmentOrder]
        return self._list("list_fulfillment_orders", "/fulfillment-orders", query, page)

    # Fulfillment returns

    async def create_fulfillment_return(
        self, request: CreateFulfillmentReturn
    ) -> FulfillmentReturn:
        """Ask the fulfiller to take goods back."""
        return await self._transport.fetch(
            Call("create_fulfillment_return", "POST", "/fulfillment-returns", body=request),
            FulfillmentReturn,
        )

    async def get_fulfillment_return(self, fulfillment_return_id: str) -> FulfillmentReturn:
        """Read a fulfillment return."""
        where = path("fulfillment-returns", fulfillment_return_id)
        return await self._get("get_fulfillment_return", where, FulfillmentReturn)

    def list_fulfillment_returns(
        self,
        *,
        fulfillment_order_id: str | None = None,
        upstream_ids: Iterable[str] = (),
        ids: Iterable[str] = (),
        state: str | None = None,
    ) -> AsyncIterator[FulfillmentReturn]:
        """List fulfillment returns; an upstream id is known only if its creator sent it."""
        query = _query(
            fulfillmentOrderId=fulfillment_order_id, upstreamIds=upstream_ids, ids=ids, state=state
        )
        page = Page[FulfillmentReturn]
        return self._list("list_fulfillment_returns", "/fulfillment-returns", query, page)

    # Returns

    async def create_return(self, request: CreateReturn) -> Return:
        """Tell of a return that is authorised already."""
        return await self._transport.fetch(
            Call("create_return", "POST", "/returns", body=request), Return
        )

    async def get_return(self, return_id: str) -> Return:
        """Read a return."""
        return await self._get("get_return", path("returns", return_id), Return)

    def list_returns(
        self,
        *,
        order_id: str | None = None,
        ids: Iterable[str] = (),
        state: str | None = None,
    ) -> AsyncIterator[Return]:
        """List returns."""
        query = _query(orderId=order_id, ids=ids, state=state)
        return self._list("list_returns", "/returns", query, Page[Return])

    async def accept_return(self, return_id: str) -> Return:
        """Accept all that was authorised; Digital River then refunds it."""
        call = Call(
            "accept_return",
            "POST",
            path("returns", return_id),
            body=AcceptReturn(state="accepted"),
        )
        return await self._transport.fetch(call, Return)

    async def accept_return_items(
        self, return_id: str, items: Sequence[AcceptReturnItem]
    ) -> Return:
        """Accept some items; with the last one the return is accepted, and refunded."""
        if not items:
            raise ValueError("there is no item to accept")
        call = Call(
            "accept_return_items",
            "POST",
            path("returns", return_id),
            body=AcceptReturn(items=tuple(items)),
        )
        return await self._transport.fetch(call, Return)

    # Refunds

    async def create_refund(self, request: CreateRefund) -> Refund:
        """Give money back. Success means that the refund is under way, not that it succeeds."""
        return await self._transport.fetch(
            Call("create_refund", "POST", "/refunds", body=request), Refund
        )

    async def get_refund(self, refund_id: str) -> Refund:
        """Read a refund."""
        return await self._get("get_refund", path("refunds", refund_id), Refund)

    def list_refunds(
        self,
        *,
        order_id: str | None = None,
        ids: Iterable[str] = (),
        state: str | None = None,
    ) -> AsyncIterator[Refund]:
        """List refunds."""
        query = _query(orderId=order_id, ids=ids, state=state)
        return self._list("list_refunds", "/refunds", query, Page[Refund])

    async def update_refund(self, refund_id: str, metadata: Metadata) -> Refund:
        """Change a refund's metadata; pairs are merged, an empty text deletes its pair."""
        body = UpdateRefund(metadata=metadata)
        call = Call("update_refund", "POST", path("refunds", refund_id), body=body)
        return await self._transport.fetch(call, Refund)

    # Events

    async def get_event(self, event_id: str) -> Event:
        """Read an event."""
        return await self._get("get_event", path("events", event_id), Event)

    def list_events(
        self, *, types: Sequence[str] = (), created_time: TimeRange | None = None
    ) -> AsyncIterator[Event]:
        """List the events of the last 30 days: of up to 19 types, or of one like `refund.*`."""
        if len(types) > MOST_EVENT_TYPES:
            raise ValueError(f"events can be listed by at most {MOST_EVENT_TYPES} types")
        query = _query(**({"type": types} if len(types) == 1 else {"types": types}))
        query += _time_query("createdTime", created_time or TimeRange())
        return self._list("list_events", "/events", query, Page[Event])

    # Webhooks

    async def create_webhook(self, request: CreateWebhook) -> Webhook:
        """Have events sent to an address. The signing secret is in the Dashboard alone."""
        call = Call("create_webhook", "POST", "/webhooks", body=request)
        return await self._transport.fetch(call, Webhook)

    async def list_webhooks(self) -> list[Webhook]:
        """List all webhooks; this list alone has no pages."""
        return list((await self._get("list_webhooks", "/webhooks", Page[Webhook])).data)

    async def get_webhook(self, webhook_id: str) -> Webhook:
        """Read a webhook."""
        return await self._get("get_webhook", path("webhooks", webhook_id), Webhook)

    async def update_webhook(self, webhook_id: str, request: UpdateWebhook) -> Webhook:
        """Change a webhook: what is set in the request, and nothing else."""
        call = Call("update_webhook", "PATCH", path("webhooks", webhook_id), body=request)
        return await self._transport.fetch(call, Webhook)

    async def delete_webhook(self, webhook_id: str) -> None:
        """Remove a webhook."""
        await self._transport.send(Call("delete_webhook", "DELETE", path("webhooks", webhook_id)))

    async def _get(self, operation: str, where: str, model: type[M]) -> M:
        return await self._transport.fetch(Call(operation, "GET", where), model)

    def _list(
        self, operation: str, where: str, query: Query, page: type[Page[T]]
    ) -> AsyncIterator[T]:
        async def fetch(cursor: str | None) -> Page[T]:
            after = [("startingAfter", cursor)] if cursor else []
            whole = [*query, ("limit", str(PAGE_SIZE)), *after]
            return await self._transport.fetch(Call(operation, "GET", where, whole), page)

        return every(operation, fetch)


def _query(**filters: str | Iterable[str] | None) -> Query:
    """Write filters: what is None is left out, and a list repeats its name."""
    return [
        (name, value)
        for name, values in filters.items()
        for value in ([values] if isinstance(values, str) else values or ())
    ]


def _time_query(name: str, bounds: TimeRange) -> Query:
    moments = {"gt": bounds.gt, "gte": bounds.gte, "lt": bounds.lt, "lte": bounds.lte}
    return [(f"{name}[{bound}]", _written(moment)) for bound, moment in moments.items() if moment]


def _written(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError("a time without a time zone is ambiguous")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
