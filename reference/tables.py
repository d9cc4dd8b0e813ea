"""Tables of Markdown, and the tables of a model's fields."""

import json
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import is_dataclass

from pydantic import BaseModel, JsonValue, TypeAdapter

from reference import docstrings

Schema = Mapping[str, JsonValue]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table, cells escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, row))} |" for row in lines)


def code(text: str) -> str:
    """Return a text as code."""
    return f"`{text}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").strip()


def models_in(*roots: type) -> list[type]:
    """Return these models and all that their fields are made of, each once, in reading order."""
    found: dict[type, None] = {}
    for root in roots:
        _collect(root, found)
    return list(found)


def _collect(thing: object, found: dict[type, None]) -> None:
    if isinstance(thing, type) and (issubclass(thing, BaseModel) or is_dataclass(thing)):
        if thing in found:
            return
        found[thing] = None
        for hint in typing.get_type_hints(thing).values():
            _collect(hint, found)
    for part in typing.get_args(thing):
        _collect(part, found)


def fields(model: type, name: str = "field", *, upper: bool = False) -> str:
    """Return the table of a model's fields: what each is, its default and what it means."""
    schema = TypeAdapter(model).json_schema()
    told = docstrings.attributes(model)
    attributes = {
        field.alias or attribute: attribute
        for attribute, field in getattr(model, "model_fields", {}).items()
    }
    rows = [
        (
            code(field.upper() if upper else field),
            _kind(each, schema),
            _default(field, each, schema),
            told.get(attributes.get(field, field), ""),
        )
        for field, each in _mapping(schema["properties"]).items()
        if isinstance(each, Mapping)
    ]
    return table((name, "is", "default", "meaning"), rows)


def _default(field: str, each: Schema, schema: Schema) -> str:
    required = schema.get("required", [])
    if isinstance(required, list) and field in required:
        return "*needed*"
    value = each.get("default")
    if value in (None, {}, [], ""):
        return ""
    if isinstance(value, dict):
        return "all defaults"
    return code(value if isinstance(value, str) else json.dumps(value))


def _mapping(value: JsonValue) -> Schema:
    assert isinstance(value, Mapping)  # noqa: S101 - JSON schema says so
    return value


def _kind(each: Schema, schema: Schema) -> str:
    """Say in words what a JSON schema allows."""
    if "$ref" in each:
        name = str(each["$ref"]).rpartition("/")[2]
        target = _mapping(_mapping(schema["$defs"])[name])
        if "enum" in target:
            return _kind(target, schema)
        return f"[{name}](#{name.lower()})" if "properties" in target else "JSON"
    choices = each.get("enum")
    if isinstance(choices, list):
        return ", ".join(code(str(choice)) for choice in choices)
    if "anyOf" in each:
        return " or ".join(dict.fromkeys(_choices(each, schema)))
    if each.get("type") == "array":
        parts = each.get("items") or {}
        return f"list of {_kind(_mapping(parts), schema)}" if parts else "list"
    if each.get("type") == "object":
        patterns = _mapping(each.get("patternProperties", {})).values()
        values = next(iter(patterns), each.get("additionalProperties"))
        return f"{_kind(values, schema)}, by name" if isinstance(values, Mapping) else "object"
    return f"{_plain(each)}{_bounds(each)}"


def _choices(each: Schema, schema: Schema) -> Iterator[str]:
    choices = each["anyOf"]
    assert isinstance(choices, list)  # noqa: S101 - JSON schema says so
    options = [_mapping(choice) for choice in choices]
    options = [option for option in options if option.get("type") != "null"]
    if [option.get("type") for option in options] == ["number", "string"]:  # a Decimal
        yield "amount"
    else:
        yield from (_kind(option, schema) for option in options)


def _plain(each: Schema) -> str:
    formats = {"date-time": "time", "password": "secret", "duration": "duration", "path": "path"}
    types = {
        "string": "text",
        "integer": "whole number",
        "number": "number",
        "boolean": "true or false",
    }
    return formats.get(str(each.get("format")), types.get(str(each.get("type")), "anything"))


def _bounds(each: Schema) -> str:
    low, high = each.get("minimum"), each.get("maximum")
    least, most = each.get("minLength"), each.get("maxLength")
    if least is not None and most is not None:
        return f", {least} to {most} characters"
    if most is not None:
        return f", at most {most} characters"
    if low is not None and high is not None:
        return f", {low} to {high}"
    return f", at least {low}" if low is not None else ""
