"""What an operator's `temporal workflow reset` means for creates.

A run that was reset has forgotten what it sent after the reset point. So each of its creates may be
one that was sent already: it looks only when lists must show what was made, adopts what bears its
mark, and asks about what could be its own. Up to the reset point a replay must find the same
commands; only inputs of activities differ there, and the end, which lies beyond it.
"""

from dataclasses import replace
from datetime import timedelta

from temporalio import workflow

from lifecycle.facts import InDoubt
from lifecycle.ledger import Ledger
from lifecycle.ours import our_return
from lifecycle.steps import Call, Create, IssueRefund


def as_sent(step: Call, doubt: timedelta) -> Call:
    """Return a step as this run must send it."""
    if _was_reset() and isinstance(step, Create | IssueRefund) and step.not_before is None:
        return replace(step, not_before=workflow.now() + doubt)
    return step


def doubt_before_the_end(ledger: Ledger) -> InDoubt | None:
    """Return that a return may exist which a reset run that is about to end knows nothing of."""
    key = ledger.return_key
    if not _was_reset() or key in ledger.doubts or our_return(ledger) is not None:
        return None
    return InDoubt(key=key, absent=workflow.now())


def _was_reset() -> bool:
    info = workflow.info()
    return info.run_id != info.first_execution_run_id
