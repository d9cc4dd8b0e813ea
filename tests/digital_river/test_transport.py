"""What the network does, over real sockets, and what it leaves us knowing."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest

from digital_river import DigitalRiver, Limiter, Timeouts
from digital_river.errors import OutcomeUnknownError, RequestNotSentError, TransportError

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@asynccontextmanager
async def serve(talk: Talk) -> AsyncIterator[str]:
    """Serve one way of talking on a port of this machine."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await talk(reader, writer)
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()[:2]
    async with server:
        yield f"http://{host}:{port}"


async def ask(url: str, **seconds: float) -> None:
    """Ask for an order."""
    limiter = Limiter(1000)
    timeouts = Timeouts(**seconds)
    async with DigitalRiver(url, "sk_test_canary", timeouts=timeouts, limiter=limiter) as river:
        await river.get_order("4")


async def test_refused() -> None:
    """Where nobody listens, nothing was sent."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(RequestNotSentError, match="get_order was not sent: ConnectError"):
            await ask(f"http://127.0.0.1:{unused.getsockname()[1]}")


async def test_unknown_host() -> None:
    """Where there is no such host, nothing was sent."""
    with pytest.raises(RequestNotSentError):
        await ask("http://river.invalid")


async def test_hangs_up() -> None:
    """A connection that ends before the answer leaves the outcome unknown."""

    async def talk(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
        pass

    async with serve(talk) as url:
        with pytest.raises(OutcomeUnknownError, match="get_order has an unknown outcome"):
            await ask(url)


async def test_reset() -> None:
    """A connection that is reset leaves the outcome unknown."""

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    async with serve(talk) as url:
        with pytest.raises(OutcomeUnknownError):
            await ask(url)


async def test_silence() -> None:
    """An answer that does not come in time leaves the outcome unknown."""
    done = asyncio.Event()

    async def talk(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
        await done.wait()

    async with serve(talk) as url:
        with pytest.raises(OutcomeUnknownError, match="ReadTimeout"):
            await ask(url, read=0.05)
        done.set()


async def test_trickle() -> None:
    """An answer that comes byte by byte is given up when its time is over."""
    done = asyncio.Event()

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK + b"Content-Length: 1000000\r\n\r\n")
        while not done.is_set():
            writer.write(b" ")
            await asyncio.sleep(0.01)

    async with serve(talk) as url:
        with pytest.raises(OutcomeUnknownError, match=r"no whole answer within 0\.3 s"):
            await ask(url, whole=0.3)
        done.set()


@pytest.mark.parametrize(
    "answer",
    [
        b"nonsense\r\n\r\n",
        OK + b"Content-Length: 10\r\n\r\n{}",
        OK + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
    ],
)
async def test_broken_answers(answer: bytes) -> None:
    """An answer that is cut off, or is not HTTP, leaves the outcome unknown."""

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()

    async with serve(talk) as url:
        with pytest.raises(OutcomeUnknownError):
            await ask(url)


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (httpx.ConnectError, RequestNotSentError),
        (httpx.ConnectTimeout, RequestNotSentError),
        (httpx.PoolTimeout, RequestNotSentError),
        (httpx.ProxyError, RequestNotSentError),
        (httpx.UnsupportedProtocol, RequestNotSentError),
        (httpx.ReadTimeout, OutcomeUnknownError),
        (httpx.WriteTimeout, OutcomeUnknownError),
        (httpx.ReadError, OutcomeUnknownError),
        (httpx.WriteError, OutcomeUnknownError),
        (httpx.CloseError, OutcomeUnknownError),
        (httpx.LocalProtocolError, OutcomeUnknownError),
        (httpx.RemoteProtocolError, OutcomeUnknownError),
        (httpx.DecodingError, OutcomeUnknownError),
        (httpx.TooManyRedirects, OutcomeUnknownError),
    ],
)
async def test_every_failure(
    raised: type[httpx.RequestError], expected: type[TransportError]
) -> None:
    """Each failure that httpx knows either proves that nothing was sent, or proves nothing."""

    def answer(_: httpx.Request) -> httpx.Response:
        raise raised("")

    transport = httpx.MockTransport(answer)
    async with DigitalRiver("https://river.test", "k", transport=transport) as river:
        with pytest.raises(TransportError) as caught:
            await river.get_order("4")
    assert type(caught.value) is expected
    assert caught.value.in_doubt is (expected is OutcomeUnknownError)
    assert str(caught.value).endswith(raised.__name__)
    assert isinstance(caught.value.__cause__, raised)


async def test_cancelled() -> None:
    """A call that is cancelled from outside is cancelled, not turned into an error."""

    async def answer(_: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        return httpx.Response(200)

    transport = httpx.MockTransport(answer)
    async with DigitalRiver("https://river.test", "k", transport=transport) as river:
        call = asyncio.create_task(river.get_order("4"))
        await asyncio.sleep(0.01)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
