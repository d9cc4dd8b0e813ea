"""The doctor on settings: what is missing is named, and modes that do not fit are wrong."""

import pytest

from doctor.configured import check_mode, check_settings
from doctor.finding import Verdict
from settings import ReceiverSettings, WorkerSettings


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Begin with no variable and no file."""
    monkeypatch.chdir(tmp_path_factory.mktemp("empty"))
    for name in ("URL", "API_KEY", "WEBHOOK_SECRETS", "WEBHOOK_SECRETS_FILE", "LIVE_MODE"):
        monkeypatch.delenv(f"DIGITAL_RIVER_{name}", raising=False)


def test_what_is_missing_is_named_and_what_is_there_is_never_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The variable and the rule; a value may be a secret."""
    monkeypatch.setenv("DIGITAL_RIVER_API_KEY", "sk test canary")
    settings, finding = check_settings("worker", WorkerSettings)
    assert settings is None
    assert finding.verdict is Verdict.WRONG
    assert "DIGITAL_RIVER_URL is not set" in finding.message
    assert "DIGITAL_RIVER_API_KEY: must be printable ASCII without spaces" in finding.message
    assert "canary" not in finding.message


def test_settings_that_are_whole_are_all_right(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are handed on to the checks that need them."""
    monkeypatch.setenv("DIGITAL_RIVER_WEBHOOK_SECRETS", "whsec_a")
    settings, finding = check_settings("receiver", ReceiverSettings)
    assert settings is not None
    assert finding.verdict is Verdict.OK


@pytest.mark.parametrize(
    ("key", "taken", "verdict", "words"),
    [
        ("sk_test_1", None, Verdict.OK, "test mode"),
        ("sk_1", None, Verdict.OK, "live mode"),
        ("sk_1", "true", Verdict.OK, "live mode"),
        ("sk_1", "false", Verdict.WRONG, "of live mode, and DIGITAL_RIVER_LIVE_MODE says"),
        ("sk_test_1", "true", Verdict.WRONG, "of test mode, and DIGITAL_RIVER_LIVE_MODE says"),
        ("pk_1", None, Verdict.WARNING, "its mode is not known"),
    ],
)
def test_the_key_and_the_events_are_of_one_mode(
    monkeypatch: pytest.MonkeyPatch, key: str, taken: str | None, verdict: Verdict, words: str
) -> None:
    """Otherwise the receiver drops every event of the returns that the worker makes."""
    monkeypatch.setenv("DIGITAL_RIVER_WEBHOOK_SECRETS", "whsec_a")
    if taken:
        monkeypatch.setenv("DIGITAL_RIVER_LIVE_MODE", taken)
    finding = check_mode(key, ReceiverSettings())
    assert (finding.verdict, words in finding.message) == (verdict, True)
    assert check_mode("sk_1", None).verdict is Verdict.OK
