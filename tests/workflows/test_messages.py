"""What a return answers to the storefront, the warehouse, customer service and operators."""

from datetime import timedelta

import pytest
from temporalio.testing import WorkflowEnvironment

from lifecycle.request import ReturnRequest
from storefront.client import Returns
from storefront.errors import NoSuchReturnError, RefusedError
from tests.running import Order, Running, eventually, idle, request_for
from workflows import names
from workflows.histories import events_told
from workflows.messages import Cancellation, EventMessage, Resolution, Shipment

BANK_NOW = {"bank_after_seconds": 0}


async def opened(live: Running, *quantities: int) -> tuple[str, list[str]]:
    """Open a third-party return; give its workflow id and the order items."""
    order = await live.order("third_party", *quantities)
    return (await live.start(order, *quantities)).workflow_id, order.items


async def refused(live: Running, workflow_id: str, shipment: Shipment) -> str:
    """Report a parcel that must be refused; give the code."""
    with pytest.raises(RefusedError) as caught:
        await live.returns.receive_shipment(workflow_id, shipment)
    return caught.value.code


async def test_the_storefront_gets_the_return_id_in_the_same_call(live: Running) -> None:
    """`opened` answers with Digital River's return."""
    order = await live.order("digital_river", 1)
    answer = await live.start(order, 1)
    assert answer.status == "opened"
    assert answer.return_id in {row["id"] for row in (await live.books())["fulfillment_returns"]}


async def test_asking_the_same_again_gets_the_same_answer_and_creates_nothing(
    live: Running,
) -> None:
    """A double click is one return, open or ended."""
    order = await live.order("third_party", 1)
    request = request_for(order, 1)
    first = await live.returns.start(request)
    assert await live.returns.start(request) == first
    await live.cancel(first.workflow_id)
    await live.result(first.workflow_id)
    again = await live.returns.start(request)
    assert (again.status, again.return_id) == ("opened", first.return_id)
    mine = [row for row in (await live.books())["returns"] if row["orderId"] == order.id]
    assert len(mine) == 1


async def test_a_request_id_cannot_be_used_for_another_request(live: Running) -> None:
    """The same id with other lines is refused, while the return is open and after it ended."""
    order = await live.order("third_party", 2)
    request = request_for(order, 2)
    other = request.model_copy(
        update={"lines": (request.lines[0].model_copy(update={"quantity": 1}),)}
    )
    answer = await live.returns.start(request)
    for _ in range(2):
        with pytest.raises(RefusedError) as caught:
            await live.returns.start(ReturnRequest.model_validate(other.model_dump()))
        assert caught.value.code == "request_id_reused"
        if await _is_open(live, answer.workflow_id):
            await live.cancel(answer.workflow_id)
            await live.result(answer.workflow_id)


async def _is_open(live: Running, workflow_id: str) -> bool:
    return (await live.returns.show(workflow_id)).outcome is None


async def test_without_a_worker_the_request_is_queued_and_carried_out_later(
    alone: WorkflowEnvironment,
) -> None:
    """`queued` means safe: the return opens as soon as a worker is there."""
    absent = Order("400000000001", ["300000000001"], "third_party")
    request = request_for(absent, 1)
    answer = await Returns(alone.client, timedelta(seconds=2)).start(request)
    assert (answer.status, answer.workflow_id) == ("queued", request.workflow_id)
    async with idle(alone.client) as house:
        order = await house.order("third_party", 1)
        assert order.id == absent.id
        async with house.workers():
            assert (await house.returns.start(request)).status == "opened"


async def test_an_unknown_line_is_refused(live: Running) -> None:
    """The warehouse hears which line is not in the return."""
    workflow_id, _ = await opened(live, 1)
    assert await refused(live, workflow_id, Shipment(reference="S", items={"no-such": 1})) == (
        "unknown_line"
    )


async def test_the_same_report_again_is_nothing_new(live: Running) -> None:
    """Units are absolute per shipment."""
    workflow_id, (item,) = await opened(live, 3)
    report = Shipment(reference="S", items={item: 1})
    await live.returns.receive_shipment(workflow_id, report)
    answer = await live.returns.receive_shipment(workflow_id, report)
    assert answer.lines[0].arrived == 1


async def test_a_higher_revision_corrects_a_count_and_an_equal_one_cannot(live: Running) -> None:
    """Other units under the same revision are refused; a higher revision replaces."""
    workflow_id, (item,) = await opened(live, 3)
    await live.arrive(workflow_id, "S", **{item: 2})
    code = await refused(live, workflow_id, Shipment(reference="S", items={item: 1}))
    assert code == "revision_outdated"
    correction = Shipment(reference="S", revision=2, items={item: 1})
    answer = await live.returns.receive_shipment(workflow_id, correction)
    assert answer.lines[0].arrived == 1


async def test_units_beyond_the_request_are_set_aside(live: Running) -> None:
    """What exceeds the authorised quantity is recorded, and not accepted."""
    workflow_id, (first, _) = await opened(live, 1, 1)
    report = Shipment(reference="S", items={first: 3})
    answer = await live.returns.receive_shipment(workflow_id, report)
    assert (answer.lines[0].arrived, answer.lines[0].set_aside) == (1, 2)


async def test_nobody_else_reports_goods_that_digital_rivers_fulfiller_receives(
    live: Running,
) -> None:
    """A report for a digital_river return is refused."""
    order = await live.order("digital_river", 1)
    answer = await live.start(order, 1)
    shipment = Shipment(reference="S", items={order.items[0]: 1})
    assert await refused(live, answer.workflow_id, shipment) == "not_third_party"


async def test_cancelling_is_refused_once_goods_came(live: Running) -> None:
    """The return goes on."""
    workflow_id, (item,) = await opened(live, 2)
    await live.arrive(workflow_id, "S", **{item: 1})
    with pytest.raises(RefusedError) as caught:
        await live.returns.cancel(workflow_id, Cancellation(who="care", why="changed mind"))
    assert caught.value.code == "goods_received"


async def test_an_answer_nobody_asked_for_is_refused(live: Running) -> None:
    """`resolve` needs an open question and one of its answers."""
    workflow_id, _ = await opened(live, 1)
    decision = Resolution(question="q", answer="retry", who="ops", why="guess")
    with pytest.raises(RefusedError) as caught:
        await live.returns.resolve(workflow_id, decision)
    assert caught.value.code == "no_question"


async def test_an_answer_that_is_not_offered_is_refused(live: Running) -> None:
    """The refusal names the answers there are."""
    order = await live.order("digital_river", 1, refund_script=["fail"], automation=BANK_NOW)
    answer = await live.start(order, 1)
    for act in ("approve", "receive"):
        await live.act(f"/sandbox/fulfillment-returns/{answer.return_id}/{act}")
    view = await live.in_phase(answer.workflow_id, "needs_attention")
    assert view.question is not None
    decision = Resolution(question=view.question.id, answer="shrug", who="ops", why="why not")
    with pytest.raises(RefusedError, match="retry, settle_by_hand, give_up"):
        await live.returns.resolve(answer.workflow_id, decision)


async def test_temporals_own_cancellation_ends_nothing(live: Running) -> None:
    """A return is stopped by its update `cancel` only; money may be under way."""
    workflow_id, (item,) = await opened(live, 1)
    await live.handle(workflow_id).cancel()

    async def noted() -> bool | None:
        details = await live.handle(workflow_id).query("__temporal_workflow_metadata")
        return "use the update `cancel`" in str(details) or None

    await eventually(noted)
    await live.arrive(workflow_id, "S", **{item: 1})
    await live.in_phase(workflow_id, "refunding")


async def test_a_signal_with_unreadable_facts_harms_nothing(live: Running) -> None:
    """What cannot be read is logged, and the rest is recorded."""
    workflow_id, _ = await opened(live, 1)
    message = EventMessage(event_id="e", type="return.new", facts=[{"kind": "no such kind"}])
    await live.handle(workflow_id).signal(names.DIGITAL_RIVER_EVENT, message)
    assert (await live.returns.show(workflow_id)).phase == "awaiting_goods"


async def test_a_signal_that_is_no_event_harms_nothing(live: Running) -> None:
    """Sent by hand without an argument or with a wrong one: the return and the back-fill go on."""
    workflow_id, _ = await opened(live, 1)
    handle = live.handle(workflow_id)
    await handle.signal(names.DIGITAL_RIVER_EVENT)
    await handle.signal(names.DIGITAL_RIVER_EVENT, "hello")
    await handle.signal(names.DIGITAL_RIVER_EVENT, EventMessage(event_id="e", type="return.new"))
    assert (await live.returns.show(workflow_id)).phase == "awaiting_goods"
    assert await events_told(live.client, workflow_id, timedelta(seconds=10)) == {"e"}


async def test_search_attributes_tell_the_order_the_return_and_the_phase(live: Running) -> None:
    """A list of returns needs no worker."""
    order = await live.order("third_party", 1)
    answer = await live.start(order, 1)
    await live.in_phase(answer.workflow_id, "awaiting_goods")
    described = await live.handle(answer.workflow_id).describe()
    found = {pair.key.name: pair.value for pair in described.typed_search_attributes}
    assert found["OrderId"] == order.id
    assert found["Coordinator"] == "third_party"
    assert found["ReturnPhase"] == "awaiting_goods"
    assert found["ReturnId"] == answer.return_id


async def test_a_message_to_no_return_says_so(live: Running) -> None:
    """The caller hears that there is none."""
    with pytest.raises(NoSuchReturnError):
        await live.returns.show("return-nowhere")
