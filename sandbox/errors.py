"""Digital River's error answers (docs/digital-river.md §2.9)."""

from dataclasses import dataclass
from http import HTTPStatus

from .json_types import JsonObject

TYPES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    408: "request_timeout",
    409: "conflict",
    429: "too_many_requests",
    500: "internal_server_error",
    502: "bad_gateway",
    503: "service_unavailable",
    504: "gateway_timeout",
}


@dataclass(frozen=True)
class Problem:
    """One row of an error answer."""

    code: str
    message: str
    parameter: str | None = None

    def wire(self) -> JsonObject:
        """Spell the row as Digital River does; `parameter` may be absent."""
        named = {} if self.parameter is None else {"parameter": self.parameter}
        return {"code": self.code, **named, "message": self.message}


class ApiError(Exception):
    """A refusal with Digital River's error body."""

    def __init__(self, status: int, *problems: Problem, retry_after: str | None = None) -> None:
        super().__init__(f"{status}: {', '.join(problem.code for problem in problems)}")
        self.status = status
        self.problems = problems
        self.retry_after = retry_after

    def wire(self) -> JsonObject:
        """Return the error envelope."""
        return envelope(self.status, *self.problems)


def envelope(status: int, *problems: Problem) -> JsonObject:
    """Return the error body for a status."""
    kind = TYPES.get(status, "internal_server_error")
    return {"type": kind, "errors": [problem.wire() for problem in problems]}


def bad_request(code: str, parameter: str, message: str) -> ApiError:
    """Refuse a request that is wrong in itself."""
    return ApiError(HTTPStatus.BAD_REQUEST, Problem(code, message, parameter))


def invalid(parameter: str, message: str) -> ApiError:
    """Refuse a value with the general code `invalid_parameter`."""
    return bad_request("invalid_parameter", parameter, message)


def missing(parameter: str) -> ApiError:
    """Refuse a body that lacks a required field, named by its dotted path."""
    return bad_request("missing_parameter", parameter, "A parameter is missing.")


def not_found(what: str) -> ApiError:
    """Answer for an id that names nothing (docs/digital-river.md §6.13)."""
    return ApiError(HTTPStatus.NOT_FOUND, Problem("not_found", f"{what} not found.", "id"))


def conflict(code: str, parameter: str, message: str) -> ApiError:
    """Refuse a request that the present state does not allow."""
    return ApiError(HTTPStatus.CONFLICT, Problem(code, message, parameter))


def quantity_too_large(parameter: str, message: str) -> ApiError:
    """Refuse more units than there are."""
    return conflict("quantity_too_large", parameter, message)


def restricted(message: str) -> ApiError:
    """Refuse an action on a resource that has moved on."""
    return conflict("restricted_update", "state", message)
