"""Every refusal of Digital River becomes one error, which says what matters and no more."""

from __future__ import annotations

import inspect
from datetime import timedelta

import httpx
import pytest

from digital_river import errors
from digital_river.errors import (
    BadRequestError,
    ConflictError,
    DigitalRiverError,
    ForbiddenError,
    MethodNotAllowedError,
    NotAcceptableError,
    NotFoundError,
    OutcomeUnknownError,
    RateLimitedError,
    RequestHeldError,
    RequestNotSentError,
    RequestTimeoutError,
    ServerError,
    StatusError,
    UnauthorizedError,
    UnexpectedStatusError,
    UnreadableAnswerError,
)
from digital_river.requests import CreateRefund
from tests.digital_river.conftest import Connect


def refused(
    status: int, body: object = None, headers: dict[str, str] | None = None
) -> httpx.Response:
    """Write a refusal."""
    return httpx.Response(status, json=body, headers=headers)


async def refusal(connect: Connect, response: httpx.Response) -> StatusError:
    """Ask for an order and be refused."""
    with pytest.raises(StatusError) as caught:
        await connect(lambda _: response).get_order("1")
    return caught.value


@pytest.mark.parametrize(
    ("status", "kind", "expected", "in_doubt"),
    [
        (400, "bad_request", BadRequestError, False),
        (401, "unauthorized", UnauthorizedError, False),
        (403, "forbidden", ForbiddenError, False),
        (404, "not_found", NotFoundError, False),
        (405, "method_not_allowed", MethodNotAllowedError, False),
        (406, "not_acceptable", NotAcceptableError, False),
        (408, "request_timeout", RequestTimeoutError, True),
        (409, "conflict", ConflictError, False),
        (429, "too_many_requests", RateLimitedError, False),
        (500, "internal_server_error", ServerError, True),
        (502, "bad_gateway", ServerError, True),
        (503, "service_unavailable", ServerError, True),
        (504, "gateway_timeout", ServerError, True),
        (599, "new", ServerError, True),
        (302, "", UnexpectedStatusError, True),
        (413, "", UnexpectedStatusError, True),
        (422, "", UnexpectedStatusError, True),
    ],
)
async def test_statuses(
    connect: Connect, status: int, kind: str, expected: type[StatusError], *, in_doubt: bool
) -> None:
    """Each status has its class, which says whether a write may have been done."""
    error = await refusal(connect, refused(status, {"type": kind, "errors": []}))
    assert type(error) is expected
    assert (error.status, error.in_doubt) == (status, in_doubt)
    assert error.type == (kind or None)


async def test_sentence(connect: Connect) -> None:
    """The message is one sentence: operation, status, first error and request id."""
    body = {
        "type": "conflict",
        "errors": [
            {
                "code": "quantity_too_large",
                "parameter": "items[0].qty",
                "message": "Return quantity is larger than order quantity",
            },
            {"code": "second", "message": "more"},
        ],
    }
    error = await refusal(connect, refused(409, body, {"x-dr-requestid": "req-1"}))
    assert str(error) == (
        "get_order was answered with 409 conflict: quantity_too_large at items[0].qty "
        "(Return quantity is larger than order quantity) (request req-1)"
    )
    assert error.codes == ("quantity_too_large", "second")
    assert error.parameters == ("items[0].qty",)
    assert error.messages == ("Return quantity is larger than order quantity", "more")
    assert (error.operation, error.request_id) == ("get_order", "req-1")


@pytest.mark.parametrize(
    ("code", "parameter"),
    [
        ("invalid_parameter", "amountRequested"),
        ("invalid_parameter", "order"),
        ("unknown_parameter", "price"),
        ("missing_parameter", "shipTo.address.city"),
        ("failed-request", None),
        (None, None),
    ],
)
async def test_codes_are_open(connect: Connect, code: str | None, parameter: str | None) -> None:
    """Codes and parameters are kept as they come, or left out as they are."""
    body = {"type": "bad_request", "errors": [{"code": code, "parameter": parameter}]}
    error = await refusal(connect, refused(400, body))
    assert error.codes == ((code,) if code else ())
    assert error.parameters == ((parameter,) if parameter else ())


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>" * 100_000, b"[]", b"null", b"\xff\xfe", b'{"errors":["x"]}', b"[" * 100_000],
)
async def test_foreign_bodies(connect: Connect, content: bytes) -> None:
    """A refusal in a form that is not Digital River's is still that refusal."""
    error = await refusal(connect, httpx.Response(502, content=content))
    assert str(error) == "get_order was answered with 502"
    assert (error.type, error.codes, error.retry_after) == (None, (), None)


async def test_long_and_ugly_bodies(connect: Connect) -> None:
    """However much is said, and with whatever letters, the message is one short line."""
    errors_said = [{"code": "c" * 9999, "message": "a\n\x00\x1b[31m" + "b" * 9999}] * 999
    error = await refusal(
        connect,
        refused(500, {"type": "t" * 9999, "errors": errors_said}, {"x-dr-requestid": "i" * 999}),
    )
    assert len(str(error)) < 1000
    assert str(error).isprintable()
    assert len(error.messages) == 20
    assert error.request_id is None


async def test_key_is_not_quoted(connect: Connect) -> None:
    """A refusal that quotes the key does not bring it into the message."""
    body = {"type": "unauthorized", "errors": [{"message": "no key sk_test_canary"}]}
    error = await refusal(connect, refused(401, body))
    assert error.messages == ("no key [API key]",)
    assert "canary" not in str(error) + repr(error)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "120"}, 120),
        ({"Retry-After": "0"}, 0),
        (
            {
                "Retry-After": "Thu, 01 Jan 2015 00:00:30 GMT",
                "Date": "Thu, 01 Jan 2015 00:00:00 GMT",
            },
            30,
        ),
        ({"Retry-After": "Thu, 01 Jan 2015 00:00:30 GMT"}, 0),
        ({"Retry-After": "garbage"}, None),
        ({}, None),
    ],
)
async def test_retry_after(connect: Connect, headers: dict[str, str], seconds: int | None) -> None:
    """The wait is read by the sender's own clock, whatever ours shows."""
    error = await refusal(connect, refused(503, {}, headers))
    assert error.retry_after == (None if seconds is None else timedelta(seconds=seconds))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"[" * 100_000,
        b"[]",
        b"{}",
        b'{"id":"1"}',
        b'{"id":"re_1","createdTime":"canary","currency":"EUR","state":"pending"}',
        b'{"id":"1","createdTime":[],"state":"pending","tokenInformation":{"token":["canary"]}}',
        b"\xff",
    ],
)
async def test_unreadable_success(connect: Connect, content: bytes) -> None:
    """A success that cannot be read is in doubt, and its content is not quoted anywhere."""
    river = connect(
        lambda _: httpx.Response(201, content=content, headers={"x-dr-requestid": "req-2"})
    )
    request = CreateRefund.model_validate({"order_id": "1", "currency": "EUR", "percent": 100})
    with pytest.raises(OutcomeUnknownError) as caught:
        await river.create_refund(request)
    error = caught.value
    assert isinstance(error, UnreadableAnswerError)
    assert error.in_doubt
    assert error.request_id == "req-2"
    assert "canary" not in str(error)
    assert (error.__cause__, error.__context__) == (None, None)


def test_tree_is_drawn() -> None:
    """Every class stands in the module's picture, under the class that it belongs to."""
    drawn = (errors.__doc__ or "").splitlines()
    depth_of = {
        word: line.index(word)
        for line in drawn
        for word in line.split()[:5]
        if word.endswith("Error") and word.isidentifier() and line.startswith("    ")
    }
    classes = {
        name: kind
        for name, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, DigitalRiverError)
    }
    assert depth_of.keys() == classes.keys()
    for name, kind in classes.items():
        assert kind.__doc__
        ancestors = [each for each in kind.__mro__ if issubclass(each, DigitalRiverError)]
        assert depth_of[name] == 4 * len(ancestors)


def test_nothing_sent_is_not_in_doubt() -> None:
    """What was not sent was not done; what was sent without an answer may have been."""
    held = RequestHeldError("get_order", "too fast", timedelta(seconds=1))
    assert not held.in_doubt
    assert not RequestNotSentError("get_order", "refused").in_doubt
    assert OutcomeUnknownError("get_order", "reset").in_doubt
