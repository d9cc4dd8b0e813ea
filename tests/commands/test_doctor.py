"""`starter.py doctor`: the whole report, its exit status, and what is found where nothing runs."""

import asyncio

from temporalio.testing import WorkflowEnvironment

from backfill.schedule import ensure_schedule
from backfill.worker import housekeeping_worker
from sandbox.options import Options
from tests.canaries import API_KEY, WEBHOOK_SECRET
from tests.receiving import serve_receiver
from tests.running import idle
from tests.storefront.command import Command, Told, command_for

NOWHERE = "127.0.0.1:1"


def verdicts(told: Told) -> dict[str, str]:
    """Return how each check ended."""
    return {one["check"]: one["verdict"] for one in told.answer["checks"]}


async def test_a_house_in_order_has_nothing_wrong(alone: WorkflowEnvironment) -> None:
    """Status 0, every check; only the dev server keeps ended returns for a day alone."""
    client = alone.client
    await ensure_schedule(client)
    async with serve_receiver(client, WEBHOOK_SECRET) as url:
        options = Options(api_key=API_KEY, webhook_secrets=(WEBHOOK_SECRET,), webhook_urls=(url,))
        async with (
            idle(client, options) as house,
            house.workers(),
            housekeeping_worker(client, house.digital_river),
        ):
            variables = {
                "DIGITAL_RIVER_URL": house.sandbox.url,
                "DIGITAL_RIVER_API_KEY": API_KEY,
                "DIGITAL_RIVER_WEBHOOK_SECRETS": WEBHOOK_SECRET,
            }
            shop = command_for(client)
            told = await shop.run("doctor", "--receiver", url, "--json", variables=variables)
    assert (told.status, told.err) == (0, "")
    assert told.answer["ok"] is True
    assert [name for name, verdict in verdicts(told).items() if verdict != "ok"] == ["retention"]
    assert len(verdicts(told)) == 16
    assert "canary" not in told.out


async def test_a_house_where_nothing_runs_is_told_in_words() -> None:
    """Status 1; each finding says what is wrong and, below it, what to do."""
    shop = Command(NOWHERE)
    variables = {
        "DIGITAL_RIVER_URL": f"http://{NOWHERE}",
        "DIGITAL_RIVER_API_KEY": API_KEY,
        "DIGITAL_RIVER_WEBHOOK_SECRETS": WEBHOOK_SECRET,
        "RECEIVER_HOST": "0.0.0.0",  # noqa: S104 - nothing is bound to it
        "RECEIVER_PORT": "1",
    }
    broken, empty = await asyncio.gather(
        shop.run("doctor", variables=variables),
        shop.run("doctor", "--json"),
    )
    assert (broken.status, broken.err) == (1, "")
    lines = broken.out.splitlines()
    assert (
        f"wrong   temporal: Temporal cannot be reached at {NOWHERE}: Connection refused." in lines
    )
    assert any("wrong   receiver: http://127.0.0.1:1/webhooks/" in line for line in lines)
    assert any(line.startswith("        start python receiver.py") for line in lines)
    assert empty.status == 1
    assert verdicts(empty) == {
        "settings of the worker": "wrong",
        "settings of the receiver": "wrong",
        "temporal": "wrong",
    }
