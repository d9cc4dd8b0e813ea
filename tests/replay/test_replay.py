"""Histories of every released version replay on this code: open returns survive the deploy."""

import asyncio
import re
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from tests.replay.record import HISTORIES, TOLD
from tests.running import STRICT
from tests.workflows.paths import PATHS
from workflows.converter import data_converter
from workflows.milestones import MilestonesWorkflow
from workflows.returns import ReturnWorkflow

WORKFLOW_ID = re.compile(r'"workflowId": "([^"]+)"')
"""In the first event; a return tells its own objects by the id of its workflow."""

CORPUS = sorted(HISTORIES.glob("*/*.json"))


@pytest.mark.parametrize("path", CORPUS, ids=[f"{p.parent.name}-{p.stem}" for p in CORPUS])
def test_a_recorded_history_replays(path: Path) -> None:
    """The code issues the very commands that the history holds."""
    replayer = Replayer(
        workflows=[ReturnWorkflow, MilestonesWorkflow],
        data_converter=data_converter,
        workflow_runner=STRICT,
    )
    text = path.read_text()
    history = WorkflowHistory.from_json(WORKFLOW_ID.findall(text)[0], text)
    result = asyncio.run(replayer.replay_workflow(history, raise_on_replay_failure=False))
    assert result.replay_failure is None


def test_every_path_is_in_the_corpus_of_every_version() -> None:
    """By webhooks and by the watch alone; some with milestones, and what was left to tell."""
    wanted = {f"{name}.{carried}" for name in PATHS for carried in ("webhooks", "watch")}
    wanted |= {f"{name}.{kind}" for name in TOLD for kind in ("told", "rest")}
    versions = {path.parent.name for path in CORPUS}
    assert versions
    for version in versions:
        assert {p.stem for p in CORPUS if p.parent.name == version} >= wanted
