"""Reading what a caller wrote, with errors that name the field and the rule."""

import json
from collections.abc import Sequence
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from storefront.errors import StorefrontError

_IN_WORDS = {
    "extra_forbidden": "is no known field",
    "missing": "is missing",
    "model_type": "must be a JSON object",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
}
"""Rules whose words in pydantic are a programmer's."""

Model = TypeVar("Model", bound=BaseModel)


class WrongInputError(StorefrontError):
    """The input breaks a rule; nothing was asked of Digital River."""

    def __init__(self, problems: list[dict[str, str]]) -> None:
        super().__init__("wrong_input", "; ".join(f"{p['field']}: {p['rule']}" for p in problems))
        self.problems = problems
        """One entry per broken rule, each with `field` and `rule`."""


def read(model: type[Model], value: object) -> Model:
    """Read a value as a model. Raises WrongInputError."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise WrongInputError(broken_rules(error.errors(include_url=False))) from error


def read_json(model: type[Model], text: str) -> Model:
    """Read JSON text as a model. Raises WrongInputError."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise WrongInputError([{"field": "(all)", "rule": f"must be JSON: {error}"}]) from error
    return read(model, value)


def broken_rules(found: Sequence[ErrorDetails]) -> list[dict[str, str]]:
    """Name the field and the rule of each of pydantic's errors, without the value."""
    return [
        {
            "field": ".".join(str(part) for part in problem["loc"]) or "(all)",
            "rule": _rule_of(problem),
        }
        for problem in found
        if not _follows(problem, found)
    ]


def _rule_of(problem: ErrorDetails) -> str:
    return _IN_WORDS.get(problem["type"], problem["msg"].removeprefix("Value error, "))


def _follows(problem: ErrorDetails, found: Sequence[ErrorDetails]) -> bool:
    """Say whether a list is too short only because what is in it is wrong."""
    return problem["type"] == "too_short" and any(
        problem["loc"] == other["loc"][: len(problem["loc"])] and problem is not other
        for other in found
    )
