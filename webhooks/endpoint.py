"""The one address that Digital River calls.

A plain ASGI application, without a request object: half of a request's time here is framework.
"""

from __future__ import annotations

import logging
import time

from starlette.types import Receive, Scope, Send

from digital_river.signature import InvalidSignature
from serving.body import IncompleteError, TooLargeError, read_body
from webhooks.answers import answer
from webhooks.intake import Intake
from webhooks.metrics import Metrics
from webhooks.outcomes import Outcome, RefusedError, refused
from webhooks.reading import Reader, read_event

_log = logging.getLogger(__name__)


class Endpoint:
    """Takes a delivery in, counts it, and answers."""

    def __init__(self, largest: int, reader: Reader, intake: Intake, metrics: Metrics) -> None:
        self._largest = largest
        self._reader = reader
        self._intake = intake
        self._metrics = metrics
        self._quiet_until: dict[Outcome, float] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        started = time.perf_counter()
        try:
            outcome = await self._take(scope, receive)
        except InvalidSignature as invalid:
            outcome = refused(invalid.reason)
            self._warn(outcome, started)
        except RefusedError as refusal:
            outcome = refusal.outcome
            self._warn(outcome, started)
        except Exception:  # noqa: BLE001 - whatever it is, Digital River tries again
            outcome = Outcome.INTERNAL
            _log.exception("outcome=%s", outcome.value)
        self._metrics.answered(outcome, time.perf_counter() - started)
        await answer(send, outcome)

    def _warn(self, outcome: Outcome, now: float) -> None:
        """Write a refusal down, each kind once a second: a flood is counted, and fills no disk."""
        if now >= self._quiet_until.get(outcome, 0.0):
            self._quiet_until[outcome] = now + 1.0
            _log.warning("outcome=%s", outcome.value)

    async def _take(self, scope: Scope, receive: Receive) -> Outcome:
        body = await self._read(scope, receive)
        self._reader.verify(scope, body)
        return await self._intake.take(read_event(body))

    async def _read(self, scope: Scope, receive: Receive) -> bytes:
        try:
            return await read_body(scope, receive, self._largest)
        except TooLargeError:
            raise RefusedError(Outcome.TOO_LARGE) from None
        except IncompleteError:
            raise RefusedError(Outcome.INCOMPLETE) from None
