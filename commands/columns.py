"""The columns of a list: what each shows of a return."""

from collections.abc import Callable
from datetime import datetime, timedelta

from lifecycle.sentences import day
from storefront.listing import ReturnRow
from storefront.reading import WrongInputError

_DAY, _HOUR, _MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)

Cell = Callable[[ReturnRow, datetime], str]

COLUMNS: dict[str, Cell] = {
    "id": lambda row, _: row.workflow_id,
    "order": lambda row, _: row.order_id or "",
    "coordinator": lambda row, _: row.coordinator or "",
    "phase": lambda row, _: row.phase or "",
    "return": lambda row, _: row.return_id or "",
    "started": lambda row, _: day(row.started),
    "ended": lambda row, _: day(row.ended) if row.ended else "",
    "age": lambda row, now: _age((row.ended or now) - row.started),
}
DEFAULT = "id,order,coordinator,phase,return,started,age"


def columns_named(text: str) -> list[str]:
    """Read names with commas between them. Raises WrongInputError."""
    columns = [name.strip() for name in text.split(",")]
    for name in columns:
        if name not in COLUMNS:
            rule = f"{name or 'nothing'} is no column; there are {', '.join(COLUMNS)}"
            raise WrongInputError([{"field": "columns", "rule": rule}])
    return columns


def cells_of(row: ReturnRow, columns: list[str], now: datetime) -> list[str]:
    """Return what the columns show of one return."""
    return [COLUMNS[name](row, now) for name in columns]


def _age(span: timedelta) -> str:
    """Return how long something has lasted, in the largest unit that says something."""
    for unit, name in ((_DAY, "d"), (_HOUR, "h")):
        if span >= unit:
            return f"{span // unit} {name}"
    return f"{max(span, timedelta(0)) // _MINUTE} min"
