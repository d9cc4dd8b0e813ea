"""`cancel` and `resolve`: what people decide about one return, or about many."""

from typing import Annotated

import typer

from commands.answering import answer_many
from commands.asking import ask
from commands.ending import answer_with, out, sorry
from commands.options import Json, Wait, Who, Why, WorkflowId
from commands.printing import print_done
from storefront.answering import Choice
from storefront.client import Returns
from storefront.errors import RefusedError
from storefront.reading import WrongInputError, read
from workflows.messages import Cancellation, Done, Resolution

SEEN_LATER = "?"
"""Stands for the question, where it is known only once the return was asked."""


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
    words: Annotated[
        list[str],
        typer.Argument(metavar="[WORKFLOW_ID] ANSWER", help="An answer that `show` offers."),
    ],
    who: Who,
    why: Why,
    question: Annotated[str, typer.Option(help="Its id; else the one that is open now.")] = "",
    reference: Annotated[
        str | None, typer.Option(help="Of the payment; with `settle_by_hand` only.")
    ] = None,
    query: Annotated[
        str, typer.Option(help="Temporal's list filter: many open returns, without WORKFLOW_ID.")
    ] = "",
    question_kind: Annotated[
        list[str] | None, typer.Option(help="With --query: how the question's id begins.")
    ] = None,
    reason_like: Annotated[
        str, typer.Option(help="With --query: what stands in the question's reason.")
    ] = "",
    yes: Annotated[
        bool, typer.Option("--yes", help="With --query: do it, and not only show it.")
    ] = False,
    as_json: Json = False,
    wait: Wait = 10.0,
) -> None:
    """Answer the question that a return asks, or that many ask (first without --yes)."""
    choice = Choice(kinds=tuple(question_kind or ()), reason_like=reason_like)
    try:
        workflow_id, answer = _words(words, query, question, choice, yes=yes)
        asked = {"question": question or SEEN_LATER, "answer": answer}
        told = read(Resolution, {**asked, "who": who, "why": why, "reference": reference})
    except WrongInputError as error:
        sorry(error, as_json)
    if query:
        answer_many(query, choice, told, yes=yes, as_json=as_json, wait=wait)
    done = ask(lambda returns: _decide(returns, workflow_id, told), wait, as_json)
    answer_with(done, as_json, lambda: print_done(out, done))


async def _decide(returns: Returns, workflow_id: str, told: Resolution) -> Done:
    if told.question == SEEN_LATER:
        open_now = (await returns.show(workflow_id)).question
        if open_now is None:
            raise RefusedError("no_question", "Nothing is asked of an operator now.")
        told = told.model_copy(update={"question": open_now.id})
    return await returns.resolve(workflow_id, told)


def _words(
    words: list[str], query: str, question: str, choice: Choice, *, yes: bool
) -> tuple[str, str]:
    """Return the workflow id, if one is to be named, and the answer. Raises WrongInputError."""
    many = yes or choice != Choice()
    rules = [
        (bool(query) and len(words) > 1, "WORKFLOW_ID", "goes without --query"),
        (not query and len(words) != 2, "WORKFLOW_ID", "must stand before one ANSWER"),  # noqa: PLR2004
        (bool(query and question), "question", "goes without --query: each return has its own"),
        (many and not query, "query", "must say which returns, for what is about many"),
        (yes and not choice.kinds, "question-kind", "must be given with --yes: see the dry run"),
    ]
    problems = [{"field": field, "rule": rule} for broken, field, rule in rules if broken]
    if problems:
        raise WrongInputError(problems)
    return words[0], words[-1]
