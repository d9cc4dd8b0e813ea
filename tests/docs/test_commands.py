"""What the pages tell a reader to type works, in the order in which they tell it."""

from pathlib import Path

from tests.docs.commands import ROOT, run


def test_the_tutorial_works_from_its_first_line_to_its_last(tmp_path: Path) -> None:
    """A return is opened, received, refused by the bank, decided by a person, and refunded."""
    done = run(ROOT / "docs" / "tutorial.md", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "An operator must decide" in done.stdout
    assert "anna decided retry" in done.stdout
    assert "Everything was accepted and refunded." in done.stdout
