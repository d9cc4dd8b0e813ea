"""docs/milestones.md says what is sent, and its way of believing a message works."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from lifecycle.milestones import (
    Milestone,
    MilestoneData,
    MilestoneRefund,
    MilestoneShipment,
    MilestoneType,
)
from lifecycle.steps import Outcome
from tests.canaries import STOREFRONT_SECRET

PAGE = (Path(__file__).parents[2] / "docs/milestones.md").read_text()


def row(name: str) -> list[str]:
    """Return the cells of the one row that begins with a name."""
    [found] = re.findall(rf"^\| `{re.escape(name)}` \|(.*)\|$", PAGE, re.MULTILINE)
    return [cell.strip() for cell in found.split(" | ")]


def hear() -> Callable[[bytes, dict[str, str], str], object]:
    """Return the page's own function, which has heard nothing yet."""
    [code] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    page: dict[str, Any] = {}
    exec(code, page)  # noqa: S102 - the page's own words
    found: Callable[[bytes, dict[str, str], str], object] = page["hear"]
    return found


def test_each_type_has_its_row() -> None:
    """In the order in which a return reaches them is for the reader; none is left over."""
    told = re.findall(r"^\| `((?:return|refund)\.\w+)` \|", PAGE, re.MULTILINE)
    assert sorted(told) == sorted(MilestoneType)


def test_each_field_has_its_row() -> None:
    """With the fields that it holds."""
    fields = set(MilestoneData.model_fields) - {"return_"}
    assert fields == {"shipment", "refund", "outcome"}
    for name, holds in (("shipment", MilestoneShipment), ("refund", MilestoneRefund)):
        assert set(re.findall(r"`(\w+)`", row(name)[0])) == set(holds.model_fields)
    assert set(re.findall(r"`(\w+)`", row("outcome")[0])) == set(Outcome)


def test_the_example_is_a_whole_body() -> None:
    """It is what is sent of such a milestone, field by field, with the id that is told."""
    [block] = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    example = json.loads(block)
    sent = Milestone.model_validate({**example, "key": "refund_complete:re_1"})
    assert json.loads(sent.body) == example
    assert f"`{sent.webhook_id}`" in PAGE


def test_the_code_believes_what_is_genuine_once() -> None:
    """A repeat is dropped, and a forgery refused."""
    believe = hear()
    body, now = b'{"type": "return.opened"}', datetime.now(UTC)
    headers = {
        "Webhook-Id": "return-1-A:opened",
        "Webhook-Timestamp": str(int(now.timestamp())),
        "Webhook-Signature": Webhook(STOREFRONT_SECRET).sign(
            "return-1-A:opened", now, body.decode()
        ),
    }
    assert believe(body, headers, STOREFRONT_SECRET) == json.loads(body)
    assert believe(body, headers, STOREFRONT_SECRET) is None
    with pytest.raises(WebhookVerificationError):
        believe(body + b" ", headers, STOREFRONT_SECRET)


@pytest.mark.parametrize("signature", ["nonsense", "v1", "v1,abc"])
def test_the_code_refuses_what_the_library_cannot_read(signature: str) -> None:
    """As it refuses a forgery, whatever the case of the headers' names."""
    headers = {
        "Webhook-Id": "return-1-A:opened",
        "Webhook-Timestamp": str(int(datetime.now(UTC).timestamp())),
        "Webhook-Signature": signature,
    }
    with pytest.raises(WebhookVerificationError, match="malformed"):
        hear()(b"{}", headers, STOREFRONT_SECRET)
