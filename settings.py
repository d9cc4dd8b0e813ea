"""What each process is told from outside: variables of the environment, and of a `.env` file.

The environment wins over the file, and an empty variable is the same as a missing one. A process
calls `load` first, which names every variable that is missing or wrong, and never its value.
What reaches Temporal (`TEMPORAL_*`, profiles) is read by `temporalio.envconfig`.
"""

from __future__ import annotations

import asyncio
import base64
import os
import re
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Self, TypedDict, TypeVar, Unpack
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from temporalio.client import Client, Interceptor, Plugin
from temporalio.envconfig import ClientConfig, ClientConnectConfig
from temporalio.runtime import Runtime

from workflows.converter import data_converter
from workflows.starting import WarehouseReturns

ENV_FILE = ".env"
"""Read from the directory that the process starts in."""
TEMPORAL_ADDRESS = "localhost:7233"
"""Where Temporal is unless something else is said: the dev server's address."""

_HOST_AND_PORT = re.compile(r"(?:[^\s:/\[\]]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}")
_PRINTABLE = re.compile(r"[\x21-\x7e]+")
_MESSAGE = re.compile(r'message: "([^"]*)"')
"""The part of the SDK's error, when it cannot connect, that people can read."""


class SettingsError(Exception):
    """The process cannot start as it is set up; the message names each variable and the rule."""


class TemporalAwayError(Exception):
    """Temporal cannot be reached; the message says in one sentence where and why."""

    def __init__(self, address: str, error: Exception) -> None:
        told = _MESSAGE.findall(str(error)) or [str(error) or "no answer in time"]
        super().__init__(f"Temporal cannot be reached at {address}: {told[-1]}.")


def _http_url(text: str) -> str:
    if not _PRINTABLE.fullmatch(text) or "@" in text or not _has_host(text):
        raise ValueError("must be an address such as https://api.digitalriver.com")
    return text


def _has_host(text: str) -> bool:
    try:
        url = urlsplit(text)
        whole = url.scheme in ("http", "https") and url.hostname and url.port != 0
    except ValueError:  # a port or an IPv6 address that cannot be one
        return False
    return bool(whole) and not url.query and not url.fragment


def _key(secret: SecretStr) -> SecretStr:
    if not _PRINTABLE.fullmatch(secret.get_secret_value()):
        raise ValueError("must be printable ASCII without spaces")
    return secret


def _secrets(value: object) -> object:
    """Split at the commas: secrets are Base64 or hexadecimal text, which has none."""
    if not isinstance(value, str):
        return value
    secrets = [secret.strip() for secret in value.split(",")]
    if not all(secrets):
        raise ValueError("must be one secret, or several with a comma between them, none empty")
    return secrets


def _signing(secrets: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
    """Check that the Standard Webhooks scheme takes each secret."""
    for secret in secrets:
        prefix, _, key = secret.get_secret_value().partition("_")
        try:
            size = len(base64.b64decode(key, validate=True))
        except ValueError:
            size = 0
        if prefix != "whsec" or not 24 <= size <= 64:  # noqa: PLR2004 - the scheme's
            raise ValueError("must be whsec_ and 24 to 64 bytes in Base64")
    return secrets


HttpUrl = Annotated[str, AfterValidator(_http_url)]
Key = Annotated[SecretStr, AfterValidator(_key)]
Secrets = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_secrets)]
Keys = Annotated[tuple[Key, ...], NoDecode, BeforeValidator(_secrets)]
SigningSecrets = Annotated[Secrets, AfterValidator(_signing)]
Host = Annotated[str, Field(pattern=r"^\S+$")]
Version = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Port = Annotated[int, Field(ge=0, le=65535)]
BuildId = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]


def is_live_key(key: str) -> bool | None:
    """Say whether an API key is of live mode; None where it does not tell.

    `sk_test_` begins a test key and `sk_` a live one (docs/digital-river.md, Request headers).
    """
    return not key.startswith("sk_test_") if key.startswith("sk_") else None


class _Environment(BaseSettings):
    model_config = SettingsConfigDict(
        env_file=ENV_FILE,
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )


class DigitalRiverSettings(_Environment):
    """How to reach Digital River: for the worker, and for an operator who adopts a return."""

    digital_river_url: Annotated[HttpUrl, AfterValidator(lambda url: url.rstrip("/"))]
    """Where its API is; kept without a trailing slash."""
    digital_river_api_key: Key
    """Secret; `sk_test_` begins a test key. The limit of requests follows it."""
    digital_river_version: Version = "2021-12-13"
    """The version of the API that requests ask for."""


class WorkerSettings(DigitalRiverSettings):
    """The worker's: how to reach Digital River, and where its metrics can be read."""

    metrics_host: Host = "127.0.0.1"
    """Where the metrics are served."""
    metrics_port: Port = 9464
    """0: no metrics are served."""
    upriver_build_id: BuildId | None = None
    """The version of the worker deployment; without it Temporal's worker versioning is off."""
    upriver_warehouse_returns: WarehouseReturns = WarehouseReturns.ASK
    """For the back-fill, which adopts what the receiver missed: the same as the receiver's."""
    upriver_eligibility_file: Path | None = None
    """The shop's own rules (docs/eligibility.md); without it none are asked."""
    storefront_webhook_url: HttpUrl | None = None
    """Where the storefront is told of milestones; None: it is not."""
    storefront_webhook_secrets: SigningSecrets | None = None
    """Each message is signed with all of them."""

    @model_validator(mode="after")
    def _address_and_secrets_go_together(self) -> Self:
        if (self.storefront_webhook_url is None) != (self.storefront_webhook_secrets is None):
            both = "STOREFRONT_WEBHOOK_URL and STOREFRONT_WEBHOOK_SECRETS"
            raise ValueError(f"{both}: set both, or none of them")
        return self


class ReceiverSettings(_Environment):
    """The receiver's: whose webhooks to believe, and where to listen for them."""

    digital_river_webhook_secrets: Secrets | None = None
    """With a comma between them; all valid at once, for the hours in which a secret is replaced
    (docs/digital-river.md, Secret rotation)."""
    digital_river_webhook_secrets_file: Path | None = None
    """Holds them instead, one a line, and may change while the receiver runs."""
    webhook_tolerance_seconds: Annotated[int, Field(ge=1, le=86_400)] = 300
    """How far a signature's time may be from now, before or after."""
    receiver_host: Host = "127.0.0.1"
    """Where the receiver listens."""
    receiver_port: Port = 8088
    """0: any free port."""
    upriver_warehouse_returns: WarehouseReturns = WarehouseReturns.ASK
    """What to do with a return that a warehouse began by itself."""
    digital_river_live_mode: bool | None = None
    """Whether events of live mode or of test mode are taken in; without it, the API key tells."""
    digital_river_api_key: Key | None = None
    """Only looked at to tell live mode from test mode."""

    @model_validator(mode="after")
    def _secrets_are_told_once(self) -> Self:
        told = (self.digital_river_webhook_secrets, self.digital_river_webhook_secrets_file)
        if told == (None, None):
            raise ValueError("DIGITAL_RIVER_WEBHOOK_SECRETS is not set")
        if None not in told:
            both = "DIGITAL_RIVER_WEBHOOK_SECRETS and DIGITAL_RIVER_WEBHOOK_SECRETS_FILE"
            raise ValueError(f"{both}: only one of them may be set")
        return self

    @property
    def webhook_tolerance(self) -> timedelta:
        """How far a signature's time may be from now, before or after."""
        return timedelta(seconds=self.webhook_tolerance_seconds)

    @property
    def live_mode(self) -> bool | None:
        """The mode whose events are for this deployment; None: both modes' are.

        Told by `DIGITAL_RIVER_LIVE_MODE`, or else by the API key.
        """
        if self.digital_river_live_mode is not None or self.digital_river_api_key is None:
            return self.digital_river_live_mode
        return is_live_key(self.digital_river_api_key.get_secret_value())


class StorefrontSettings(_Environment):
    """The storefront's HTTP API: the keys of which a shop must show one, and where to listen."""

    storefront_api_key: Keys
    """With a comma between them; all valid at once, for the hours in which a key is replaced."""
    storefront_host: Host = "127.0.0.1"
    """Where the API listens; not for the internet."""
    storefront_port: Port = 8089
    """0: any free port."""
    digital_river_url: HttpUrl | None = None
    """Only for bank details, which are off unless the key is set, too."""
    digital_river_api_key: Key | None = None
    """As above."""
    digital_river_version: Version = "2021-12-13"
    """The version of the API that requests ask for."""


Settings = TypeVar("Settings", bound=BaseSettings)


def load(settings: type[Settings]) -> Settings:
    """Read one process's settings. Raises `SettingsError`."""
    try:
        return settings()
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"{ENV_FILE} cannot be read") from None
    # Outside of the handler: the validation error holds what was read, secrets included.
    raise SettingsError("\n".join(_explained(problem) for problem in problems))


def _explained(problem: ErrorDetails) -> str:
    rule = problem["msg"].removeprefix("Value error, ")
    if not problem["loc"]:
        return rule
    variable = str(problem["loc"][0]).upper()
    return f"{variable} is not set" if problem["type"] == "missing" else f"{variable}: {rule}"


class TemporalOptions(TypedDict, total=False):
    """What a process decides itself about its connection to Temporal."""

    lazy: bool
    """Connect at the first call, so that the process starts while Temporal is away."""
    identity: str
    runtime: Runtime
    plugins: Sequence[Plugin]
    interceptors: Sequence[Interceptor]


def temporal_connect_config() -> ClientConnectConfig:
    """Read how to reach Temporal: `TEMPORAL_*`, or a profile. Raises `SettingsError`."""
    try:
        variables = {**dotenv_values(ENV_FILE), **_set(os.environ)}
        config = ClientConfig.load_client_connect_config(override_env_vars=_set(variables))
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"{ENV_FILE} cannot be read") from None
    except (RuntimeError, ValueError) as error:
        # The further lines quote the configuration file, which may hold the key.
        raise SettingsError(f"TEMPORAL_*: {str(error).partition(chr(10))[0]}") from None
    config.setdefault("target_host", TEMPORAL_ADDRESS)
    if not _HOST_AND_PORT.fullmatch(config["target_host"]):
        raise SettingsError("TEMPORAL_ADDRESS: must be host:port")
    return config


def _set(variables: os._Environ[str] | dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in variables.items() if value}


async def connect_temporal(
    within: timedelta | None = None, **options: Unpack[TemporalOptions]
) -> Client:
    """Connect to the Temporal that the environment names, with the converter all of us use.

    Raises `SettingsError`; unless lazy, `TemporalAwayError` when nobody answers (in time).
    """
    config = temporal_connect_config()
    try:
        async with asyncio.timeout(within.total_seconds() if within else None):
            return await Client.connect(**config, **options, data_converter=data_converter)
    except (RuntimeError, TimeoutError) as error:
        raise TemporalAwayError(config["target_host"], error) from error
