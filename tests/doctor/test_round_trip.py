"""The doctor at the receiver: genuine events are taken, forged ones refused, or it says why not."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from doctor.finding import Finding, Verdict
from doctor.round_trip import examine_receiver
from tests.receiving import serve_receiver, served
from webhooks.app import Options

SECRET, OTHER = SecretStr("whsec_canary"), SecretStr("whsec_canary_other")


async def examined(
    url: str, *secrets: SecretStr, live_mode: bool | None = None
) -> dict[str, Finding]:
    """Return what is found, by check."""
    found = await examine_receiver(url, secrets or (SECRET,), live_mode)
    assert "canary" not in str(found)
    return {one.check: one for one in found}


@asynccontextmanager
async def answering(status: int) -> AsyncIterator[str]:
    """Serve something that gives everything one answer."""
    answer = PlainTextResponse("", status)
    app = Starlette(routes=[Route("/", lambda _: answer, methods=["POST"])])
    async with served(app) as base:
        yield f"{base}/"


async def test_a_receiver_with_our_secret_is_all_right(temporal: WorkflowEnvironment) -> None:
    """It asks Temporal, finds nobody, and acknowledges; the forged one is refused."""
    async with serve_receiver(temporal.client, SECRET.get_secret_value()) as url:
        found = await examined(url)
    assert {name: one.verdict for name, one in found.items()} == {
        "receiver": Verdict.OK,
        "forgery": Verdict.OK,
    }


async def test_each_secret_is_tried(temporal: WorkflowEnvironment) -> None:
    """While a secret is replaced, one of two may be the receiver's and the other not."""
    async with serve_receiver(temporal.client, SECRET.get_secret_value()) as url:
        found = await examined(url, SECRET, OTHER)
    assert found["receiver"].verdict is Verdict.WRONG
    assert found["receiver"].message.startswith("1 of 2 secrets are refused")


async def test_a_receiver_of_the_other_mode_is_found(temporal: WorkflowEnvironment) -> None:
    """It acknowledges, and tells nobody."""
    options = Options(live_mode=True)
    async with serve_receiver(temporal.client, SECRET.get_secret_value(), options) as url:
        found = await examined(url, live_mode=False)
    assert "other mode" in found["receiver"].message


async def test_a_receiver_without_temporal_is_found() -> None:
    """It answers 503, so that events are repeated."""
    away = await Client.connect("127.0.0.1:1", lazy=True)
    async with serve_receiver(away, SECRET.get_secret_value()) as url:
        found = await examined(url)
    assert "cannot tell Temporal" in found["receiver"].message
    assert found["forgery"].verdict is Verdict.OK


async def test_nothing_that_listens_is_found() -> None:
    """One finding: there is nobody to ask more of."""
    found = await examined("http://127.0.0.1:1/webhooks/digital-river")
    assert list(found) == ["receiver"]
    assert "cannot be reached" in found["receiver"].message


@pytest.mark.parametrize(
    ("status", "receiver", "forgery"),
    [(202, Verdict.OK, Verdict.WRONG), (404, Verdict.WRONG, Verdict.WRONG)],
)
async def test_something_else_at_the_address_is_found(
    status: int, receiver: Verdict, forgery: Verdict
) -> None:
    """What takes everything, and what takes nothing, is no receiver."""
    async with answering(status) as url:
        found = await examined(url)
    assert (found["receiver"].verdict, found["forgery"].verdict) == (receiver, forgery)
