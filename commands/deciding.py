"""`cancel` and `resolve`: what people decide about one return."""

from typing import Annotated

import typer

from commands.asking import ask
from commands.ending import answer_with, out, sorry
from commands.options import Json, Wait, Who, Why, WorkflowId
from commands.printing import print_done
from storefront.client import Returns
from storefront.errors import RefusedError
from storefront.reading import WrongInputError, read
from workflows.messages import Cancellation, Done, Resolution


def cancel(
    workflow_id: WorkflowId, who: Who, why: Why, as_json: Json = False, wait: Wait = 10.0
) -> None:
    """Stop a return of which nothing was received yet. Digital River itself has no cancel."""
    try:
        wanted = read(Cancellation, {"who": who, "why": why})
    except WrongInputError as error:
        sorry(error, as_json)
    answer = ask(lambda returns: returns.cancel(workflow_id, wanted), wait, as_json)
    answer_with(answer, as_json, lambda: print_done(out, answer))


def resolve(
    workflow_id: WorkflowId,
    answer: Annotated[str, typer.Argument(help="One of the answers that `show` offers.")],
    who: Who,
    why: Why,
    question: Annotated[str, typer.Option(help="Its id; else the one that is open now.")] = "",
    reference: Annotated[
        str | None, typer.Option(help="Of the payment; with `settle_by_hand` only.")
    ] = None,
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
        return await returns.resolve(
            workflow_id, read(Resolution, {**decision, "reference": reference})
        )

    done = ask(decide, wait, as_json)
    answer_with(done, as_json, lambda: print_done(out, done))
