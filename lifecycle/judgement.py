"""What the shop's own rules, those of `eligibility`, said of a request: a fact."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal


class Then(StrEnum):
    """What follows from a finding."""

    REFUSE = "refuse"
    ASK = "ask"
    """A person decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopFinding:
    """What one rule has against lines of a request."""

    code: str
    then: Then
    message: str
    """One sentence, fit to be shown to a customer."""
    order_item_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EligibilityJudged:
    """The shop's rules were asked, as they were set at `taken`; no finding means yes.

    The earliest judgement holds, whatever rules a repeated check finds.
    """

    kind: Literal["eligibility_judged"] = "eligibility_judged"
    findings: tuple[ShopFinding, ...]
    taken: datetime
