"""What every request passes before anything is done with it: key, pace, size, form, and time."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from email.message import Message as Header
from urllib.parse import quote

from aiolimiter import AsyncLimiter
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.body import IncompleteError, TooLargeError, read_body
from storefront.api.keys import Keys
from storefront.api.problems import (
    NOT_JSON,
    TOO_LARGE,
    TOO_MANY,
    UNSUPPORTED,
    ProblemError,
    no_answer,
)

OPEN = ("/healthz", "/readyz", "/openapi.json", "/docs")
"""Addresses for which no key is asked: they tell nothing of any return."""
ACCESS_LOG = "storefront.api.access"
LONGEST_PATH = 300
"""Characters of a path that are logged."""

_log = logging.getLogger(ACCESS_LOG)


class Pace:
    """So many requests at once, and then so many a second, over all callers together."""

    def __init__(self, burst: int, per_second: float) -> None:
        self._bucket = AsyncLimiter(burst, burst / per_second)
        self._wait = math.ceil(1 / per_second)

    async def take(self) -> None:
        """Count a request. Raises `ProblemError` when there are too many."""
        if not self._bucket.has_capacity():
            headers = {"Retry-After": str(self._wait)}
            raise ProblemError(TOO_MANY, "Send fewer requests a second.", headers=headers)
        await self._bucket.acquire()


class Gate:
    """An ASGI middleware; what it refuses, nothing behind it sees."""

    def __init__(
        self, app: ASGIApp, keys: Keys, pace: Pace, largest_body: int, answer_within: float
    ) -> None:
        self._app = app
        self._keys = keys
        self._pace = pace
        self._largest_body = largest_body
        self._answer_within = answer_within

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or _is_open(scope):
            await self._app(scope, receive, send)
            return
        try:
            self._keys.check(scope)
        except ProblemError as refusal:
            await refusal.response(scope, receive, send)
            return
        status = 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["Cache-Control"] = "no-store"
            await send(message)

        started = time.perf_counter()
        try:
            await self._serve(scope, receive, noted)
        finally:
            path = quote(scope["path"])[:LONGEST_PATH]
            took = (time.perf_counter() - started) * 1000
            _log.info("%s %s %d %.0f ms", scope["method"], path, status, took)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with asyncio.timeout(self._answer_within):
                await self._pace.take()
                if scope["method"] == "POST":
                    receive = await self._read(scope, receive)
                await self._app(scope, receive, send)
        except ProblemError as refusal:
            await refusal.response(scope, receive, send)
        except TimeoutError:
            await no_answer("no_answer", "It took too long.").response(scope, receive, send)

    async def _read(self, scope: Scope, receive: Receive) -> Receive:
        """Read the body, and return what gives it again. Raises `ProblemError`."""
        if not _is_json(scope):
            headers = {"Accept-Post": "application/json"}
            detail = "Send the body as `Content-Type: application/json`."
            raise ProblemError(UNSUPPORTED, detail, headers=headers)
        try:
            body = await read_body(scope, receive, self._largest_body)
        except TooLargeError:
            detail = f"At most {self._largest_body} bytes are read."
            raise ProblemError(TOO_LARGE, detail, headers={"Connection": "close"}) from None
        except IncompleteError:
            raise ProblemError(NOT_JSON, "The body is not whole.") from None

        async def again() -> Message:
            return {"type": "http.request", "body": body}

        return again


def _is_open(scope: Scope) -> bool:
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    return path in OPEN or path.startswith("/docs/")


def _is_json(scope: Scope) -> bool:
    given = [value for name, value in scope["headers"] if name == b"content-type"]
    header = Header()
    header["content-type"] = given[0].decode("latin-1") if len(given) == 1 else "none/none"
    return header.get_content_type() == "application/json"
