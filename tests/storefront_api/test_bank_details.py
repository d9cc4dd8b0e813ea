"""The token for bank details: read live, for a refund of that return, and kept nowhere.

The local Digital River makes each token with the word that `tests.canaries` looks for in every
history and every log.
"""

from __future__ import annotations

import httpx
import pytest

from digital_river import DigitalRiver
from storefront.bank_details import BankDetailsReader
from tests.canaries import API_KEY
from tests.running import Json, Running
from tests.storefront_api.conftest import WIDE
from tests.storefront_api.shop import Shop, path_of, problem, shop_on

NOW = {"approve_after_seconds": 0, "receive_after_seconds": 0}


async def asked(live: Running, shop: Shop) -> tuple[str, str]:
    """Carry a return to a refund for which the bank needs details; give both ids."""
    order = await live.order("digital_river", 1, automation=NOW)
    workflow_id = (await shop.opened(order, 1))["workflow_id"]
    refund = await live.refund(order, 1)
    await live.act(f"/sandbox/refunds/{refund}/require-information")
    view = await shop.until(workflow_id, "awaiting_customer")
    assert view["message"].startswith("To pay your refund, we need your bank details by ")
    assert "canary" not in str(view)
    return workflow_id, refund


async def details(shop: Shop, workflow_id: str, refund: str) -> httpx.Response:
    """Ask for the token."""
    return await shop.http.get(path_of(workflow_id, "refunds", refund, "bank-details"))


async def test_the_token_of_a_refund(live: Running, shop: Shop) -> None:
    """It is Digital River's of this moment, and no cache may keep it."""
    workflow_id, refund = await asked(live, shop)
    answer = await details(shop, workflow_id, refund)
    held = live.sandbox.world.refunds[refund]
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    told: Json = answer.json()
    assert (told["refund_id"], told["token"]) == (refund, held.token)
    assert told["token"].startswith("canary-")
    assert told["expires_time"]


async def test_a_refund_that_asks_for_nothing(live: Running, shop: Shop) -> None:
    """409 before the return itself has heard that the details are there."""
    workflow_id, refund = await asked(live, shop)
    await live.act(f"/sandbox/refunds/{refund}/complete")
    told = problem(await details(shop, workflow_id, refund), 409, "no_bank_details_asked")
    assert told["detail"].endswith("the refund is succeeded.")


async def test_the_refund_of_another_return(live: Running, shop: Shop) -> None:
    """404, although Digital River has it, and whether or not it does."""
    (one, _), (_, others) = await asked(live, shop), await asked(live, shop)
    for refund in (others, "re_nobodys", "re_%0A"):
        problem(await details(shop, one, refund), 404, "no_such_refund")


async def test_digital_river_is_away(
    live: Running, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 when it does not answer, 502 when it does not take the key, 404 when it forgot."""
    workflow_id, refund = await asked(live, shop)
    nowhere = DigitalRiver("http://127.0.0.1:1", API_KEY)
    stranger = DigitalRiver(live.sandbox.url, "sk_test_canary_2")
    async with nowhere, stranger:
        async with shop_on(live.client, BankDetailsReader(nowhere), WIDE) as other:
            answer = await details(other, workflow_id, refund)
            problem(answer, 503, "digital_river_away")
            assert int(answer.headers["retry-after"]) > 0
        async with shop_on(live.client, BankDetailsReader(stranger), WIDE) as other:
            problem(await details(other, workflow_id, refund), 502, "digital_river_refused")
    monkeypatch.delitem(live.sandbox.world.refunds, refund)
    forgotten = await details(shop, workflow_id, refund)
    problem(forgotten, 404, "no_such_refund")
    assert forgotten.headers["cache-control"] == "no-store"


@pytest.mark.usefixtures("shop")
async def test_without_digital_river(live: Running) -> None:
    """An API that was not told where it is says so; everything else is served."""
    async with shop_on(live.client, None, WIDE) as shop:
        problem(await details(shop, "return-4-X", "re_1"), 501, "bank_details_off")
        assert (await shop.http.get("/returns", params={"order_id": "4"})).status_code == 200
