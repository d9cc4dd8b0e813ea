"""Errors as problem details (RFC 9457): a stable code for programs, a sentence for people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from pydantic import BaseModel
from starlette.responses import Response

from lifecycle.steps import LineRefusal, Refusal
from storefront.errors import (
    EndedError,
    NoAnswerError,
    NoSuchRefundError,
    NoSuchReturnError,
    RefusedError,
    StorefrontError,
)
from storefront.reading import WrongInputError

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 5
"""When to try again what nobody answered."""
MOST_PROBLEMS = 20
"""Broken rules that are told of one request."""


@dataclass(frozen=True)
class Kind:
    """What kind of thing went wrong: the problem's `type` and `title`."""

    name: str
    title: str
    status: int

    @property
    def uri(self) -> str:
        """The problem's `type`."""
        return f"urn:upriver:problem:{self.name}"


NOT_JSON = Kind("not_json", "The body is not JSON", 400)
UNAUTHORIZED = Kind("unauthorized", "A valid key is missing", 401)
NOT_FOUND = Kind("not_found", "There is nothing here", 404)
METHOD_NOT_ALLOWED = Kind("method_not_allowed", "This is not done here", 405)
REFUSED = Kind("refused", "It is refused", 409)
TOO_LARGE = Kind("too_large", "The body is too large", 413)
UNSUPPORTED = Kind("unsupported_media_type", "Only JSON is read", 415)
WRONG_INPUT = Kind("wrong_input", "The request breaks a rule", 422)
WRONG_FOR_ORDER = Kind("wrong_for_order", "The order has no such units", 422)
TOO_MANY = Kind("too_many_requests", "Too many requests", 429)
INTERNAL = Kind("internal", "A mistake of this server", 500)
OFF = Kind("bank_details_off", "Bank details are not set up", 501)
UPSTREAM = Kind("upstream", "Temporal or Digital River refused", 502)
NO_ANSWER = Kind("no_answer", "There is no answer for now", 503)

KINDS = (
    *(NOT_JSON, UNAUTHORIZED, NOT_FOUND, METHOD_NOT_ALLOWED, REFUSED, TOO_LARGE, UNSUPPORTED),
    *(WRONG_INPUT, WRONG_FOR_ORDER, TOO_MANY, INTERNAL, OFF, UPSTREAM, NO_ANSWER),
)

ABSENT = {
    *("unknown_line", "unmapped_line", "several_fulfillment_orders", "quantity_too_large"),
    *("order_not_found", "fulfillment_order_not_found"),
}
"""Codes of refusals that no change of the order's state would lift: 422 instead of 409."""


class BrokenRule(BaseModel):
    """One rule that the request breaks, and where."""

    field: str
    rule: str


class Problem(BaseModel):
    """What went wrong, as RFC 9457 writes it."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    problems: list[BrokenRule] | None = None
    """Of `wrong_input`: each broken rule."""
    lines: list[LineRefusal] | None = None
    """Of a return that is refused: why, line by line."""
    workflow_id: str | None = None
    """Of a return that is refused: it can be read and stays refused."""


class ProblemError(Exception):
    """A request ends with a problem."""

    def __init__(
        self, kind: Kind, detail: str, *, code: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.problem = Problem(
            type=kind.uri,
            title=kind.title,
            status=kind.status,
            detail=detail,
            code=code or kind.name,
        )
        self.headers = headers

    @property
    def response(self) -> Response:
        """The answer; texts that a caller made up may hold what UTF-8 cannot write."""
        content = self.problem.model_dump(mode="python", exclude_none=True)
        return Response(json.dumps(content), self.problem.status, self.headers, MEDIA_TYPE)


def as_problem(error: StorefrontError) -> ProblemError:
    """Return the problem that an error of the client is."""
    match error:
        case WrongInputError():
            return wrong_input(error.problems)
        case EndedError():
            kind = REFUSED
        case NoSuchReturnError() | NoSuchRefundError():
            kind = NOT_FOUND
        case NoAnswerError():
            return no_answer(error.code, str(error))
        case RefusedError():
            kind = WRONG_FOR_ORDER if error.code in ABSENT else REFUSED
        case _:
            kind = UPSTREAM
    return ProblemError(kind, str(error), code=error.code)


def no_answer(code: str, detail: str) -> ProblemError:
    """Return the problem that nobody answered; the same request may be sent again."""
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return ProblemError(NO_ANSWER, detail, code=code, headers=headers)


def wrong_input(rules: Sequence[Mapping[str, str]]) -> ProblemError:
    """Return the problem of a request that breaks rules; the first of very many are told."""
    found = [BrokenRule.model_validate(rule) for rule in rules[:MOST_PROBLEMS]]
    error = ProblemError(WRONG_INPUT, "; ".join(f"{one.field}: {one.rule}" for one in found))
    error.problem.problems = found
    return error


def refused_return(workflow_id: str, refusal: Refusal) -> ProblemError:
    """Return the problem of a return that is not opened."""
    codes = {refusal.code, *(line.code for line in refusal.lines)}
    kind = WRONG_FOR_ORDER if codes & ABSENT else REFUSED
    error = ProblemError(kind, refusal.message, code=refusal.code)
    error.problem.lines = list(refusal.lines)
    error.problem.workflow_id = workflow_id
    return error


def unserved(status: int, headers: Mapping[str, str] | None) -> ProblemError:
    """Return the problem of what the framework itself does not take."""
    by_status = {kind.status: kind for kind in (NOT_JSON, NOT_FOUND, METHOD_NOT_ALLOWED)}
    kind = by_status.get(status, INTERNAL)
    return ProblemError(kind, f"{HTTPStatus(status).phrase}.", headers=headers)
