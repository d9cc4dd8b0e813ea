"""docs/lifecycle.md: its pictures show the phases, outcomes and states that there are."""

import base64
import itertools
import json
import re
from pathlib import Path

import pytest

from lifecycle import states
from lifecycle.phase import PHASES
from lifecycle.steps import Outcome
from tests.replay.record import HISTORIES

PAGE = Path(__file__).parents[2] / "docs/lifecycle.md"
DIAGRAM = re.compile(r"^```mermaid\nstateDiagram-v2\n(.*?)^```$", re.DOTALL | re.MULTILINE)
ARROW = re.compile(r"^ +(\S+) --> (\w+)(?:: .+)?$", re.MULTILINE)
DIGITAL_RIVER, THIRD_PARTY, ANY_TIME, REFUND = DIAGRAM.findall(PAGE.read_text(encoding="utf-8"))
PHASE_SET = re.compile(r'"ReturnPhase": \{.*?"data": "([^"]+)"', re.DOTALL)
START, ANY_OPEN = "[*]", "open"

Arrows = set[tuple[str, str]]


def shown(diagram: str) -> set[str]:
    """Return the states of a diagram."""
    return set(itertools.chain(*ARROW.findall(diagram))) - {START, ANY_OPEN}


def arrows(diagram: str) -> Arrows:
    """Return what leads where in a diagram."""
    return set(ARROW.findall(diagram))


def at_any_time(diagram: str) -> Arrows:
    """Return what leads where at any time, `open` standing for each phase of a diagram."""
    phases = shown(diagram) - set(Outcome)
    return {
        (source, target)
        for left, right in ARROW.findall(ANY_TIME)
        for source in (phases if left == ANY_OPEN else {left})
        for target in (phases if right == ANY_OPEN else {right})
    }


def recorded(coordinator: str) -> Arrows:
    """Return what led where in the recorded histories of one coordinator's returns."""
    found: Arrows = set()
    for path in HISTORIES.glob(f"*/{coordinator}_*.json"):
        phases = [base64.b64decode(value) for value in PHASE_SET.findall(path.read_text())]
        found |= set(itertools.pairwise([START, *map(json.loads, phases)]))
    return found


def test_every_phase_and_outcome_is_shown() -> None:
    """A return that a third party coordinates is not approved or rejected by a fulfiller."""
    assert shown(DIGITAL_RIVER) | shown(ANY_TIME) == set(PHASES)
    assert shown(THIRD_PARTY) | shown(ANY_TIME) == set(PHASES) - {"awaiting_approval", "rejected"}


def test_every_state_of_a_refund_is_shown() -> None:
    """Those that end nothing lead on; those for good lead nowhere."""
    assert shown(REFUND) == set(states.REFUND)
    on_the_way = {state for state, rank in states.REFUND.items() if rank < states.FINAL}
    assert {source for source, _ in arrows(REFUND)} == on_the_way | {START}


@pytest.mark.parametrize(
    ("coordinator", "diagram"), [("digital_river", DIGITAL_RIVER), ("third_party", THIRD_PARTY)]
)
def test_what_returns_have_done_is_drawn(coordinator: str, diagram: str) -> None:
    """Each move from phase to phase in a recorded history is an arrow."""
    moves = recorded(coordinator)
    assert len(moves) > 10
    assert moves - arrows(diagram) - at_any_time(diagram) == set()
