"""How a command ends: its answer, and its exit status."""

import json
import sys
from collections.abc import Callable
from enum import IntEnum
from typing import NoReturn

import typer
from pydantic import BaseModel
from rich.console import Console

from commands.printing import print_sorry
from storefront.errors import RefusedError, StorefrontError
from storefront.reading import WrongInputError

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


class Exit(IntEnum):
    """The exit statuses."""

    DONE = 0
    FAILURE = 1
    WRONG_INPUT = 2
    REFUSED = 3
    QUEUED = 4


def sorry(error: StorefrontError, as_json: bool) -> NoReturn:
    """Say what went wrong, in one sentence or one object, and end with its exit status."""
    if as_json:
        problems = {"problems": error.problems} if isinstance(error, WrongInputError) else {}
        write_json({"error": {"code": error.code, "message": str(error), **problems}})
    else:
        print_sorry(err, error)
    if isinstance(error, WrongInputError):
        raise typer.Exit(Exit.WRONG_INPUT)
    raise typer.Exit(Exit.REFUSED if isinstance(error, RefusedError) else Exit.FAILURE)


def answer_with(answer: BaseModel, as_json: bool, for_people: Callable[[], None]) -> None:
    """Write the answer of a command: one object for programs, or as people read it."""
    if as_json:
        sys.stdout.write(answer.model_dump_json(exclude_none=True) + "\n")
    else:
        for_people()


def write_json(body: object) -> None:
    """Write the one object of a command that has no model for it."""
    sys.stdout.write(json.dumps(body) + "\n")
