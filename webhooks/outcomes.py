"""What can become of one delivery, and how Digital River is answered.

Any 2xx ends the deliveries of an event, all else is tried again for days and then disables the
endpoint (docs/digital-river.md, What the receiver must answer).
"""

from __future__ import annotations

from enum import StrEnum

from digital_river.signature import InvalidReason


class Outcome(StrEnum):
    """What became of a delivery; each is a label in the metrics."""

    SIGNALLED = "signalled"
    """Durable: in the history of every workflow that it is for."""
    DUPLICATE = "duplicate"
    """Signalled before, by this process."""
    IRRELEVANT = "irrelevant"
    """Nothing that any rule reads."""
    UNKNOWN_TYPE = "unknown_type"
    """Of a type that nothing here knows."""
    WRONG_MODE = "wrong_mode"
    """Of live mode where test mode is expected, or the other way round."""
    WAREHOUSE = "warehouse"
    """A return that the warehouse began and nobody asked for, where these are not adopted."""
    UNMATCHED = "unmatched"
    """No return of ours is concerned."""
    LATE = "late"
    """For a workflow that is closed, or bears our mark and never existed here; no money in it."""
    FOLLOWED_UP = "followed_up"
    """For a workflow that is closed: durable with whoever carries on, or with a follow-up."""
    UNREADABLE = "unreadable"
    """Genuine, but its object is not what the contract says."""
    TEMPORAL_AWAY = "temporal_away"
    """Not taken in: Digital River delivers it again."""
    INTERNAL = "internal"
    """A mistake of ours."""
    REFUSED_MISSING = "refused_missing"
    REFUSED_MALFORMED = "refused_malformed"
    REFUSED_NO_MATCH = "refused_no_match"
    REFUSED_TOO_OLD = "refused_too_old"
    REFUSED_TOO_NEW = "refused_too_new"
    NOT_JSON = "not_json"
    """Signed, but no JSON."""
    NOT_AN_EVENT = "not_an_event"
    """Signed JSON, but no event."""
    INCOMPLETE = "incomplete"
    """The sender went away, or was dropped, before the body was whole."""
    TOO_LARGE = "too_large"
    """More than any event has."""


_ERRORS = {
    Outcome.TEMPORAL_AWAY: 503,
    Outcome.INTERNAL: 500,
    Outcome.REFUSED_MISSING: 401,
    Outcome.REFUSED_MALFORMED: 401,
    Outcome.REFUSED_NO_MATCH: 401,
    Outcome.REFUSED_TOO_OLD: 401,
    Outcome.REFUSED_TOO_NEW: 401,
    Outcome.NOT_JSON: 400,
    Outcome.NOT_AN_EVENT: 400,
    Outcome.INCOMPLETE: 400,
    Outcome.TOO_LARGE: 413,
}

_REFUSED = "refused_"
_BY_REASON = {reason: Outcome(f"{_REFUSED}{reason.value}") for reason in InvalidReason}


class RefusedError(Exception):
    """A delivery is not taken in, for the reason in `outcome`."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.value)
        self.outcome = outcome


def refused(reason: InvalidReason) -> Outcome:
    """Return the outcome of a signature that is not valid."""
    return _BY_REASON[reason]


def status_of(outcome: Outcome) -> int:
    """Return the HTTP status that tells Digital River this outcome."""
    return _ERRORS.get(outcome, 202)


def words_of(outcome: Outcome) -> dict[str, str]:
    """Return the JSON that tells this outcome: a status, or the reason of an error."""
    if outcome in _ERRORS:
        return {"error": outcome.removeprefix(_REFUSED)}
    return {"status": outcome.value}
