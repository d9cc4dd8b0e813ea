"""What the package offers is said, complete, and in order."""

from __future__ import annotations

import inspect
from pathlib import Path

import digital_river
from digital_river import errors, models


def test_all_is_complete() -> None:
    """Every public class and function of the package's face is listed, and no module."""
    public = {
        name
        for name, value in vars(digital_river).items()
        if not name.startswith("_")
        and not inspect.ismodule(value)
        and getattr(value, "__module__", "").startswith("digital_river")
    }
    assert set(digital_river.__all__) == public
    assert set(models.__all__) <= public
    errors_of_ours = {
        name
        for name, value in inspect.getmembers(errors, inspect.isclass)
        if issubclass(value, errors.DigitalRiverError)
    }
    assert errors_of_ours <= public


def test_all_is_sorted() -> None:
    """Names are listed once, classes first, each in alphabetical order."""
    for names in (digital_river.__all__, models.__all__):
        assert len(set(names)) == len(names)
        assert names == sorted(names, key=lambda name: (name.islower(), name))


def test_is_typed_and_alone() -> None:
    """The package says that it is typed, and imports nothing else of the project."""
    home = Path(inspect.getfile(digital_river)).parent
    assert (home / "py.typed").exists()
    ours = {"activities", "lifecycle", "sandbox", "settings", "storefront", "temporalio"}
    ours |= {"webhooks", "workflows"}
    for source in home.glob("*.py"):
        words = source.read_text(encoding="utf-8").split("\n")
        imported = {line.split()[1].split(".")[0] for line in words if line.startswith(STARTS)}
        assert not imported & ours


STARTS = ("import ", "from ")
