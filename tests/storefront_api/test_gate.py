"""What strangers and mistakes meet before anything is done: key, pace, size, form, address."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from pydantic import SecretStr
from temporalio.client import Client

from storefront.api import Options, create_app
from tests.canaries import LOOKOUT
from tests.running import Running, eventually
from tests.storefront_api.shop import KEY, OLD_KEY, Shop, problem, rules, shop_on

KEYS = {"Idempotency-Key": "gate"}
JSON = {**KEYS, "Content-Type": "application/json"}
ADDRESSES = (
    ("POST", "/returns"),
    ("GET", "/returns?order_id=4"),
    ("GET", "/returns/return-4-X"),
    ("POST", "/returns/return-4-X/shipments"),
    ("POST", "/returns/return-4-X/cancel"),
    ("GET", "/returns/return-4-X/refunds/re_1/bank-details"),
    ("GET", "/nowhere"),
    ("GET", "/docs/../returns?order_id=4"),
    ("GET", "//returns?order_id=4"),
)


@pytest.mark.parametrize(("method", "address"), ADDRESSES)
@pytest.mark.parametrize(
    "shown",
    [
        None,
        "",
        "Bearer",
        f"Basic {KEY}",
        KEY,
        f"Bearer {KEY}x",
        f"Bearer {KEY[:-1]}",
        f"Bearer {KEY},{OLD_KEY}",
        "Bearer \xff\xfe",
    ],
)
async def test_without_a_valid_key(
    shop: Shop, method: str, address: str, shown: str | None
) -> None:
    """401 everywhere, existing address or not; the body is not even looked at."""
    headers = {} if shown is None else {b"Authorization": shown.encode("latin-1")}
    async with httpx.AsyncClient(base_url=shop.http.base_url, timeout=60) as stranger:
        answer = await stranger.request(method, address, headers=headers, content=b"{")
    problem(answer, 401, "unauthorized")
    assert answer.headers["www-authenticate"].startswith('Bearer realm="upriver"')
    LOOKOUT.look("an answer", answer.content)


async def test_two_keys_shown_at_once(shop: Shop) -> None:
    """Whoever stands between cannot add one."""
    headers = [("Authorization", f"Bearer {KEY}"), ("Authorization", f"Bearer {KEY}")]
    async with httpx.AsyncClient(base_url=shop.http.base_url, timeout=60) as stranger:
        problem(await stranger.get("/nowhere", headers=headers), 401, "unauthorized")


@pytest.mark.parametrize("shown", [f"Bearer {OLD_KEY}", f"bearer {KEY}", f"BEARER  {KEY}"])
async def test_each_key_is_valid(shop: Shop, shown: str) -> None:
    """All keys are, at once, so that one can replace the other; the scheme has no case."""
    answer = await shop.http.get("/returns?order_id=4", headers={"Authorization": shown})
    assert answer.status_code == 200


def test_no_key_at_all(temporal_client: Client) -> None:
    """An API that anybody could use is not made."""
    with pytest.raises(ValueError, match="at least one key"):
        create_app(temporal_client, [])
    assert create_app(temporal_client, [SecretStr("one")]) is not None


@pytest.fixture
def temporal_client(live: Running) -> Client:
    """Return the client of the Temporal on which everything runs."""
    return live.client


async def test_too_many_requests(live: Running) -> None:
    """After the burst 429 with Retry-After; requests without a key are not counted."""
    options = Options(burst=2, requests_per_second=0.001)
    async with shop_on(live.client, None, options) as shop:
        for _ in range(5):
            wrong = await shop.http.get("/nowhere", headers={"Authorization": "Bearer wrong"})
            problem(wrong, 401, "unauthorized")
        for _ in range(2):
            problem(await shop.http.get("/nowhere"), 404, "not_found")
        answer = await shop.http.get("/nowhere")
        problem(answer, 429, "too_many_requests")
        assert answer.headers["retry-after"] == "1000"
        assert (await shop.http.get("/healthz")).status_code == 200


async def test_a_large_body(shop: Shop) -> None:
    """413, whether its length is told before or not, and the connection ends."""
    head = f"POST /returns HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n"
    head += "Content-Type: application/json\r\n"
    told = f"{head}Content-Length: 65537\r\n\r\n"
    untold = f"{head}Transfer-Encoding: chunked\r\n\r\n10001\r\n{' ' * 65537}"
    for request in (told, untold):
        url = shop.http.base_url
        reader, writer = await asyncio.open_connection(url.host, url.port)
        writer.write(request.encode())
        answer = await reader.read()
        writer.close()
        assert answer.startswith(b"HTTP/1.1 413 ")
        assert b"\r\nconnection: close\r\n" in answer.lower()
        assert b'"code": "too_large"' in answer


async def test_a_body_that_never_ends(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    """The sender went away: nothing is done with half a body."""
    head = f"POST /half HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n"
    head += "Content-Type: application/json\r\nContent-Length: 10\r\n\r\n{"
    url = shop.http.base_url
    _, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(head.encode())
    await writer.drain()
    writer.close()

    async def logged() -> bool | None:
        return any(text.startswith("POST /half 400 ") for text in caplog.messages) or None

    assert await eventually(logged)


async def test_a_body_that_is_just_not_too_large(shop: Shop) -> None:
    """The limit itself is read."""
    answer = await shop.http.post("/returns", content=b" " * (64 * 1024), headers=JSON)
    problem(answer, 400, "not_json")


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/x-www-form-urlencoded", "text/json; a=application/json"]
)
async def test_another_form_than_json(shop: Shop, kind: str) -> None:
    """415, and what is read is named."""
    answer = await shop.http.post("/returns", content=b"{}", headers={**KEYS, "Content-Type": kind})
    problem(answer, 415, "unsupported_media_type")
    assert answer.headers["accept-post"] == "application/json"


async def test_json_with_a_character_set(shop: Shop) -> None:
    """A parameter of the type is no other type."""
    headers = {**KEYS, "Content-Type": "Application/JSON; charset=utf-8"}
    answer = await shop.http.post("/returns", content=b"{}", headers=headers)
    assert set(rules(answer)) == {"order_id", "coordinator", "lines"}


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"\xff\xfe\x00",
        b'{"order_id": "4"',
        b"[" * 60_000,
        b"{" + b'"a":{' * 10_000,
        b'{"quantity": ' + b"9" * 10_000 + b"}",
        b"nul",
    ],
)
async def test_a_body_that_is_no_json(shop: Shop, content: bytes) -> None:
    """400, however deep it goes and however long its numbers are."""
    answer = await shop.http.post("/returns", content=content, headers=JSON)
    problem(answer, 400, "not_json")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b"3",
        b'"text"',
        b"[" * 500 + b"]" * 500,
        b'{"a":' * 400 + b"1" + b"}" * 400,
    ],
)
async def test_json_that_is_no_request(shop: Shop, content: bytes) -> None:
    """422 with what is wrong."""
    assert rules(await shop.http.post("/returns", content=content, headers=JSON))


@pytest.mark.parametrize(
    ("method", "address", "status", "code"),
    [
        ("GET", "/", 404, "not_found"),
        ("GET", "/returns/", 404, "no_such_return"),
        ("DELETE", "/returns", 405, "method_not_allowed"),
        ("PUT", "/returns/return-4-X", 405, "method_not_allowed"),
        ("GET", "/metrics", 404, "not_found"),
        ("GET", "/webhooks/digital-river", 404, "not_found"),
    ],
)
async def test_what_is_not_there(
    shop: Shop, method: str, address: str, status: int, code: str
) -> None:
    """An address or a method that is not served is a problem like any other."""
    answer = await shop.http.request(method, address)
    problem(answer, status, code)
    assert ("allow" in answer.headers) == (status == 405)
