"""Why an activity was given up, in the words of its last try."""

from temporalio import exceptions
from temporalio.exceptions import ActivityError, ApplicationError

CREDENTIALS = ("UnauthorizedError", "ForbiddenError")
"""Digital River's errors for a key that is refused, by the name of their class."""


def why_given_up(error: ActivityError) -> str:
    """Return what went wrong; that time was over says less than what the last try met."""
    cause = error.cause
    if isinstance(cause, exceptions.TimeoutError) and cause.cause is not None:
        cause = cause.cause
    if isinstance(cause, ApplicationError) and cause.type in CREDENTIALS:
        return f"Digital River refuses the API key: {cause.message}"
    return str(cause or error)
