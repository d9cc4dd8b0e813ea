"""One table: what Temporal does with each error of the client.

    not sent, held back           tried again; held back: when the gate opens
    outcome unknown, 408, 5xx     tried again; a write reads back before it is sent again
    429                           tried again when `Retry-After` has passed
    401, 403                      tried again slowly, and loudly: a rotated key must not end returns
    400, 404, 405, 406, 409, ...  ended: the same request would get the same answer

Nothing here sleeps: the pause is Temporal's, so it survives the worker.
"""

from datetime import datetime, timedelta

from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from digital_river.errors import (
    DigitalRiverError,
    ForbiddenError,
    RateLimitedError,
    RequestHeldError,
    RequestTimeoutError,
    ServerError,
    StatusError,
    TransportError,
    UnauthorizedError,
)

RATE_LIMIT_PAUSE = timedelta(seconds=30)
"""After a 429 that does not say how long."""

CREDENTIALS_PAUSE = timedelta(minutes=10)
"""Between tries with a key that is refused."""

RETRIED = (TransportError, RequestTimeoutError, ServerError, RateLimitedError)
CREDENTIALS = (UnauthorizedError, ForbiddenError)


def is_refusal(error: DigitalRiverError) -> bool:
    """Say whether Digital River understood a request and will not carry it out."""
    return isinstance(error, StatusError) and not isinstance(error, RETRIED + CREDENTIALS)


def to_temporal(error: DigitalRiverError) -> ApplicationError:
    """Return the error that makes Temporal do what the table says."""
    details = (
        {"status": error.status, "codes": list(error.codes), "request_id": error.request_id}
        if isinstance(error, StatusError)
        else {}
    )
    return ApplicationError(
        str(error),
        details,
        type=type(error).__name__,
        non_retryable=is_refusal(error),
        next_retry_delay=_pause(error),
        category=ApplicationErrorCategory.BENIGN
        if isinstance(error, RequestHeldError | RateLimitedError)
        else ApplicationErrorCategory.UNSPECIFIED,
    )


def _pause(error: DigitalRiverError) -> timedelta | None:
    if isinstance(error, CREDENTIALS):
        return CREDENTIALS_PAUSE
    if isinstance(error, RateLimitedError):
        return error.retry_after or RATE_LIMIT_PAUSE
    if isinstance(error, RequestHeldError | ServerError):
        return error.retry_after
    return None


def not_yet(now: datetime, then: datetime, why: str) -> ApplicationError:
    """Return the error that makes Temporal try again at `then`, and nobody worry."""
    return ApplicationError(
        why,
        type="NotYet",
        next_retry_delay=max(then - now, timedelta(seconds=1)),
        category=ApplicationErrorCategory.BENIGN,
    )
