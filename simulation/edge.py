"""The way from our client to the sandbox, with what the plan does to each call.

Each call is known by the workflow on whose behalf it is made, so that many plans can share one
client and one sandbox.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx
from starlette.types import ASGIApp, Message
from temporalio import activity

from simulation.agenda import Clock
from simulation.plan import CallFaultKind, Plan

SLOW = timedelta(seconds=30)
RETRY_AFTER = ("2", "120", None, "0", "soon", "1")
"""What a 429 says: seconds, nothing, and what is no number."""


@dataclass
class Line:
    """One plan's calls: how many there were, and what strikes which."""

    clock: Clock
    faults: Mapping[int, CallFaultKind]
    url: httpx.URL | None = None
    """Of the sandbox that holds the plan's order, where there is more than one."""
    calls: int = 0
    held_until: datetime | None = None
    struck: Counter[str] = field(default_factory=Counter)
    wrongs: list[str] = field(default_factory=list)


def line_of(plan: Plan, clock: Clock) -> Line:
    """Return the line of a plan whose calls have not begun."""
    return Line(clock, {fault.call: fault.kind for fault in plan.calls})


@dataclass
class Edge(httpx.AsyncBaseTransport):
    """Carries calls, and loses answers."""

    inner: httpx.AsyncBaseTransport
    lines: dict[str, Line] = field(default_factory=dict)
    """By workflow id."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one call, and let its fault strike before or after the effect."""
        line = self.lines[activity.info().workflow_id or ""]
        if line.held_until is not None and line.clock.time < line.held_until:
            line.wrongs.append("S8: a request was sent before Retry-After had passed")
        number, fault = line.calls, line.faults.get(line.calls)
        line.calls += 1
        if fault is not None:
            line.struck[fault] += 1
        early = _early(line, fault, number)
        if early is not None:
            return early
        if line.url is not None:
            url = line.url
            request.url = request.url.copy_with(scheme=url.scheme, host=url.host, port=url.port)
        answer = await self.inner.handle_async_request(request)
        await answer.aread()
        if fault == "lost":
            raise httpx.ReadTimeout("the answer was lost", request=request)
        if fault == "error_after":
            return httpx.Response(500)
        if fault == "malformed":
            return httpx.Response(answer.status_code, content=b"<html>bad gateway")
        return answer

    async def aclose(self) -> None:
        """Close what carries the calls, and its connections with it."""
        await self.inner.aclose()


def _early(line: Line, fault: CallFaultKind | None, number: int) -> httpx.Response | None:
    if fault == "connect":
        raise httpx.ConnectError("no connection")
    if fault == "reset":
        raise httpx.ReadError("connection reset")
    if fault == "slow":
        line.clock.time += SLOW
    if fault == "error":
        return httpx.Response((500, 502, 503, 504)[number % 4])
    if fault == "unauthorized":
        return httpx.Response(401)
    if fault == "too_many":
        says = RETRY_AFTER[number % len(RETRY_AFTER)]
        if says is not None and says.isdecimal():
            line.held_until = line.clock.time + timedelta(seconds=int(says))
        return httpx.Response(429, headers={} if says is None else {"Retry-After": says})
    return None


@dataclass
class InProcess(httpx.AsyncBaseTransport):
    """Calls an application in this process: httpx's own transport does more, and is slower."""

    app: ASGIApp

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Hand a request to the application, and collect its answer."""
        sent = [{"type": "http.request", "body": await request.aread(), "more_body": False}]
        got: list[Message] = []

        async def receive() -> Message:
            return sent.pop() if sent else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            got.append(message)

        url = request.url
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "scheme": url.scheme,
            "path": url.path,
            "raw_path": url.raw_path.split(b"?")[0],
            "query_string": url.query,
            "root_path": "",
            "server": (url.host, url.port),
            "client": ("127.0.0.1", 123),
        }
        await self.app(scope, receive, send)
        body = b"".join(part.get("body", b"") for part in got[1:])
        return httpx.Response(got[0]["status"], headers=got[0]["headers"], content=body)


def words_of(answer: httpx.Response) -> str:
    """Return the word with which the receiver tells what became of a delivery."""
    try:
        return str(json.loads(answer.content).get("status", ""))
    except ValueError:
        return ""
