"""Everything that a call to Digital River can raise.

    DigitalRiverError
    ├── TransportError
    │   ├── RequestNotSentError        nothing reached Digital River
    │   │   └── RequestHeldError       it was held back here: too fast, or told to wait
    │   └── OutcomeUnknownError        it may have been done; no answer tells
    │       └── UnreadableAnswerError  it was done; the answer is not what it should be
    └── StatusError                    Digital River answered, and not with success
        ├── BadRequestError            400
        ├── UnauthorizedError          401
        ├── ForbiddenError             403
        ├── NotFoundError              404
        ├── MethodNotAllowedError      405
        ├── NotAcceptableError         406
        ├── RequestTimeoutError        408
        ├── ConflictError              409
        ├── RateLimitedError           429
        ├── ServerError                5xx
        └── UnexpectedStatusError      any other, redirects among them

`in_doubt` tells of each class whether a write that ended so may have taken effect all the same.
No message holds a secret or anything of the request's body (docs/digital-river.md, Errors).
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import ClassVar

from digital_river.models import ErrorBody

_LONGEST_TEXT = 200
_MOST_ERRORS = 20
_UNPRINTABLE = re.compile(r"[^\x20-\x7e\xa0-\U0010ffff]+")


class DigitalRiverError(Exception):
    """A call to Digital River did not succeed."""

    in_doubt: ClassVar[bool] = True
    """Whether a write that ended so may have taken effect; if so, read before trying again."""

    def __init__(self, operation: str, message: str) -> None:
        super().__init__(message)
        self.operation = operation
        """The method of the client, such as `create_return`."""


class TransportError(DigitalRiverError):
    """There is no answer, or none that can be read."""


class RequestNotSentError(TransportError):
    """Nothing reached Digital River: no connection was to be had."""

    in_doubt = False

    def __init__(self, operation: str, why: str) -> None:
        super().__init__(operation, f"{operation} was not sent: {why}")


class RequestHeldError(RequestNotSentError):
    """Nothing was sent, because the limit of requests would have been exceeded."""

    def __init__(self, operation: str, why: str, retry_after: timedelta) -> None:
        super().__init__(operation, why)
        self.retry_after = retry_after
        """How long to wait before the next attempt."""


class OutcomeUnknownError(TransportError):
    """The request, or a part of it, was sent, and no answer came: a write may have been done."""

    def __init__(self, operation: str, why: str) -> None:
        super().__init__(operation, f"{operation} has an unknown outcome: {why}")


class UnreadableAnswerError(OutcomeUnknownError):
    """Success was answered in a form that cannot be read.

    For a write this is a kind of unknown outcome: it was done, but not what came of it is known,
    and the remedy is the same, to read back.
    """

    def __init__(self, operation: str, why: str, request_id: str | None = None) -> None:
        super().__init__(operation, f"the answer cannot be read: {why}{_named(request_id)}")
        self.request_id = request_id
        """Digital River's id of the request, for its support."""


class StatusError(DigitalRiverError):
    """Digital River answered with a status that is not success."""

    def __init__(
        self,
        operation: str,
        status: int,
        body: ErrorBody | None = None,
        *,
        request_id: str | None = None,
        retry_after: timedelta | None = None,
    ) -> None:
        details = body.errors[:_MOST_ERRORS] if body else ()
        self.status = status
        self.type = _short(body.type) if body and body.type else None
        """One of `ErrorType`, or a word that is new; None when the body says nothing."""
        self.codes = tuple(_short(each.code) for each in details if each.code)
        """What was wrong, in words that are an open set; texts are cut at 200 characters."""
        self.parameters = tuple(_short(each.parameter) for each in details if each.parameter)
        """Which parameters were wrong, sometimes by an alias (`items[0].qty`)."""
        self.messages = tuple(_short(each.message) for each in details if each.message)
        self.request_id = request_id
        """Digital River's id of the request, for its support."""
        self.retry_after = retry_after
        """How long Digital River asks to wait, at most an hour; None when it does not say."""
        super().__init__(operation, self._sentence(operation))

    def _sentence(self, operation: str) -> str:
        first = " ".join(
            part
            for part in (
                self.codes[0] if self.codes else "",
                f"at {self.parameters[0]}" if self.parameters else "",
                f"({self.messages[0]})" if self.messages else "",
            )
            if part
        )
        kind = f" {self.type}" if self.type else ""
        why = f": {first}" if first else ""
        return f"{operation} was answered with {self.status}{kind}{why}{_named(self.request_id)}"


class BadRequestError(StatusError):
    """400: the request is wrong, and stays wrong."""

    in_doubt = False


class UnauthorizedError(StatusError):
    """401: the API key is not, or no longer, valid."""

    in_doubt = False


class ForbiddenError(StatusError):
    """403: the API key may not do this."""

    in_doubt = False


class NotFoundError(StatusError):
    """404: there is no such object, or not yet, right after its creation."""

    in_doubt = False


class MethodNotAllowedError(StatusError):
    """405: the address does not know the method."""

    in_doubt = False


class NotAcceptableError(StatusError):
    """406: the answer cannot be had in the form that was asked for."""

    in_doubt = False


class RequestTimeoutError(StatusError):
    """408: the request took too long; to be sent again later, after a look."""


class ConflictError(StatusError):
    """409: the request does not fit the object as it is now: read it, then decide."""

    in_doubt = False


class RateLimitedError(StatusError):
    """429: too many requests; none may be sent until `retry_after` has passed."""

    in_doubt = False


class ServerError(StatusError):
    """5xx: something failed at Digital River, maybe after a write was done."""


class UnexpectedStatusError(StatusError):
    """A status that Digital River does not document, redirects among them (none is followed)."""


_BY_STATUS: dict[int, type[StatusError]] = {
    400: BadRequestError,
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    405: MethodNotAllowedError,
    406: NotAcceptableError,
    408: RequestTimeoutError,
    409: ConflictError,
    429: RateLimitedError,
} | dict.fromkeys(range(500, 600), ServerError)


def error_class(status: int) -> type[StatusError]:
    """Choose the class of error for a status that is not success."""
    return _BY_STATUS.get(status, UnexpectedStatusError)


def _short(text: str) -> str:
    """Make text of others fit for one line of a log."""
    text = _UNPRINTABLE.sub(" ", text)
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"


def _named(request_id: str | None) -> str:
    return f" (request {request_id})" if request_id else ""
