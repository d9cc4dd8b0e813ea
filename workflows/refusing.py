"""Refusing a message, with a code for programs and a sentence for people."""

from temporalio.exceptions import ApplicationError

from lifecycle.admission import Objection


def refuse(objection: Objection | None) -> None:
    """Refuse a message if there is an objection to it."""
    if objection is not None:
        raise ApplicationError(objection.message, type=objection.code, non_retryable=True)
