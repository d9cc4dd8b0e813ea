"""`received`: what the warehouse found in one parcel."""

from typing import Annotated

import typer

from commands.asking import ask
from commands.ending import answer_with, out, sorry
from commands.options import Json, Wait, WorkflowId
from commands.printing import print_shipment
from storefront.reading import WrongInputError, read
from workflows.messages import Shipment


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
        sorry(error, as_json)
    answer = ask(lambda returns: returns.receive_shipment(workflow_id, parcel), wait, as_json)
    answer_with(answer, as_json, lambda: print_shipment(out, answer))


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
