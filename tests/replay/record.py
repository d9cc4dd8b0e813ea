"""Record a history of every path, for the corpus: `python -m tests.replay.record VERSION`.

Each path runs twice on a real server with deadlines of seconds: carried by webhooks, and by its
watch alone. Histories of a released version are never recorded again: they are what its open
returns look like.
"""

import asyncio
import re
import sys
from pathlib import Path

from tests.running import running
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


async def record(version: str, *, webhooks: bool) -> None:
    """Run every path and write its history down."""
    folder = HISTORIES / version
    folder.mkdir(parents=True, exist_ok=True)
    async with (
        start_server() as environment,
        running(environment.client, webhooks=webhooks) as house,
    ):

        async def run(name: str) -> None:
            workflow_id = await PATHS[name].script(house, SECONDS)
            result = await house.result(workflow_id)
            assert result.outcome == PATHS[name].outcome, f"{name}: {result.sentence}"
            history = await house.handle(workflow_id).fetch_history()
            carried = "webhooks" if webhooks else "watch"
            (folder / f"{name}.{carried}.json").write_text(_bare(history.to_json()) + "\n")

        await asyncio.gather(*(run(name) for name in PATHS))


def _bare(history: str) -> str:
    """Blank what belongs to the machine of the recording, and has no part in a replay."""
    return re.sub(r'("(?:stackTrace|identity)": )"(?:[^"\\]|\\.)*"', r'\1""', history)


async def main(version: str) -> None:
    """Record both kinds."""
    for webhooks in (True, False):
        await record(version, webhooks=webhooks)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
