"""What the code says of itself: the docstrings of classes and of their attributes."""

import ast
import inspect
import re
from textwrap import dedent

MARK = re.compile(r" ?\(?docs/([a-z-]+\.md)(?:, (?:\"[^\"]+\"|[^)]+))?\)?")


def of(thing: object) -> str:
    """Return the docstring of a class or function as one line, with links to pages."""
    return line(inspect.getdoc(thing) or "")


def first(thing: object) -> str:
    """Return the first paragraph of the docstring, as one line."""
    return line((inspect.getdoc(thing) or "").partition("\n\n")[0])


def line(text: str) -> str:
    """Return a text as one line; what it cites of this folder becomes a link."""
    return MARK.sub(r" ([\1](\1))", " ".join(text.split()))


def attributes(owner: type) -> dict[str, str]:
    """Return the docstring of each attribute that has one, those of base classes included."""
    found: dict[str, str] = {}
    for base in reversed(owner.__mro__):
        if base.__module__.partition(".")[0] not in ("builtins", "pydantic", "pydantic_settings"):
            found |= _own_attributes(base)
    return found


def _own_attributes(owner: type) -> dict[str, str]:
    try:
        body = ast.parse(dedent(inspect.getsource(owner))).body[0]
    except (OSError, TypeError):  # a class without a source of its own, such as a protocol's base
        return {}
    assert isinstance(body, ast.ClassDef)  # noqa: S101 - it was asked for as one
    return {
        name: line(told)
        for told_of, after in zip(body.body, body.body[1:], strict=False)
        for name in _names(told_of)
        if (told := _text(after))
    }


def _names(node: ast.stmt) -> list[str]:
    targets = node.targets if isinstance(node, ast.Assign) else []
    targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _text(node: ast.stmt) -> str:
    value = node.value if isinstance(node, ast.Expr) else None
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""
