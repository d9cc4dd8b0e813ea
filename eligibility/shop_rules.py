"""All rules of a shop, and the file that they are set in."""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from eligibility.case import Case
from eligibility.rules import (
    NonReturnableSkus,
    OpenReturn,
    PastDispute,
    ReturnWindow,
    Rule,
    ValueLimit,
)
from lifecycle.judgement import ShopFinding


class ShopRulesError(Exception):
    """The file cannot be used; the message names each field and its rule, a line each."""


class ShopRules(BaseModel):
    """The rules of one shop: a field is a section of the file, and what is left out is not asked.

    The first finding on a line is the one that is told, so the order of the fields counts.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    return_window: ReturnWindow | None = None
    non_returnable_skus: NonReturnableSkus | None = None
    open_return: OpenReturn | None = None
    value_limit: ValueLimit | None = None
    past_dispute: PastDispute | None = None

    @model_validator(mode="after")
    def _has_a_rule(self) -> Self:
        if not self.rules:
            raise ValueError("the file has no rule; without rules, set no file")
        return self

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that are set, in their order."""
        return tuple(rule for _, rule in self if isinstance(rule, Rule))

    def judge(self, case: Case) -> tuple[ShopFinding, ...]:
        """Ask each rule; no finding means that the units may come back."""
        found = (rule.judge(case) for rule in self.rules)
        return tuple(one for one in found if one is not None)


def read_shop_rules(path: Path) -> ShopRules:
    """Read the shop's rules. Raises ShopRulesError."""
    try:
        with path.open("rb") as file:
            written = tomllib.load(file, parse_float=Decimal)
        return ShopRules.model_validate(written)
    except OSError as error:
        raise ShopRulesError(f"{path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ShopRulesError(f"{path} is not TOML: {error}") from None
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False, include_context=False)
        told = [f"{path}: {_where(one['loc'])}{_why(one['msg'])}" for one in problems]
        raise ShopRulesError("\n".join(told)) from None


def _where(place: tuple[int | str, ...]) -> str:
    return "".join([".".join(map(str, place)), ": "]) if place else ""


def _why(message: str) -> str:
    return message.removeprefix("Value error, ")
