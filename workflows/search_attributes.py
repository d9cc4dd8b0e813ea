"""Registering the search attributes where a server lacks them."""

import logging

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import (
    AddSearchAttributesRequest,
    ListSearchAttributesRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from workflows.names import SEARCH_ATTRIBUTES

_log = logging.getLogger(__name__)

NOT_OURS_TO_ADD = {
    RPCStatusCode.PERMISSION_DENIED,
    RPCStatusCode.UNAUTHENTICATED,
    RPCStatusCode.UNIMPLEMENTED,
    RPCStatusCode.NOT_FOUND,
}


async def register_search_attributes(client: Client) -> None:
    """Add what is missing. Temporal Cloud adds them elsewhere; then say which ones are needed.

    Raises RPCError when the server cannot be reached.
    """
    wanted = {key.name: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD for key in SEARCH_ATTRIBUTES}
    try:
        listed = await client.operator_service.list_search_attributes(
            ListSearchAttributesRequest(namespace=client.namespace)
        )
        missing = {
            name: kind for name, kind in wanted.items() if name not in listed.custom_attributes
        }
        if not missing:
            return
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing)
        )
    except RPCError as error:
        if error.status is RPCStatusCode.ALREADY_EXISTS:
            return
        if error.status not in NOT_OURS_TO_ADD:
            raise
        _log.warning(
            "Search attributes cannot be added from here (%s); make sure that these exist, "
            "each a Keyword: %s",
            error.status.name,
            ", ".join(sorted(wanted)),
        )
