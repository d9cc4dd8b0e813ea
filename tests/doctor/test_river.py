"""The doctor on Digital River: the key, the version, the clock and the webhook, one by one."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from digital_river import DigitalRiver, UpdateWebhook, Webhook
from doctor.finding import Finding, Verdict
from doctor.river import check_clock, check_version, check_webhook, examine_river
from sandbox.options import Options
from sandbox.server import RunningSandbox, serve
from settings import DigitalRiverSettings

PATH = "/webhooks/digital-river"
ADDRESS = f"http://127.0.0.1:9{PATH}"
TYPES = ("refund.complete", "refund.failed")
TOLERANCE = timedelta(seconds=300)
KEY = "sk_test_canary"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
async def river() -> AsyncIterator[RunningSandbox]:
    """Run a local Digital River that sends its events to an address."""
    async with serve(Options(api_key=KEY, webhook_urls=(ADDRESS,))) as found:
        yield found


async def examined(url: str, key: str = KEY) -> dict[str, Finding]:
    """Return what is found, by check."""
    settings = DigitalRiverSettings.model_validate(
        {"digital_river_url": url, "digital_river_api_key": key}
    )
    return {one.check: one for one in await examine_river(settings, PATH, TYPES, TOLERANCE)}


async def test_all_is_well(river: RunningSandbox) -> None:
    """Four checks from one call, and none of them finds anything."""
    found = await examined(river.url)
    assert list(found) == ["digital river", "api version", "clock", "webhook"]
    assert {one.verdict for one in found.values()} == {Verdict.OK}
    assert found["webhook"].message == f"enabled, to {ADDRESS}"
    assert len(river.world.books.calls) == 1


async def test_a_key_that_is_refused_is_told_from_an_address_that_is_not_there(
    river: RunningSandbox,
) -> None:
    """The first is the key's, the second the network's; the key is never shown."""
    refused = (await examined(river.url, "sk_test_canary_old"))["digital river"]
    away = (await examined("http://127.0.0.1:1"))["digital river"]
    other = (await examined(f"{river.url}/sandbox"))["digital river"]
    assert {one.verdict for one in (refused, away, other)} == {Verdict.WRONG}
    assert "refuses the API key" in refused.message
    assert "cannot be reached" in away.message
    assert "does not answer as it should" in other.message
    assert not any("canary" in one.model_dump_json() for one in (refused, away, other))


async def test_a_webhook_that_was_disabled_is_named(river: RunningSandbox) -> None:
    """Days of failures disable it; the remedy says how it is enabled again."""
    async with DigitalRiver(river.url, KEY) as api:
        [webhook] = await api.list_webhooks()
        await api.update_webhook(webhook.id, UpdateWebhook(enabled=False))
    finding = (await examined(river.url))["webhook"]
    assert finding.verdict is Verdict.WRONG
    assert f"has disabled the webhook {webhook.id}" in finding.message
    assert f"PATCH /webhooks/{webhook.id}" in str(finding.remedy)


def a_webhook(*types: str, **fields: object) -> Webhook:
    """Make a webhook of the receiver's."""
    wire = {"id": "1", "address": ADDRESS, "types": types or TYPES, "enabled": True, **fields}
    return Webhook.model_validate(wire)


@pytest.mark.parametrize(
    ("webhooks", "verdict", "words"),
    [
        ([], Verdict.WRONG, "registered: none"),
        ([a_webhook(address="https://other.example/x")], Verdict.WRONG, "https://other.example/x"),
        ([a_webhook("refund.complete")], Verdict.WRONG, "does not send refund.failed"),
        ([a_webhook("refund.*")], Verdict.OK, "enabled"),
        ([a_webhook("*")], Verdict.OK, "enabled"),
        ([a_webhook(apiVersion="2020-12-17")], Verdict.WARNING, "version 2020-12-17"),
        ([a_webhook(apiVersion="default")], Verdict.OK, "enabled"),
        ([a_webhook(enabled=False), a_webhook(id="2")], Verdict.OK, "enabled"),
    ],
)
def test_the_webhook_sends_all_that_returns_want(
    webhooks: list[Webhook], verdict: Verdict, words: str
) -> None:
    """To the receiver's path, enabled, with each type, in our version."""
    finding = check_webhook(webhooks, PATH, TYPES, "2021-12-13")
    assert (finding.verdict, words in finding.message) == (verdict, True)


def test_a_type_that_says_the_same_as_another_is_not_needed() -> None:
    """`refund.succeeded` is `refund.complete` by another name."""
    types = (*TYPES, "refund.succeeded")
    assert check_webhook([a_webhook()], PATH, types, "2021-12-13").verdict is Verdict.OK


@pytest.mark.parametrize(
    ("date", "verdict"),
    [
        ("Mon, 02 Mar 2026 12:00:20 GMT", Verdict.OK),
        ("Mon, 02 Mar 2026 11:59:00 GMT", Verdict.WARNING),
        ("Mon, 02 Mar 2026 12:05:00 GMT", Verdict.WRONG),
        ("yesterday", Verdict.WARNING),
        (None, Verdict.WARNING),
    ],
)
def test_clocks_that_differ_refuse_webhooks(date: str | None, verdict: Verdict) -> None:
    """A signature beyond the tolerance is refused, whoever's clock is wrong."""
    assert check_clock(date, NOON, TOLERANCE).verdict is verdict


def test_another_version_is_warned_of() -> None:
    """The models may read it or not."""
    assert check_version("2021-12-13").verdict is Verdict.OK
    assert check_version("2020-12-17").verdict is Verdict.WARNING
