"""The messages of a return, as the workflow declares them, and the models they are made of."""

import ast
import inspect
import typing
from collections.abc import Callable

from lifecycle.policy import Policy
from lifecycle.request import ReturnRequest
from reference import docstrings
from reference.tables import code, fields, models_in, table
from workflows import descriptions, names
from workflows.messages import ReturnResult
from workflows.returns import ReturnWorkflow

KINDS = ("signal", "update", "query")


def _declared() -> list[tuple[str, str, str]]:
    """Return the kind of each message, its name's constant and its method."""
    tree = ast.parse(inspect.getsource(ReturnWorkflow)).body[0]
    return [
        (
            decorator.func.attr,
            next(ast.unparse(one.value) for one in decorator.keywords if one.arg == "name"),
            method.name,
        )
        for method in ast.walk(tree)
        if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef)
        for decorator in method.decorator_list
        if isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Attribute)
        and decorator.func.attr in KINDS
    ]


def _hints(method: str) -> dict[str, type]:
    function: Callable[..., object] = getattr(ReturnWorkflow, method)
    return typing.get_type_hints(function)


def messages() -> str:
    """Return each message: its kind and name, what it takes and answers."""
    rows = []
    for kind, constant, method in _declared():
        name = constant.rpartition(".")[2]
        taken = [_link(model) for part, model in _hints(method).items() if part != "return"]
        answer = _hints(method)["return"]
        rows.append(
            (
                kind,
                code(getattr(names, name)),
                ", ".join(taken),
                "" if answer is type(None) else _link(answer),
                getattr(descriptions, name),
            )
        )
    return table(("kind", "name", "takes", "answers", "in words"), rows)


def _link(model: type) -> str:
    return f"[{model.__name__}](#{model.__name__.lower()})"


def models() -> str:
    """Return the tables of all models, those of the start and the result first."""
    told = [
        model
        for _, _, method in _declared()
        for model in _hints(method).values()
        if model is not type(None)
    ]
    found = [
        model for model in models_in(ReturnRequest, ReturnResult, *told) if model is not Policy
    ]
    return "\n\n".join(
        f"### {model.__name__}\n\n{docstrings.of(model)}\n\n{fields(model)}" for model in found
    )


def policy() -> str:
    """Return the terms of a return."""
    return f"{docstrings.of(Policy)}\n\n{fields(Policy, 'term')}"
