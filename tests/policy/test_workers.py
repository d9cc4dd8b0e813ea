"""The worker has everything that the workflow calls, and the server everything that it lists by."""

from typing import get_args

from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from lifecycle.facts import Resource
from lifecycle.steps import (
    AcceptItems,
    Adopt,
    Call,
    CheckReturnable,
    CheckShipped,
    Create,
    IssueRefund,
    ListReturns,
    Look,
    LookUpDispute,
    Units,
)
from local.dev_server import temporal_command
from tests.policy.test_names import ACTIVITIES
from tests.policy.values import LATER, NOW
from tests.servers import STARTUP
from workflows.calls import calling
from workflows.search_attributes import register_search_attributes

UNITS = (Units(item_id="i", quantity=2),)
CALLS: tuple[Call, ...] = (
    CheckShipped(key="k", order_id="o"),
    CheckReturnable(key="k", order_id="o"),
    Adopt(key="k", resource=Resource.RETURN, return_id="r"),
    Create(resource=Resource.FULFILLMENT_RETURN, key="k", order_id="o", items=UNITS),
    Create(resource=Resource.RETURN, key="k", order_id="o", items=UNITS),
    AcceptItems(return_id="r", key="k", items=UNITS, whole=False),
    IssueRefund(
        order_id="o",
        return_id="r",
        key="r:refund:1",
        currency="EUR",
        items=UNITS,
        resource=Resource.RETURN,
        known=(),
        not_before=LATER,
    ),
    ListReturns(key="k", order_id="o", made=NOW),
    Look(key="k", order_id="o", return_id="r", resource=Resource.RETURN, not_before=NOW),
    LookUpDispute(key="k", order_id="o", seen=NOW),
)


def test_every_call_has_a_row_and_every_row_an_activity() -> None:
    """A step that the workflow can take is an activity that the worker has, and vice versa."""
    assert {type(call) for call in CALLS} == set(get_args(Call))
    assert {calling(call).activity for call in CALLS} | {"watch"} == ACTIVITIES


def test_every_call_says_what_it_does() -> None:
    """The web UI shows a short summary, without the ids of customers."""
    summaries = [calling(call).summary for call in CALLS]
    assert len(set(summaries)) == len(CALLS)
    assert all(0 < len(summary) <= 200 for summary in summaries)
    many = tuple(Units(item_id=str(number) * 100, quantity=1) for number in range(9))
    long = calling(AcceptItems(return_id="r", key="k", items=many, whole=False)).summary
    assert len(long) == 200


async def custom_attributes(client: Client) -> dict[str, int]:
    """List the search attributes that were added to a server."""
    listed = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    return {name: int(kind) for name, kind in listed.custom_attributes.items()}


async def test_search_attributes_are_registered_where_they_are_missing() -> None:
    """A server without them has them afterwards; doing it again changes nothing."""
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=temporal_command(),
        dev_server_log_level="never",
        dev_server_startup_timeout=STARTUP,
    ) as bare:
        wanted = {"OrderId", "Coordinator", "ReturnPhase", "ReturnId"}
        assert not wanted & set(await custom_attributes(bare.client))
        await register_search_attributes(bare.client)
        added = await custom_attributes(bare.client)
        assert wanted <= set(added)
        await register_search_attributes(bare.client)
        assert await custom_attributes(bare.client) == added
