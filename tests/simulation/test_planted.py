"""A judge that never convicts proves nothing: planted bugs are caught."""

import shutil
from pathlib import Path

import pytest

from simulation.hunting import ROOT, hunt, plant
from simulation.planted import BUGS, Bug, by_name


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_every_bug_fits_the_source(bug: Bug, tmp_path: Path) -> None:
    """Each edit finds its old text once, and what comes out is Python."""
    for path in {edit.path for edit in bug.edits}:
        (tmp_path / path).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / path, tmp_path / path)
    plant(bug, tmp_path)
    for path in {edit.path for edit in bug.edits}:
        source = (tmp_path / path).read_text(encoding="utf-8")
        assert source != (ROOT / path).read_text(encoding="utf-8")
        compile(source, path, "exec")


def test_bugs_have_names_of_their_own() -> None:
    """At least fifteen, on every tier of one process and on a real server."""
    assert len({bug.name for bug in BUGS}) == len(BUGS) >= 15
    assert {bug.tier for bug in BUGS} == {"t0", "t1", "t2"}


@pytest.mark.parametrize(
    "name", ["pays what was asked, not what was accepted", "believes any signature"]
)
def test_a_planted_bug_is_caught(name: str) -> None:
    """A copy with the bug breaks a promise within a few hundred seeds."""
    caught = hunt(by_name(name))
    assert caught.seeds is not None, caught.violation
    assert caught.seeds < 400
