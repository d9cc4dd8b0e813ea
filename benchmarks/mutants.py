"""The table of `make mutate`: how many small changes of each module something notices."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Table

MUTANTS = Path("mutants")
SURVIVED, CAUGHT_BY_TYPES = 0, 37
NOT_COUNTED = {None, 33, 34}
"""Not tried, without a test that runs it (`make coverage` holds that there is none), skipped."""


def read(path: Path) -> Counter[str]:
    """Count the mutants of one module by what became of them."""
    codes = json.loads(path.read_text())["exit_code_by_key"].values()
    names = {SURVIVED: "survived", CAUGHT_BY_TYPES: "types"}
    return Counter("open" if code in NOT_COUNTED else names.get(code, "tests") for code in codes)


def main() -> None:
    """Print a line for each module, and one for all."""
    table = Table("module", "mutants", "by tests", "by types", "survived", "score")
    together: Counter[str] = Counter()
    for path in sorted(MUTANTS.rglob("*.py.meta")):
        counts = read(path)
        if counts.total():
            together += counts
            _add(table, str(path.relative_to(MUTANTS)).removesuffix(".meta"), counts)
    _add(table, "all", together)
    Console().print(table)


def _add(table: Table, name: str, counts: Counter[str]) -> None:
    noticed = counts["tests"] + counts["types"]
    tried = noticed + counts["survived"]
    score = f"{100 * noticed / tried:.1f} %" if tried else "-"
    numbers = (tried, counts["tests"], counts["types"], counts["survived"])
    table.add_row(name, *map(str, numbers), score)


if __name__ == "__main__":
    main()
