"""The table of cases in docs/reliability.md: every case, each with tests that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| (\d+) \|.*\| (.+) \|$", re.MULTILINE)
TEST = re.compile(r"`(test_\w+)`")
CASES = 35


def rows() -> list[tuple[int, list[str]]]:
    """Return the number of each case and the tests that it names."""
    page = (ROOT / "docs/reliability.md").read_text()
    _, _, rest = page.partition("## Case by case\n")
    section, _, _ = rest.partition("\n## ")
    return [(int(number), TEST.findall(held_by)) for number, held_by in ROW.findall(section)]


def test_every_case_is_answered() -> None:
    """Each has a row, in order, and each row names what holds it."""
    assert [number for number, _ in rows()] == list(range(1, CASES + 1))
    assert [number for number, tests in rows() if not tests] == []


def test_the_tests_that_are_named_exist() -> None:
    """A test that is renamed or dropped takes its row along."""
    sources = [path.read_text() for path in sorted((ROOT / "tests").rglob("test_*.py"))]
    written = {name for source in sources for name in re.findall(r"def (test_\w+)", source)}
    named = {name for _, tests in rows() for name in tests}
    assert sorted(named - written) == []
