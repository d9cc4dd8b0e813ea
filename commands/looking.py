"""`show` and `list`: where one return stands, and where many do."""

from typing import Annotated

import typer

from commands.asking import ask
from commands.ending import answer_with, out, write_json
from commands.options import Json, Wait, WorkflowId
from commands.printing import print_rows, print_snapshot
from storefront.client import Returns
from storefront.listing import ReturnRow


def show(workflow_id: WorkflowId, as_json: Json = False, wait: Wait = 10.0) -> None:
    """Show all that is known of a return, and what it waits for."""
    view = ask(lambda returns: returns.show(workflow_id), wait, as_json)
    answer_with(view, as_json, lambda: print_snapshot(out, view))


def list_returns(
    order_id: Annotated[str, typer.Option(help="Only of this order.")] = "",
    phase: Annotated[str, typer.Option(help="Only in this phase or with this outcome.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    as_json: Json = False,
    wait: Wait = 10.0,
) -> None:
    """List returns, the newest first."""

    async def rows(returns: Returns) -> list[ReturnRow]:
        found = returns.list(order_id=order_id or None, phase=phase or None, limit=limit)
        return [row async for row in found]

    found = ask(rows, wait, as_json)
    if as_json:
        write_json({"returns": [row.model_dump(mode="json") for row in found]})
    else:
        print_rows(out, found)
