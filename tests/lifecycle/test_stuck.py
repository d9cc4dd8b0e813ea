"""Every question that the rules can ask is one that an operator can see and answer."""

import ast
import importlib
import sys
from pathlib import Path

import pytest

from lifecycle import rules
from lifecycle.phase import phase_of
from lifecycle.sentences import sentence_for
from lifecycle.steps import Question
from tests.builders.stuck import STUCK

LIFECYCLE = Path(rules.__file__).parent


def asking_functions() -> set[str]:
    """Return every function of the rules that makes a question."""
    found = set()
    for path in LIFECYCLE.glob("*.py"):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef):
                calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
                names = {call.func.id for call in calls if isinstance(call.func, ast.Name)}
                found |= {f"{path.stem}.{function.name}"} if "Question" in names else set()
    return found


@pytest.mark.parametrize("name", STUCK)
def test_a_stuck_return_says_what_it_needs(name: str) -> None:
    """It needs attention, for a reason in words, and offers answers."""
    life = STUCK[name]()
    assert phase_of(life.step) == "needs_attention"
    assert life.question.answers
    assert life.question.reason in sentence_for(life.step)


def test_every_question_has_its_stuck_return(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that asks something new needs a life in tests/builders/stuck.py."""
    made: dict[int, tuple[Question, str]] = {}

    def asked(*, id: str, reason: str, answers: tuple[str, ...]) -> Question:  # noqa: A002 - the field's name
        question = Question(id=id, reason=reason, answers=answers)
        frame = sys._getframe(1)  # noqa: SLF001 - who asks?
        where = f"{Path(frame.f_code.co_filename).stem}.{frame.f_code.co_name}"
        made[len(made)] = question, where
        return question

    for name in {function.partition(".")[0] for function in asking_functions()}:
        monkeypatch.setattr(importlib.import_module(f"lifecycle.{name}"), "Question", asked)
    lives = [begin() for begin in STUCK.values()]
    found = {where for life in lives for one, where in made.values() if one is life.question}
    assert found == asking_functions()
