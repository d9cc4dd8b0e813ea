"""Lists: filters, cursors and pages, newest first (docs/digital-river.md §2, list conventions)."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from fnmatch import fnmatchcase
from operator import eq, ge, gt, le, lt
from typing import Any, Generic, TypeVar

from .clock import whole_seconds
from .errors import bad_request, invalid
from .json_types import JsonObject

T = TypeVar("T")
Query = dict[str, list[str]]
Test = Callable[[T], bool]

DEFAULT_LIMIT = 10
MAX_LIMIT = 100
Comparison = Callable[[Any, Any], bool]
COMPARISONS: dict[str, Comparison] = {
    "eq": eq,
    "gt": gt,
    "gte": ge,
    "lt": lt,
    "lte": le,
}
PAGING = ("limit", "startingAfter", "endingBefore")


class Listing(Generic[T]):
    """One list request over resources in their order of creation."""

    def __init__(self, query: Query, resources: Iterable[T], identity: Callable[[T], str]) -> None:
        self._query = query
        self._resources = list(resources)
        self._resources.reverse()
        self._identity = identity
        self._known = set(PAGING)
        self._tests: list[Test[T]] = []

    def keep(self, test: Test[T]) -> None:
        """Show only resources that pass a test."""
        self._tests.append(test)

    def texts(self, name: str, values: Callable[[T], Iterable[str | None]]) -> None:
        """Filter by one or more repeated values of a parameter."""
        self._known.add(name)
        wanted = self._query.get(name)
        if wanted:
            self.keep(lambda one: any(value in wanted for value in values(one)))

    def globs(self, name: str, value: Callable[[T], str]) -> None:
        """Filter by a pattern in which `*` stands for anything."""
        self._known.add(name)
        patterns = self._query.get(name, ["*"])
        self.keep(lambda one: any(fnmatchcase(value(one), pattern) for pattern in patterns))

    def times(self, name: str, value: Callable[[T], datetime], *, exact: bool = False) -> None:
        """Filter by a range of times; resources compare by whole seconds, as they are shown."""

        def shown(one: T) -> datetime:
            return value(one) if exact else whole_seconds(value(one))

        self._ranges(name, shown, _parse_time)

    def amounts(self, name: str, value: Callable[[T], Decimal | None]) -> None:
        """Filter by a range of money."""
        self._ranges(name, value, _parse_amount)

    def page(self) -> tuple[list[T], bool]:
        """Return the page, newest first, and whether there is more in its direction."""
        unknown = [name for name in self._query if name not in self._known]
        if unknown:
            message = f"'{unknown[0]}' is an unknown parameter."
            raise bad_request("unknown_parameter", unknown[0], message)
        found = [one for one in self._resources if all(test(one) for test in self._tests)]
        return self._cut(found, self._limit())

    def _cut(self, found: list[T], limit: int) -> tuple[list[T], bool]:
        if "endingBefore" in self._query:
            newer = found[: self._place(found, "endingBefore")]
            return newer[-limit:], len(newer) > limit
        older = found
        if "startingAfter" in self._query:
            older = found[self._place(found, "startingAfter") + 1 :]
        return older[:limit], len(older) > limit

    def _place(self, found: Sequence[T], cursor: str) -> int:
        wanted = self._query[cursor][-1]
        for place, one in enumerate(found):
            if self._identity(one) == wanted:
                return place
        raise invalid(cursor, f"'{wanted}' is not in the list.")

    def _limit(self) -> int:
        text = self._query.get("limit", [str(DEFAULT_LIMIT)])[-1]
        if not text.isdecimal() or not 1 <= int(text) <= MAX_LIMIT:
            raise invalid("limit", f"A limit from 1 to {MAX_LIMIT} is expected.")
        return int(text)

    def _ranges(
        self,
        name: str,
        value: Callable[[T], object],
        parse: Callable[[str, str], object],
    ) -> None:
        for parameter, texts in self._query.items():
            match = re.fullmatch(rf"{name}(?:\[(\w+)])?", parameter)
            word = match and (match[1] or "eq")
            if not word or word not in COMPARISONS:
                continue
            self._known.add(parameter)
            bound, compare = parse(parameter, texts[-1]), COMPARISONS[word]
            self.keep(_comparison(value, compare, bound))


def _comparison(value: Callable[[T], object], compare: Comparison, bound: object) -> Test[T]:
    def passes(one: T) -> bool:
        found = value(one)
        return found is not None and compare(found, bound)

    return passes


def envelope(rows: list[JsonObject], *, more: bool) -> JsonObject:
    """Return a list's body."""
    return {"hasMore": more, "data": rows}


def _parse_time(parameter: str, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise bad_request("invalid_format", parameter, "A time is expected.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _parse_amount(parameter: str, text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise bad_request("invalid_amount", parameter, "A number is expected.")
    return amount
