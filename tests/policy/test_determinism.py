"""What must replay reads no clock, no chance, no environment and no network; errors are named."""

import ast
from collections.abc import Iterator

from tests.policy.source import dotted, files, functions, imported, of

BANNED_MODULES = {"time", "random", "uuid", "secrets", "os", "httpx", "socket", "requests"}
BANNED_CALLS = {"print", "open", "input", "hash", "id"}
CLOCKS = {"now", "utcnow", "today"}
ITS_OWN_CLOCK = "workflow.now"


def replayed() -> dict[str, ast.Module]:
    """Return the files whose code runs inside the workflow."""
    shells = (
        "workflows/returns.py",
        "workflows/backfill.py",
        "workflows/milestones.py",
        "workflows/telling.py",
        "workflows/waiting.py",
    )
    return {**{path: files()[path] for path in shells}, **of("lifecycle")}


def breaches(tree: ast.AST) -> Iterator[str]:
    """Yield what would not be the same at a replay."""
    for name in imported(tree):
        if name.partition(".")[0] in BANNED_MODULES:
            yield f"import {name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = dotted(node.func)
            is_clock = name.rpartition(".")[2] in CLOCKS and name != ITS_OWN_CLOCK
            if name in BANNED_CALLS or is_clock:
                yield f"line {node.lineno}: {name}()"
        elif dotted(node) == "os.environ":
            yield "os.environ"


def is_activity(node: ast.expr) -> bool:
    """Say whether a decorator makes an activity."""
    return dotted(node.func if isinstance(node, ast.Call) else node) == "activity.defn"


def test_what_is_replayed_is_deterministic() -> None:
    """The workflow and the rules read no clock, chance, environment, file or network."""
    found = {path: list(breaches(tree)) for path, tree in replayed().items()}
    assert len(found) > 20
    assert {path: what for path, what in found.items() if what} == {}


def test_the_lint_finds_each_breach() -> None:
    """The lint itself is not blind."""
    source = (
        "import time, uuid\nfrom random import random\nfrom os import environ\n"
        "datetime.now(UTC)\ndate.today()\nprint(1)\nopen('x')\nos.environ['X']\nworkflow.now()\n"
    )
    found = list(breaches(ast.parse(source)))
    wanted = {"import time", "import uuid", "import random", "import os", "os.environ"}
    assert wanted <= set(found)
    lines = {"line 4: datetime.now()", "line 5: date.today()", "line 6: print()", "line 7: open()"}
    assert lines <= set(found)
    assert not any("workflow.now" in one for one in found)


def test_every_activity_is_named() -> None:
    """A method may be renamed; the name in open histories may not."""
    decorators = [
        decorator
        for tree in of("activities").values()
        for one in functions(tree)
        for decorator in one.decorator_list
        if is_activity(decorator)
    ]
    assert len(decorators) >= 8
    for decorator in decorators:
        assert isinstance(decorator, ast.Call)
        assert [keyword.arg for keyword in decorator.keywords] == ["name"]


def test_activities_catch_only_what_they_can_name() -> None:
    """A bare `except` would hide bugs, and Temporal's own cancellation, as outcomes."""
    broad = [
        f"{path}:{node.lineno}"
        for path, tree in of("activities").items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or dotted(node.type) in {"Exception", "BaseException"})
    ]
    assert broad == []


def test_the_workflow_starts_activities_in_one_way() -> None:
    """Every activity of the workflow has both time limits, a retry policy and a summary."""
    starts = [
        {keyword.arg for keyword in node.keywords}
        for node in ast.walk(files()["workflows/returns.py"])
        if isinstance(node, ast.Call) and dotted(node.func).startswith("workflow.start_activity")
    ]
    wanted = {"start_to_close_timeout", "schedule_to_close_timeout", "retry_policy", "priority"}
    assert len(starts) == 2
    assert all(start >= wanted | {"summary", "task_queue", "result_type"} for start in starts)
