"""Options and arguments that several commands share."""

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
Wait = Annotated[float, typer.Option(min=0.1, help="Seconds to wait for an answer.")]
WorkflowId = Annotated[str, typer.Argument(help="As `start` answered it.")]
Who = Annotated[str, typer.Option(help="Who decides this: it is recorded.")]
Why = Annotated[str, typer.Option(help="Why: it is recorded.")]
