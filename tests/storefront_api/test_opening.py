"""`POST /returns`: one answer for one key, or the reason why not, line by line."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest
from temporalio.testing import WorkflowEnvironment

from eligibility.rules import ValueLimit
from eligibility.shop_rules import ShopRules
from lifecycle.judgement import Then
from lifecycle.request import ReturnRequest
from tests.running import Json, Running, running
from tests.storefront_api.conftest import WIDE
from tests.storefront_api.shop import Shop, a_key, path_of, problem, rules, shop_on, wish
from workflows.answers import A_PERSON_LOOKS


@pytest.mark.parametrize("coordinator", ["digital_river", "third_party"])
async def test_a_return_is_opened(live: Running, shop: Shop, coordinator: str) -> None:
    """201 with Digital River's return id, and Location leads to its status."""
    order = await live.order(coordinator, 2)
    key = a_key(order)
    body = wish(order, 2, reason="too_small", metadata={"channel": "web", "vip": True})
    answer = await shop.ask(body, key)
    kind = "fulfillment_returns" if coordinator == "digital_river" else "returns"
    owner = "upstreamId" if coordinator == "digital_river" else "orderId"
    [made] = [row for row in (await live.books())[kind] if row[owner] == order.id]
    asked = ReturnRequest.model_validate({**body, "request_id": key})
    assert answer.status_code == 201
    assert answer.json() == {
        "workflow_id": asked.workflow_id,
        "rma": asked.rma,
        "status": "opened",
        "return_id": made["id"],
        "state": "created",
    }
    assert answer.headers["location"] == path_of(asked.workflow_id)
    seen = await shop.http.get(answer.headers["location"])
    assert seen.json()["return_id"] == made["id"]


async def test_the_same_key_is_the_same_return(live: Running, shop: Shop) -> None:
    """Sent again, twice at once, and after the end: one return, and the same answer."""
    order = await live.order("third_party", 2)
    body, key = wish(order, 2), a_key(order)
    first = await shop.ask(body, key)
    again = await asyncio.gather(
        shop.ask(body, key), shop.ask({**body, "request_id": key, "adopt": None}, key)
    )
    assert [one.json() for one in again] == [first.json()] * 2
    assert [one.status_code for one in again] == [201, 201]
    await live.cancel(first.json()["workflow_id"])
    await live.result(first.json()["workflow_id"])
    late = await shop.ask(body, key)
    assert (late.status_code, late.json()) == (201, first.json())
    assert len([row for row in (await live.books())["returns"] if row["orderId"] == order.id]) == 1


async def test_the_same_key_with_another_body(live: Running, shop: Shop) -> None:
    """409 while the return is open and after it has ended; the first return goes on untouched."""
    order = await live.order("third_party", 2)
    key = a_key(order)
    first = await shop.ask(wish(order, 1), key)
    problem(await shop.ask(wish(order, 2), key), 409, "request_id_reused")
    await live.cancel(first.json()["workflow_id"])
    await live.result(first.json()["workflow_id"])
    told = problem(await shop.ask(wish(order, 2), key), 409, "request_id_reused")
    assert key in told["detail"]
    assert told["type"] == "urn:upriver:problem:refused"


async def test_a_key_belongs_to_its_order(live: Running, shop: Shop) -> None:
    """The same key with another order is another return."""
    one, other = await live.order("third_party", 1), await live.order("third_party", 1)
    key = a_key(one)
    answers = [await shop.ask(wish(order, 1), key) for order in (one, other)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert len({answer.json()["workflow_id"] for answer in answers}) == 2


async def test_the_request_id_of_the_body(live: Running, shop: Shop) -> None:
    """It may be left out, and must not be another than the key."""
    order = await live.order("third_party", 1)
    answer = await shop.ask(wish(order, 1, request_id="another"), a_key(order))
    assert list(rules(answer)) == ["request_id"]


async def test_refused_for_the_state_of_the_order(live: Running, shop: Shop) -> None:
    """409 with the refusal of each line; the same again gets the same answer."""
    order = await live.order("third_party", 1)
    await shop.opened(order, 1)
    body, key = wish(order, 1), a_key(order)
    told = problem(await shop.ask(body, key), 409, "units_held")
    assert told["lines"] == [
        {
            "order_item_id": order.items[0],
            "code": "units_held",
            "message": "All units of this item are in another return already.",
        }
    ]
    assert problem(await shop.ask(body, key), 409, "units_held") == told
    seen = await shop.look(told["workflow_id"])
    assert (seen["status"], seen["refusal"]["code"]) == ("not_returnable", "units_held")


@pytest.mark.parametrize(
    ("line", "code"),
    [({"order_item_id": "1"}, "unknown_line"), ({"quantity": 9}, "quantity_too_large")],
)
async def test_refused_for_what_the_order_does_not_have(
    live: Running, shop: Shop, line: Json, code: str
) -> None:
    """422: whatever becomes of the order, it has no such units."""
    order = await live.order("third_party", 1)
    body = wish(order, 1)
    body["lines"][0] |= line
    told = problem(await shop.ask(body, a_key(order)), 422, code)
    assert told["type"] == "urn:upriver:problem:wrong_for_order"
    assert [one["code"] for one in told["lines"]] == [code]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"lines": []}, "lines"),
        ({"lines": [{"order_item_id": "1", "quantity": 0}]}, "lines.0.quantity"),
        ({"lines": [{"order_item_id": "1", "quantity": 1, "colour": "red"}]}, "lines.0.colour"),
        ({"coordinator": "nobody"}, "coordinator"),
        ({"order_id": "two words"}, "order_id"),
        ({"refund": True}, "refund"),
        ({"adopt": "ret_1"}, "adopt"),
        ({"policy": {"goods": -1}}, "policy.goods"),
        ({"metadata": {"key": "x"}}, "metadata"),
    ],
)
async def test_what_breaks_a_rule_is_named(shop: Shop, changed: Json, field: str) -> None:
    """422 with the field and the rule, and nothing is started."""
    body = {
        "order_id": "4",
        "coordinator": "third_party",
        "lines": [{"order_item_id": "1", "quantity": 1}],
        **changed,
    }
    assert list(rules(await shop.ask(body, "wrong"))) == [field]
    listed = await shop.http.get("/returns", params={"order_id": "4"})
    assert listed.json() == {"returns": []}


@pytest.mark.parametrize("key", [None, "", "two words", "x" * 129])
async def test_the_idempotency_key_is_named(shop: Shop, key: str | None) -> None:
    """It is missing, or no id."""
    headers = {} if key is None else {"Idempotency-Key": key}
    body = {
        "order_id": "4",
        "coordinator": "third_party",
        "lines": [{"order_item_id": "1", "quantity": 1}],
    }
    answer = await shop.http.post("/returns", json=body, headers=headers)
    assert list(rules(answer)) == ["Idempotency-Key"]


async def test_a_name_that_is_no_text(shop: Shop) -> None:
    """Half a character, which JSON can write and UTF-8 cannot, is refused."""
    headers = {"Idempotency-Key": "half", "Content-Type": "application/json"}
    answer = await shop.http.post("/returns", content=rb'{"\ud800": 1}', headers=headers)
    assert rules(answer)


async def test_very_many_broken_rules(shop: Shop) -> None:
    """The first of them are told, so that the answer is no larger than it must be."""
    answer = await shop.ask({f"field-{number}": 1 for number in range(1000)}, "many")
    assert len(problem(answer, 422, "wrong_input")["problems"]) == 20


async def test_a_person_of_the_shop_decides_first(alone: WorkflowEnvironment) -> None:
    """202 with a sentence for the customer; asked again after the decision, it is opened."""
    rules_of_shop = ShopRules(value_limit=ValueLimit(then=Then.ASK, limits={"EUR": Decimal(1)}))
    async with (
        running(alone.client, shop_rules=rules_of_shop) as house,
        shop_on(alone.client, None, WIDE) as shop,
    ):
        order = await house.order("third_party", 1)
        body, key = wish(order, 1), a_key(order)
        asked = await shop.ask(body, key)
        assert (asked.status_code, asked.json()["sentence"]) == (202, A_PERSON_LOOKS)
        workflow_id = asked.json()["workflow_id"]
        assert (await shop.look(workflow_id))["status"] == "in_review"
        await house.resolve(workflow_id, "approve")
        await shop.until(workflow_id, "awaiting_goods")
        assert (await shop.ask(body, key)).status_code == 201
