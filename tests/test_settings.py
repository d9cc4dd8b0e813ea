"""A process starts only with settings that are whole, and errors name them without their value."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from settings import (
    ReceiverSettings,
    SettingsError,
    StorefrontSettings,
    TemporalAwayError,
    WorkerSettings,
    connect_temporal,
    load,
    temporal_connect_config,
)
from tests.canaries import STOREFRONT_SECRET
from workflows.converter import data_converter

URL = "DIGITAL_RIVER_URL"
KEY = "DIGITAL_RIVER_API_KEY"
SECRETS = "DIGITAL_RIVER_WEBHOOK_SECRETS"
SHOP_KEY = "STOREFRONT_API_KEY"
HOOK, HOOK_SECRETS = "STOREFRONT_WEBHOOK_URL", "STOREFRONT_WEBHOOK_SECRETS"
VARIABLES = (
    *(URL, KEY, SECRETS, f"{SECRETS}_FILE", "DIGITAL_RIVER_VERSION", "DIGITAL_RIVER_LIVE_MODE"),
    *("METRICS_HOST", "METRICS_PORT", "UPRIVER_BUILD_ID", "RECEIVER_HOST", "RECEIVER_PORT"),
    *("WEBHOOK_TOLERANCE_SECONDS", SHOP_KEY, "STOREFRONT_HOST", "STOREFRONT_PORT"),
    *("TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE", "TEMPORAL_API_KEY", "TEMPORAL_PROFILE"),
    *("TEMPORAL_CONFIG_FILE", HOOK, HOOK_SECRETS),
)


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Start in an empty directory with none of the variables."""
    monkeypatch.chdir(tmp_path)
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Set what every process needs."""
    monkeypatch.setenv(URL, "http://127.0.0.1:4000/")
    monkeypatch.setenv(KEY, "sk_test_canary")
    monkeypatch.setenv(SECRETS, "one")
    monkeypatch.setenv(SHOP_KEY, "one")
    return monkeypatch


def problem(settings: type[WorkerSettings | ReceiverSettings | StorefrontSettings]) -> str:
    """Load what cannot be loaded, and return what is said about it."""
    with pytest.raises(SettingsError) as caught:
        load(settings)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    return str(caught.value)


def test_defaults(given: pytest.MonkeyPatch) -> None:
    """What need not be set has the documented defaults."""
    worker, receiver = load(WorkerSettings), load(ReceiverSettings)
    assert worker.digital_river_url == "http://127.0.0.1:4000"
    assert worker.digital_river_version == "2021-12-13"
    assert (worker.metrics_host, worker.metrics_port) == ("127.0.0.1", 9464)
    assert (receiver.receiver_host, receiver.receiver_port) == ("127.0.0.1", 8088)
    assert receiver.webhook_tolerance == timedelta(minutes=5)
    storefront = load(StorefrontSettings)
    assert (storefront.storefront_host, storefront.storefront_port) == ("127.0.0.1", 8089)
    assert storefront.digital_river_version == worker.digital_river_version
    given.setenv("METRICS_PORT", "0")
    assert load(WorkerSettings).metrics_port == 0


@pytest.mark.usefixtures("directory")
def test_everything_missing_is_named() -> None:
    """All that is missing is named at once."""
    assert problem(WorkerSettings) == f"{URL} is not set\n{KEY} is not set"
    assert problem(ReceiverSettings) == f"{SECRETS} is not set"
    assert problem(StorefrontSettings) == f"{SHOP_KEY} is not set"


@pytest.mark.parametrize("name", [URL, KEY])
def test_an_empty_variable_is_missing(given: pytest.MonkeyPatch, name: str) -> None:
    """A variable that is set to nothing counts as not set."""
    given.setenv(name, "")
    assert problem(WorkerSettings) == f"{name} is not set"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (URL, "canary"),
        (URL, "ftp://canary"),
        (URL, "https://"),
        (URL, "https://canary:99999"),
        (URL, "https://[canary"),
        (URL, "https://canary/?query"),
        (URL, "https://user:password@canary"),
        (URL, "https://canary example"),
        (KEY, "canary key"),
        (KEY, "  "),
        (KEY, "kanärienvogel-canary"),
        ("DIGITAL_RIVER_VERSION", "canary"),
        ("METRICS_PORT", "canary"),
        ("METRICS_PORT", "65536"),
        ("METRICS_HOST", "canary host"),
        ("UPRIVER_BUILD_ID", "canary build"),
        ("UPRIVER_BUILD_ID", "canary" * 11),
    ],
)
def test_wrong_worker_settings(given: pytest.MonkeyPatch, name: str, value: str) -> None:
    """A wrong value is told by the name of its variable and the rule, never by itself."""
    given.setenv(name, value)
    told = problem(WorkerSettings)
    assert told.startswith(f"{name}: ")
    assert "\n" not in told
    assert "canary" not in told


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (SECRETS, ","),
        (SECRETS, "canary,,canary2"),
        (SECRETS, "canary,"),
        (SECRETS, " "),
        ("WEBHOOK_TOLERANCE_SECONDS", "-1"),
        ("WEBHOOK_TOLERANCE_SECONDS", "canary"),
        ("RECEIVER_PORT", "-1"),
        ("DIGITAL_RIVER_LIVE_MODE", "canary"),
    ],
)
def test_wrong_receiver_settings(given: pytest.MonkeyPatch, name: str, value: str) -> None:
    """The same holds for the receiver's."""
    given.setenv(name, value)
    told = problem(ReceiverSettings)
    assert told.startswith(f"{name}: ")
    assert "canary" not in told


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (SHOP_KEY, "canary,"),
        (SHOP_KEY, "canary, two canaries"),
        ("STOREFRONT_PORT", "canary"),
        ("STOREFRONT_HOST", "canary host"),
        (URL, "canary"),
        (KEY, "canary key"),
    ],
)
def test_wrong_storefront_settings(given: pytest.MonkeyPatch, name: str, value: str) -> None:
    """The same holds for the storefront's API."""
    given.setenv(name, value)
    told = problem(StorefrontSettings)
    assert told.startswith(f"{name}: ")
    assert "canary" not in told


def test_several_keys(given: pytest.MonkeyPatch) -> None:
    """The shop's keys are separated by commas; Digital River need not be known."""
    given.setenv(SHOP_KEY, "canary-1, canary+2/=")
    given.delenv(URL)
    given.delenv(KEY)
    settings = load(StorefrontSettings)
    found = [key.get_secret_value() for key in settings.storefront_api_key]
    assert found == ["canary-1", "canary+2/="]
    assert "canary" not in repr(settings)
    assert (settings.digital_river_url, settings.digital_river_api_key) == (None, None)


def test_several_secrets(given: pytest.MonkeyPatch) -> None:
    """Secrets are separated by commas, in their order, and never shown."""
    given.setenv(SECRETS, "canary-1, canary+2/=")
    settings = load(ReceiverSettings)
    secrets = settings.digital_river_webhook_secrets or ()
    found = [secret.get_secret_value() for secret in secrets]
    assert found == ["canary-1", "canary+2/="]
    assert "canary" not in repr(settings)
    assert ReceiverSettings(digital_river_webhook_secrets=found) == settings


def test_secrets_in_a_file_of_their_own(given: pytest.MonkeyPatch) -> None:
    """A file may hold the secrets instead; with both it would be unclear which are valid."""
    given.setenv(f"{SECRETS}_FILE", "/run/secrets/webhooks")
    assert problem(ReceiverSettings) == f"{SECRETS} and {SECRETS}_FILE: only one of them may be set"
    given.setenv(SECRETS, "")
    assert load(ReceiverSettings).digital_river_webhook_secrets_file == Path(
        "/run/secrets/webhooks"
    )


@pytest.mark.parametrize(
    ("said", "key", "live"),
    [
        (None, "sk_test_1", False),
        (None, "sk_1", True),
        (None, "something", None),
        (None, "", None),
        ("true", "sk_test_1", True),
        ("false", "", False),
    ],
)
def test_mode(given: pytest.MonkeyPatch, said: str | None, key: str, live: bool | None) -> None:
    """The mode is what is said, or else what the API key's beginning tells."""
    given.setenv(KEY, key)
    if said is not None:
        given.setenv("DIGITAL_RIVER_LIVE_MODE", said)
    assert load(ReceiverSettings).live_mode is live


def test_the_environment_wins_over_the_file(given: pytest.MonkeyPatch, directory: Path) -> None:
    """A variable of the environment hides the file's, unless it is empty."""
    lines = (f"{SECRETS}=from-file", "RECEIVER_PORT=1", "RECEIVER_HOST=::1", "UNKNOWN=1")
    (directory / ".env").write_text("\n".join(lines))
    given.setenv("RECEIVER_PORT", "2")
    given.setenv(SECRETS, "")
    settings = load(ReceiverSettings)
    assert (settings.receiver_port, settings.receiver_host) == (2, "::1")
    [secret] = settings.digital_river_webhook_secrets or ()
    assert secret.get_secret_value() == "from-file"


@pytest.mark.usefixtures("given")
def test_a_file_that_is_no_text(directory: Path) -> None:
    """A `.env` that cannot be read is named, and none of it is shown."""
    (directory / ".env").write_bytes(b"CANARY=\xff\xfe")
    with pytest.raises(SettingsError, match=r"^\.env cannot be read$"):
        load(ReceiverSettings)
    with pytest.raises(SettingsError, match=r"^\.env cannot be read$"):
        temporal_connect_config()


@pytest.mark.usefixtures("directory")
def test_the_storefronts_address_is_used_as_it_is_written(given: pytest.MonkeyPatch) -> None:
    """Several secrets sign each message; none of both variables: nobody is told."""
    assert load(WorkerSettings).storefront_webhook_url is None
    given.setenv(HOOK, "https://shop.test/hooks/")
    given.setenv(HOOK_SECRETS, f"{STOREFRONT_SECRET},{STOREFRONT_SECRET}")
    worker = load(WorkerSettings)
    assert worker.storefront_webhook_url == "https://shop.test/hooks/"
    assert len(worker.storefront_webhook_secrets or ()) == 2


def test_the_storefronts_address_and_secrets_go_together(given: pytest.MonkeyPatch) -> None:
    """One without the other would tell nobody, or in a way that nobody believes."""
    given.setenv(HOOK, "https://shop.test/hooks/")
    assert problem(WorkerSettings) == f"{HOOK} and {HOOK_SECRETS}: set both, or none of them"


@pytest.mark.parametrize(
    "secret", ["canary", "whsec_canary", "whsec_" + "canary" * 20, "whsec_*" + "canary" * 6]
)
def test_a_secret_that_the_scheme_does_not_take(given: pytest.MonkeyPatch, secret: str) -> None:
    """It is 24 to 64 bytes in Base64, after a prefix."""
    given.setenv(HOOK, "https://shop.test/hooks/")
    given.setenv(HOOK_SECRETS, secret)
    assert problem(WorkerSettings) == f"{HOOK_SECRETS}: must be whsec_ and 24 to 64 bytes in Base64"


def test_temporal_on_this_machine() -> None:
    """Without a word about it Temporal is the dev server."""
    assert temporal_connect_config() == {"target_host": "localhost:7233"}


def test_temporal_elsewhere(given: pytest.MonkeyPatch, directory: Path) -> None:
    """Temporal's own variables are read from the file too, and the environment wins."""
    (directory / ".env").write_text("TEMPORAL_ADDRESS=file:1\nTEMPORAL_NAMESPACE=file\n")
    given.setenv("TEMPORAL_ADDRESS", "[::1]:2")
    config = temporal_connect_config()
    assert (config["target_host"], config["namespace"]) == ("[::1]:2", "file")


@pytest.mark.parametrize("address", ["canary", "canary:", "http://canary:1", "a b:1"])
def test_a_wrong_address(given: pytest.MonkeyPatch, address: str) -> None:
    """An address that cannot be one is found at the start, not at the first call."""
    given.setenv("TEMPORAL_ADDRESS", address)
    with pytest.raises(SettingsError, match=r"^TEMPORAL_ADDRESS: must be host:port$"):
        temporal_connect_config()


def test_a_broken_profile(given: pytest.MonkeyPatch, directory: Path) -> None:
    """What is wrong with Temporal's own file is told without the line, which may hold a key."""
    broken = directory / "temporal.toml"
    broken.write_text("[profile.default]\napi_key = 'canary' oops\n")
    given.setenv("TEMPORAL_CONFIG_FILE", str(broken))
    with pytest.raises(SettingsError) as caught:
        temporal_connect_config()
    assert str(caught.value).startswith("TEMPORAL_*: ")
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (RuntimeError('Failed: Os { message: "Connection refused" }'), "Connection refused"),
        (RuntimeError("something else"), "something else"),
        (TimeoutError(), "no answer in time"),
    ],
)
def test_a_client_that_cannot_connect_says_where_and_why(error: Exception, told: str) -> None:
    """The part that people can read is kept."""
    found = TemporalAwayError("host:7233", error)
    assert str(found) == f"Temporal cannot be reached at host:7233: {told}."


async def test_a_temporal_that_is_away_is_one_error(given: pytest.MonkeyPatch) -> None:
    """Whoever connects hears where nobody was."""
    given.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    with pytest.raises(TemporalAwayError, match=r"at 127\.0\.0\.1:1: Connection refused\.$"):
        await connect_temporal(timedelta(seconds=10))


async def test_a_lazy_connection(given: pytest.MonkeyPatch) -> None:
    """A lazy client exists while Temporal is away, and speaks as all of us do."""
    given.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    given.setenv("TEMPORAL_NAMESPACE", "returns")
    client = await connect_temporal(lazy=True, identity="test")
    assert client.namespace == "returns"
    assert client.identity == "test"
    assert client.data_converter is data_converter
