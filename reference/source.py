"""The source as trees: which codes it gives, and what it says with each.

A *maker* is a class or a function that takes a `code`. Each call of one is followed back to the
texts that its code can be. What cannot be followed must be in `PASSED_ON`; a test holds that.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
OTHERS = {"benchmarks", "browser", "digital_river", "local", "reference", "sandbox", "simulation"}
OTHERS |= {"tests", "webhooks"}
"""Packages whose codes are not the product's, or are in a list of their own."""
PASSED_ON = {
    "cause.type": "an objection's code, as Temporal carries it",
    "codes.pop()": "the one code that all refused lines have",
    "error.codes[0]": "Digital River's code",
    "error.type": "Digital River's type of error, where it gives no code",
    "kind.name": "the problem's kind",
    "step.outcome": "how a return ended before it was opened",
    "str(error.status)": "the HTTP status, where Digital River gives neither",
    "view.outcome": "how a return ended before it was opened",
}
"""What is not a text of the code's own: where it comes from."""
MESSAGES = ("message", "detail", "why")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Made:
    """One code that a call can give, by which maker, with the sentences that go with it."""

    maker: str
    code: str
    sentences: tuple[str, ...]


@dataclass
class Module:
    """One file, with the parent of each node."""

    path: str
    tree: ast.Module
    parents: dict[ast.AST, ast.AST] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Note the parents."""
        for node in ast.walk(self.tree):
            self.parents |= dict.fromkeys(ast.iter_child_nodes(node), node)

    def function_of(self, node: ast.AST) -> ast.AST:
        """Return the function that a node stands in, or the module."""
        while not isinstance(node, Function | ast.Module):
            node = self.parents[node]
        return node

    def function(self, name: str) -> Function | None:
        """Return the function of this name."""
        named = (one for one in ast.walk(self.tree) if isinstance(one, Function))
        return next((one for one in named if one.name == name), None)


@cache
def modules() -> tuple[Module, ...]:
    """Return every file of the product that gives codes of its own."""
    paths = sorted(ROOT.glob("*.py")) + sorted(
        path
        for package in ROOT.glob("*/__init__.py")
        if package.parent.name not in OTHERS
        for path in package.parent.rglob("*.py")
    )
    return tuple(
        Module(str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8")))
        for path in paths
    )


@cache
def makers() -> dict[str, tuple[str, ...]]:
    """Return the parameters of each maker, in their order, by its name."""
    found: dict[str, tuple[str, ...]] = {}
    bases: dict[str, list[str]] = {}
    for module in modules():
        for node in ast.walk(module.tree):
            if isinstance(node, Function) and "code" in (names := _parameters(node)):
                owner = module.parents[node]
                found[owner.name if isinstance(owner, ast.ClassDef) else node.name] = names
            if isinstance(node, ast.ClassDef):
                if "__init__" not in _methods(node):
                    bases[node.name] = [ast.unparse(base) for base in node.bases]
                if "code" in (fields := _fields(node)):
                    found[node.name] = fields
    for _ in bases:  # as deep as classes can be
        for name, above in bases.items():
            inherited = next((found[base] for base in above if base in found), None)
            if inherited and name not in found:
                found[name] = inherited
    return found


def _parameters(node: Function) -> tuple[str, ...]:
    given = (*node.args.args, *node.args.kwonlyargs)
    return tuple(one.arg for one in given if one.arg not in ("self", "cls"))


def _methods(node: ast.ClassDef) -> list[str]:
    return [one.name for one in node.body if isinstance(one, Function)]


def _fields(node: ast.ClassDef) -> tuple[str, ...]:
    return tuple(
        one.target.id
        for one in node.body
        if isinstance(one, ast.AnnAssign)
        and isinstance(one.target, ast.Name)
        and "ClassVar" not in ast.unparse(one.annotation)
    )


def _maker(module: Module, call: ast.Call) -> tuple[str, tuple[str, ...]] | None:
    """Return the maker that is called, with its parameters, if it is one.

    Of `super().__init__` that is the class itself, with the parameters of the one above.
    """
    name = ast.unparse(call.func)
    if name != "super().__init__":
        return (name, makers()[name]) if name in makers() else None
    node: ast.AST = call
    while not isinstance(node, ast.ClassDef):
        node = module.parents[node]
    above = ast.unparse(node.bases[0]) if node.bases else ""
    return (node.name, makers()[above]) if above in makers() else None


def _argument(call: ast.Call, names: tuple[str, ...], wanted: Iterable[str]) -> ast.expr | None:
    if not names:
        return None
    by_name: dict[str | None, ast.expr] = dict(zip(names, call.args, strict=False))
    by_name |= {one.arg: one.value for one in call.keywords}
    return next((by_name[name] for name in wanted if name in by_name), None)


def made() -> list[Made]:
    """Return every code of the source."""
    return [one for one in _all() if isinstance(one, Made)]


def not_followed() -> set[str]:
    """Return what gives a code and is no text of the source."""
    return {one for one in _all() if isinstance(one, str)}


@cache
def _all() -> tuple[Made | str, ...]:
    return tuple(one for module in modules() for one in _made_in(module))


def _made_in(module: Module) -> Iterator[Made | str]:
    for call in (node for node in ast.walk(module.tree) if isinstance(node, ast.Call)):
        maker, parameters = _maker(module, call) or ("", ())
        code = _argument(call, parameters, ["code"])
        if code is None:
            continue
        message = _argument(call, parameters, MESSAGES)
        for text, beside in _texts(module, code, call):
            if text is None:
                yield ast.unparse(beside)
                continue
            said = message if beside is call or isinstance(beside, ast.Assign) else beside
            near = beside if isinstance(beside, ast.Assign) else call
            yield Made(maker, text, tuple(_sentences(module, said, near)))


def _texts(
    module: Module, node: ast.expr, near: ast.stmt | ast.expr
) -> Iterator[tuple[str | None, ast.expr | ast.stmt]]:
    """Yield each text that an expression can be, with what stands beside it.

    That is the call, or the assignment, or the second of two values; None where it is no text.
    """
    match node:
        case ast.Constant(value=str(text)):
            yield text, near
        case ast.IfExp():
            yield from _texts(module, node.body, near)
            yield from _texts(module, node.orelse, near)
        case ast.BoolOp():
            for value in node.values:
                yield from _texts(module, value, near)
        case ast.Name():
            yield from _named(module, node, near)
        case ast.Attribute(attr="code"):
            return
        case _ if chosen := _narrowed(module, node):
            yield from ((text, near) for text in chosen)
        case _:
            yield None, node


def _named(
    module: Module, name: ast.Name, near: ast.stmt | ast.expr
) -> Iterator[tuple[str | None, ast.expr | ast.stmt]]:
    """Follow a name to what it was set to, here or for the whole file; a parameter is a maker's."""
    here = module.function_of(name)
    if isinstance(here, Function) and name.id in _parameters(here):
        return
    for place in (here, module.tree):
        found = False
        for one in (node for node in ast.walk(place) if isinstance(node, ast.Assign)):
            target = one.targets[0]
            if isinstance(target, ast.Name) and target.id == name.id:
                found = True
                yield from _texts(module, one.value, near if place is module.tree else one)
            elif isinstance(target, ast.Tuple) and ast.unparse(target.elts[0]) == name.id:
                found = True
                for first, second in _pairs(module, one.value):
                    yield from _texts(module, first, second)
        if found:
            return
    yield None, name


def _pairs(module: Module, value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Yield the two values that are set at once, or that a function returns."""
    if isinstance(value, ast.Tuple):
        yield value.elts[0], value.elts[1]
    if isinstance(value, ast.Call) and (called := module.function(ast.unparse(value.func))):
        for one in ast.walk(called):
            if isinstance(one, ast.Return) and one.value is not None:
                yield from _pairs(module, one.value)


def _narrowed(module: Module, node: ast.expr) -> list[str]:
    """Return what an expression can be by the condition it stands under: `x in ("a", "b")`."""
    above: ast.AST = node
    while not isinstance(above, ast.Module):
        above = module.parents[above]
        if isinstance(above, ast.If) and isinstance(above.test, ast.Compare):
            left, right = ast.unparse(above.test.left), above.test.comparators[0]
            if left == ast.unparse(node) and isinstance(right, ast.Tuple):
                return [text for one in right.elts for text, _ in _texts(module, one, one) if text]
    return []


def _sentences(
    module: Module, node: ast.expr | ast.stmt | None, near: ast.stmt | ast.expr
) -> Iterator[str]:
    """Yield what a message can say; what is only known when it is said is `…`."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr():
            yield "".join(_part(part) for part in node.values)
        case ast.IfExp():
            yield from _sentences(module, node.body, near)
            yield from _sentences(module, node.orelse, near)
        case ast.Call() if called := module.function(ast.unparse(node.func)):
            for one in ast.walk(called):
                if isinstance(one, ast.Return):
                    yield from _sentences(module, one.value, one)
        case ast.Name():
            yield from _nearest(module, node, near)


def _part(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else "…"


def _nearest(module: Module, name: ast.Name, near: ast.stmt | ast.expr) -> Iterator[str]:
    """Follow a message's name to what it was set to nearest to its code."""
    for place in (module.function_of(near), module.tree):
        found = [
            one
            for one in ast.walk(place)
            if isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) == name.id
        ]
        if found:
            before = [one for one in found if one.lineno <= near.lineno]
            if isinstance(near, ast.Assign) or not before:
                before = found
            best = min(before, key=lambda one: abs(one.lineno - near.lineno))
            yield from _sentences(module, best.value, best)
            return
