"""One try to tell the storefront: what is sent, and what each answer means."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from pydantic import SecretStr
from standardwebhooks import Webhook
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from lifecycle.customer import CustomerView
from lifecycle.milestones import Milestone, MilestoneData, MilestoneType
from milestones.sending import Storefront
from tests.canaries import STOREFRONT_SECRET

NEW_SECRET = f"whsec_{'Canary' * 8}"
URL = "http://shop.test/hooks/secret-path/"
VIEW = CustomerView(
    workflow_id="return-a.1-B",
    rma="B",
    order_id="a.1",
    status="awaiting_goods",
    message="Please send it.",
    lines=[],
    refunds=[],
)
MILESTONE = Milestone(
    key="opened",
    type=MilestoneType.OPENED,
    timestamp=datetime(2026, 3, 2, 9, tzinfo=UTC),
    data=MilestoneData(return_=VIEW),
)

Answer = Callable[[httpx.Request], httpx.Response]


async def send(answer: Answer, *secrets: str) -> None:
    """Make one try."""
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        signing = [SecretStr(secret) for secret in secrets or (STOREFRONT_SECRET,)]
        storefront = Storefront(URL, signing, http)
        await ActivityEnvironment().run(storefront.tell_storefront, MILESTONE)


async def refused(answer: Answer) -> ApplicationError:
    """Make one try that fails, and return how."""
    with pytest.raises(ApplicationError) as caught:
        await send(answer)
    assert caught.value.__cause__ is None
    assert "secret-path" not in str(caught.value)
    return caught.value


async def test_a_message_is_verified_by_the_library() -> None:
    """With either secret while one replaces the other; its id holds no full stop."""
    sent: list[httpx.Request] = []

    def take(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(204)

    await send(take, STOREFRONT_SECRET, NEW_SECRET)
    [request] = sent
    assert str(request.url) == URL
    assert request.headers["content-type"] == "application/json"
    assert request.headers["webhook-id"] == "return-a%2E1-B:opened"
    for secret in (STOREFRONT_SECRET, NEW_SECRET):
        message = Webhook(secret).verify(request.content, dict(request.headers))
        assert message == json.loads(request.content)
    assert message == {
        "type": "return.opened",
        "timestamp": "2026-03-02T09:00:00Z",
        "data": {"return": VIEW.model_dump(exclude_none=True)},
    }


@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_any_2xx_is_taken(status: int) -> None:
    """Whatever the body says, which is not read."""
    await send(lambda _: httpx.Response(status, text="no"))


@pytest.mark.parametrize("status", [301, 307, 400, 401, 404, 408, 409, 422, 429, 500, 503])
async def test_any_other_answer_is_tried_again(status: int) -> None:
    """People repair a wrong route, secret or deploy within the days that there are."""
    headers = {"Location": "http://elsewhere.test/"}
    error = await refused(lambda _: httpx.Response(status, headers=headers))
    assert (error.type, error.non_retryable) == ("NotTaken", False)
    assert error.message == f"The storefront answered {status}."


async def test_gone_is_not_tried_again() -> None:
    """410 is how a receiver says that it wants no more."""
    assert (await refused(lambda _: httpx.Response(410))).non_retryable


@pytest.mark.parametrize(
    ("header", "pause"),
    [("120", timedelta(minutes=2)), ("0", None), ("soon", None), ("999999", timedelta(hours=1))],
)
async def test_retry_after_is_obeyed_up_to_an_hour(header: str, pause: timedelta | None) -> None:
    """Without one, or with nonsense, the usual pauses hold."""
    error = await refused(lambda _: httpx.Response(503, headers={"Retry-After": header}))
    assert error.next_retry_delay == pause


async def test_no_answer_is_tried_again_without_saying_where() -> None:
    """Neither the address nor the library's words are in the error: histories keep it."""

    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError(f"no way to {request.url}", request=request)

    error = await refused(fail)
    assert (error.type, error.non_retryable) == ("NotReached", False)
    assert error.message == "The storefront did not answer: ConnectError."


async def test_an_answer_without_end_is_not_read() -> None:
    """The head is all that counts."""
    read: list[bytes] = []

    class Endless(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            while True:
                read.append(b"more")
                yield read[-1]

    await send(lambda _: httpx.Response(200, stream=Endless()))
    assert read == []
