"""`export`: one return as a case file."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from commands.asking import ask
from commands.ending import out, sorry, write_json
from commands.options import Json, Wait, WorkflowId
from storefront.case_file import in_markdown
from storefront.errors import StorefrontError


class Format(StrEnum):
    """How a case file is written."""

    MARKDOWN = "markdown"
    JSON = "json"


def export(
    workflow_id: WorkflowId,
    form: Annotated[Format, typer.Option("--format", help="For people or programs.")] = (
        Format.MARKDOWN
    ),
    output: Annotated[Path | None, typer.Option(help="A file; else standard output.")] = None,
    as_json: Json = False,
    wait: Wait = 10.0,
) -> None:
    """Write one return as a case file, for the books or a dispute: open or ended."""
    case = ask(lambda returns: returns.case_file(workflow_id), wait, as_json)
    as_model = as_json or form is Format.JSON
    text = case.model_dump_json(exclude_none=True) + "\n" if as_model else in_markdown(case)
    if output is None:
        sys.stdout.write(text)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        message = f"{output} cannot be written: {error.strerror}"
        sorry(StorefrontError("not_written", message), as_json)
    if as_json:
        write_json({"written": str(output)})
    else:
        out.print(f"Written: {output}", markup=False)
