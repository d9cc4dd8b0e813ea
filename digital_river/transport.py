"""The one place that talks HTTP: it sends, waits no longer than it may, and names what failed.

Nothing is retried here: who asks knows whether repeating is safe.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import metadata
from typing import TypedDict, TypeVar, Unpack
from urllib.parse import quote

import httpx
from pydantic import BaseModel, SecretStr, ValidationError

from digital_river.errors import (
    OutcomeUnknownError,
    RateLimitedError,
    RequestNotSentError,
    StatusError,
    UnreadableAnswerError,
    error_class,
)
from digital_river.limits import Limiter
from digital_river.models import ErrorBody
from digital_river.retry_after import read_http_date, read_retry_after

API_VERSION = "2021-12-13"
"""The version of Digital River's API that the models are written for, and the newest."""
HOLD_WITHOUT_RETRY_AFTER = timedelta(seconds=1)
"""How long nothing is sent after a 429 that does not say: limits are per second."""
CONNECTION_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20)

_NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
_SECRET_KEY = re.compile(r"[\x21-\x7e]+")
_REQUEST_ID = re.compile(r"[\x21-\x7e]{1,100}")
_log = logging.getLogger("digital_river")


def _our_version() -> str:
    try:
        return metadata.version("upriver")
    except metadata.PackageNotFoundError:  # run from its source, not installed
        return "source"


APPLICATION = f"upriver/{_our_version()}"
"""What Digital River's support can find our requests by."""

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Timeouts:
    """How long each part of a call may take, in seconds."""

    connect: float = 5.0
    pool: float = 5.0
    """For a connection of ours to become free."""
    write: float = 10.0
    read: float = 20.0
    """From one piece of the answer to the next."""
    whole: float = 40.0
    """For all of it, so that an answer that trickles in ends too."""


class Options(TypedDict, total=False):
    """What can be set beside the address and the key."""

    version: str
    """The version of the API to ask for; `API_VERSION` by default."""
    limiter: Limiter
    """Shared by all clients of one key in the process; made from the key by default."""
    timeouts: Timeouts
    transport: httpx.AsyncBaseTransport | None
    """What sends instead of the network: an application in this process, or a fake."""
    http: httpx.AsyncClient | None
    """A client of the caller's, who closes it; overrules `transport`."""


@dataclass(frozen=True)
class Call:
    """One request: what it is called in messages, and what is sent."""

    operation: str
    method: str
    path: str
    query: Sequence[tuple[str, str]] = ()
    body: BaseModel | None = None


def path(collection: str, object_id: str) -> str:
    """Write the path of one object. Raises `ValueError` for an id that cannot be one."""
    if object_id.strip(".") == "":
        raise ValueError(f"{object_id!r} is no id in {collection}")
    return f"/{collection}/{quote(object_id, safe='')}"


class Transport:
    """Sends calls with one key, and gives back what was answered or raises what went wrong."""

    def __init__(self, url: str, api_key: SecretStr | str, **options: Unpack[Options]) -> None:
        self._url = _checked_url(url)
        key = api_key.get_secret_value() if isinstance(api_key, SecretStr) else api_key
        if not _SECRET_KEY.fullmatch(key):
            raise ValueError("the API key must be printable ASCII without spaces")
        self._key = SecretStr(key)
        self._version = options.get("version", API_VERSION)
        self._limiter = options.get("limiter") or Limiter.for_key(key)
        self._timeouts = options.get("timeouts", Timeouts())
        given = options.get("http")
        self._owned = given is None
        self._http = given or httpx.AsyncClient(
            transport=options.get("transport"), limits=CONNECTION_LIMITS
        )

    def __repr__(self) -> str:
        """Name the address, never the key."""
        return f"<Transport to {self._url}>"

    async def aclose(self) -> None:
        """Close the connections, unless they are the caller's."""
        if self._owned:
            await self._http.aclose()

    async def fetch(self, call: Call, model: type[M]) -> M:
        """Send a call and read its answer. Raises `DigitalRiverError`."""
        response = await self._answer(call)
        try:
            return model.model_validate_json(response.content)
        except ValidationError as error:
            why = _without_values(error)
        # Outside of the handler: the validation error holds the answer, secrets included.
        raise UnreadableAnswerError(call.operation, why, _request_id(response))

    async def send(self, call: Call) -> None:
        """Send a call whose answer says nothing more. Raises `DigitalRiverError`."""
        await self._answer(call)

    async def _answer(self, call: Call) -> httpx.Response:
        request = self._request(call)
        async with self._limiter.turn(call.operation):
            started = time.perf_counter()
            response = await self._exchange(call, request)
            self._log(call, response, time.perf_counter() - started)
            if response.is_success:
                return response
            error = self._error(call, response)
            if isinstance(error, RateLimitedError):
                wait = error.retry_after
                self._limiter.hold(HOLD_WITHOUT_RETRY_AFTER if wait is None else wait)
        raise error

    def _request(self, call: Call) -> httpx.Request:
        return self._http.build_request(
            call.method,
            self._url + call.path,
            params=list(call.query) or None,
            content=_written(call.body) if call.body else None,
            headers=self._headers(),
            timeout=httpx.Timeout(
                connect=self._timeouts.connect,
                pool=self._timeouts.pool,
                write=self._timeouts.write,
                read=self._timeouts.read,
            ),
        )

    def _headers(self) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {self._key.get_secret_value()}",
            "Content-Type": "application/json",
            "Accept": "application/json",
            "DigitalRiver-Version": self._version,
            "upstream-application-id": APPLICATION,
        }

    async def _exchange(self, call: Call, request: httpx.Request) -> httpx.Response:
        try:
            async with asyncio.timeout(self._timeouts.whole):
                return await self._http.send(request, follow_redirects=False)
        except _NEVER_SENT as error:
            raise RequestNotSentError(call.operation, _named(error)) from error
        except httpx.RequestError as error:
            raise OutcomeUnknownError(call.operation, _named(error)) from error
        except TimeoutError as error:
            why = f"no whole answer within {self._timeouts.whole} s"
            raise OutcomeUnknownError(call.operation, why) from error

    def _error(self, call: Call, response: httpx.Response) -> StatusError:
        now = read_http_date(response.headers.get("Date")) or datetime.now(UTC)
        return error_class(response.status_code)(
            call.operation,
            response.status_code,
            self._error_body(response),
            request_id=_request_id(response),
            retry_after=read_retry_after(response.headers.get("Retry-After"), now),
        )

    def _error_body(self, response: httpx.Response) -> ErrorBody | None:
        """Read what the refusal says, without our key should it be quoted there."""
        key = self._key.get_secret_value().encode()
        try:
            return ErrorBody.model_validate_json(response.content.replace(key, b"[API key]"))
        except ValidationError:
            return None

    def _log(self, call: Call, response: httpx.Response, seconds: float) -> None:
        _log.log(
            logging.DEBUG if response.is_success else logging.WARNING,
            "%s: %d in %.0f ms, request %s",
            call.operation,
            response.status_code,
            seconds * 1000,
            _request_id(response),
        )


def _checked_url(url: str) -> str:
    parsed = httpx.URL(url)
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise ValueError("the address of Digital River must begin with https:// or http://")
    if parsed.userinfo or parsed.query or parsed.fragment:
        raise ValueError("the address of Digital River must hold no user, query or fragment")
    return url.rstrip("/")


def _written(body: BaseModel) -> bytes:
    return body.model_dump_json(by_alias=True, exclude_none=True).encode()


def _request_id(response: httpx.Response) -> str | None:
    """Find Digital River's id of the request, if it is one that can be printed."""
    found = response.headers.get("x-dr-requestid", "")
    return found if _REQUEST_ID.fullmatch(found) else None


def _named(error: Exception) -> str:
    """Say what failed: httpx's kind of error, and its words if it has any."""
    words = str(error)
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


def _without_values(error: ValidationError) -> str:
    """Say where an answer is wrong, never what was in it."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    more = f" and {error.error_count() - 1} more" if error.error_count() > 1 else ""
    return f"{where + ': ' if where else ''}{first['msg']}{more}"
