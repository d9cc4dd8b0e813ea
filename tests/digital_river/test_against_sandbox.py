"""Every operation, over real HTTP, against a Digital River that was written without the client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import pytest

from digital_river import (
    AcceptReturnItem,
    BadRequestError,
    ConflictError,
    CreateFulfillmentReturn,
    CreateFulfillmentReturnItem,
    CreateRefund,
    CreateRefundItem,
    CreateReturn,
    CreateReturnItem,
    CreateWebhook,
    DigitalRiver,
    DigitalRiverError,
    FulfillmentOrder,
    Limiter,
    NotFoundError,
    Order,
    OutcomeUnknownError,
    RateLimitedError,
    RequestHeldError,
    ReturnAddress,
    ReturnLocation,
    ServerError,
    Timeouts,
    TimeRange,
    UnauthorizedError,
    UnreadableAnswerError,
    UpdateWebhook,
    verify,
)
from sandbox.options import Options
from sandbox.server import serve

KEY = "sk_test_sandbox"
SECRETS = ("whsec_current", "whsec_previous")
LINES = [
    {"quantity": 2, "unit_price": 50, "tax_rate": 0.21, "sku_id": "red"},
    {"quantity": 1, "unit_price": 10, "sku_id": "blue"},
]


@dataclass(frozen=True)
class Place:
    """A sandbox: its address, what steers it, and our client to it."""

    url: str
    control: httpx.AsyncClient
    river: DigitalRiver

    async def steer(self, path: str, body: object = None, method: str = "POST") -> object:
        """Make something happen."""
        answer = await self.control.request(method, f"/sandbox/{path}", json=body)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    async def order(self, coordinator: str = "third_party") -> Order:
        """Have an order of two lines, delivered."""
        planted = await self.steer("orders", {"coordinator": coordinator, "lines": LINES})
        assert isinstance(planted, dict)
        return Order.model_validate(planted["order"])

    async def fulfillment_order(self, order: Order) -> FulfillmentOrder:
        """Find the fulfillment order of an order, by its id."""
        found = [each async for each in self.river.list_fulfillment_orders(upstream_ids=[order.id])]
        assert len(found) == 1
        return found[0]

    async def fault(self, **rule: object) -> None:
        """Have something go wrong, once."""
        await self.steer("faults", {"calls": [rule | {"times": 1}]}, "PUT")


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    """Serve a sandbox without a limit of its own, and connect to it."""
    options = Options(api_key=KEY, webhook_secrets=SECRETS, rate_limit=None)
    async with (
        serve(options) as running,
        httpx.AsyncClient(base_url=running.url, timeout=60) as control,
        DigitalRiver(running.url, KEY, limiter=Limiter(1_000_000)) as river,
    ):
        yield Place(running.url, control, river)


def whole_return(order: Order) -> CreateReturn:
    """Ask to return all of an order."""
    items = (CreateReturnItem(item_id=item.id, quantity=item.quantity) for item in order.items)
    return CreateReturn(
        order_id=order.id,
        items=tuple(items),
        reason="too_small #7K3F9X2ABC",
        location=ReturnLocation(
            address=ReturnAddress(
                line1="1 Depot Way", city="Venlo", postal_code="5928", state="LI", country="NL"
            )
        ),
        metadata={"key": "w:return", "n": 1},
    )


def item_refund(order: Order) -> CreateRefund:
    """Ask to refund the first line of an order."""
    first = order.items[0]
    item = CreateRefundItem(item_id=first.id, quantity=first.quantity, percent=Decimal(100))
    metadata = {"key": "r:refund:1"}
    return CreateRefund.model_validate(
        {"order_id": order.id, "currency": "EUR", "items": (item,), "metadata": metadata}
    )


async def test_orders(place: Place) -> None:
    """Orders are read alone and in lists, with their charges."""
    orders = [await place.order() for _ in range(3)]
    found = await place.river.get_order(orders[0].id)
    assert found == orders[0]
    assert found.total_amount is not None
    assert found.available_to_refund_amount == found.captured_amount
    ids = [each.id for each in orders[:2]]
    assert {each.id async for each in place.river.list_orders(ids=ids)} == set(ids)
    assert found.payment is not None
    charge = await place.river.get_charge(found.payment.charges[0].id)
    assert charge.amount == found.captured_amount


async def test_fulfillment_orders(place: Place) -> None:
    """A fulfillment order is found by its order, and names that order's items."""
    order = await place.order("digital_river")
    found = await place.fulfillment_order(order)
    assert await place.river.get_fulfillment_order(found.id) == found
    assert found.upstream_id == order.id
    assert [each.upstream_id for each in found.items] == [each.id for each in order.items]
    assert [each.shipped for each in found.items] == [2, 1]


async def test_fulfillment_return(place: Place) -> None:
    """A fulfillment return is asked for, approved and accepted, and then refunded by us."""
    order = await place.order("digital_river")
    source = await place.fulfillment_order(order)
    item = CreateFulfillmentReturnItem(fulfillment_order_item_id=source.items[0].id, quantity=2)
    made = await place.river.create_fulfillment_return(
        CreateFulfillmentReturn(
            fulfillment_order_id=source.id,
            items=(item,),
            upstream_id=order.id,
            reason="too_small #7K3F9X2ABC",
        )
    )
    assert (made.state, made.type, made.items[0].state) == ("created", "client", "pending")
    assert (made.location, made.live_mode) == (None, False)
    assert made.reason == "too_small #7K3F9X2ABC"
    await place.steer(f"fulfillment-returns/{made.id}/approve")
    pending = await place.river.get_fulfillment_return(made.id)
    assert pending.state == "pending"
    assert pending.location is not None
    await place.steer(f"fulfillment-returns/{made.id}/receive")
    listing = place.river.list_fulfillment_returns(
        fulfillment_order_id=source.id, upstream_ids=[order.id], ids=[made.id], state="accepted"
    )
    (accepted,) = [each async for each in listing]
    assert accepted.items[0].quantity_accepted == 2
    refund = await place.river.create_refund(item_refund(order))
    assert refund.state == "pending"
    assert refund.refunded_amount == 0


async def test_rejected_fulfillment_return(place: Place) -> None:
    """A fulfillment return may be rejected."""
    order = await place.order("digital_river")
    source = await place.fulfillment_order(order)
    item = CreateFulfillmentReturnItem(fulfillment_order_item_id=source.items[0].id, quantity=1)
    request = CreateFulfillmentReturn(fulfillment_order_id=source.id, items=(item,))
    made = await place.river.create_fulfillment_return(request)
    await place.steer(f"fulfillment-returns/{made.id}/reject")
    rejected = await place.river.get_fulfillment_return(made.id)
    assert (rejected.state, rejected.items[0].state) == ("rejected", "rejected")


async def test_return_accepted_whole(place: Place) -> None:
    """A return is created, found again, and accepted at once; its refund has its reason."""
    order = await place.order()
    made = await place.river.create_return(whole_return(order))
    assert (made.state, made.order_id, made.live_mode) == ("created", order.id, False)
    assert [item.quantity_accepted for item in made.items] == [0, 0]
    assert made.metadata == {"key": "w:return", "n": 1}
    assert made.location is not None
    listing = place.river.list_returns(order_id=order.id, ids=[made.id], state="created")
    assert [each.id async for each in listing] == [made.id]
    assert (await place.river.accept_return(made.id)).state == "accepted"
    accepted = await place.river.get_return(made.id)
    assert [item.quantity_accepted for item in accepted.items] == [2, 1]
    refunds = [each async for each in place.river.list_refunds(order_id=order.id)]
    assert [each.id for each in refunds] == list(accepted.refund_ids)
    assert refunds[0].reason == "too_small #7K3F9X2ABC"


async def test_return_accepted_by_items(place: Place) -> None:
    """A return is accepted item by item, and with the last one as a whole."""
    order = await place.order()
    made = await place.river.create_return(whole_return(order))
    states = []
    for item in order.items:
        accepted = AcceptReturnItem(item_id=item.id, quantity=item.quantity)
        states.append((await place.river.accept_return_items(made.id, [accepted])).state)
    assert states == ["created", "accepted"]
    assert len([each async for each in place.river.list_refunds(order_id=order.id)]) == 2


async def test_refunds(place: Place) -> None:
    """A refund is asked for, found, marked, and completed; another one fails."""
    order = await place.order()
    made = await place.river.create_refund(item_refund(order))
    assert made.metadata == {"key": "r:refund:1"}
    updated = await place.river.update_refund(made.id, {"more": True})
    assert updated.metadata == {"key": "r:refund:1", "more": True}
    await place.steer(f"refunds/{made.id}/complete")
    done = await place.river.get_refund(made.id)
    assert (done.state, done.refunded_amount) == ("succeeded", Decimal(121))
    assert done.charges[0].refunds[0].state == "complete"
    failing = await place.river.create_refund(
        CreateRefund(order_id=order.id, currency="EUR", amount=Decimal("3.33"))
    )
    assert (failing.amount, failing.items) == (Decimal("3.33"), ())
    await place.steer(f"refunds/{failing.id}/fail", {"failure_reason": "expired_card"})
    listing = place.river.list_refunds(order_id=order.id, ids=[failing.id], state="failed")
    assert [each.failure_reason async for each in listing] == ["expired_card"]


async def test_refund_that_needs_information(place: Place) -> None:
    """The token for bank details arrives, and its expiry."""
    order = await place.order()
    made = await place.river.create_refund(item_refund(order))
    await place.steer(f"refunds/{made.id}/require-information")
    waiting = await place.river.get_refund(made.id)
    assert waiting.state == "pending_information"
    assert waiting.token_information is not None
    assert waiting.token_information.token.get_secret_value()
    assert waiting.token_information.expires_time is not None
    await place.steer(f"refunds/{made.id}/expire")
    assert (await place.river.get_refund(made.id)).state == "expired"


async def test_events(place: Place) -> None:
    """Events are listed by type and time, over several pages, and read alone."""
    order = await place.order()
    made = await place.river.create_return(whole_return(order))
    await place.river.accept_return(made.id)
    recent = TimeRange(gte=datetime.now(UTC) - timedelta(hours=1))
    listing = place.river.list_events(types=["return.*"], created_time=recent)
    found = [each async for each in listing]
    assert {each.type for each in found} == {"return.created", "return.accepted"}
    assert {each.object["id"] for each in found} == {made.id}
    assert await place.river.get_event(found[0].id) == found[0]
    both = place.river.list_events(types=["return.created", "refund.pending"], created_time=recent)
    assert {each.type async for each in both} == {"return.created", "refund.pending"}
    past = TimeRange(lt=datetime.now(UTC) - timedelta(hours=1))
    assert [each async for each in place.river.list_events(created_time=past)] == []


async def test_long_lists(place: Place) -> None:
    """Lists of more than one page are complete, whether or not they say that there is more."""
    planted = await asyncio.gather(*(place.order("digital_river") for _ in range(101)))
    ids = sorted(order.id for order in planted)
    assert sorted([each.id async for each in place.river.list_orders()]) == ids
    found = [each.upstream_id or "" async for each in place.river.list_fulfillment_orders()]
    assert sorted(found) == ids


async def test_webhooks(place: Place) -> None:
    """A webhook is made, found, changed and removed."""
    made = await place.river.create_webhook(
        CreateWebhook(types=("refund.complete",), address="http://127.0.0.1:9/")
    )
    assert made.enabled
    assert await place.river.get_webhook(made.id) == made
    assert made.id in {each.id for each in await place.river.list_webhooks()}
    changed = await place.river.update_webhook(made.id, UpdateWebhook(enabled=False))
    assert changed.enabled is False
    assert changed.types == ("refund.complete",)
    await place.river.delete_webhook(made.id)
    with pytest.raises(NotFoundError):
        await place.river.get_webhook(made.id)


async def test_signatures(place: Place) -> None:
    """A delivery is signed so that either valid secret verifies it."""
    arrived: asyncio.Future[tuple[str, bytes]] = asyncio.get_running_loop().create_future()

    async def receive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        pairs = [line.split(": ", 1) for line in head.splitlines()[1:] if line]
        fields = {name.lower(): value for name, value in pairs}
        body = await reader.readexactly(int(fields["content-length"]))
        arrived.set_result((fields["digitalriver-signature"], body))
        writer.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(receive, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        await place.river.create_webhook(
            CreateWebhook(types=("return.created",), address=f"http://127.0.0.1:{port}/")
        )
        await place.river.create_return(whole_return(await place.order()))
        header, body = await asyncio.wait_for(arrived, 60)
    for secret in SECRETS:
        assert verify(header, body, [secret], datetime.now(UTC), timedelta(minutes=5)) == 0


async def test_refusals(place: Place) -> None:
    """What Digital River refuses is understood, down to the parameter."""
    order = await place.order()
    request = whole_return(order)
    await place.river.create_return(request)
    with pytest.raises(ConflictError) as caught:
        await place.river.create_return(request)
    assert caught.value.codes[0] == "quantity_too_large"
    assert caught.value.parameters[0] == "items[0].qty"
    assert caught.value.request_id
    with pytest.raises(NotFoundError):
        await place.river.get_return("ret_unknown")
    refund = CreateRefund(order_id=order.id, currency="USD", amount=Decimal(1))
    with pytest.raises(BadRequestError) as refused:
        await place.river.create_refund(refund)
    assert refused.value.parameters == ("currency",)
    async with DigitalRiver(place.url, "sk_test_other") as stranger:
        with pytest.raises(UnauthorizedError):
            await stranger.get_order(order.id)


@pytest.mark.parametrize(
    ("rule", "expected", "done"),
    [
        ({"kind": "reset"}, OutcomeUnknownError, False),
        ({"kind": "reset_after"}, OutcomeUnknownError, True),
        ({"kind": "answer_lost", "seconds": 0.2}, OutcomeUnknownError, True),
        ({"kind": "delay", "seconds": 0.2}, OutcomeUnknownError, None),
        ({"kind": "error", "status": 503}, ServerError, False),
        ({"kind": "error_after", "status": 500}, ServerError, True),
        ({"kind": "malformed"}, UnreadableAnswerError, True),
    ],
)
async def test_faults(
    place: Place, rule: dict[str, object], expected: type[DigitalRiverError], *, done: bool | None
) -> None:
    """Whatever goes wrong with a create, the error says that it is in doubt, and a look tells."""
    order = await place.order()
    await place.fault(method="POST", path="/returns", **rule)
    limiter = Limiter(1000)
    timeouts = Timeouts(read=0.1) if "seconds" in rule else Timeouts()
    async with DigitalRiver(place.url, KEY, limiter=limiter, timeouts=timeouts) as river:
        with pytest.raises(expected) as caught:
            await river.create_return(whole_return(order))
    assert caught.value.in_doubt
    found = [each async for each in place.river.list_returns(order_id=order.id)]
    assert done is None or len(found) == done


async def test_too_many_requests(place: Place) -> None:
    """After a 429 with a wait of minutes, nothing more reaches Digital River."""
    order = await place.order()
    await place.fault(kind="too_many_requests", retry_after="120")
    async with DigitalRiver(place.url, KEY) as river:
        with pytest.raises(RateLimitedError) as caught:
            await river.get_order(order.id)
        assert caught.value.retry_after == timedelta(seconds=120)
        with pytest.raises(RequestHeldError):
            await river.get_order(order.id)
    books = await place.steer("books", method="GET")
    assert isinstance(books, dict)
    assert len(books["calls"]) == 1
