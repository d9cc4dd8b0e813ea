"""Every path of a return, over weeks of virtual time, with every webhook lost."""

import asyncio

from tests.running import Running
from tests.workflows.paths import PATHS


async def test_every_path_ends_as_it_must_when_no_webhook_ever_arrives(leaping: Running) -> None:
    """Each return is carried to its outcome by its watch alone."""

    async def outcome(name: str) -> str:
        workflow_id = await PATHS[name].script(leaping, {})
        return (await leaping.result(workflow_id)).outcome

    names = list(PATHS)
    outcomes = await asyncio.gather(*(outcome(name) for name in names))
    assert dict(zip(names, outcomes, strict=True)) == {name: PATHS[name].outcome for name in names}
