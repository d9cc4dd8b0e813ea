"""What one check found, what it means and what to do."""

from enum import StrEnum

from pydantic import BaseModel


class Verdict(StrEnum):
    """How it stands with one thing."""

    OK = "ok"
    WARNING = "warning"
    """Returns go on; somebody should look."""
    WRONG = "wrong"
    """Returns do not go on, or not for long, or not safely."""


class Finding(BaseModel):
    """One line of the report."""

    check: str
    verdict: Verdict
    message: str
    remedy: str | None = None
    """What to do, where something is to be done."""


def ok(check: str, message: str) -> Finding:
    """Return that nothing is to be done."""
    return Finding(check=check, verdict=Verdict.OK, message=message)


def warning(check: str, message: str, remedy: str) -> Finding:
    """Return what somebody should look at."""
    return Finding(check=check, verdict=Verdict.WARNING, message=message, remedy=remedy)


def wrong(check: str, message: str, remedy: str) -> Finding:
    """Return what must be mended."""
    return Finding(check=check, verdict=Verdict.WRONG, message=message, remedy=remedy)
