"""The one word that says where a return stands: the search attribute `ReturnPhase`."""

from typing import assert_never

from lifecycle.steps import (
    AcceptItems,
    Adopt,
    CheckReturnable,
    CheckShipped,
    Close,
    Create,
    IssueRefund,
    ListReturns,
    Look,
    LookUpDispute,
    Outcome,
    Step,
    Wait,
    Waiting,
)

OPENING = "opening"
NEEDS_ATTENTION = "needs_attention"

_WAITING = {
    Waiting.APPROVAL: "awaiting_approval",
    Waiting.GOODS: "awaiting_goods",
    Waiting.MORE_GOODS: "awaiting_goods",
    Waiting.REFUND: "refunding",
    Waiting.BANK_DETAILS: "awaiting_customer",
    Waiting.DISPUTE: "disputed",
    Waiting.DECISION: NEEDS_ATTENTION,
}

PHASES = (OPENING, *dict.fromkeys(_WAITING.values()), *Outcome)
"""Every phase there is, and every outcome."""


def phase_of(step: Step) -> str:
    """Return the phase in which a step is taken; the outcome when it is the last."""
    match step:
        case Wait():
            return _WAITING[step.what]
        case Close():
            return step.outcome
        case CheckShipped() | CheckReturnable() | Adopt() | Create():
            return OPENING
        case AcceptItems():
            return "awaiting_goods"
        case LookUpDispute():
            return _WAITING[Waiting.DISPUTE]
        case IssueRefund() | ListReturns() | Look():
            return "refunding"
        case _:
            assert_never(step)
