"""The answer to a delivery, as ASGI messages that are made once for each outcome."""

from __future__ import annotations

import json

from starlette.types import Message, Send

from webhooks.outcomes import Outcome, status_of, words_of

_UNREAD = {Outcome.INCOMPLETE, Outcome.TOO_LARGE}
"""The rest of the body may still come: it must not be taken for the next request."""


def _messages(outcome: Outcome) -> tuple[Message, Message]:
    body = json.dumps(words_of(outcome), separators=(",", ":")).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
    ]
    if outcome in _UNREAD:
        headers.append((b"connection", b"close"))
    start = {"type": "http.response.start", "status": status_of(outcome), "headers": headers}
    return start, {"type": "http.response.body", "body": body}


_ANSWERS = {outcome: _messages(outcome) for outcome in Outcome}


async def answer(send: Send, outcome: Outcome) -> None:
    """Tell Digital River what became of its delivery."""
    start, body = _ANSWERS[outcome]
    await send(start)
    await send(body)
