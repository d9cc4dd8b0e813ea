"""Each operation asks exactly for what the contract has, and lists are read to their end."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import pytest
from pydantic import BaseModel, SecretStr

from digital_river import DigitalRiver, Limiter, TimeRange
from digital_river.errors import RateLimitedError, RequestHeldError, UnreadableAnswerError
from digital_river.requests import (
    AcceptReturnItem,
    CreateFulfillmentReturn,
    CreateRefund,
    CreateReturn,
    CreateWebhook,
    UpdateWebhook,
)
from digital_river.transport import APPLICATION
from tests.digital_river.conftest import Connect

Operation = Callable[[DigitalRiver], Awaitable[BaseModel | None]]
Listing = Callable[[DigitalRiver], AsyncIterator[BaseModel]]

ANYTHING = {
    "id": "7",
    "createdTime": "2026-01-01T00:00:00Z",
    "state": "new",
    "orderId": "4",
    "fulfillmentOrderId": 9,
    "currency": "EUR",
    "type": "return.created",
    "data": {"object": {}},
    "address": "https://shop.test/",
}
"""What every model can be read from."""

FULFILLMENT_RETURN = CreateFulfillmentReturn.model_validate(
    {"fulfillmentOrderId": "9", "items": [{"fulfillmentOrderItemId": "1", "quantity": 2}]}
)
RETURN = CreateReturn.model_validate(
    {"orderId": "4", "items": [{"itemId": "1", "quantity": 2}], "metadata": {"key": "k"}}
)
REFUND = CreateRefund(order_id="4", currency="EUR", amount=Decimal("27.01"))
WEBHOOK = CreateWebhook(types=("return.created",), address="https://shop.test/")

OPERATIONS: list[tuple[Operation, str, str]] = [
    (lambda river: river.get_order("4"), "GET /orders/4", ""),
    (lambda river: river.get_charge("c/../1"), "GET /charges/c%2F..%2F1", ""),
    (lambda river: river.get_fulfillment_order("9"), "GET /fulfillment-orders/9", ""),
    (lambda river: river.get_fulfillment_return("r"), "GET /fulfillment-returns/r", ""),
    (lambda river: river.get_return("r?x#y"), "GET /returns/r%3Fx%23y", ""),
    (lambda river: river.get_refund("r"), "GET /refunds/r", ""),
    (lambda river: river.get_event("e"), "GET /events/e", ""),
    (lambda river: river.get_webhook("w"), "GET /webhooks/w", ""),
    (lambda river: river.delete_webhook("w"), "DELETE /webhooks/w", ""),
    (
        lambda river: river.create_fulfillment_return(FULFILLMENT_RETURN),
        "POST /fulfillment-returns",
        '{"fulfillmentOrderId":"9","items":[{"fulfillmentOrderItemId":"1","quantity":2}]}',
    ),
    (
        lambda river: river.create_return(RETURN),
        "POST /returns",
        '{"orderId":"4","items":[{"itemId":"1","quantity":2}],"metadata":{"key":"k"}}',
    ),
    (lambda river: river.accept_return("r"), "POST /returns/r", '{"state":"accepted"}'),
    (
        lambda river: river.accept_return_items("r", [AcceptReturnItem(item_id="1", quantity=2)]),
        "POST /returns/r",
        '{"items":[{"itemId":"1","quantity":2,"state":"accepted"}]}',
    ),
    (
        lambda river: river.create_refund(REFUND),
        "POST /refunds",
        '{"orderId":"4","currency":"EUR","amount":27.01}',
    ),
    (
        lambda river: river.update_refund("r", {"key": "k"}),
        "POST /refunds/r",
        '{"metadata":{"key":"k"}}',
    ),
    (
        lambda river: river.create_webhook(WEBHOOK),
        "POST /webhooks",
        '{"types":["return.created"],"address":"https://shop.test/"}',
    ),
    (
        lambda river: river.update_webhook("w", UpdateWebhook(enabled=True)),
        "PATCH /webhooks/w",
        '{"enabled":true}',
    ),
]

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
LISTINGS: list[tuple[Listing, str, list[tuple[str, str]]]] = [
    (lambda river: river.list_orders(), "/orders", []),
    (
        lambda river: river.list_orders(ids=["1", "2"], upstream_ids=["u"], state="complete"),
        "/orders",
        [("ids", "1"), ("ids", "2"), ("upstreamIds", "u"), ("state", "complete")],
    ),
    (
        lambda river: river.list_fulfillment_orders(upstream_ids=["4"], ids=["9"]),
        "/fulfillment-orders",
        [("ids", "9"), ("upstreamIds", "4")],
    ),
    (
        lambda river: river.list_fulfillment_returns(
            fulfillment_order_id="9", upstream_ids=["4"], ids=["r"], state="pending"
        ),
        "/fulfillment-returns",
        [("fulfillmentOrderId", "9"), ("upstreamIds", "4"), ("ids", "r"), ("state", "pending")],
    ),
    (
        lambda river: river.list_returns(order_id="4 &=", ids=["r"], state="created"),
        "/returns",
        [("orderId", "4 &="), ("ids", "r"), ("state", "created")],
    ),
    (
        lambda river: river.list_refunds(order_id="4", ids=["r"], state="failed"),
        "/refunds",
        [("orderId", "4"), ("ids", "r"), ("state", "failed")],
    ),
    (lambda river: river.list_events(types=["refund.*"]), "/events", [("type", "refund.*")]),
    (
        lambda river: river.list_events(
            types=["a.b", "c.d"],
            created_time=TimeRange(
                gt=MOMENT,
                gte=MOMENT + timedelta(microseconds=5),
                lt=MOMENT.astimezone(),
                lte=MOMENT,
            ),
        ),
        "/events",
        [
            ("types", "a.b"),
            ("types", "c.d"),
            ("createdTime[gt]", "2026-01-01T00:00:00Z"),
            ("createdTime[gte]", "2026-01-01T00:00:00.000005Z"),
            ("createdTime[lt]", "2026-01-01T00:00:00Z"),
            ("createdTime[lte]", "2026-01-01T00:00:00Z"),
        ],
    ),
]


@pytest.mark.parametrize(("operation", "line", "body"), OPERATIONS)
async def test_operations(connect: Connect, operation: Operation, line: str, body: str) -> None:
    """Each operation is one request, with the path and body of the contract, and headers."""
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        status = 204 if request.method == "DELETE" else 200
        return httpx.Response(status, json=None if status == 204 else ANYTHING)

    found = await operation(connect(answer))
    assert found is None or getattr(found, "id", None) == "7"
    (request,) = requests
    assert f"{request.method} {request.url.raw_path.decode()}" == line
    assert request.content.decode() == body
    assert request.url.host == "river.test"
    expected = {
        "authorization": "Bearer sk_test_canary",
        "content-type": "application/json",
        "accept": "application/json",
        "digitalriver-version": "2021-12-13",
        "upstream-application-id": APPLICATION,
    }
    assert {name: request.headers[name] for name in expected} == expected
    assert APPLICATION.startswith("upriver/")


@pytest.mark.parametrize(("listing", "path", "filters"), LISTINGS)
async def test_listings(
    connect: Connect, listing: Listing, path: str, filters: list[tuple[str, str]]
) -> None:
    """Each list is asked for with its filters, a hundred at a time."""
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, json={"hasMore": False, "data": [ANYTHING]})

    assert len([each async for each in listing(connect(answer))]) == 1
    (request,) = requests
    assert request.url.path == path
    assert request.url.params.multi_items() == [*filters, ("limit", "100")]


def pages(*sizes: int, has_more: bool | None = True) -> Callable[[httpx.Request], httpx.Response]:
    """Answer with pages of these sizes; the ids count up, and the last page says it is."""

    def answer(request: httpx.Request) -> httpx.Response:
        after = int(request.url.params.get("startingAfter", "-1"))
        index = next(n for n in range(len(sizes)) if sum(sizes[:n]) > after)
        first = sum(sizes[:index])
        data = [ANYTHING | {"id": str(n)} for n in range(first, first + sizes[index])]
        is_last = index == len(sizes) - 1
        envelope = {} if has_more is None else {"hasMore": has_more and not is_last}
        return httpx.Response(200, json={"data": data} | envelope)

    return answer


@pytest.mark.parametrize(
    ("sizes", "has_more"), [((100, 100, 3), True), ((1, 2, 3), True), ((100, 7), None)]
)
async def test_pages(connect: Connect, sizes: tuple[int, ...], *, has_more: bool | None) -> None:
    """A list goes on while there is more, or, where that is not said, while pages are full."""
    river = connect(pages(*sizes, has_more=has_more))
    ids = [each.id async for each in river.list_fulfillment_orders()]
    assert ids == [str(n) for n in range(sum(sizes))]


@pytest.mark.parametrize(
    "page", [{"data": []}, {"data": [], "hasMore": False}, {"data": [], "hasMore": None}, []]
)
async def test_empty_list(connect: Connect, page: object) -> None:
    """A list of nothing ends at once."""
    river = connect(lambda _: httpx.Response(200, json=page))
    assert [each async for each in river.list_refunds()] == []


@pytest.mark.parametrize("data", [[ANYTHING], []])
async def test_list_without_end(connect: Connect, data: list[object]) -> None:
    """A list that promises more and gives the same again is an error, not a loop, nor the end."""
    river = connect(lambda _: httpx.Response(200, json={"hasMore": True, "data": data}))
    with pytest.raises(UnreadableAnswerError, match="promises more but does not go on"):
        async for _ in river.list_returns():
            pass


async def test_pages_are_read_when_needed(connect: Connect) -> None:
    """Who stops iterating asks for no further page."""
    count = 0

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal count
        count += 1
        return pages(2, 2)(request)

    listing = connect(answer).list_returns()
    assert count == 0
    assert (await anext(listing)).id == "0"
    assert count == 1


@pytest.mark.parametrize("envelope", [False, True])
async def test_list_of_webhooks(connect: Connect, *, envelope: bool) -> None:
    """The list of webhooks is a bare array; an envelope around it would do no harm."""
    wire: object = {"data": [ANYTHING], "hasMore": False} if envelope else [ANYTHING]
    found = await connect(lambda _: httpx.Response(200, json=wire)).list_webhooks()
    assert [webhook.id for webhook in found] == ["7"]


@pytest.mark.parametrize("object_id", ["", ".", ".."])
async def test_ids_that_are_none(connect: Connect, object_id: str) -> None:
    """An id that would make another path of it is refused."""
    river = connect(lambda _: httpx.Response(200, json=ANYTHING))
    with pytest.raises(ValueError, match="is no id in returns"):
        await river.get_return(object_id)


async def test_wrong_use(connect: Connect) -> None:
    """What cannot be meant is refused before anything is sent."""
    river = connect(lambda _: pytest.fail("nothing may be sent"))
    with pytest.raises(ValueError, match="no item to accept"):
        await river.accept_return_items("r", [])
    with pytest.raises(ValueError, match="at most 19 types"):
        river.list_events(types=[str(n) for n in range(20)])
    with pytest.raises(ValueError, match="without a time zone"):
        river.list_events(created_time=TimeRange(gt=MOMENT.replace(tzinfo=None)))


@pytest.mark.parametrize(
    "url",
    ["", "river.test", "ftp://river.test", "https://", "https://u:p@river.test", "https://r/?a=b"],
)
def test_wrong_addresses(url: str) -> None:
    """An address that is none, or holds a secret of its own, is refused."""
    with pytest.raises(ValueError, match="the address of Digital River must"):
        DigitalRiver(url, "sk_test_canary")


@pytest.mark.parametrize("key", ["", " ", "sk_test_canary\n", "sk_canary é"])
def test_wrong_keys(key: str) -> None:
    """A key that no header can hold is refused, without being shown."""
    with pytest.raises(ValueError, match="the API key must be") as caught:
        DigitalRiver("https://river.test", key)
    assert "canary" not in str(caught.value)


async def test_options() -> None:
    """The version is a setting, the key may be wrapped, and a given client is not closed."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=ANYTHING)

    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    key = SecretStr("sk_canary")
    async with DigitalRiver("http://river.test/base/", key, version="2020-12-17", http=http) as it:
        await it.get_order("4")
        assert "canary" not in repr(it)
        assert repr(it) == "<DigitalRiver: <Transport to http://river.test/base>>"
    assert not http.is_closed
    await http.aclose()
    assert seen[0].url == "http://river.test/base/orders/4"
    assert seen[0].headers["digitalriver-version"] == "2020-12-17"
    assert seen[0].headers["authorization"] == "Bearer sk_canary"


async def test_redirects_are_not_followed(connect: Connect) -> None:
    """A redirect is not followed, with our key, to wherever it points."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(307, headers={"Location": "https://elsewhere.test/"})

    with pytest.raises(Exception, match="answered with 307"):
        await connect(answer).get_order("4")
    assert asked == ["river.test"]


@pytest.mark.parametrize(("headers", "wait"), [({"Retry-After": "120"}, 120), ({}, 1)])
async def test_too_many_requests_hold_all(headers: dict[str, str], wait: float) -> None:
    """After a 429 no client that shares the limiter sends anything until the wait is over."""
    now = 0.0
    asked = 0

    def answer(_: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        return (
            httpx.Response(429, headers=headers)
            if asked == 1
            else httpx.Response(200, json=ANYTHING)
        )

    limiter = Limiter(1000, clock=lambda: now, longest_wait=timedelta(seconds=0.5))
    transport = httpx.MockTransport(answer)
    one = DigitalRiver("https://river.test", "k", limiter=limiter, transport=transport)
    other = DigitalRiver("https://river.test", "k", limiter=limiter, transport=transport)
    async with one, other:
        with pytest.raises(RateLimitedError):
            await one.get_order("4")
        for river in (one, other):
            with pytest.raises(RequestHeldError) as caught:
                await river.get_return("r")
            assert caught.value.retry_after == timedelta(seconds=wait)
        assert asked == 1
        now += wait
        await other.get_return("r")
        assert asked == 2


async def test_log(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    """Every answer is logged with Digital River's id of the request, failures louder."""
    statuses = iter([200, 500])

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(next(statuses), json=ANYTHING, headers={"x-dr-requestid": "req-1"})

    river = connect(answer)
    with caplog.at_level(logging.DEBUG, "digital_river"):
        await river.get_order("4")
        with pytest.raises(Exception, match="500"):
            await river.create_return(RETURN)
    ours = [each for each in caplog.records if each.name == "digital_river"]
    assert [each.levelno for each in ours] == [logging.DEBUG, logging.WARNING]
    for record, operation in zip(ours, ["get_order: 200", "create_return: 500"], strict=True):
        assert record.getMessage().startswith(operation)
        assert record.getMessage().endswith("request req-1")
    assert "canary" not in caplog.text
