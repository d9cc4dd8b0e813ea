"""`starter.py resolve --query`: one answer for many returns, first shown and then given."""

import pytest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from storefront.answering import Answered, give_answers
from storefront.client import Returns
from storefront.listing import ReturnFilter
from tests.running import STRICT, eventually
from tests.storefront.command import Told, command_for, run_here
from tests.workflows.stuck import begin
from workflows.messages import Resolution
from workflows.workers import returns_worker

ALL = ("resolve", "--query", "ReturnPhase = 'needs_attention'")
BY_HAND = ("settle_by_hand", "--reference", "transfer 17", "--who", "ann", "--why", "outage")
FAILED = ("--question-kind", "refund_failed")


async def begin_all(client: Client) -> list[str]:
    """Start three returns whose refund failed, and one that nobody approved; wait for the list."""
    failed = [(await begin(client, "refund_failed", number))[0] for number in range(3)]
    ids = [*failed, (await begin(client, "not_approved"))[0]]

    async def all_are_listed() -> bool | None:
        rows = Returns(client).list(ReturnFilter(needs_attention=True))
        return {row.workflow_id async for row in rows} == set(ids) or None

    await eventually(all_are_listed)
    return ids


def by_status(told: Told) -> dict[str, set[str]]:
    """Return the workflow ids by what became of them."""
    found: dict[str, set[str]] = {}
    for one in told.answer["returns"]:
        found.setdefault(one["status"], set()).add(one["workflow_id"])
    return found


async def test_a_dry_run_first_then_each_is_answered_once(alone: WorkflowEnvironment) -> None:
    """Nothing is done without --yes; the same again finds nothing; without workers it says so."""
    shop, returns = command_for(alone.client), Returns(alone.client)
    async with returns_worker(alone.client, workflow_runner=STRICT):
        *failed, other = await begin_all(alone.client)
        dry = await shop.run(*ALL, *BY_HAND, "--json")
        assert (dry.status, dry.answer["dry_run"]) == (3, True)
        assert dry.answer["kinds"] == {"refund_failed": 3, "approval_overdue": 1}
        assert by_status(dry) == {"planned": set(failed), "refused": {other}}
        assert [(await returns.show(one)).decisions for one in failed] == [None] * 3

        people = await shop.run(*ALL, *BY_HAND, "--reason-like", "CUSTOMER")
        assert people.status == 0
        assert "3 ask refund_failed\n3 planned\nNothing was done yet" in people.out

        done = await shop.run(*ALL, *BY_HAND, *FAILED, "--yes", "--json")
        assert (done.status, by_status(done)) == (0, {"done": set(failed)})
        for one in failed:
            [decision] = (await returns.show(one)).decisions or []
            assert (decision.answer, decision.who, decision.reference) == (
                "settle_by_hand",
                "ann",
                "transfer 17",
            )

        again = await shop.run(*ALL, *BY_HAND, *FAILED, "--yes")
        assert (again.status, again.out) == (0, "No return asks such a question.\n")
    unheard = await shop.run(*ALL, "give_up", *BY_HAND[3:], "--json", "--wait", "1")
    assert (unheard.status, by_status(unheard)) == (1, {"unreachable": {other}})


async def test_an_answer_never_reaches_another_question(alone: WorkflowEnvironment) -> None:
    """The question that was seen is named: when it is gone, the answer is refused."""
    async with returns_worker(alone.client, workflow_runner=STRICT):
        workflow_id, _ = await begin(alone.client, "refund_failed")
        seen = Answered(
            workflow_id=workflow_id,
            question="refund_failed:re_0:ended",
            status="planned",
            message="",
        )
        told = Resolution(question="?", answer="retry", who="ann", why="outage")
        ticks: list[int] = []
        [one] = await give_answers(Returns(alone.client), [seen], told, lambda: ticks.append(1))
        assert (one.status, one.question) == ("refused", "refund_failed:re_0:ended")
        assert "refund_failed:re_1:ended" in one.message
        assert ticks == [1]


async def test_a_filter_that_temporal_cannot_read_is_wrong_input(
    alone: WorkflowEnvironment,
) -> None:
    """Status 2, and the option is named."""
    told = await command_for(alone.client).run(
        "resolve", "--query", "Shoe = ", "retry", "--who", "a", "--why", "b", "--json"
    )
    assert told.status == 2
    [problem] = told.answer["error"]["problems"]
    assert problem["field"] == "query"


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (("w", "retry", "--query", "q"), "WORKFLOW_ID"),
        (("retry",), "WORKFLOW_ID"),
        (("w", "retry", "more"), "WORKFLOW_ID"),
        (("retry", "--query", "q", "--question", "x"), "question"),
        (("w", "retry", "--reason-like", "x"), "query"),
        (("w", "retry", "--question-kind", "x"), "query"),
        (("w", "retry", "--yes", "--question-kind", "x"), "query"),
        (("retry", "--query", "q", "--yes"), "question-kind"),
        (("w", "retry", "--reference", ""), "reference"),
        (("w", " "), "answer"),
    ],
)
def test_what_does_not_go_together_is_wrong_input(arguments: tuple[str, ...], field: str) -> None:
    """Nobody is asked anything; the option or argument is named."""
    told = run_here("resolve", *arguments, "--who", "ann", "--why", "outage", "--json")
    assert (told.status, told.err) == (2, "")
    assert told.answer["error"]["problems"][0]["field"] == field
