"""The page as a whole: the template with its tables."""

from pathlib import Path
from string import Template

from pydantic_settings import BaseSettings

import settings
from reference import codes, docstrings, life, messages
from reference.tables import fields

PAGE = Path(__file__).parent.parent / "docs" / "reference.md"
TEMPLATE = Path(__file__).parent / "template.md"


def process_settings() -> str:
    """Return a table for each class of settings."""
    kinds = [
        kind
        for name, kind in vars(settings).items()
        if isinstance(kind, type) and issubclass(kind, BaseSettings) and name[0] != "_"
    ]
    return "\n\n".join(
        f"### {kind.__name__}\n\n{docstrings.of(kind)}\n\n{fields(kind, 'variable', upper=True)}"
        for kind in kinds
        if kind is not BaseSettings
    )


def written() -> str:
    """Return the page as the code has it now."""
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        settings=process_settings(),
        policy=messages.policy(),
        phases=life.phases(),
        waits=life.waits(),
        outcomes=life.outcomes(),
        states=life.object_states(),
        questions=life.questions(),
        refusals=codes.refusals(),
        shop_rules=codes.shop_rules(),
        objections=codes.objections(),
        storefront_errors=codes.storefront_errors(),
        problems=codes.problem_kinds(),
        not_sent=codes.writes_not_sent(),
        deliveries=codes.deliveries(),
        facts=life.fact_kinds(),
        messages=messages.messages(),
        models=messages.models(),
    )
