"""The names that tie one return together: RMA number, workflow id, keys in metadata.

Digital River has no idempotency key, and the refunds it makes carry no metadata of ours; so the
RMA number travels in `reason`, which it copies (docs/digital-river.md, "Recognising our own").
"""

import base64
import hashlib
import re
from functools import lru_cache

REASON_LIMIT = 64
"""Characters that Digital River takes in `reason` (docs/digital-river.md, "Limits")."""

RMA_LENGTH = 10
LATE = "-late"
RETURN_KEY = ":return"
_RMA_TAG = re.compile(rf"(?:^|\s)#([A-Z2-7]{{{RMA_LENGTH}}})$")
_REFUND_KEY = re.compile(r":refund:(\d{1,6})$")


@lru_cache(maxsize=4096)
def rma_number(request_id: str) -> str:
    """Return the RMA number of a request: the same request id always has the same number."""
    digest = hashlib.sha256(request_id.encode()).digest()
    return base64.b32encode(digest).decode()[:RMA_LENGTH]


def workflow_id_for(order_id: str, rma: str) -> str:
    """Return the workflow id of a return that the storefront starts."""
    return f"return-{order_id}-{rma}"


def adoption_id(order_id: str, fulfillment_order_id: str | None, return_id: str) -> str:
    """Return the workflow id of the adoption of a return that somebody else started."""
    place = f"fo{fulfillment_order_id}" if fulfillment_order_id else order_id
    return f"return-{place}-{return_id}"


def follow_up_id(workflow_id: str) -> str:
    """Return the workflow id under which what comes after the end of a return is followed up."""
    return workflow_id if workflow_id.endswith(LATE) else f"{workflow_id}{LATE}"


def tagged_reason(reason: str | None, rma: str) -> str:
    """Return the reason with the RMA number behind it, as Digital River will show and copy it."""
    return f"{reason} #{rma}" if reason else f"#{rma}"


@lru_cache(maxsize=4096)
def rma_in(reason: str | None) -> str | None:
    """Return the RMA number that `tagged_reason` put there, if there is one."""
    found = _RMA_TAG.search(reason or "")
    return found.group(1) if found else None


def return_key(workflow_id: str) -> str:
    """Return the key of the one Digital River return of a workflow."""
    return f"{workflow_id}{RETURN_KEY}"


def workflow_that_made(key: str | None, reason: str | None, order_id: str | None) -> str | None:
    """Return the workflow that a return's mark names: its key, or its RMA number and its order."""
    if key is not None:
        made = key.endswith(RETURN_KEY)
        return key.removesuffix(RETURN_KEY) if made else None
    rma = rma_in(reason)
    return workflow_id_for(order_id, rma) if rma and order_id else None


def refund_key(return_id: str, number: int) -> str:
    """Return the key of the n-th refund issued for a return; each retry is a new number."""
    return f"{return_id}:refund:{number}"


def refund_number(key: str) -> int:
    """Return the number in a refund key, 0 when the key is not one of ours."""
    found = _REFUND_KEY.search(key)
    return int(found.group(1)) if found else 0
