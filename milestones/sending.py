"""One webhook to the storefront: signed, bounded, and taken only when it says so."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import httpx
from pydantic import SecretStr
from standardwebhooks import Webhook
from temporalio import activity
from temporalio.exceptions import ApplicationError

from digital_river.retry_after import read_retry_after
from lifecycle.milestones import Milestone
from workflows import names

WHOLE_SECONDS = 20.0
"""For one try, which the scheme wants to be between 15 and 30 s."""

TIMEOUT = httpx.Timeout(WHOLE_SECONDS, connect=5.0)

LIMITS = httpx.Limits(max_connections=20, max_keepalive_connections=0)
"""Answers are not read, so connections are not used twice."""


class Storefront:
    """The address that is told of milestones, and the secrets that it knows us by."""

    def __init__(self, url: str, secrets: Sequence[SecretStr], http: httpx.AsyncClient) -> None:
        """Sign with each of the secrets, so that one can be replaced without a gap."""
        self._url = url
        self._signers = [Webhook(secret.get_secret_value()) for secret in secrets]
        self._http = http

    @activity.defn(name=names.TELL_STOREFRONT)
    async def tell_storefront(self, milestone: Milestone) -> None:
        """Send a milestone; any answer but a 2xx is an error, and only 410 ends the tries."""
        response = await self._post(milestone)
        if response.is_success:
            return
        pause = read_retry_after(response.headers.get("Retry-After"), datetime.now(UTC))
        raise ApplicationError(
            f"The storefront answered {response.status_code}.",
            type="NotTaken",
            non_retryable=response.status_code == httpx.codes.GONE,
            next_retry_delay=pause or None,
        )

    async def _post(self, milestone: Milestone) -> httpx.Response:
        """Send it and return the head of the answer: what else is answered is nobody's business."""
        body = milestone.body
        headers = self._headers(milestone.webhook_id, body)
        try:
            async with (
                asyncio.timeout(WHOLE_SECONDS),
                self._http.stream(
                    "POST", self._url, content=body, headers=headers, follow_redirects=False
                ) as response,
            ):
                return response
        except (httpx.RequestError, TimeoutError) as error:
            why = type(error).__name__
        # Outside of the handler: the words of the error may hold the address.
        raise ApplicationError(f"The storefront did not answer: {why}.", type="NotReached")

    def _headers(self, webhook_id: str, body: str) -> dict[str, str]:
        now = datetime.now(UTC)
        signatures = [signer.sign(webhook_id, now, body) for signer in self._signers]
        return {
            "Content-Type": "application/json",
            "webhook-id": webhook_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(signatures),
        }
