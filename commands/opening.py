"""`start` and `adopt`: a return begins, or one that is there already is carried on with."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from commands.asking import ask
from commands.ending import Exit, answer_with, out, sorry
from commands.options import Json, Wait
from commands.printing import print_opened
from lifecycle.policy import Policy
from lifecycle.request import ReturnRequest
from settings import DigitalRiverSettings, load
from storefront.client import Returns
from storefront.reading import WrongInputError, read, read_json
from workflows.messages import AdoptedReturn, OpenedAnswer

STATUSES = {"opened": Exit.DONE, "refused": Exit.REFUSED, "queued": Exit.QUEUED}


def start(
    request: Annotated[str, typer.Argument(help="A JSON file, or - for standard input.")],
    as_json: Json = False,
    wait: Wait = 10.0,
) -> None:
    """Start a return. Asking the same again is safe and gets the same answer."""
    try:
        wanted = read_json(ReturnRequest, _text_of(request))
    except WrongInputError as error:
        sorry(error, as_json)
    _tell(ask(lambda returns: returns.start(wanted), wait, as_json), as_json)


def _text_of(path: str) -> str:
    try:
        return sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongInputError([{"field": path, "rule": f"must be readable: {error}"}]) from error


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
        sorry(error, as_json)

    async def carry_on(returns: Returns) -> OpenedAnswer:
        # Here, because they would slow the start of every command.
        from digital_river import DigitalRiver  # noqa: PLC0415
        from storefront.looking_up import look_up  # noqa: PLC0415

        known = load(DigitalRiverSettings)
        async with DigitalRiver(
            known.digital_river_url,
            known.digital_river_api_key,
            version=known.digital_river_version,
        ) as digital_river:
            seen = await look_up(digital_river, return_id)
        return await returns.adopt(seen, Policy(ask_before_refund=not refund_without_asking))

    _tell(ask(carry_on, wait, as_json), as_json)


def _tell(answer: OpenedAnswer, as_json: bool) -> None:
    answer_with(answer, as_json, lambda: print_opened(out, answer))
    raise typer.Exit(STATUSES[answer.status])
