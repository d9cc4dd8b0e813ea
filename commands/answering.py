"""`resolve --query`: one answer for many returns; a dry run first, then with a progress bar."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NoReturn

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from commands.asking import ask
from commands.ending import Exit, answer_with, err, out
from commands.printing import print_answered
from storefront.answering import (
    AnsweredMany,
    Choice,
    Tick,
    count_kinds,
    give_answers,
    plan_answers,
)
from storefront.client import Returns
from workflows.messages import Resolution


def answer_many(
    query: str, choice: Choice, told: Resolution, *, yes: bool, as_json: bool, wait: float
) -> NoReturn:
    """Show what an answer would do, or do it; the exit status tells whether all went well."""

    async def answer(returns: Returns) -> AnsweredMany:
        ids = [one async for one in returns.matching(query)]
        with _progress("asking", ids) as tick:
            planned = await plan_answers(returns, ids, choice, told.answer, tick)
        kinds = count_kinds(planned)
        if yes:
            with _progress("answering", planned) as tick:
                planned = await give_answers(returns, planned, told, tick)
        return AnsweredMany(dry_run=not yes, kinds=kinds, returns=planned)

    answered = ask(answer, wait, as_json)
    answer_with(answered, as_json, lambda: print_answered(out, answered))
    raise typer.Exit(_status(answered))


def _status(answered: AnsweredMany) -> Exit:
    found = {one.status for one in answered.returns}
    if "unreachable" in found:
        return Exit.FAILURE
    return Exit.REFUSED if "refused" in found else Exit.DONE


@contextmanager
def _progress(what: str, parts: Sequence[object]) -> Iterator[Tick]:
    """Show how far it is, where somebody looks."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns, TimeRemainingColumn(), console=err, transient=True, disable=not err.is_terminal
    ) as progress:
        task = progress.add_task(what, total=len(parts))
        yield lambda: progress.advance(task)
