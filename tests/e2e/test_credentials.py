"""The API key is replaced while returns are open: no return ends for it."""

from datetime import timedelta

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.metering import metered
from tests.running import Running, eventually, running

REFUSED = "digital_river_credentials_refused"
BANK_NOW = {"bank_after_seconds": 0}


async def refusals(house: Running, status: int) -> int:
    """Count the calls that were answered with a status."""
    return [call["status"] for call in (await house.books())["calls"]].count(status)


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_key_ends_no_return(
    alone: WorkflowEnvironment,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    status: int,
) -> None:
    """Calls are tried again until the key is right, each refusal is counted and logged."""
    monkeypatch.setattr("activities.retrying.CREDENTIALS_PAUSE", timedelta(seconds=0.1))
    async with metered(alone) as metrics, running(metrics.client) as house:
        order = await house.order("third_party", 2, automation=BANK_NOW)
        answer = await house.start(order, 2)
        rule = {"kind": "error", "status": status, "times": 1000}
        (await house.control.put("/sandbox/faults", json={"calls": [rule]})).raise_for_status()
        await house.arrive(answer.workflow_id, "P1", **{order.items[0]: 2})

        async def several() -> bool | None:
            return await refusals(house, status) >= 3 or None

        await eventually(several)
        view = await house.returns.show(answer.workflow_id)
        assert view.outcome is None
        (await house.control.put("/sandbox/faults", json={})).raise_for_status()
        await eventually(lambda: _accepted(house, answer.workflow_id))
        counted = await metrics.value(REFUSED)
        assert counted == await refusals(house, status)
    errors = [one for one in caplog.records if one.levelname == "ERROR"]
    assert len([one for one in errors if "refuses the API key" in one.getMessage()]) == counted


async def _accepted(house: Running, workflow_id: str) -> bool | None:
    lines = (await house.returns.show(workflow_id)).lines
    return all(line.accepted == line.requested for line in lines) or None


async def test_a_key_that_stays_refused_is_told_to_a_person(
    alone: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the time of the policy is over, the question says that it is the key."""
    monkeypatch.setattr("activities.retrying.CREDENTIALS_PAUSE", timedelta(seconds=0.5))
    async with running(alone.client) as house:
        order = await house.order("third_party", 1)
        answer = await house.start(order, 1, policy={"unreachable": "PT2S"})
        rule = {"kind": "error", "status": 401, "times": 1000}
        (await house.control.put("/sandbox/faults", json={"calls": [rule]})).raise_for_status()
        await house.arrive(answer.workflow_id, "P1", **{order.items[0]: 1})
        view = await house.in_phase(answer.workflow_id, "needs_attention")
    assert view.question is not None
    assert "Digital River refuses the API key: " in view.question.reason
    assert "401" in view.question.reason
