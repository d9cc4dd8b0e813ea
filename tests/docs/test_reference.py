"""docs/reference.md is what the code says, and leaves out no code and no question."""

import re
from pathlib import Path

from lifecycle.phase import PHASES
from lifecycle.steps import Waiting
from reference import codes, life, page, source
from storefront.api.problems import ABSENT

ROOT = Path(__file__).parents[2]
WRITTEN = re.compile(
    rf'\b(?:{"|".join(codes.TABLED)})\((?:\w+,\s)?\s*"(\w+)"'
    r'|\bcode(?: =|=|, message =) ?"(\w+)"'
)
ASKED = re.compile(r'[ =]f"([a-z]+(?:_[a-z]+)*):\{')
NO_QUESTION = {"rest"}
"""What looks like the id of a question and is the name of a payment."""


def test_the_page_is_current() -> None:
    """`make reference` writes it anew."""
    assert page.PAGE.read_text(encoding="utf-8") == page.written()


def test_every_code_is_followed_to_its_text() -> None:
    """Or it is known where else it comes from."""
    assert source.not_followed() == set(source.PASSED_ON)


def test_every_code_is_in_a_table() -> None:
    """Whoever gives it, and the page has it."""
    assert {one.maker for one in source.made()} <= codes.TABLED
    text = page.written()
    assert [name for name in sorted(codes.all_codes()) if f"`{name}`" not in text] == []


def test_no_code_that_can_be_read_in_the_source_is_missing() -> None:
    """A plain search for what looks like one finds none that the tables lack."""
    found = {
        first or second
        for module in source.modules()
        for first, second in WRITTEN.findall((ROOT / module.path).read_text(encoding="utf-8"))
    }
    assert len(found) > 40
    assert sorted((found | ABSENT) - codes.all_codes()) == []


def test_every_question_is_in_the_table() -> None:
    """Each id that the rules begin has its row."""
    text = life.questions()
    found = {
        kind
        for path in (ROOT / "lifecycle").glob("*.py")
        for kind in ASKED.findall(path.read_text(encoding="utf-8"))
    } - NO_QUESTION
    assert len(found) > 15
    assert [kind for kind in sorted(found) if f"| `{kind}` |" not in text] == []


def test_every_setting_has_a_meaning() -> None:
    """No row of the settings and of the policy is left without words."""
    told, _, _ = page.written().partition("## Phases")
    assert [row for row in told.splitlines() if row.endswith("|  |")] == []


def test_every_phase_is_told() -> None:
    """As a phase, or as an outcome; somebody must act in each wait."""
    told = life.phases() + life.outcomes()
    assert [phase for phase in PHASES if f"| `{phase}` |" not in told] == []
    assert all(life.who_acts(what) for what in Waiting)
