"""`worker.py check-deploy` tells before a deploy which open returns the build would break."""

import json
import logging
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

import worker
from lifecycle import rules
from lifecycle.ledger import Ledger
from lifecycle.steps import Close, Outcome, Step, Wait, Waiting
from storefront.client import Returns
from tests.milestones.listening import open_shop
from tests.policy.source import ROOT
from tests.policy.test_processes import NOWHERE, address, ended, start
from tests.running import Running, idle, request_for
from workflows.check_deploy import LONGEST_REASON, check_deploy

FIRST_RULES = rules.RULES[1]
WAITS = {"digital_river": "awaiting_approval", "third_party": "awaiting_goods"}


async def run(server: str, directory: Path, *arguments: str) -> tuple[int | None, str, str]:
    """Run the command as a process that knows nothing but where Temporal is."""
    command = (str(ROOT / "worker.py"), "check-deploy", *arguments)
    return await ended(await start(directory, *command, TEMPORAL_ADDRESS=server))


async def opened(house: Running, coordinator: str) -> str:
    """Open a return, as far as its first wait."""
    order = await house.order(coordinator, 1)
    answer = await house.start(order, 1)
    await house.in_phase(answer.workflow_id, WAITS[coordinator])
    return answer.workflow_id


def hasty(ledger: Ledger) -> Step:
    """Close where version 1 waits for goods: a command that no history holds."""
    step = FIRST_RULES(ledger)
    waits = isinstance(step, Wait) and step.what is Waiting.GOODS
    return Close(outcome=Outcome.CANCELLED) if waits else step


async def test_open_returns_that_replay_are_counted(
    alone: WorkflowEnvironment, tmp_path: Path
) -> None:
    """Status 0, in words and as JSON; no worker runs, and a closed return does not count."""
    async with idle(alone.client) as house:
        async with house.workers():
            ids = [await opened(house, one) for one in ("third_party", *WAITS)]
            await house.cancel(ids[0])
            await house.result(ids[0])
        told = await run(address(alone), tmp_path)
        assert told == (0, "2 of 2 open workflows replayed, 0 would break.\n", "")
        status, out, errors = await run(address(alone), tmp_path, "--json", "--limit", "1")
    assert (status, errors) == (0, "")
    assert json.loads(out) == {"open": 2, "replayed": 1, "would_break": []}


async def test_a_return_that_no_worker_has_seen_breaks_nothing(
    alone: WorkflowEnvironment, tmp_path: Path
) -> None:
    """A history without a finished task replays; an empty namespace is checked as well."""
    told = await run(address(alone), tmp_path)
    assert told == (0, "0 of 0 open workflows replayed, 0 would break.\n", "")
    async with idle(alone.client) as house:
        order = await house.order("third_party", 1)
        hurried = Returns(alone.client, timedelta(seconds=1))
        assert (await hurried.start(request_for(order, 1))).status == "queued"
        told = await run(address(alone), tmp_path)
    assert told == (0, "1 of 1 open workflows replayed, 0 would break.\n", "")


async def test_what_is_left_to_tell_the_storefront_is_replayed(alone: WorkflowEnvironment) -> None:
    """The return has ended, and a workflow goes on telling a storefront that is away."""
    async with (
        open_shop() as shop,
        idle(alone.client, webhooks=True) as house,
        house.workers(storefront=shop.url),
    ):
        shop.answer = lambda _: 503
        order = await house.order("third_party", 1)
        answer = await house.start(order, 1)
        await house.cancel(answer.workflow_id)
        assert (await house.result(answer.workflow_id)).outcome == "cancelled"
        verdict = await check_deploy(alone.client)
    assert (verdict.open, verdict.replayed, verdict.would_break) == (1, 1, [])


async def test_returns_that_would_break_are_named(
    alone: WorkflowEnvironment,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Rules that were edited instead of versioned: status 1 and the returns they break, alone."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", address(alone))
    async with idle(alone.client) as house, house.workers():
        ids = {coordinator: await opened(house, coordinator) for coordinator in WAITS}
    verdict = await check_deploy(alone.client)
    assert (verdict.replayed, verdict.would_break) == (2, [])
    monkeypatch.setitem(rules.RULES, 1, hasty)
    assert await worker.check(None, as_json=True) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["open"], told["replayed"]) == (2, 2)
    [broken] = told["would_break"]
    assert broken["workflow_id"] == ids["third_party"]
    assert "TMPRL1100" in broken["reason"]
    assert "\n" not in broken["reason"]
    assert await worker.check(None, as_json=False) == 1
    first, second = capsys.readouterr().out.splitlines()
    assert first == "2 of 2 open workflows replayed, 1 would break."
    assert second == f"{broken['workflow_id']}: {broken['reason']}"


async def test_rules_that_fail_are_told_by_the_verdict_alone(
    alone: WorkflowEnvironment,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An exception is a short reason and no traceback in the log, which keeps its level."""

    def failing(_: Ledger) -> Step:
        raise ArithmeticError("no such step")

    monkeypatch.setenv("TEMPORAL_ADDRESS", address(alone))
    async with idle(alone.client) as house, house.workers():
        await opened(house, "third_party")
    monkeypatch.setitem(rules.RULES, 1, failing)
    caplog.set_level(logging.INFO, "temporalio")
    caplog.clear()
    assert await worker.check(None, as_json=True) == 1
    assert "no such step" not in caplog.text
    assert logging.getLogger("temporalio").level == logging.INFO
    [broken] = json.loads(capsys.readouterr().out)["would_break"]
    assert "no such step" in broken["reason"]
    assert len(broken["reason"]) <= LONGEST_REASON


async def test_temporal_away(tmp_path: Path) -> None:
    """Status 1 and one sentence."""
    status, out, errors = await run(NOWHERE, tmp_path)
    assert (status, out) == (1, "")
    assert errors.startswith(f"Temporal cannot be reached at {NOWHERE}: ")
    assert errors.count("\n") == 1


async def test_a_namespace_that_is_not_there(alone: WorkflowEnvironment, tmp_path: Path) -> None:
    """It is no namespace without open returns: status 1, and the reason is told."""
    command = (str(ROOT / "worker.py"), "check-deploy")
    variables = {"TEMPORAL_ADDRESS": address(alone), "TEMPORAL_NAMESPACE": "nowhere"}
    status, out, errors = await ended(await start(tmp_path, *command, **variables))
    assert (status, out) == (1, "")
    assert "nowhere" in errors
    assert errors.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "server"), [((), "canary"), (("--limit", "0"), NOWHERE), (("--all",), NOWHERE)]
)
async def test_wrong_settings_and_options(
    tmp_path: Path, arguments: tuple[str, ...], server: str
) -> None:
    """Status 2, before anybody is asked."""
    status, out, errors = await run(server, tmp_path, *arguments)
    assert (status, out) == (2, "")
    assert "canary" not in errors
    assert "Traceback" not in errors
