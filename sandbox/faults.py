"""Faults on demand: rules for calls, for lists and for webhook deliveries.

A rule has a kind; what a kind does to a call is in calls.py, to a list in queries.py, to a delivery
in delivery.py.
"""

import random
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

CallFault = Literal[
    "delay",
    "too_many_requests",
    "error",
    "reset",
    "answer_lost",
    "reset_after",
    "error_after",
    "malformed",
]
ListFault = Literal["late", "lost", "duplicate"]
Impostor = Literal[
    "bad_signature",
    "wrong_secret",
    "body_swapped",
    "stale",
    "future",
    "wrong_mode",
    "unknown_type",
    "truncated",
]
"""What is sent ahead of the event: it says more than the event, and nobody must believe it."""

DeliveryFault = Literal["drop", "duplicate", "delay", "shuffle", Impostor]

Times = Annotated[
    int | None, Field(ge=0, description="How often the rule applies; null means always.")
]


class CallRule(BaseModel):
    """A fault for matching calls to Digital River's paths."""

    model_config = ConfigDict(extra="forbid")

    method: str = Field(default="*", description="HTTP method, or `*` for any.")
    path: str = Field(default="*", description="Glob over the path; `*` also matches `/`.")
    kind: CallFault
    times: Times = None
    skip: int = Field(default=0, ge=0, description="Let the first n matching calls through.")
    probability: float = Field(default=1.0, ge=0, le=1)
    seconds: float = Field(default=0.0, ge=0, description="For delay and answer_lost.")
    retry_after: str | None = Field(
        default="1", description="Retry-After of too_many_requests; null leaves it out."
    )
    status: int = Field(default=500, ge=400, le=599, description="For error and error_after.")

    def matches(self, method: str, path: str) -> bool:
        """Tell whether the rule is about this call."""
        return self.method in ("*", method) and fnmatchcase(path, self.path)


class ListRule(BaseModel):
    """A fault for what lists show; every rule that matches applies, to every list."""

    model_config = ConfigDict(extra="forbid")

    path: str = Field(default="*", description="Glob over the list's path, such as `/refunds`.")
    kind: ListFault = Field(
        description="`late`: a new object is missing at first (eventual consistency). `lost`: some "
        "entries are never shown. `duplicate`: each entry is shown twice."
    )
    seconds: float = Field(default=0.0, ge=0, description="For late: how long, by world's clock.")
    reads: bool = Field(
        default=False, description="For late: a read by id answers 404 for as long, too."
    )
    share: float = Field(
        default=1.0, ge=0, le=1, description="For lost: of the entries; 1 leaves the list empty."
    )


class DeliveryRule(BaseModel):
    """A fault for matching deliveries; decided once per event and webhook."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(default="*", description="Glob over the event type.")
    order_id: str | None = Field(default=None, description="Only events of this order.")
    object_id: str | None = Field(default=None, description="Only events about this object.")
    kind: DeliveryFault = Field(
        description="`shuffle`: each waits for a time of its own. From `bad_signature` on, an "
        "impostor with an id of its own, which begins with the kind, is sent ahead of the event."
    )
    times: Times = None
    skip: int = Field(default=0, ge=0, description="Let the first n matching events through.")
    copies: int = Field(default=1, ge=1, description="Further copies, for duplicate.")
    seconds: float = Field(
        default=0.0, ge=0, description="Wait before delivery, for delay; at most, for shuffle."
    )

    def matches(self, kind: str, order_id: str, object_id: str) -> bool:
        """Tell whether the rule is about this event."""
        return (
            fnmatchcase(kind, self.type)
            and self.order_id in (None, order_id)
            and self.object_id in (None, object_id)
        )


class Faults(BaseModel):
    """All rules; of those for calls and deliveries the first that matches and is not used up."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "calls": [{"method": "POST", "path": "/refunds", "kind": "reset_after"}],
                    "lists": [{"path": "/returns", "kind": "late", "seconds": 30}],
                    "deliveries": [{"type": "refund.*", "kind": "duplicate", "copies": 2}],
                    "seed": 7,
                }
            ]
        },
    )

    calls: list[CallRule] = []
    lists: list[ListRule] = []
    deliveries: list[DeliveryRule] = []
    seed: int = Field(default=0, description="Seeds the draws of `probability` and `share`.")


class FaultBox:
    """The rules in force and how often each has matched and applied."""

    def __init__(self) -> None:
        self.put(Faults())

    def put(self, rules: Faults) -> None:
        """Replace all rules and start counting anew."""
        self.rules = rules
        self._random = random.Random(rules.seed)  # noqa: S311 - repeatable, nothing secret
        self._seen = [0] * len(rules.calls)
        self._calls_used = [0] * len(rules.calls)
        self._events_seen = [0] * len(rules.deliveries)
        self._deliveries_used = [0] * len(rules.deliveries)

    def clear(self) -> None:
        """Remove all rules."""
        self.put(Faults())

    def for_call(self, method: str, path: str) -> CallRule | None:
        """Return the fault of this call and count it."""
        for place, rule in enumerate(self.rules.calls):
            if rule.matches(method, path) and self._call_applies(place, rule):
                self._calls_used[place] += 1
                return rule
        return None

    def for_delivery(self, kind: str, order_id: str, object_id: str) -> DeliveryRule | None:
        """Return the fault of this delivery and count it."""
        for place, rule in enumerate(self.rules.deliveries):
            if rule.matches(kind, order_id, object_id) and self._delivery_applies(place, rule):
                self._deliveries_used[place] += 1
                return rule
        return None

    def times_listed(self, path: str, resource_id: str, age: timedelta) -> int:
        """Return how often a list shows an entry."""
        times = 1
        for rule in self._about(path):
            if rule.kind == "duplicate":
                times *= 2
            elif _is_late(rule, age) or self._is_lost(rule, resource_id):
                times = 0
        return times

    def hides(self, path: str, age: timedelta) -> bool:
        """Say whether a read does not find an object yet."""
        return any(rule.reads and _is_late(rule, age) for rule in self._about(path))

    def _about(self, path: str) -> list[ListRule]:
        return [rule for rule in self.rules.lists if fnmatchcase(path, rule.path)]

    def _is_lost(self, rule: ListRule, resource_id: str) -> bool:
        """Draw once for each entry: what is lost stays lost."""
        draw = random.Random(f"{self.rules.seed}:{resource_id}")  # noqa: S311 - repeatable
        return rule.kind == "lost" and draw.random() < rule.share

    def _delivery_applies(self, place: int, rule: DeliveryRule) -> bool:
        self._events_seen[place] += 1
        return self._events_seen[place] > rule.skip and rule.times != self._deliveries_used[place]

    def _call_applies(self, place: int, rule: CallRule) -> bool:
        self._seen[place] += 1
        if self._seen[place] <= rule.skip or self._calls_used[place] == rule.times:
            return False
        return self._random.random() < rule.probability


def _is_late(rule: ListRule, age: timedelta) -> bool:
    return rule.kind == "late" and age < timedelta(seconds=rule.seconds)
