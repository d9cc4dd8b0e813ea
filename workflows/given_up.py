"""Why an activity was given up, in the words of its last try."""

from typing import TypeGuard

from temporalio import exceptions
from temporalio.exceptions import ActivityError, ApplicationError, FailureError

CREDENTIALS = ("UnauthorizedError", "ForbiddenError")
"""Digital River's errors for a key that is refused, by the name of their class."""

TOO_LARGE = "Failure exceeds size limit."
"""How Temporal's server begins an error that it has cut; what is left of it is the cause."""


def why_given_up(error: ActivityError) -> str:
    """Return what went wrong; that time was over says less than what the last try met."""
    cause = error.cause
    while _says_little(cause) and cause.cause is not None:
        cause = cause.cause
    if isinstance(cause, ApplicationError) and cause.type in CREDENTIALS:
        return f"Digital River refuses the API key: {cause.message}"
    return str(cause or error)


def _says_little(error: BaseException | None) -> TypeGuard[FailureError]:
    cut = isinstance(error, FailureError) and error.message == TOO_LARGE
    return cut or isinstance(error, exceptions.TimeoutError)
