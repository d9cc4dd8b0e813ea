"""`show` and `list`: where one return stands, and where many do."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from commands.asking import ask
from commands.columns import DEFAULT, columns_named
from commands.ending import answer_with, err, out, sorry, write_json
from commands.options import Json, Wait, WorkflowId
from commands.printing import print_more, print_rows, print_snapshot
from storefront.client import Returns
from storefront.listing import ReturnFilter, ReturnRow
from storefront.reading import WrongInputError, read


def show(workflow_id: WorkflowId, as_json: Json = False, wait: Wait = 10.0) -> None:
    """Show all that is known of a return, and what it waits for."""
    view = ask(lambda returns: returns.show(workflow_id), wait, as_json)
    answer_with(view, as_json, lambda: print_snapshot(out, view))


def list_returns(
    order_id: Annotated[str | None, typer.Option(help="Only of this order.")] = None,
    phase: Annotated[str | None, typer.Option(help="Only in this phase, or so ended.")] = None,
    coordinator: Annotated[
        str | None, typer.Option(help="Only `digital_river` or `third_party`.")
    ] = None,
    return_id: Annotated[str | None, typer.Option(help="Only of this return there.")] = None,
    is_open: Annotated[
        bool | None, typer.Option("--open/--closed", help="Only what goes on, or has ended.")
    ] = None,
    older_than: Annotated[
        int | None, typer.Option(metavar="DAYS", help="Only what began so long ago.")
    ] = None,
    needs_attention: Annotated[
        bool, typer.Option("--needs-attention", help="Only what waits for an operator.")
    ] = False,
    columns: Annotated[
        str, typer.Option(help="Which ones, with commas; of those and `ended`.")
    ] = DEFAULT,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    as_json: Json = False,
    wait: Wait = 10.0,
) -> None:
    """List returns, the newest first."""
    try:
        shown = columns_named(columns)
        wanted = read(
            ReturnFilter,
            {
                "order_id": order_id,
                "phase": phase,
                "coordinator": coordinator,
                "return_id": return_id,
                "open": is_open,
                "older_than": older_than,
                "needs_attention": needs_attention,
            },
        )
    except WrongInputError as error:
        sorry(error, as_json)

    async def rows(returns: Returns) -> list[ReturnRow]:
        return [row async for row in returns.list(wanted, limit=limit + 1)]

    found = ask(rows, wait, as_json)
    _tell(found[:limit], shown, more_than=limit if len(found) > limit else None, as_json=as_json)


def _tell(
    listed: list[ReturnRow], columns: list[str], *, more_than: int | None, as_json: bool
) -> None:
    if as_json:
        rows = [row.model_dump(mode="json") for row in listed]
        write_json({"returns": rows, "more": more_than is not None})
        return
    print_rows(out, listed, columns, datetime.now(UTC))
    if more_than is not None:
        print_more(err, more_than)
