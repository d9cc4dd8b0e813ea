"""Faults on demand: rules for calls and for webhook deliveries.

A rule has a kind; what a kind does to a call is in calls.py, to a delivery in delivery.py.
"""

import random
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
DeliveryFault = Literal["drop", "duplicate", "delay"]

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


class DeliveryRule(BaseModel):
    """A fault for matching deliveries; decided once per event and webhook."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(default="*", description="Glob over the event type.")
    order_id: str | None = Field(default=None, description="Only events of this order.")
    object_id: str | None = Field(default=None, description="Only events about this object.")
    kind: DeliveryFault
    times: Times = None
    copies: int = Field(default=1, ge=1, description="Further copies, for duplicate.")
    seconds: float = Field(default=0.0, ge=0, description="Wait before delivery, for delay.")

    def matches(self, kind: str, order_id: str, object_id: str) -> bool:
        """Tell whether the rule is about this event."""
        return (
            fnmatchcase(kind, self.type)
            and self.order_id in (None, order_id)
            and self.object_id in (None, object_id)
        )


class Faults(BaseModel):
    """All rules; the first one that matches and is not used up applies."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "calls": [{"method": "POST", "path": "/refunds", "kind": "reset_after"}],
                    "deliveries": [{"type": "refund.*", "kind": "duplicate", "copies": 2}],
                    "seed": 7,
                }
            ]
        },
    )

    calls: list[CallRule] = []
    deliveries: list[DeliveryRule] = []
    seed: int = Field(default=0, description="Seeds the draws for `probability`.")


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
            used = self._deliveries_used[place]
            if rule.matches(kind, order_id, object_id) and rule.times != used:
                self._deliveries_used[place] += 1
                return rule
        return None

    def _call_applies(self, place: int, rule: CallRule) -> bool:
        self._seen[place] += 1
        if self._seen[place] <= rule.skip or self._calls_used[place] == rule.times:
            return False
        return self._random.random() < rule.probability
