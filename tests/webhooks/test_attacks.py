"""Whoever can reach the receiver sends what they like: it holds little, and goes on serving."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from itertools import cycle, islice, repeat
from pathlib import Path

import httpx
import pytest
from pydantic import JsonValue

from digital_river.signature import HEADER
from tests.webhooks.events import SECRET, body_of, event, refund, signature
from tests.webhooks.process import Receiver, receiver, useless
from webhooks import PATH

SETTINGS = {"DIGITAL_RIVER_WEBHOOK_SECRETS": SECRET}
MIB = 1024 * 1024
POST = f"POST {PATH} HTTP/1.1\r\nHost: x\r\n".encode()
ELSEWHERE = b"POST /healthz HTTP/1.1\r\nHost: x\r\n"
LAST = b"Content-Length: 0\r\nConnection: close\r\n\r\n"
SIGNED = HEADER.encode() + b": "
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
EVENT = body_of(useless())
FEW = "server.MOST_AT_ONCE, server.KEEP_ALIVE_SECONDS = 20, 60"
HASTY = "server.KEEP_ALIVE_SECONDS = 1"


@pytest.fixture(scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Receiver]:
    """Run one receiver for all attacks: none may spoil it for the next."""
    directory = tmp_path_factory.mktemp("receiver")
    async with receiver(directory, **SETTINGS) as found:
        yield found
    assert "Traceback" not in found.log.read_text()


@asynccontextmanager
async def connected(
    to: Receiver,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Open a connection."""
    reader, writer = await asyncio.open_connection(*to.address)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def answers(to: Receiver, *parts: bytes) -> bytes:
    """Send bytes and return what is answered until the connection ends."""
    async with connected(to) as (reader, writer):
        try:
            writer.writelines(parts)
            await writer.drain()
            return await reader.read()
        except ConnectionError:
            return b""


def statuses(answered: bytes) -> list[int]:
    """Return the statuses of all answers on one connection."""
    lines = answered.split(b"HTTP/1.1 ")[1:]
    return [int(line[:3]) for line in lines]


async def taken(to: Receiver, start: bytes, endless: Iterator[bytes]) -> int:
    """Send without end; return how many bytes went out before the connection was ended."""
    sent = 0
    async with connected(to) as (_, writer):
        writer.write(start)
        try:
            for piece in endless:
                writer.write(piece)
                await writer.drain()
                sent += len(piece)
        except ConnectionError:
            return sent
    raise AssertionError("it ended without an end")


async def is_well(to: Receiver) -> None:
    """Have a genuine event answered."""
    assert (await to.send(SECRET)).json() == {"status": "irrelevant"}


ENDLESS = {
    "address": (b"GET /", b"a"),
    "header name": (POST, b"a"),
    "header value": (POST + b"X: ", b"a"),
    "headers": (POST, b"X: a\r\n"),
    "signature": (POST + SIGNED + b"1, ", b"a"),
    "body": (POST + b"Content-Length: 99999999999\r\n\r\n", b"a"),
    "chunks": (CHUNKED, b"1\r\na\r\n"),
    "one chunk": (CHUNKED + b"fffffffff\r\n", b"a"),
    "chunk extension": (CHUNKED + b"1;", b"a"),
    "trailers": (CHUNKED + b"1\r\na\r\n0\r\n", b"X: a\r\n"),
    "body where none is read": (
        b"POST /healthz HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
        b"a",
    ),
    "requests": (b"", POST + b"Content-Length: 0\r\n\r\n"),
    "empty lines": (b"", b"\r\n"),
}


@pytest.mark.parametrize("what", ENDLESS)
async def test_nothing_goes_on_without_end(running: Receiver, what: str) -> None:
    """Whatever part of a request does not end, its connection does, and holds no memory."""
    start, again = ENDLESS[what]
    before = running.resident()
    sent = await asyncio.gather(*(taken(running, start, repeat(again * 10_000)) for _ in range(20)))
    assert max(sent) < 16 * MIB  # mostly in the buffers of the network
    assert running.resident() - before < 64 * MIB
    await is_well(running)


async def test_a_hundred_headers(running: Receiver) -> None:
    """So many are read, and a connection that sends more is ended, however short they are."""
    rest = POST.count(b": ") + LAST.count(b": ")
    assert statuses(await answers(running, POST, b"X: a\r\n" * (100 - rest), LAST)) == [401]
    assert statuses(await answers(running, POST, b"X: a\r\n" * (101 - rest), LAST)) == []


HOSTILE = [
    b"",
    b"\x00\x01\x02\xff\xfe\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # TLS
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET /\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET http://[::1 HTTP/1.1\r\n\r\n",
    b"GET //[ HTTP/1.1\r\n\r\n",
    b"GET \xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /%ff%00%0d%0aX:y HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"BREW / HTTP/1.1\r\nHost: x\r\n\r\n",
    POST + b"Content-Length: -1\r\n\r\n",
    POST + b"Content-Length: 1e3\r\n\r\n",
    POST + b"Content-Length: 0x10\r\n\r\n",
    POST + b"Content-Length: 5 5\r\n\r\n",
    POST + b"Content-Length: " + b"9" * 100 + b"\r\n\r\n",
    POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    POST + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    POST + b"Transfer-Encoding: gzip\r\n\r\n",
    CHUNKED + b"-1\r\n",
    CHUNKED + b"zz\r\n",
    CHUNKED + b"ffffffffffffffffffffffff\r\n",
    POST + b"X: a\x00b\r\n\r\n",
    POST + b"X: a\rb\r\n\r\n",
    POST + b"X\xff: a\r\n\r\n",
    POST + b": a\r\n\r\n",
    POST + b"X : a\r\n\r\n",
    POST + b" folded\r\n\r\n",
    POST + b"Expect: 200-ok\r\n" + LAST,
    POST + HEADER.encode() + b": \xff\xfe, \xff\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    POST
    + HEADER.encode()
    + b": 1, a\r\n"
    + HEADER.encode()
    + b": 1, a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
]


@pytest.mark.parametrize("sent", HOSTILE)
async def test_what_is_no_request(running: Receiver, sent: bytes) -> None:
    """Bytes that are no proper request are refused or cut off, with no error of ours."""
    async with connected(running) as (reader, writer):
        writer.write(sent)
        writer.write_eof()
        try:
            answered = statuses(await reader.read())
        except ConnectionError:
            answered = []
    assert set(answered) <= {400, 401, 404, 405, 413}
    await is_well(running)


BOMBS = [
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b'{"id": ' + b"9" * 200_000 + b"}",
    b'{"id": 1e' + b"9" * 1000 + b"}",
    b'{"id": "' + b"\\u0000" * 30_000 + b'"}',
    b'{"id": "\\ud800"}',
    b"\xff\xfe" + "{}".encode("utf-16-le"),
    b"\x00" * 1000,
    b'{"a": 1, ' * 20_000,
    b"{" + b'"a": 1, ' * 30_000 + b'"a": 1}',
]


@pytest.mark.parametrize("body", BOMBS, ids=lambda body: repr(body[:12]))
async def test_genuine_bombs(running: Receiver, body: bytes) -> None:
    """A signed body that is made to hurt its reader is refused as no event."""
    answer = await running.http.post(
        PATH, content=body, headers=signature(body, SECRET, datetime.now(UTC))
    )
    assert answer.status_code == 400
    await is_well(running)


async def test_a_deep_object_in_a_real_event(running: Receiver) -> None:
    """An event whose object is nested as deep as can be read is acknowledged."""
    deep: JsonValue = {}
    for _ in range(150):
        deep = {"a": [deep]}
    content = event("refund.pending", {**refund("pending"), "metadata": deep})
    answer = await running.send(SECRET, content)
    assert answer.status_code in {202, 400}
    await is_well(running)


async def test_several_requests_at_once(running: Receiver) -> None:
    """A few requests that are sent without waiting are answered in their order."""
    signed = signature(EVENT, SECRET, datetime.now(UTC))[HEADER].encode()
    head = POST + b"Content-Length: %d\r\n" % len(EVENT)
    genuine = head + SIGNED + signed + b"\r\n\r\n" + EVENT
    forged = head + SIGNED + b"1, a\r\n\r\n" + EVENT
    last = POST + LAST
    answered = await answers(running, genuine, forged, genuine, last)
    assert statuses(answered) == [202, 401, 202, 401]


async def test_no_more_than_eight_requests_wait(running: Receiver) -> None:
    """Behind one that is being served; a connection that sends more at once is ended."""
    one = POST + b"Content-Length: 0\r\n\r\n"
    assert statuses(await answers(running, one * 8 + POST + LAST)) == [401] * 9
    assert len(statuses(await answers(running, one * 9 + POST + LAST))) < 9
    await is_well(running)


async def test_genuine_events_during_a_flood(running: Receiver) -> None:
    """Ten forgers send as fast as they can: each genuine event is acknowledged in 3 s."""
    false = signature(EVENT, "whsec_another", datetime.now(UTC))
    going, refused = True, []

    async def forge() -> None:
        async with httpx.AsyncClient(base_url=running.http.base_url, timeout=60) as http:
            while going:
                refused.append((await http.post(PATH, content=EVENT, headers=false)).status_code)

    forgers = [asyncio.create_task(forge()) for _ in range(10)]
    acknowledged = [(await running.send(SECRET)).status_code for _ in range(40)]
    going = False
    await asyncio.gather(*forgers)
    assert acknowledged == [202] * 40
    assert set(refused) == {401}
    lines = running.log.read_text().count("refused_no_match")
    assert 0 < lines < len(refused) / 2


async def test_idle_connections_lock_nobody_out(tmp_path: Path) -> None:
    """Far more connections than are served, which send nothing or half a request: others do."""
    halves = cycle([b"", b"P", POST, POST + b"Content-Length: 999\r\n\r\nabc"])
    async with receiver(tmp_path, changed=FEW, **SETTINGS) as few, AsyncExitStack() as stack:
        for half in islice(halves, 200):
            _, writer = await stack.enter_async_context(connected(few))
            writer.write(half)
            await is_well(few)
        counted = await few.counts("upriver_webhook_events_total", "outcome")
    assert counted["irrelevant"] == 200


@pytest.mark.parametrize(
    "half",
    [b"", b"POST", POST + b"X", POST + b"Content-Length: 999\r\n\r\nabc", CHUNKED + b"1\r\n"],
)
async def test_the_slow_are_dropped(tmp_path: Path, half: bytes) -> None:
    """A sender who dribbles is dropped however little it sends, and whenever."""
    async with receiver(tmp_path, changed=HASTY, **SETTINGS) as hasty, connected(hasty) as both:
        reader, writer = both
        writer.write(half)

        async def dribble() -> None:
            while not writer.is_closing():
                writer.write(b"a")
                await asyncio.sleep(0.1)

        dribbling = asyncio.create_task(dribble())
        try:
            assert statuses(await reader.read()) in ([], [400], [408])
        except ConnectionError:
            pass
        finally:
            dribbling.cancel()
        await is_well(hasty)
