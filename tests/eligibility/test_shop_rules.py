"""The file of the shop's rules: what it may hold, and what is said of one that is wrong."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from eligibility.rules import Rule
from eligibility.shop_rules import ShopRules, ShopRulesError, read_shop_rules
from lifecycle.judgement import Then
from tests.eligibility.cases import ORDERED, a_case, a_line, days

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs/eligibility.example.toml"
GUIDE = (ROOT / "docs/eligibility.md").read_text(encoding="utf-8")


def every_rule() -> dict[str, type[Rule]]:
    """Return the class of each section of the file."""
    sections = {}
    for name, field in ShopRules.model_fields.items():
        (rule,) = [one for one in Rule.__subclasses__() if str(one.__name__) in str(field)]
        sections[name] = rule
    return sections


def written(tmp_path: Path, text: str) -> Path:
    """Write a file of rules."""
    path = tmp_path / "rules.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_example_sets_every_rule() -> None:
    """The documented file is read as it stands, with every section there is."""
    rules = read_shop_rules(EXAMPLE)

    assert {name for name, rule in rules if rule is not None} == set(ShopRules.model_fields)
    assert rules.return_window is not None
    assert (rules.return_window.days, rules.return_window.since) == (30, "fulfilled")
    assert rules.value_limit is not None
    assert rules.value_limit.limits == {"EUR": Decimal(500), "USD": Decimal(550)}


@pytest.mark.parametrize("section", ShopRules.model_fields)
def test_every_rule_is_in_the_guide(section: str) -> None:
    """Its section, its code and each of its settings are in docs/eligibility.md."""
    rule = every_rule()[section]

    (row,) = [line for line in GUIDE.splitlines() if line.startswith(f"| `[{section}]` |")]
    assert f"`{rule.code}`" in row
    settings = set(rule.model_fields) - {"then"}
    assert [name for name in settings if f"`{name}`" not in row] == []


def test_the_guide_shows_the_example() -> None:
    """What the guide prints is the file, letter by letter."""
    assert EXAMPLE.read_text(encoding="utf-8") in GUIDE


def test_codes_are_unique() -> None:
    """A program can tell the rules apart."""
    codes = [rule.code for rule in Rule.__subclasses__()]

    assert len(set(codes)) == len(codes) == len(ShopRules.model_fields)


def test_findings_come_in_the_order_of_the_rules() -> None:
    """Each rule that is set is asked, and no other."""
    case = a_case(a_line(sku="GIFT-CARD-25"), asked=days(99), disputed=ORDERED)
    rules = read_shop_rules(EXAMPLE)

    found = rules.judge(case)

    assert [(one.code, one.then) for one in found] == [
        ("return_window_over", Then.REFUSE),
        ("sku_not_returnable", Then.REFUSE),
        ("order_was_disputed", Then.ASK),
    ]
    assert rules.model_copy(update={"return_window": None}).judge(case) == found[1:]


WRONG = [
    ("", "the file has no rule; without rules, set no file"),
    ("[window]\ndays = 1", "window: Extra inputs are not permitted"),
    ("[open_return]", "open_return.then: Field required"),
    ('[open_return]\nthen = "no"', "open_return.then: Input should be 'refuse' or 'ask'"),
    (
        '[return_window]\ndays = "30"\nthen = "ask"',
        "return_window.days: Input should be a valid integer",
    ),
    (
        '[return_window]\ndays = 0\nthen = "ask"',
        "return_window.days: Input should be greater than or equal to 1",
    ),
    (
        '[return_window]\ndays = true\nthen = "ask"',
        "return_window.days: Input should be a valid integer",
    ),
    (
        '[return_window]\ndays = 3\nsince = "sent"\nthen = "ask"',
        "return_window.since: Input should be 'fulfilled' or 'ordered'",
    ),
    (
        '[return_window]\ndays = 3\nunit = "days"\nthen = "ask"',
        "return_window.unit: Extra inputs are not permitted",
    ),
    (
        '[non_returnable_skus]\nskus = []\nthen = "ask"',
        "non_returnable_skus.skus: Frozenset should have at least 1 item after validation, not 0",
    ),
    (
        '[non_returnable_skus]\nskus = [5]\nthen = "ask"',
        "non_returnable_skus.skus.0: Input should be a valid string",
    ),
    (
        '[value_limit]\nlimits = { EUR = "5" }\nthen = "ask"',
        "value_limit.limits.EUR: must be a number",
    ),
    (
        '[value_limit]\nlimits = { EUR = true }\nthen = "ask"',
        "value_limit.limits.EUR: must be a number",
    ),
    (
        '[value_limit]\nlimits = { EUR = -5 }\nthen = "ask"',
        "value_limit.limits.EUR: Input should be greater than 0",
    ),
    (
        '[value_limit]\nlimits = { EUR = nan }\nthen = "ask"',
        "value_limit.limits.EUR: Input should be a finite number",
    ),
    (
        '[value_limit]\nlimits = { euro = 5 }\nthen = "ask"',
        "value_limit.limits.euro.[key]: String should match pattern '^[A-Z]{3}$'",
    ),
    ('[value_limit]\nlimits = {}\nthen = "ask"', "value_limit.limits: Dictionary should have"),
    ("[open_return", "Expected ']'"),
    ("open_return = 1", "open_return: Input should be a valid dictionary"),
]


@pytest.mark.parametrize(("text", "rule"), WRONG, ids=[rule for _, rule in WRONG])
def test_a_wrong_file_is_refused_with_its_field_and_rule(
    tmp_path: Path, text: str, rule: str
) -> None:
    """Nothing is guessed and nothing is left out."""
    path = written(tmp_path, text)
    with pytest.raises(ShopRulesError) as refused:
        read_shop_rules(path)

    assert str(refused.value).startswith(f"{path}")
    assert rule in str(refused.value)
    assert refused.value.__cause__ is None


def test_everything_wrong_is_named_at_once(tmp_path: Path) -> None:
    """Each in a line of its own."""
    path = written(tmp_path, '[open_return]\nthen = "no"\n[past_dispute]\nsince = 3')
    with pytest.raises(ShopRulesError) as refused:
        read_shop_rules(path)

    assert str(refused.value).splitlines() == [
        f"{path}: open_return.then: Input should be 'refuse' or 'ask'",
        f"{path}: past_dispute.then: Field required",
        f"{path}: past_dispute.since: Extra inputs are not permitted",
    ]


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """A missing file, a folder, and bytes that are no text are told in one sentence."""
    missing, odd = tmp_path / "none.toml", tmp_path / "odd.toml"
    odd.write_bytes(b"\xff")
    for path, rule in (
        (missing, "cannot be read: No such file or directory"),
        (tmp_path, "cannot be read: Is a directory"),
        (odd, "is not TOML: "),
    ):
        with pytest.raises(ShopRulesError) as refused:
            read_shop_rules(path)
        assert str(refused.value).startswith(f"{path} {rule}")
