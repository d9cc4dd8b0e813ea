"""Files and functions stay short enough to be read in one sitting (docs/style.md §2.1)."""

from statistics import median, quantiles

from tests.policy.source import ROOT, files, functions

LONGEST_FILE, LONGEST_WORKFLOW, LONGEST_FUNCTION = 400, 300, 50
MEDIAN_FUNCTION, NINE_IN_TEN = 10, 30


def lines_of(path: str) -> int:
    """Count the lines of a file."""
    return len((ROOT / path).read_text(encoding="utf-8").splitlines())


def lengths() -> dict[str, int]:
    """Return the lines of each function, without its decorators."""
    return {
        f"{path}:{one.lineno} {one.name}": (one.end_lineno or one.lineno) - one.lineno + 1
        for path, tree in files().items()
        for one in functions(tree)
    }


def test_no_file_is_longer_than_400_lines() -> None:
    """What grows beyond is two things, and becomes two files."""
    assert {path: lines_of(path) for path in files() if lines_of(path) > LONGEST_FILE} == {}


def test_the_workflow_is_at_most_300_lines() -> None:
    """The shell stays readable as a whole."""
    assert lines_of("workflows/returns.py") <= LONGEST_WORKFLOW


def test_no_function_is_longer_than_50_lines() -> None:
    """A function does one thing."""
    assert {name: n for name, n in lengths().items() if n > LONGEST_FUNCTION} == {}


def test_most_functions_are_short() -> None:
    """Nine in ten have at most 30 lines, half at most 10."""
    found = list(lengths().values())
    assert len(found) > 500
    assert quantiles(found, n=10)[-1] <= NINE_IN_TEN
    assert median(found) <= MEDIAN_FUNCTION
