"""Reading input, building list queries, and Temporal's errors in the storefront's words."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from temporalio.client import WorkflowQueryFailedError, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError, CancelledError
from temporalio.service import RPCError, RPCStatusCode

from storefront.errors import NoAnswerError, NoSuchReturnError, RefusedError, StorefrontError
from storefront.listing import ReturnFilter, quoted
from storefront.reading import WrongInputError, read, read_json
from storefront.translating import readable_errors
from workflows.messages import Cancellation, Shipment

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_every_broken_rule_is_told_at_once() -> None:
    """One entry per rule, its field as a path."""
    with pytest.raises(WrongInputError) as caught:
        read(Shipment, {"reference": "S 1", "revision": True, "items": {"i": -1}, "more": 1})
    assert [one["field"] for one in caught.value.problems] == [
        "reference",
        "revision",
        "items.i",
        "more",
    ]
    assert str(caught.value).count("; ") == 3


def test_rules_are_told_in_words() -> None:
    """Of what a caller gets wrong most, in no programmer's words."""
    with pytest.raises(WrongInputError) as caught:
        read(Shipment, {"reference": "S1", "revision": 1.5, "items": {"i": "1.5"}, "more": 1})
    assert str(caught.value) == (
        "revision: must be a whole number; items.i: must be a whole number; more: is no known field"
    )
    with pytest.raises(WrongInputError, match=r"\(all\): must be a JSON object"):
        read_json(Shipment, "[]")


def test_what_is_right_is_read() -> None:
    """Words lose the spaces around them."""
    found = read_json(Cancellation, '{"who": " care ", "why": "kept"}')
    assert found == Cancellation(who="care", why="kept")


def test_the_value_is_not_repeated() -> None:
    """An error names field and rule; what was sent may be personal."""
    with pytest.raises(WrongInputError) as caught:
        read(Cancellation, {"who": "canary" * 100, "why": {"name": "canary"}})
    assert "canary" not in str(caught.value)


def test_a_query_without_filters_asks_for_returns_only() -> None:
    """Other workflows of the namespace are not listed."""
    assert ReturnFilter().query(NOW) == "WorkflowType = 'ReturnWorkflow'"


def test_a_query_names_what_is_wanted() -> None:
    """Each filter is one term; an age is a time before which a return began."""
    wanted = ReturnFilter(order_id="7", needs_attention=True, older_than=3)
    assert wanted.query(NOW) == (
        "WorkflowType = 'ReturnWorkflow' AND OrderId = '7' AND ReturnPhase = 'needs_attention' "
        "AND ExecutionStatus = 'Running' AND StartTime < '2026-02-27T09:00:00+00:00'"
    )
    ended = ReturnFilter(open=False, phase="expired").query(NOW)
    assert ended.endswith("ReturnPhase = 'expired' AND ExecutionStatus != 'Running'")


@given(st.text())
def test_a_value_cannot_leave_its_quotes(value: str) -> None:
    """Read as the server reads it, the quoted text is the value again, and nothing follows."""
    written = quoted(value)
    assert written[0] == "'"
    read_back, rest = "", written[1:]
    while rest[0] != "'":
        escaped = rest[0] == "\\"
        read_back += rest[1] if escaped else rest[0]
        rest = rest[2:] if escaped else rest[1:]
    assert (read_back, rest) == (value, "'")


def rpc(status: RPCStatusCode) -> RPCError:
    """Return an error of the server."""
    return RPCError("words of the server", status, b"")


@pytest.mark.parametrize(
    ("error", "kind", "code"),
    [
        (rpc(RPCStatusCode.NOT_FOUND), NoSuchReturnError, "no_such_return"),
        (rpc(RPCStatusCode.UNAVAILABLE), NoAnswerError, "temporal_away"),
        (rpc(RPCStatusCode.UNKNOWN), NoAnswerError, "temporal_away"),
        (rpc(RPCStatusCode.INTERNAL), NoAnswerError, "temporal_away"),
        (rpc(RPCStatusCode.DEADLINE_EXCEEDED), NoAnswerError, "no_answer"),
        (RuntimeError("Failed client connect: refused"), NoAnswerError, "temporal_away"),
        (rpc(RPCStatusCode.PERMISSION_DENIED), StorefrontError, "temporal_error"),
        (WorkflowQueryFailedError("bad"), StorefrontError, "query_failed"),
        (
            WorkflowUpdateFailedError(ApplicationError("No.", type="closed")),
            RefusedError,
            "closed",
        ),
        (WorkflowUpdateFailedError(ApplicationError("No.")), RefusedError, "refused"),
        (WorkflowUpdateFailedError(CancelledError("gone")), RefusedError, "refused"),
    ],
)
def test_temporals_errors_become_ours(
    error: Exception, kind: type[StorefrontError], code: str
) -> None:
    """Each has a stable code and one sentence, and keeps its cause."""
    with pytest.raises(StorefrontError) as caught, readable_errors():
        raise error
    assert type(caught.value) is kind
    assert caught.value.code == code
    assert caught.value.__cause__ is error


def test_a_mistake_of_ours_is_not_taken_for_temporals() -> None:
    """Any other RuntimeError stays what it is."""
    with pytest.raises(RuntimeError, match="a mistake"), readable_errors():
        raise RuntimeError("a mistake")
