"""Facts as JSON: what webhooks tell workflows, and what histories keep."""

from pydantic import JsonValue, TypeAdapter

from lifecycle.facts import Fact

_FACT: TypeAdapter[Fact] = TypeAdapter(Fact)


def read_fact(wire: object) -> Fact:
    """Read a fact from its JSON form; raises pydantic's ValidationError."""
    return _FACT.validate_python(wire)


def write_fact(fact: Fact) -> dict[str, JsonValue]:
    """Return the JSON form of a fact, without what is absent."""
    written: dict[str, JsonValue] = _FACT.dump_python(fact, mode="json", exclude_none=True)
    return written
