"""`starter.py adopt`: an operator carries on with a return that is at Digital River already."""

import json

import pytest

from tests.running import Json, Order, Running
from tests.storefront.command import Command, Told, run_here, wish

BANK_NOW = {"bank_after_seconds": 0}


async def a_return_of_theirs(house: Running, order: Order) -> str:
    """Have a return of one unit made that bears no mark of ours."""
    items = [{"itemId": order.items[0], "quantity": 1}]
    made = await house.as_client("/returns", {"orderId": order.id, "items": items})
    return str(made["id"])


def settings(house: Running) -> dict[str, str]:
    """Return what the command must be told of Digital River."""
    return {"DIGITAL_RIVER_URL": house.sandbox.url, "DIGITAL_RIVER_API_KEY": house.key}


async def adopt(house: Running, shop: Command, return_id: str, *options: str) -> Told:
    """Run the command."""
    return await shop.run("adopt", return_id, "--json", *options, variables=settings(house))


async def test_it_is_opened_and_the_same_again_is_safe(live: Running, shop: Command) -> None:
    """The answer is the model of `start`; nothing is started twice."""
    order = await live.order("third_party", 1)
    return_id = await a_return_of_theirs(live, order)
    told = await adopt(live, shop, return_id)
    assert (told.status, told.err) == (0, "")
    assert told.answer["status"] == "opened"
    assert told.answer["return_id"] == return_id
    assert told.answer["workflow_id"] == f"return-{order.id}-{return_id}"
    again = await adopt(live, shop, return_id, "--refund-without-asking")
    assert (again.status, again.answer["workflow_id"]) == (0, told.answer["workflow_id"])


async def test_a_fulfillment_return_is_told_by_reading(live: Running, shop: Command) -> None:
    """The id does not say of which kind it is."""
    order = await live.order("digital_river", 1, automation=BANK_NOW)
    (source,) = [
        one for one in (await live.books())["fulfillment_orders"] if one["upstreamId"] == order.id
    ]
    items = [{"fulfillmentOrderItemId": str(source["items"][0]["id"]), "quantity": 1}]
    body = {"fulfillmentOrderId": str(source["id"]), "items": items}
    made = await live.as_client("/fulfillment-returns", body)
    told = await adopt(live, shop, made["id"], "--refund-without-asking")
    assert told.answer["workflow_id"] == f"return-fo{source['id']}-{made['id']}"
    for act in ("approve", "receive"):
        await live.act(f"/sandbox/fulfillment-returns/{made['id']}/{act}")
    assert (await live.result(told.answer["workflow_id"])).outcome == "refunded"


async def test_an_open_return_of_ours_is_named(live: Running, shop: Command) -> None:
    """It belongs to its workflow already: nothing is started."""
    order = await live.order("third_party", 1)
    opened = await live.start(order, 1)
    told = await adopt(live, shop, str(opened.return_id))
    assert (told.status, told.answer["workflow_id"]) == (0, opened.workflow_id)
    assert told.answer["rma"] == opened.rma


async def test_an_ended_return_of_ours_is_followed_up(live: Running, shop: Command) -> None:
    """Its workflow is closed: the follow-up is started, once."""
    order = await live.order("third_party", 1)
    opened = await live.start(order, 1)
    await live.cancel(opened.workflow_id)
    await live.result(opened.workflow_id)
    told = await adopt(live, shop, str(opened.return_id))
    assert (told.status, told.answer["workflow_id"]) == (0, f"{opened.workflow_id}-late")
    again = await adopt(live, shop, str(opened.return_id))
    assert again.answer["workflow_id"] == told.answer["workflow_id"]


async def test_an_id_of_the_other_kind_may_be_a_bad_request(live: Running, shop: Command) -> None:
    """400 for the one kind is no answer yet: the other kind has the return."""
    made = await live.warehouse_return(await live.order("digital_river", 1))
    rule = {"method": "GET", "path": "/returns/*", "kind": "error", "status": 400}
    faults = await live.control.put("/sandbox/faults", json={"calls": [rule]})
    faults.raise_for_status()
    told = await adopt(live, shop, made["id"])
    await live.control.put("/sandbox/faults", json={})
    assert (told.status, told.answer.get("return_id")) == (0, made["id"])


async def test_an_unknown_return_is_refused(live: Running, shop: Command) -> None:
    """Status 3, no workflow, and what each of the two APIs said."""
    told = await adopt(live, shop, "ret_nobody_knows")
    assert told.status == 3
    assert told.answer["error"]["code"] == "no_such_return"
    message = told.answer["error"]["message"]
    assert "knows no return ret_nobody_knows of either kind" in message
    assert "get_return was answered with 404" in message
    assert "get_fulfillment_return was answered with 404" in message


@pytest.mark.parametrize(
    ("variables", "code", "words"),
    [
        ({}, "wrong_settings", "DIGITAL_RIVER_API_KEY is not set"),
        (
            {"DIGITAL_RIVER_URL": "http://127.0.0.1:9", "DIGITAL_RIVER_API_KEY": "sk_test_x"},
            "digital_river_away",
            "could not be asked",
        ),
    ],
    ids=["no key", "away"],
)
async def test_digital_river_that_cannot_be_asked(
    shop: Command, variables: dict[str, str], code: str, words: str
) -> None:
    """Status 1, and a sentence that says why."""
    told = await shop.run("adopt", "ret_1", "--json", variables=variables)
    assert told.status == 1
    assert told.answer["error"]["code"] == code
    assert words in told.answer["error"]["message"]


def test_an_id_that_can_be_none() -> None:
    """Status 2, and nobody is asked."""
    told = run_here("adopt", "no id", "--json")
    assert (told.status, told.answer["error"]["code"]) == (2, "wrong_input")


async def test_a_storefront_cannot_adopt_with_a_request(live: Running, shop: Command) -> None:
    """`start` says what to use instead."""
    order = await live.order("third_party", 1)
    asked: Json = {**wish(order, 1), "lines": [], "adopt": "ret_1"}
    told = await shop.run("start", "-", "--json", written=json.dumps(asked))
    assert told.status == 2
    [problem] = told.answer["error"]["problems"]
    assert problem["field"] == "adopt"
    assert "starter.py adopt" in problem["rule"]
