"""Temporal's errors in the storefront's words."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta

from temporalio.client import (
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from storefront.errors import NoAnswerError, NoSuchReturnError, RefusedError, StorefrontError

NONE_KEPT = (
    "There is no return with this workflow id: it never began, or it ended so long ago that it is "
    "no longer kept."
)
_NO_ANSWER = {
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.CANCELLED,
    RPCStatusCode.RESOURCE_EXHAUSTED,
    RPCStatusCode.FAILED_PRECONDITION,
}

_AWAY = {RPCStatusCode.UNAVAILABLE, RPCStatusCode.UNKNOWN, RPCStatusCode.INTERNAL}
"""The last two are how it shows when a connection breaks in the middle of a call."""

_NOT_CONNECTED = "Failed client connect"
"""How the error of the SDK begins when a lazy client cannot connect."""


@contextmanager
def readable_errors() -> Iterator[None]:
    """Raise StorefrontErrors instead of Temporal's."""
    try:
        yield
    except WorkflowUpdateFailedError as error:
        raise _refused(error) from error
    except (WorkflowQueryFailedError, WorkflowQueryRejectedError) as error:
        raise StorefrontError("query_failed", f"The return could not be read: {error}") from error
    except (WorkflowUpdateRPCTimeoutOrCancelledError, TimeoutError) as error:
        raise _no_answer() from error
    except RPCError as error:
        raise _from_rpc(error) from error
    except RuntimeError as error:
        if not str(error).startswith(_NOT_CONNECTED):
            raise
        raise _away() from error


@asynccontextmanager
async def answered_within(patience: timedelta) -> AsyncIterator[None]:
    """Raise StorefrontErrors, and NoAnswerError when an update or a read is not answered in time.

    An `rpc_timeout` does not see to it: the SDK asks again whenever the server, every twenty
    seconds, ends a poll without an answer, and gives each poll the whole time.
    """
    with readable_errors():
        async with asyncio.timeout(patience.total_seconds()):
            yield


def _refused(error: WorkflowUpdateFailedError) -> StorefrontError:
    cause = error.cause
    if isinstance(cause, ApplicationError):
        return RefusedError(cause.type or "refused", cause.message)
    return RefusedError("refused", f"The return refused the message: {cause}")


def _no_answer() -> StorefrontError:
    return NoAnswerError("no_answer", "No worker answered in time; try the same again later.")


def _away() -> StorefrontError:
    return NoAnswerError("temporal_away", "Temporal cannot be reached; try again later.")


def _from_rpc(error: RPCError) -> StorefrontError:
    if error.status is RPCStatusCode.NOT_FOUND:
        return NoSuchReturnError("no_such_return", NONE_KEPT)
    if error.status in _AWAY:
        return _away()
    if error.status in _NO_ANSWER:
        return _no_answer()
    return StorefrontError("temporal_error", f"Temporal answered: {error.message}")
