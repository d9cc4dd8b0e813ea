"""The source, as trees: what the tests of this folder read."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = (
    "activities",
    "backfill",
    "commands",
    "digital_river",
    "doctor",
    "eligibility",
    "lifecycle",
    "local",
    "milestones",
    "sandbox",
    "serving",
    "storefront",
    "webhooks",
    "workflows",
)
PROCESSES = (
    "demo",
    "leaving",
    "receiver",
    "settings",
    "starter",
    "storefront_api",
    "worker",
    "working",
)

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def files() -> dict[str, ast.Module]:
    """Return the tree of each source file by its path, such as `lifecycle/steps.py`."""
    paths = [ROOT / f"{name}.py" for name in PROCESSES]
    for package in PACKAGES:
        paths += sorted((ROOT / package).rglob("*.py"))
    return {
        str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8")) for path in paths
    }


def owner(path: str) -> str:
    """Return the package of a file, or the module that it is."""
    return path.partition("/")[0].removesuffix(".py")


def of(package: str) -> dict[str, ast.Module]:
    """Return the trees of one package, or of one module."""
    return {path: tree for path, tree in files().items() if owner(path) == package}


def imported(tree: ast.AST) -> Iterator[str]:
    """Yield the full name of every module that is imported, anywhere in a file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def packages_imported(tree: ast.AST) -> set[str]:
    """Return the top of every import: our packages and others'."""
    return {name.partition(".")[0] for name in imported(tree)}


def functions(tree: ast.AST) -> Iterator[Function]:
    """Yield every function and method of a file."""
    for node in ast.walk(tree):
        if isinstance(node, Function):
            yield node


def dotted(node: ast.AST) -> str:
    """Return `a.b.c` for such an expression, else nothing."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""
