"""The storefront's command line: start a return, report goods, decide, look.

Exit status: 0 done, 1 failure, 2 wrong input, 3 refused, 4 queued. With `--json` there is one JSON
object on standard output, whatever the status, unless the command line itself cannot be read.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from enum import IntEnum
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar

import typer
from pydantic import BaseModel
from rich.console import Console

from digital_river import DigitalRiver
from leaving import leave_with
from lifecycle.policy import Policy
from lifecycle.request import ReturnRequest
from settings import (
    DigitalRiverSettings,
    SettingsError,
    connect_temporal,
    load,
    temporal_connect_config,
)
from storefront.client import Returns
from storefront.errors import RefusedError, StorefrontError
from storefront.listing import ReturnRow
from storefront.looking_up import look_up
from storefront.printing import (
    print_done,
    print_opened,
    print_rows,
    print_shipment,
    print_snapshot,
    print_sorry,
)
from storefront.reading import WrongInputError, read, read_json
from storefront.translating import unreachable
from workflows.messages import AdoptedReturn, Cancellation, Done, OpenedAnswer, Resolution, Shipment

T = TypeVar("T")
app = typer.Typer(
    help="Returns through Digital River, from the shop's side.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
Wait = Annotated[float, typer.Option(min=0.1, help="Seconds to wait for an answer.")]
WorkflowId = Annotated[str, typer.Argument(help="As `start` answered it.")]
Who = Annotated[str, typer.Option(help="Who decides this: it is recorded.")]
Why = Annotated[str, typer.Option(help="Why: it is recorded.")]


class Exit(IntEnum):
    """The exit statuses."""

    DONE = 0
    FAILURE = 1
    WRONG_INPUT = 2
    REFUSED = 3
    QUEUED = 4


STATUSES = {"opened": Exit.DONE, "refused": Exit.REFUSED, "queued": Exit.QUEUED}


def _end(error: StorefrontError, as_json: bool) -> NoReturn:
    """Say what went wrong, in one sentence or one object, and end with its exit status."""
    if as_json:
        problems = {"problems": error.problems} if isinstance(error, WrongInputError) else {}
        body = {"error": {"code": error.code, "message": str(error), **problems}}
        sys.stdout.write(json.dumps(body) + "\n")
    else:
        print_sorry(err, error)
    if isinstance(error, WrongInputError):
        raise typer.Exit(Exit.WRONG_INPUT)
    raise typer.Exit(Exit.REFUSED if isinstance(error, RefusedError) else Exit.FAILURE)


def _ask(question: Callable[[Returns], Awaitable[T]], wait: float, as_json: bool) -> T:
    """Connect to Temporal and ask; every error ends the program with its exit status."""
    try:
        return asyncio.run(_connect_and_ask(question, wait))
    except StorefrontError as error:
        _end(error, as_json)
    except SettingsError as error:
        _end(StorefrontError("wrong_settings", str(error)), as_json)


async def _connect_and_ask(question: Callable[[Returns], Awaitable[T]], wait: float) -> T:
    address = temporal_connect_config()["target_host"]
    try:
        async with asyncio.timeout(wait):
            client = await connect_temporal()
    except (RuntimeError, TimeoutError) as error:
        raise unreachable(address, error) from error
    return await question(Returns(client, timedelta(seconds=wait)))


def _print(answer: BaseModel, as_json: bool, for_people: Callable[[], None]) -> None:
    if as_json:
        sys.stdout.write(answer.model_dump_json(exclude_none=True) + "\n")
    else:
        for_people()


@app.command()
def start(
    request: Annotated[str, typer.Argument(help="A JSON file, or - for standard input.")],
    as_json: Json = False,
    wait: Wait = 10.0,
) -> None:
    """Start a return. Asking the same again is safe and gets the same answer."""
    try:
        wanted = read_json(ReturnRequest, _text_of(request))
    except WrongInputError as error:
        _end(error, as_json)
    answer = _ask(lambda returns: returns.start(wanted), wait, as_json)
    _print(answer, as_json, lambda: print_opened(out, answer))
    raise typer.Exit(STATUSES[answer.status])


def _text_of(path: str) -> str:
    try:
        return sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongInputError([{"field": path, "rule": f"must be readable: {error}"}]) from error


@app.command()
def adopt(
    return_id: Annotated[str, typer.Argument(help="Digital River's return, of either kind.")],
    refund_without_asking: Annotated[
        bool, typer.Option(help="Do not ask a person before money moves.")
    ] = False,
    as_json: Json = False,
    wait: Wait = 10.0,
) -> None:
    """Carry on with a return that is at Digital River already; the same again is safe."""
    try:
        read(AdoptedReturn, {"return_id": return_id})
    except WrongInputError as error:
        _end(error, as_json)

    async def carry_on(returns: Returns) -> OpenedAnswer:
        known = load(DigitalRiverSettings)
        key = known.digital_river_api_key.get_secret_value()
        async with DigitalRiver(
            known.digital_river_url, key, version=known.digital_river_version
        ) as digital_river:
            seen = await look_up(digital_river, return_id)
        return await returns.adopt(seen, Policy(ask_before_refund=not refund_without_asking))

    answer = _ask(carry_on, wait, as_json)
    _print(answer, as_json, lambda: print_opened(out, answer))
    raise typer.Exit(STATUSES[answer.status])


@app.command()
def received(
    workflow_id: WorkflowId,
    shipment: Annotated[str, typer.Option(help="The parcel's reference.")],
    items: Annotated[
        list[str] | None, typer.Argument(help="ITEM=QUANTITY, as many as arrived sound.")
    ] = None,
    damaged: Annotated[
        list[str] | None, typer.Option(help="ITEM=QUANTITY that arrived damaged.")
    ] = None,
    wrong: Annotated[
        list[str] | None, typer.Option(help="WHAT=QUANTITY that nobody asked back.")
    ] = None,
    revision: Annotated[int, typer.Option(help="Higher than before to correct a count.")] = 1,
    as_json: Json = False,
    wait: Wait = 10.0,
) -> None:
    """Report what arrived in one parcel (third_party). The same again is nothing new."""
    try:
        report = {
            "reference": shipment,
            "revision": revision,
            "items": _counts(items),
            "damaged": _counts(damaged) or None,
            "wrong": _counts(wrong) or None,
        }
        parcel = read(Shipment, report)
    except WrongInputError as error:
        _end(error, as_json)
    answer = _ask(lambda returns: returns.receive_shipment(workflow_id, parcel), wait, as_json)
    _print(answer, as_json, lambda: print_shipment(out, answer))


def _counts(items: list[str] | None) -> dict[str, int]:
    counts: dict[str, int] = {}
    for item in items or ():
        name, _, count = item.rpartition("=")
        if not name or not count.isascii() or not count.isdigit():
            rule = "must be ITEM=QUANTITY, with a whole number of units"
            raise WrongInputError([{"field": item, "rule": rule}])
        if name in counts:
            raise WrongInputError([{"field": item, "rule": "may be given once"}])
        counts[name] = int(count)
    return counts


@app.command()
def cancel(
    workflow_id: WorkflowId, who: Who, why: Why, as_json: Json = False, wait: Wait = 10.0
) -> None:
    """Stop a return of which nothing was received yet. Digital River itself has no cancel."""
    try:
        wanted = read(Cancellation, {"who": who, "why": why})
    except WrongInputError as error:
        _end(error, as_json)
    answer = _ask(lambda returns: returns.cancel(workflow_id, wanted), wait, as_json)
    _print(answer, as_json, lambda: print_done(out, answer))


@app.command()
def resolve(
    workflow_id: WorkflowId,
    answer: Annotated[str, typer.Argument(help="One of the answers that `show` offers.")],
    who: Who,
    why: Why,
    question: Annotated[str, typer.Option(help="Its id; else the one that is open now.")] = "",
    as_json: Json = False,
    wait: Wait = 10.0,
) -> None:
    """Answer the question that a return asks of an operator."""

    async def decide(returns: Returns) -> Done:
        open_now = (await returns.show(workflow_id)).question
        asked = question or (open_now.id if open_now else "")
        if not asked:
            raise RefusedError("no_question", "Nothing is asked of an operator now.")
        decision = {"question": asked, "answer": answer, "who": who, "why": why}
        return await returns.resolve(workflow_id, read(Resolution, decision))

    done = _ask(decide, wait, as_json)
    _print(done, as_json, lambda: print_done(out, done))


@app.command()
def show(workflow_id: WorkflowId, as_json: Json = False, wait: Wait = 10.0) -> None:
    """Show all that is known of a return, and what it waits for."""
    view = _ask(lambda returns: returns.show(workflow_id), wait, as_json)
    _print(view, as_json, lambda: print_snapshot(out, view))


@app.command(name="list")
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

    found = _ask(rows, wait, as_json)
    if as_json:
        body = {"returns": [row.model_dump(mode="json") for row in found]}
        sys.stdout.write(json.dumps(body) + "\n")
    else:
        print_rows(out, found)


if __name__ == "__main__":
    leave_with(app)
