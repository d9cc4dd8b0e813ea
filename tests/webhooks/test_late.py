"""Events for closed workflows, and returns that the warehouse began: told once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from lifecycle.fact_json import read_fact
from lifecycle.facts import EndedBefore
from lifecycle.request import Coordinator, RequestedLine, ReturnRequest
from lifecycle.snapshot import LineView, RefundView
from tests.webhooks.bench import Bench, receiving
from tests.webhooks.events import (
    ORDER,
    WORKFLOW,
    Json,
    event,
    fulfillment_return,
    order,
    refund,
    third_party_return,
)
from tests.webhooks.fake_temporal import ENDED
from webhooks import Options
from workflows.messages import ReturnResult
from workflows.starting import WarehouseReturns

RETURN = str(third_party_return()["id"])
LATE = f"{WORKFLOW}-late"
FIRST = ReturnRequest(
    request_id="request-1",
    order_id=ORDER,
    coordinator=Coordinator.THIRD_PARTY,
    lines=(RequestedLine(order_item_id="300000010336", quantity=2),),
)
LINE = LineView(order_item_id="300000010336", requested=2, arrived=0, accepted=0, refunded=0)


def result(outcome: str = "cancelled", return_id: str | None = RETURN) -> ReturnResult:
    """Return what a closed workflow left behind."""
    return ReturnResult(
        outcome=outcome, return_id=return_id, lines=[LINE], refunds=[], sentence="."
    )


@pytest.fixture
def ended(bench: Bench) -> Bench:
    """Let the one workflow of the order have ended, with a return that stays open."""
    temporal = bench.temporal
    temporal.closed[WORKFLOW] = temporal.open.pop(WORKFLOW)
    temporal.return_ids[WORKFLOW] = RETURN
    temporal.results[WORKFLOW] = result()
    temporal.requests[WORKFLOW] = FIRST
    return bench


ACCEPTED = event("return.accepted", third_party_return())


async def test_a_follow_up_is_started(ended: Bench) -> None:
    """With the first request, the return, and what is new in words."""
    assert (await ended.send(ACCEPTED)).json() == {"status": "followed_up"}
    [(workflow_id, request, message)] = ended.temporal.started
    assert (workflow_id, request.adopt, request.rma) == (LATE, RETURN, FIRST.rma)
    assert request.policy.ask_before_refund
    news = read_fact(message.facts[-1])
    assert isinstance(news, EndedBefore)
    assert (news.outcome, news.news) == ("cancelled", "2 more unit(s) were accepted")


async def test_again_is_a_duplicate(ended: Bench) -> None:
    """This process remembers."""
    await ended.send(ACCEPTED)
    assert (await ended.send(ACCEPTED)).json() == {"status": "duplicate"}
    assert len(ended.temporal.started) == 1


async def test_who_carries_on_is_told(ended: Bench) -> None:
    """An open workflow that holds the return hears of whatever is marked with the closed one."""
    ended.temporal.open["return-other"] = ORDER
    ended.temporal.return_ids["return-other"] = RETURN
    assert (await ended.send(ACCEPTED)).json() == {"status": "followed_up"}
    assert [to for to, _, _ in ended.temporal.signals] == ["return-other"]
    assert ended.temporal.started == []


async def test_what_it_was_told_while_it_was_open(ended: Bench) -> None:
    """An event in the history of the closed workflow is not late."""
    ended.temporal.open[WORKFLOW] = ORDER
    await ended.send(ACCEPTED)
    del ended.temporal.open[WORKFLOW]
    async with receiving() as forgetful:
        forgetful.temporal.__dict__.update(ended.temporal.__dict__)
        assert (await forgetful.send(ACCEPTED)).json() == {"status": "late"}
    assert ended.temporal.started == []


async def test_a_workflow_that_is_forgotten(ended: Bench) -> None:
    """What ended longer ago than Temporal keeps cannot be followed up, and is counted as late."""
    ended.temporal.requests.clear()
    assert (await ended.send(ACCEPTED)).json() == {"status": "late"}
    assert ended.temporal.started == []


@pytest.mark.parametrize(
    ("content", "left"),
    [
        (event("return.accepted", third_party_return()), None),
        (event("refund.complete", refund()), result(return_id=None)),
        (event("refund.failed", refund("failed")), result()),
        (event("order.chargeback", order()), result()),
        (event("order.dispute", order()), result("refunded")),
    ],
    ids=["stopped", "never opened", "no money", "never paid", "a dispute"],
)
async def test_nothing_to_follow_up(ended: Bench, content: Json, left: ReturnResult | None) -> None:
    """It is counted as late."""
    ended.temporal.results.clear()
    if left is not None:
        ended.temporal.results[WORKFLOW] = left
        if left.return_id is None:
            ended.temporal.return_ids.clear()
    assert (await ended.send(content)).json() == {"status": "late"}
    assert ended.temporal.started == []


async def test_a_follow_up_knows_what_was_known(ended: Bench) -> None:
    """In one message with the event, as it was written down, and later than all that it knew."""
    parcel = {"kind": "shipment", "reference": "P1"}
    left = {"known": [parcel]}
    ended.temporal.results[WORKFLOW] = result("partially_refunded").model_copy(update=left)
    await ended.send(ACCEPTED)
    [(_, _, message)] = ended.temporal.started
    assert message.event_id == ACCEPTED["id"]
    assert [fact["kind"] for fact in message.facts] == ["return", "shipment", "ended_before"]
    assert message.facts[1] == parcel
    before = read_fact(message.facts[-1])
    assert isinstance(before, EndedBefore)
    assert before.taken >= ENDED


async def test_a_create_that_was_given_up_shows(ended: Bench) -> None:
    """The workflow never saw its return: the event that bears its mark names it."""
    ended.temporal.results[WORKFLOW] = result(return_id=None)
    ended.temporal.return_ids.clear()
    created = event("return.created", third_party_return("created", items=[]))
    assert (await ended.send(created)).json() == {"status": "irrelevant"}
    assert (await ended.send(ACCEPTED)).json() == {"status": "followed_up"}
    [(workflow_id, request, _)] = ended.temporal.started
    assert (workflow_id, request.adopt) == (LATE, RETURN)


async def test_an_older_refund_fits_no_return(ended: Bench) -> None:
    """Without a mark, and made before the first workflow on the return began: not its refund."""
    older = refund(reason=None, createdTime="2025-12-31T23:50:00Z")
    assert (await ended.send(event("refund.complete", older))).json() == {"status": "late"}
    younger = refund(reason=None, createdTime="2025-12-31T23:56:00Z")
    assert (await ended.send(event("refund.complete", younger))).json() == {"status": "followed_up"}


async def test_a_chargeback_reaches_the_closed_beside_the_open(ended: Bench) -> None:
    """It concerns every return of the order; the open one is signalled, the closed followed up."""
    ended.temporal.open["return-open"] = ORDER
    ended.temporal.results[WORKFLOW] = result("refunded")
    content = event("order.chargeback", order())
    assert (await ended.send(content)).json() == {"status": "signalled"}
    assert [to for to, _, _ in ended.temporal.signals] == ["return-open"]
    assert [to for to, _, _ in ended.temporal.started] == [LATE]


async def test_without_a_mark_the_open_ones_decide(ended: Bench) -> None:
    """A refund without a mark is left to the open returns of the order, if there are any."""
    content = event("refund.complete", refund(reason=None))
    ended.temporal.open["return-open"] = ORDER
    assert (await ended.send(content)).json() == {"status": "signalled"}
    assert ended.temporal.started == []
    del ended.temporal.open["return-open"]
    content = event("refund.complete", refund(reason=None))
    async with receiving() as forgetful:
        forgetful.temporal.__dict__.update(ended.temporal.__dict__)
        assert (await forgetful.send(content)).json() == {"status": "followed_up"}


async def test_who_knew_a_refund_hears_that_it_failed(ended: Bench) -> None:
    """Without a mark, and beside an open return that is told and has no part in it."""
    known = RefundView(
        id=str(refund()["id"]), state="succeeded", refunded_amount=Decimal(9), currency="EUR"
    )
    ended.temporal.results[WORKFLOW] = result("refunded").model_copy(update={"refunds": [known]})
    ended.temporal.open["return-open"] = ORDER
    content = event("refund.failed", refund("failed", reason=None))
    assert (await ended.send(content)).json() == {"status": "signalled"}
    assert [to for to, _, _ in ended.temporal.signals] == ["return-open"]
    assert [to for to, _, _ in ended.temporal.started] == [LATE]


async def test_a_list_of_a_moment_ago_is_not_believed(ended: Bench) -> None:
    """What it shows as open has closed since: its own result is what counts."""
    ended.temporal.open[LATE] = ORDER
    ended.temporal.return_ids[LATE] = RETURN
    await ended.send(event("order.dispute", order()))
    ended.temporal.closed[LATE] = ended.temporal.open.pop(LATE)
    ended.temporal.results[LATE] = result("refunded")
    ended.temporal.requests[LATE] = FIRST
    content = event("order.chargeback", order())
    assert (await ended.send(content)).json() == {"status": "followed_up"}
    [(workflow_id, _, message)] = ended.temporal.started
    news = read_fact(message.facts[-1])
    assert isinstance(news, EndedBefore)
    assert (workflow_id, news.outcome) == (LATE, "refunded")


async def test_a_follow_up_that_the_list_does_not_show_yet(ended: Bench) -> None:
    """It is asked for by its id, and told; once it has closed, its result is what counts."""
    await ended.send(event("order.dispute", order()))
    ended.temporal.open[LATE] = ORDER
    ended.temporal.return_ids[LATE] = RETURN
    assert (await ended.send(ACCEPTED)).json() == {"status": "followed_up"}
    assert [to for to, _, _ in ended.temporal.signals] == [LATE]
    ended.temporal.closed[LATE] = ended.temporal.open.pop(LATE)
    ended.temporal.results[LATE] = result("refunded")
    ended.temporal.requests[LATE] = FIRST
    assert (await ended.send(event("order.chargeback", order()))).json() == {
        "status": "followed_up"
    }


async def test_each_return_is_judged_by_its_own_end(ended: Bench) -> None:
    """Another return of the order, whose end would say otherwise, has no part in it."""
    temporal = ended.temporal
    temporal.closed["return-other"] = ORDER
    temporal.return_ids["return-other"] = "ret_other"
    temporal.results["return-other"] = result("refunded", "ret_other")
    temporal.requests["return-other"] = FIRST
    content = event("order.chargeback", order())
    assert (await ended.send(content)).json() == {"status": "followed_up"}
    assert [to for to, _, _ in temporal.started] == ["return-other-late"]


WAREHOUSE = fulfillment_return("created", type="warehouse", reason=None)
ADOPTER = f"return-fo9300000001-{WAREHOUSE['id']}"


@pytest.mark.parametrize(("policy", "asks"), [("ask", True), ("refund", None)])
async def test_a_warehouse_return_is_adopted(policy: str, asks: bool | None) -> None:
    """From its first event, on the terms that are set."""
    async with receiving(Options(warehouse_returns=WarehouseReturns(policy))) as bench:
        content = event("fulfillment_return.created", WAREHOUSE)
        assert (await bench.send(content)).json() == {"status": "signalled"}
        later = event("fulfillment_return.accepted", {**WAREHOUSE, "state": "accepted"})
        assert (await bench.send(later)).json() == {"status": "signalled"}
        [(workflow_id, request, _)] = bench.temporal.started
        assert (workflow_id, request.adopt) == (ADOPTER, WAREHOUSE["id"])
        assert request.policy.ask_before_refund is asks
        assert [to for to, _, _ in bench.temporal.signals] == [ADOPTER]


async def test_warehouse_returns_are_only_counted() -> None:
    """Where they are not adopted; one that an operator adopted hears of its events all the same."""
    async with receiving(Options(warehouse_returns=WarehouseReturns.OFF)) as bench:
        content = event("fulfillment_return.created", WAREHOUSE)
        assert (await bench.send(content)).json() == {"status": "warehouse"}
        assert bench.temporal.started == []
        bench.temporal.open[ADOPTER] = ORDER
        assert (await bench.send(content)).json() == {"status": "signalled"}


async def test_an_adopted_return_without_an_order_is_found() -> None:
    """By its own id, which no mark and no order would tell."""
    async with receiving() as bench:
        bench.temporal.open[ADOPTER] = ORDER
        seen = fulfillment_return("accepted", reason=None, upstreamId=None)
        content = event("fulfillment_return.accepted", seen)
        assert (await bench.send(content)).json() == {"status": "signalled"}
        assert [to for to, _, _ in bench.temporal.signals] == [ADOPTER]


@pytest.mark.parametrize("return_id", ["ret 1", "x" * 129, "'"])
async def test_ids_that_no_workflow_can_have(return_id: str) -> None:
    """They are nobody's, and start nothing."""
    async with receiving() as bench:
        seen = {**WAREHOUSE, "id": return_id}
        answer = await bench.send(event("fulfillment_return.created", seen))
        assert answer.json() == {"status": "unmatched"}
        assert bench.temporal.started == []
