"""What an operator's `temporal workflow reset` means for creates.

A run that was reset has forgotten what it sent after the reset point. So each of its creates may be
one that was sent already: it looks only when lists must show what was made, adopts what bears its
mark, and asks about what could be its own. Only the inputs of activities change, so that a replay
finds the same commands.
"""

from dataclasses import replace
from datetime import timedelta

from temporalio import workflow

from lifecycle.steps import Call, Create, IssueRefund


def as_sent(step: Call, doubt: timedelta) -> Call:
    """Return a step as this run must send it."""
    info = workflow.info()
    if info.run_id == info.first_execution_run_id:
        return step
    if isinstance(step, Create | IssueRefund) and step.not_before is None:
        return replace(step, not_before=workflow.now() + doubt)
    return step
