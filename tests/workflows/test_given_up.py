"""Why a call was given up is told in the words of its last try, whatever Temporal wraps it in."""

import pytest
from temporalio import exceptions
from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    FailureError,
    RetryState,
    TimeoutType,
)

from workflows.given_up import TOO_LARGE, why_given_up

LAST = ApplicationError("Digital River did not answer: ReadTimeout", type="NoAnswerError")
KEY = ApplicationError("HTTP 401", type="UnauthorizedError")


def caused_by(cause: BaseException, outer: FailureError) -> FailureError:
    """Wrap an error."""
    outer.__cause__ = cause
    return outer


def timeout(message: str = "activity ScheduleToClose timeout") -> exceptions.TimeoutError:
    """Return Temporal's word that the time is over."""
    kind = TimeoutType.SCHEDULE_TO_CLOSE
    return exceptions.TimeoutError(message, type=kind, last_heartbeat_details=[])


@pytest.mark.parametrize(
    ("cause", "told"),
    [
        (LAST, str(LAST)),
        (timeout(), "activity ScheduleToClose timeout"),
        (caused_by(LAST, timeout()), str(LAST)),
        (caused_by(LAST, ApplicationError(TOO_LARGE)), str(LAST)),
        (caused_by(caused_by(LAST, ApplicationError(TOO_LARGE)), timeout()), str(LAST)),
        (ApplicationError(TOO_LARGE), TOO_LARGE),
        (caused_by(KEY, timeout()), "Digital River refuses the API key: HTTP 401"),
    ],
)
def test_the_last_try_is_told(cause: FailureError, told: str) -> None:
    """That time is over, or that an error was too long, says less than what went wrong."""
    error = ActivityError(
        "Activity task failed",
        scheduled_event_id=5,
        started_event_id=6,
        identity="",
        activity_type="watch",
        activity_id="1",
        retry_state=RetryState.TIMEOUT,
    )
    assert why_given_up(_activity_error(cause, error)) == told


def _activity_error(cause: FailureError, error: ActivityError) -> ActivityError:
    error.__cause__ = cause
    return error
