"""The table of what Temporal does with each error of the client: a row for every class."""

import logging
from dataclasses import dataclass
from datetime import timedelta

import pytest
from temporalio.api.failure.v1 import Failure
from temporalio.converter import DataConverter
from temporalio.exceptions import ApplicationErrorCategory

import digital_river
from activities.checks import Checks
from activities.retrying import is_refusal, to_temporal
from digital_river import (
    DigitalRiverError,
    ErrorBody,
    RequestHeldError,
    StatusError,
    TransportError,
    UnreadableAnswerError,
)
from digital_river import errors as tree
from lifecycle.steps import CheckReturnable
from tests.activities.place import KEY, Place
from tests.activities.tries import NOW, Tries

BENIGN, LOUD = ApplicationErrorCategory.BENIGN, ApplicationErrorCategory.UNSPECIFIED
WAIT = timedelta(seconds=120)
BODY = ErrorBody.model_validate(
    {"type": "conflict", "errors": [{"code": "quantity_too_large", "message": "Too many."}]}
)


@dataclass(frozen=True)
class Row:
    """What becomes of an error: retried or ended, when, and how loudly."""

    status: int | None
    retried: bool
    pause: timedelta | None
    """When Digital River, or our own gate, asks for two minutes."""
    category: ApplicationErrorCategory
    pause_unasked: timedelta | None = None
    """When it does not say how long."""


SLOWLY = timedelta(minutes=10)
ENDED = (False, None, LOUD)
ROWS = {
    "RequestNotSentError": Row(None, True, None, LOUD),
    "RequestHeldError": Row(None, True, WAIT, BENIGN),
    "OutcomeUnknownError": Row(None, True, None, LOUD),
    "UnreadableAnswerError": Row(None, True, None, LOUD),
    "BadRequestError": Row(400, *ENDED),
    "UnauthorizedError": Row(401, True, SLOWLY, LOUD, SLOWLY),
    "ForbiddenError": Row(403, True, SLOWLY, LOUD, SLOWLY),
    "NotFoundError": Row(404, *ENDED),
    "MethodNotAllowedError": Row(405, *ENDED),
    "NotAcceptableError": Row(406, *ENDED),
    "RequestTimeoutError": Row(408, True, None, LOUD),
    "ConflictError": Row(409, *ENDED),
    "RateLimitedError": Row(429, True, WAIT, BENIGN, timedelta(seconds=30)),
    "ServerError": Row(503, True, WAIT, LOUD),
    "UnexpectedStatusError": Row(302, *ENDED),
}
BASES = {"DigitalRiverError", "TransportError", "StatusError"}
"""Only ever raised as one of their children."""


def an_error(name: str, wait: timedelta | None = WAIT) -> DigitalRiverError:
    """Raise an error of a class as the client does."""
    kind: type[DigitalRiverError] = getattr(tree, name)
    if issubclass(kind, StatusError):
        status = ROWS[name].status
        assert status is not None
        return kind("get_order", status, BODY, request_id="r-1", retry_after=wait)
    if issubclass(kind, RequestHeldError):
        return kind("get_order", "held", WAIT)
    return kind("get_order", "why")


def test_every_class_has_a_row() -> None:
    """The table has exactly the classes that the client can raise, defined or exported."""
    defined = {
        name
        for name, kind in vars(tree).items()
        if isinstance(kind, type) and issubclass(kind, DigitalRiverError)
    }
    exported = {name for name in digital_river.__all__ if name.endswith("Error")}
    assert exported == defined
    assert defined == ROWS.keys() | BASES


@pytest.mark.parametrize("name", ROWS)
def test_the_row_of(name: str) -> None:
    """An error is retried or ended, at its pace and loudness, under its own name."""
    row, error = ROWS[name], an_error(name)
    failure = to_temporal(error)
    assert failure.type == name
    assert failure.non_retryable is not row.retried
    assert failure.next_retry_delay == row.pause
    assert failure.category is row.category
    assert failure.message == str(error)
    assert is_refusal(error) is not row.retried


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.status])
def test_without_retry_after(name: str) -> None:
    """When Digital River does not say how long, a 429 has a pause of its own, others Temporal's."""
    assert to_temporal(an_error(name, None)).next_retry_delay == ROWS[name].pause_unasked


@pytest.mark.parametrize("name", ROWS)
def test_details_are_for_machines(name: str) -> None:
    """An answer's details are its status, codes and id; without an answer there are none."""
    row = ROWS[name]
    answered = {"status": row.status, "codes": ["quantity_too_large"], "request_id": "r-1"}
    assert to_temporal(an_error(name)).details == ((answered if row.status else {}),)


def test_only_refused_writes_are_certainly_undone() -> None:
    """Whatever ends a call without a doubt is a refusal; an undocumented status is in doubt."""
    ended = {name for name in ROWS if is_refusal(an_error(name))}
    assert {name for name in ended if an_error(name).in_doubt} == {"UnexpectedStatusError"}


def test_bases_are_retried_or_ended_like_their_children() -> None:
    """A child that nobody has thought of yet follows its parent: transport retried, status not."""
    assert not is_refusal(TransportError("get_order", "why"))
    assert is_refusal(StatusError("get_order", 418))
    assert not is_refusal(UnreadableAnswerError("get_order", "why", "r-1"))


async def check(place: Place) -> Tries[CheckReturnable]:
    """Prepare any call."""
    order = (await place.plant("third_party", 1))["order"]
    step = CheckReturnable(key="k", order_id=order["id"])
    return Tries(Checks(place.river).check_returnable, step)


@pytest.mark.parametrize(
    ("sent", "obeyed"), [("120", 120), ("1", 1), ("garbage", 30), (None, 30), ("99999", 3600)]
)
async def test_retry_after_is_honoured(place: Place, sent: str | None, obeyed: int) -> None:
    """A 429 is tried again when Digital River says so, within reason."""
    tries = await check(place)
    await place.fault(kind="too_many_requests", retry_after=sent)
    failure = await tries.fail()
    assert (failure.type, failure.category) == ("RateLimitedError", BENIGN)
    assert failure.next_retry_delay == timedelta(seconds=obeyed)


async def test_the_gate_holds_the_next_call(place: Place) -> None:
    """While a `Retry-After` is running nothing is sent, and Temporal is told how long."""
    tries = await check(place)
    await place.fault(kind="too_many_requests", retry_after="120")
    await tries.fail()
    before = len(place.calls)
    failure = await tries.fail()
    assert (failure.type, failure.category) == ("RequestHeldError", BENIGN)
    assert failure.next_retry_delay is not None
    assert timedelta(seconds=100) < failure.next_retry_delay <= timedelta(seconds=120)
    assert len(place.calls) == before


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_key_is_slow_and_loud(
    place: Place, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    """A key that is refused is tried on slowly, and logged as an error, without the key."""
    tries = await check(place)
    await place.fault(kind="error", status=status)
    with caplog.at_level(logging.ERROR):
        failure = await tries.fail()
    assert (failure.next_retry_delay, failure.non_retryable) == (SLOWLY, False)
    assert "Digital River refuses the API key" in caplog.text
    assert KEY not in caplog.text
    assert tries.at - NOW == SLOWLY


@pytest.mark.parametrize("kind", ["reset", "malformed", "error", "too_many_requests"])
async def test_no_secret_in_an_error(place: Place, kind: str) -> None:
    """The API key, which every request carries, is in no message or detail, and there is no cause.

    So it stays far below the 2 KiB beyond which Temporal's server cuts a failure.
    """
    tries = await check(place)
    await place.fault(kind=kind)
    failure = Failure()
    DataConverter.default.failure_converter.to_failure(
        await tries.fail(), DataConverter.default.payload_converter, failure
    )
    assert KEY not in str(failure)
    assert not failure.HasField("cause")
    assert failure.ByteSize() < 2048
