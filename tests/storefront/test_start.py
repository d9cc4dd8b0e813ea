"""`starter.py start`: one answer, in the shape of design §8, and an exit status that tells it."""

import asyncio
import json
from pathlib import Path

from temporalio.testing import WorkflowEnvironment

from lifecycle.request import ReturnRequest
from tests.running import Json, Order, Running
from tests.storefront.command import Command, command_for, wish

NOWHERE = "127.0.0.1:1"


def names_of(request: Json) -> Json:
    """Return the workflow id and the RMA number that every answer to a request holds."""
    read = ReturnRequest.model_validate(request)
    return {"workflow_id": read.workflow_id, "rma": read.rma}


async def test_a_request_from_a_file_is_opened(
    live: Running, shop: Command, tmp_path: Path
) -> None:
    """Status 0 and one object with Digital River's return id; asked again, the same."""
    order = await live.order("digital_river", 2)
    request = wish(order, 2, reason="too_small", metadata={"channel": "web"})
    path = tmp_path / "request.json"
    path.write_text(json.dumps(request))
    first = await shop.run("start", str(path), "--json")
    again = await shop.run("start", str(path), "--json")
    assert (first.status, first.err) == (0, "")
    rows = (await live.books())["fulfillment_returns"]
    made = [row for row in rows if row.get("upstreamId") == order.id]
    assert len(made) == 1
    assert first.answer == {
        **names_of(request),
        "status": "opened",
        "return_id": made[0]["id"],
        "state": "created",
    }
    assert again == first


async def test_a_request_from_standard_input_is_opened(live: Running, shop: Command) -> None:
    """`-` reads the request; without --json the answer is for people."""
    order = await live.order("third_party", 1)
    request = wish(order, 1)
    told = await shop.run("start", "-", written=json.dumps(request))
    assert (told.status, told.err) == (0, "")
    [made] = [row for row in (await live.books())["returns"] if row["orderId"] == order.id]
    names = names_of(request)
    assert told.out == (
        f"Opened: Digital River return {made['id']}, created.\n"
        f"  workflow {names['workflow_id']}, RMA {names['rma']}\n"
    )


async def refusals(live: Running) -> list[tuple[str, Json]]:
    """Return requests that must be refused, with the code of their one line."""
    third, plain = await live.order("third_party", 2), await live.order("digital_river", 2)
    held = await live.order("third_party", 1)
    await live.start(held, 1)
    unknown = Order("999999999999", ["1"], "third_party")
    stranger = Order(plain.id, ["no-such-item"], "digital_river")
    return [
        ("order_not_found", wish(unknown, 1)),
        ("unknown_line", wish(stranger, 1, request_id=f"stranger-{plain.id}")),
        ("quantity_too_large", wish(plain, 3)),
        ("quantity_too_large", wish(third, 3)),
        ("units_held", wish(held, 1)),
    ]


async def test_what_cannot_be_returned_is_refused_line_by_line(
    live: Running, shop: Command
) -> None:
    """Status 3, with a code for programs and a sentence for the customer on each line."""
    wanted = await refusals(live)
    told = await asyncio.gather(
        *(shop.run("start", "-", "--json", written=json.dumps(one)) for _, one in wanted)
    )
    assert [one.status for one in told] == [3] * len(wanted)
    for (code, request), one in zip(wanted, told, strict=True):
        assert one.answer["status"] == "refused"
        assert one.answer.items() >= names_of(request).items()
        assert "return_id" not in one.answer
        refusal = one.answer["refusal"]
        assert set(refusal) == {"code", "message", "lines"}
        [line] = refusal["lines"]
        assert line["order_item_id"] == request["lines"][0]["order_item_id"]
        assert line["code"] == code
        assert line["message"].endswith(".")


async def test_a_refusal_is_told_to_people(live: Running, shop: Command) -> None:
    """Status 3 and the sentence of each line, on standard output."""
    order = await live.order("third_party", 2)
    told = await shop.run("start", "-", written=json.dumps(wish(order, 3)))
    assert (told.status, told.err) == (3, "")
    assert f"  {order.items[0]}: Only 2 of this item were ordered, not 3. (" in told.out


async def test_a_request_id_that_was_used_for_something_else_is_refused(
    live: Running, shop: Command
) -> None:
    """Status 3 with the code; the first return is untouched."""
    order = await live.order("third_party", 2)
    answer = await live.returns.start(ReturnRequest.model_validate(wish(order, 2)))
    told = await shop.run("start", "-", "--json", written=json.dumps(wish(order, 1)))
    assert told.status == 3
    assert told.answer["error"]["code"] == "request_id_reused"
    assert told.err == ""
    assert (await live.returns.show(answer.workflow_id)).lines[0].requested == 2


async def test_without_a_worker_a_request_is_queued(alone: WorkflowEnvironment) -> None:
    """Status 4 with the workflow id; the workflow is there, and nothing else is said."""
    request = wish(Order("400000000009", ["1"], "third_party"), 1)
    shop = command_for(alone.client)
    told = await shop.run("start", "-", "--json", "--wait", "1", written=json.dumps(request))
    assert (told.status, told.err) == (4, "")
    assert told.answer == {**names_of(request), "status": "queued"}
    described = await alone.client.get_workflow_handle(told.answer["workflow_id"]).describe()
    assert described.run_id


async def test_temporal_that_cannot_be_reached_is_told_in_one_sentence() -> None:
    """Status 1, for people and for programs, without a traceback."""
    shop, written = Command(NOWHERE), json.dumps(wish(Order("1", ["1"], "third_party"), 1))
    people, program = await asyncio.gather(
        shop.run("start", "-", written=written), shop.run("list", "--json")
    )
    sentence = "Temporal cannot be reached at 127.0.0.1:1: Connection refused."
    assert (people.status, people.out, people.err) == (1, "", f"{sentence}\n")
    assert (program.status, program.err) == (1, "")
    assert program.answer == {"error": {"code": "temporal_away", "message": sentence}}
