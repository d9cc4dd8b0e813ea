"""Record a history of every path, for the corpus: `python -m tests.replay.record VERSION`.

Each path runs on a real server with deadlines of seconds: carried by webhooks, and by its watch
alone; and some with a storefront that is told of milestones, what is left to tell included.
Histories of a released version are never recorded again: they are what its open returns look like.
"""

import asyncio
import re
import sys
from pathlib import Path

from tests.milestones.listening import open_shop
from tests.running import Running, idle, running
from tests.servers import start_server
from tests.workflows.paths import PATHS

HISTORIES = Path(__file__).parent / "histories"
SECONDS = {
    "approval": 4,
    "goods": 4,
    "more_goods": 2,
    "looks": [1.5],
}
"""Deadlines short enough to wait for, long enough for a parcel to come before them."""


TOLD = (
    "digital_river_accepted",
    "digital_river_not_shipped",
    "digital_river_bank_details",
    "digital_river_token_expired",
    "third_party_two_shipments",
    "third_party_refund_retried",
    "third_party_cancelled",
    "third_party_return_adopted",
)
"""Paths that are recorded with milestones, too: together they reach each type."""


async def record(version: str, *, webhooks: bool) -> None:
    """Run every path and write its history down."""
    async with (
        start_server() as environment,
        running(environment.client, webhooks=webhooks) as house,
    ):
        carried = "webhooks" if webhooks else "watch"
        await asyncio.gather(*(_run(house, name, version, carried) for name in PATHS))


async def record_told(version: str) -> None:
    """Run paths with a storefront that hears of them."""
    async with (
        start_server() as environment,
        open_shop() as shop,
        idle(environment.client, webhooks=True) as house,
        house.workers(storefront=shop.url),
    ):

        async def run(name: str) -> None:
            workflow_id = await _run(house, name, version, "told")
            rest = f"{workflow_id}-milestones-1"
            await house.client.get_workflow_handle(rest).result()
            await _write(house, rest, f"{version}/{name}.rest.json")

        await asyncio.gather(*(run(name) for name in TOLD))


async def _run(house: Running, name: str, version: str, carried: str) -> str:
    workflow_id = await PATHS[name].script(house, SECONDS)
    result = await house.result(workflow_id)
    assert result.outcome == PATHS[name].outcome, f"{name}: {result.sentence}"
    await _write(house, workflow_id, f"{version}/{name}.{carried}.json")
    return workflow_id


async def _write(house: Running, workflow_id: str, name: str) -> None:
    history = await house.client.get_workflow_handle(workflow_id).fetch_history()
    (HISTORIES / name).write_text(_bare(history.to_json()) + "\n")


def _bare(history: str) -> str:
    """Blank what belongs to the machine of the recording, and has no part in a replay."""
    return re.sub(r'("(?:stackTrace|identity)": )"(?:[^"\\]|\\.)*"', r'\1""', history)


async def main(version: str) -> None:
    """Record all kinds."""
    (HISTORIES / version).mkdir(parents=True, exist_ok=True)
    for webhooks in (True, False):
        await record(version, webhooks=webhooks)
    await record_told(version)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
