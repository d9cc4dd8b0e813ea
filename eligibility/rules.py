"""The rules, one class each: its fields are its section of the file, `judge` is what it does.

`judge` is a pure function. It returns None where the units may come back, or else one finding:
a code for programs, a sentence for the customer, and whether to refuse or to ask a person.
What a rule cannot tell, a person is asked, whatever the file says.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from eligibility.case import AskedLine, Case
from lifecycle.amounts import in_words
from lifecycle.judgement import ShopFinding, Then


class Rule(BaseModel, ABC):
    """A rule as the shop has set it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: ClassVar[str]
    """Of its finding, for programs. It is in docs/eligibility.md and never changes."""

    then: Then
    """What its finding means: `refuse` the request, or `ask` a person."""

    @abstractmethod
    def judge(self, case: Case) -> ShopFinding | None:
        """Return what speaks against these units coming back; None if nothing does."""

    def found(self, message: str, lines: Iterable[AskedLine]) -> ShopFinding:
        """Return the finding on some lines, with a sentence that a customer may read."""
        ids = tuple(line.order_item_id for line in lines)
        return ShopFinding(code=self.code, then=self.then, message=message, order_item_ids=ids)

    def unsure(self, message: str, lines: Iterable[AskedLine]) -> ShopFinding:
        """Return that the rule cannot tell, so that a person is asked."""
        ids = tuple(line.order_item_id for line in lines)
        return ShopFinding(code=self.code, then=Then.ASK, message=message, order_item_ids=ids)


class ReturnWindow(Rule):
    """So many days a customer may take to ask, in UTC, to the end of the last one."""

    code = "return_window_over"

    days: Annotated[int, Field(strict=True, ge=1, le=3650)]
    since: Literal["fulfilled", "ordered"] = "fulfilled"

    def judge(self, case: Case) -> ShopFinding | None:
        """Compare days; an order cannot be fulfilled before it is placed."""
        begins = case.fulfilled if self.since == "fulfilled" else case.ordered
        last = self._last_day(begins or case.ordered)
        if _day(case.asked) <= _day(last):
            return None
        if begins is None:
            message = "It is not known when this order was sent."
            return self.unsure(message, case.lines)
        return self.found(f"This order could be returned until {last:%Y-%m-%d}.", case.lines)

    def _last_day(self, begins: datetime) -> datetime:
        return begins.astimezone(UTC) + timedelta(days=self.days)


def _day(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%d}"


Sku = Annotated[str, Field(min_length=1, max_length=255)]


class NonReturnableSkus(Rule):
    """Goods that do not come back, such as vouchers, by their SKU at Digital River."""

    code = "sku_not_returnable"

    skus: Annotated[frozenset[Sku], Field(min_length=1)]

    def judge(self, case: Case) -> ShopFinding | None:
        """Look each line's SKU up."""
        listed = [line for line in case.lines if line.sku in self.skus]
        if listed:
            return self.found("This item cannot be returned.", listed)
        unknown = [line for line in case.lines if line.sku is None]
        return self.unsure("It is not known what this item is.", unknown) if unknown else None


class OpenReturn(Rule):
    """Another return of the same order is not over."""

    code = "another_return_open"

    def judge(self, case: Case) -> ShopFinding | None:
        """See whether there is one."""
        if not case.open_returns:
            return None
        return self.found("There is an open return of this order already.", case.lines)


def _number(value: object) -> object:
    """Take only what TOML writes as a number."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError("must be a number")  # noqa: TRY004 - pydantic names the field
    return value


Amount = Annotated[
    Decimal,
    BeforeValidator(_number),
    Field(gt=0, max_digits=12, decimal_places=3, allow_inf_nan=False),
]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class ValueLimit(Rule):
    """What the units of one request may be worth with their tax, by the order's currency."""

    code = "value_above_limit"

    limits: Annotated[dict[Currency, Amount], Field(min_length=1)]

    def judge(self, case: Case) -> ShopFinding | None:
        """Add up what the units cost."""
        limit = self.limits.get(case.currency)
        if limit is None:
            return self.unsure(f"There is no limit for orders in {case.currency}.", case.lines)
        known = [line.worth for line in case.lines if line.worth is not None]
        total = sum(known, Decimal(0))
        if total > limit:
            worth, most = in_words(total, case.currency), in_words(limit, case.currency)
            message = f"Together these items cost {worth}; one request may be for {most}."
            return self.found(message, case.lines)
        if len(known) < len(case.lines):
            return self.unsure("It is not known what these items cost.", case.lines)
        return None


class PastDispute(Rule):
    """The order's payment was disputed before; while it is, Digital River opens no return."""

    code = "order_was_disputed"

    def judge(self, case: Case) -> ShopFinding | None:
        """See whether it ever was."""
        if case.disputed is None:
            return None
        message = f"The payment of this order was disputed on {_day(case.disputed)}."
        return self.found(message, case.lines)
