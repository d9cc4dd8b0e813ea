"""The edge of Digital River's paths: every call is written down, and faults strike here.

`delay`, `too_many_requests`, `error` and `reset` strike before the call has any effect;
`answer_lost`, `reset_after`, `error_after` and `malformed` after it.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from fastapi.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .books import Call
from .clock import event_time
from .errors import Problem, envelope
from .faults import CallRule
from .identifiers import new_uuid
from .world import World

CONTROL = "/sandbox"
TRANSPORT = "sandbox.transport"
REQUEST_ID = b"x-dr-requestid"


class CallEdge:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self._app = app
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the control API through; note, fault and serve everything else."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        send = _with_request_id(send)
        if scope["path"].startswith(CONTROL):
            await self._app(scope, receive, send)
            return
        body = await _read(receive)
        call = self._note(scope, body)
        rule = self._world.faults.for_call(call.method, call.path)
        call.fault = None if rule is None else rule.kind
        await self._serve(call, rule, (scope, _replay(body, receive), send))

    async def _serve(
        self, call: Call, rule: CallRule | None, edge: tuple[Scope, Receive, Send]
    ) -> None:
        scope, receive, send = edge
        early = None if rule is None else await self._early(rule, scope, receive)
        if call.fault == "reset":
            return
        noted = _noting(call, send)
        if early is not None:
            await early(scope, receive, noted)
        elif rule is not None and rule.kind in ("answer_lost", "reset_after"):
            await self._app(scope, receive, _nowhere)
            await self._pause(rule.seconds)
            await _abort(scope, receive)
        elif rule is not None and rule.kind == "error_after":
            await self._app(scope, receive, _nowhere)
            await _error(rule.status)(scope, receive, noted)
        elif rule is not None and rule.kind == "malformed":
            await self._app(scope, receive, _spoiling(noted))
        else:
            await self._app(scope, receive, noted)

    async def _early(self, rule: CallRule, scope: Scope, receive: Receive) -> Response | None:
        """Strike before the effect; an answer that is returned takes the place of the real one."""
        if rule.kind == "delay":
            await self._pause(rule.seconds)
        if rule.kind == "reset":
            await _abort(scope, receive)
        if rule.kind == "error":
            return _error(rule.status)
        if rule.kind == "too_many_requests":
            return _error(HTTPStatus.TOO_MANY_REQUESTS, rule.retry_after)
        return None

    async def _pause(self, seconds: float) -> None:
        """Hold a call up, though not the end of the server."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._world.closing.wait()

    def _note(self, scope: Scope, body: bytes) -> Call:
        query = parse_qs(scope["query_string"].decode(), keep_blank_values=True)
        at = event_time(self._world.clock.now())
        call = Call(at, scope["method"], scope["path"], query, _readable(body))
        self._world.books.calls.append(call)
        return call


def _error(status: int, retry_after: str | None = None) -> Response:
    problem = Problem("unknown_error", "A fault was asked for.")
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return JSONResponse(envelope(status, problem), status, headers)


async def _abort(scope: Scope, receive: Receive) -> None:
    """Close the connection without an answer and wait until the server has noticed."""
    transport = scope.get("extensions", {}).get(TRANSPORT)
    if transport is None:
        raise ConnectionResetError("the sandbox closed the connection")
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass


async def _read(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _replay(body: bytes, receive: Receive) -> Receive:
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return first.pop() if first else await receive()

    return replay


def _readable(body: bytes) -> Any:  # noqa: ANN401 - whatever JSON the client sent
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body.decode(errors="replace")


def _with_request_id(send: Send) -> Send:
    return _rewriting(send, lambda headers: [*headers, (REQUEST_ID, new_uuid().encode())])


def _noting(call: Call, send: Send) -> Send:
    async def noted(message: Message) -> None:
        if message["type"] == "http.response.start":
            call.status = message["status"]
        await send(message)

    return noted


def _spoiling(send: Send) -> Send:
    """Answer with the real status and a body that is not JSON."""
    spoilt = b"<html>bad gateway"
    length = (b"content-length", str(len(spoilt)).encode())
    rewritten = _rewriting(
        send, lambda headers: [*(row for row in headers if row[0] != length[0]), length]
    )

    async def spoil(message: Message) -> None:
        if message["type"] == "http.response.body":
            if message.get("more_body", False):
                return
            message = {**message, "body": spoilt}
        await rewritten(message)

    return spoil


async def _nowhere(_message: Message) -> None:
    """Swallow an answer."""


Headers = list[tuple[bytes, bytes]]


def _rewriting(send: Send, change: Callable[[Headers], Headers]) -> Send:
    def rewritten(message: Message) -> Awaitable[None]:
        if message["type"] == "http.response.start":
            message = {**message, "headers": change(list(message["headers"]))}
        return send(message)

    return rewritten
