"""The receiver: whether it takes what is signed with our secrets, and nothing else."""

import json
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from uuid import uuid4

import httpx
from pydantic import SecretStr

from digital_river.signature import HEADER, sign
from doctor.finding import Finding, ok, wrong

PATIENCE_SECONDS = 10.0
NOBODYS = "upriver-doctor"
"""The order of the event: no return of any shop has it."""
WRONG_MODE = "wrong_mode"

_ADDRESS = "look at RECEIVER_HOST and RECEIVER_PORT, or name the address by --receiver"


async def examine_receiver(
    url: str, known: Sequence[SecretStr], live_mode: bool | None
) -> list[Finding]:
    """Send an event of a return that does not exist, signed with each secret and with none."""
    async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as http:
        try:
            answers = [await _send(http, url, secret, live_mode) for secret in known]
            forged = await _send(http, url, SecretStr(secrets.token_hex()), live_mode)
        except httpx.HTTPError as error:
            message = f"{url} cannot be reached: {str(error) or type(error).__name__}"
            return [wrong("receiver", message, f"start python receiver.py; {_ADDRESS}")]
    return [judge_genuine(url, answers), judge_forged(forged)]


async def _send(
    http: httpx.AsyncClient, url: str, secret: SecretStr, live_mode: bool | None
) -> httpx.Response:
    time = datetime.now(UTC)
    body = json.dumps(_event(time, live_mode)).encode()
    return await http.post(url, content=body, headers={HEADER: sign(secret, time, body)})


def _event(time: datetime, live_mode: bool | None) -> dict[str, object]:
    """Write an event that has the receiver ask Temporal, and that is for nobody."""
    when = time.isoformat()
    refund = {
        "id": NOBODYS,
        "orderId": NOBODYS,
        "state": "failed",
        "currency": "EUR",
        "refundedAmount": 0,
        "items": [],
        "createdTime": when,
    }
    told: dict[str, object] = {
        "id": f"{NOBODYS}-{uuid4()}",
        "type": "refund.failed",
        "data": {"object": refund},
        "createdTime": when,
    }
    return told if live_mode is None else {**told, "liveMode": live_mode}


def judge_genuine(url: str, answers: Sequence[httpx.Response]) -> Finding:
    """Judge how signed events were answered, one for each secret."""
    refused = [one for one in answers if one.status_code == HTTPStatus.UNAUTHORIZED]
    if refused:
        message = f"{len(refused)} of {len(answers)} secrets are refused ({refused[0].text})"
        remedy = (
            "give the receiver the secrets that stand here and in the Dashboard; is it a clock?"
        )
        return wrong("receiver", message, remedy)
    if any(one.status_code == HTTPStatus.SERVICE_UNAVAILABLE for one in answers):
        message = "the receiver cannot tell Temporal: Digital River repeats its events meanwhile"
        remedy = "look at what is wrong with Temporal below, and at the receiver's TEMPORAL_*"
        return wrong("receiver", message, remedy)
    odd = [one for one in answers if one.status_code != HTTPStatus.ACCEPTED]
    if odd:
        message = f"{url} answers a genuine event with {odd[0].status_code}"
        return wrong("receiver", message, f"is it the receiver? {_ADDRESS}")
    if any(WRONG_MODE in one.text for one in answers):
        remedy = "give the receiver the DIGITAL_RIVER_LIVE_MODE of the API key"
        return wrong("receiver", "it takes only events of the other mode", remedy)
    return ok("receiver", f"{url} takes what is signed with each of {len(answers)} secret(s)")


def judge_forged(answer: httpx.Response) -> Finding:
    """Judge how an event was answered that is signed with a secret of nobody's."""
    if answer.status_code == HTTPStatus.UNAUTHORIZED:
        return ok("forgery", "what is signed with another secret is refused")
    message = f"a forged event is answered with {answer.status_code}, not with 401"
    return wrong("forgery", message, "stop it: is it the receiver of this release at that address?")
