"""Where a return stands: facts, phases, waits, states, outcomes, questions and answers."""

import ast
import functools
import typing

from lifecycle import facts, states
from lifecycle.customer import customer_status
from lifecycle.meanings import kind_of, meaning_of
from lifecycle.phase import PHASES, phase_of
from lifecycle.sentences import sentence_for
from lifecycle.steps import Close, Outcome, Wait, Waiting, Who
from reference import docstrings, source
from reference.tables import code, table
from tests.builders.stuck import STUCK

RANKS = {"fulfillment return": states.FULFILLMENT_RETURN, "return": states.RETURN}
RANKS |= {"refund": states.REFUND}


def fact_kinds() -> str:
    """Return each kind of fact, with its fields."""
    union, *_ = typing.get_args(facts.Fact)
    rows = (
        (
            code(str(kind.__dataclass_fields__["kind"].default)),
            docstrings.first(kind),
            ", ".join(code(name) for name in kind.__dataclass_fields__ if name != "kind"),
        )
        for kind in typing.get_args(union)
    )
    return table(("kind", "meaning", "fields"), rows)


def phases() -> str:
    """Return each phase before the end, with the waits in it and the customer's word."""
    rows = []
    for phase in PHASES:
        if phase in list(Outcome):
            continue
        waits = [what for what in Waiting if phase_of(_wait(what)) == phase]
        rows.append(
            (code(phase), ", ".join(map(code, waits)) or "calls", code(customer_status(phase)))
        )
    return table(("phase", "in it: waiting for", "customer's status"), rows)


def waits() -> str:
    """Return what is waited for, who must act, and the sentence."""
    rows = []
    for what in Waiting:
        sentence = "An operator must answer a question."
        if what is not Waiting.DECISION:
            sentence = sentence_for(_wait(what))
        who = ", ".join(code(who) for who in who_acts(what))
        rows.append((code(what), who, code(phase_of(_wait(what))), sentence))
    return table(("waiting for", "who acts", "phase", "sentence"), rows)


def _wait(what: Waiting) -> Wait:
    return Wait(what=what, who=Who.OPERATOR)


def who_acts(what: Waiting) -> list[Who]:
    """Return who must act in a wait, as the rules say it where they make one."""
    return sorted({who for made, who in _waits_made() if made == what})


@functools.cache
def _waits_made() -> frozenset[tuple[Waiting, Who]]:
    """Read every wait that the rules make and name, and who must act in it."""
    found = (
        {one.arg: one.value for one in call.keywords if isinstance(one.value, ast.Attribute)}
        for module in source.modules()
        for call in ast.walk(module.tree)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "Wait"
    )
    return frozenset(
        (Waiting[keywords["what"].attr], Who[keywords["who"].attr])
        for keywords in found
        if {"what", "who"} <= keywords.keys()
    )


def outcomes() -> str:
    """Return how a return ends."""
    rows = ((code(one), sentence_for(Close(outcome=one))) for one in Outcome)
    return table(("outcome", "sentence"), rows)


def object_states() -> str:
    """Return the states of Digital River's objects; those of the highest rank end it."""
    rows = (
        (
            name,
            ", ".join(code(state) for state, rank in ranks.items() if rank < states.FINAL),
            ", ".join(code(state) for state, rank in ranks.items() if rank == states.FINAL),
        )
        for name, ranks in RANKS.items()
    )
    return table(("object", "on the way, in this order", "for good"), rows)


def questions() -> str:
    """Return each kind of question, an example of it, and what each answer brings about."""
    rows: dict[tuple[str, str], str] = {}
    for begin in STUCK.values():
        question = begin().question
        kind = kind_of(question.id)
        meanings = {
            _general(answer): meaning_of(question.id, answer)
            for answer in reversed(question.answers)
        }
        told = " ".join(f"{code(one)}: {then}" for one, then in reversed(meanings.items()))
        rows.setdefault((kind, told), question.reason)
    return table(
        ("question", "for example", "answers"),
        ((code(kind), reason, told) for (kind, told), reason in sorted(rows.items())),
    )


def _general(answer: str) -> str:
    """Return an answer that names an object or a state as `adopt:…`."""
    name, colon, _ = answer.partition(":")
    return f"{name}:…" if colon else answer
