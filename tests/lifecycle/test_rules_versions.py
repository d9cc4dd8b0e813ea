"""New rules reach an open return with the next answer, and never before."""

from __future__ import annotations

import pytest

from lifecycle import rules
from lifecycle.facts import Learned
from lifecycle.ledger import OLDEST_RULES, Ledger
from lifecycle.steps import Close, Outcome, Step, Wait
from tests.builders.returns import a_third_party_life, at, order_seen


def _second_rules(ledger: Ledger) -> Step:
    assert ledger.rules >= 2
    return Close(outcome=Outcome.EXPIRED)


def test_new_rules_are_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Version 2 takes effect when a worker that runs it answers, and then stays."""
    monkeypatch.setitem(rules.RULES, 2, _second_rules)
    life = a_third_party_life()
    kinds = []
    for version in (1, 2, 1):
        life.ledger.learn(Learned(rules=version, facts=(order_seen(taken=at(version)),)), "test")
        kinds.append(type(life.step))

    assert kinds == [Wait, Close, Close]


def test_rules_of_the_future() -> None:
    """A version that this release does not know falls back to its newest."""
    life = a_third_party_life()
    before = life.step

    life.ledger.learn(Learned(rules=rules.CURRENT_RULES + 7, facts=()), "test")

    assert life.step == before


def test_current_rules() -> None:
    """A release teaches the newest version, and knows all from the oldest on."""
    assert max(rules.RULES) == rules.CURRENT_RULES
    assert min(rules.RULES) == OLDEST_RULES
