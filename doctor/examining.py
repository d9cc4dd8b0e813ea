"""Everything is looked at; what cannot be, because something before it is wrong, is left out."""

from collections.abc import AsyncIterator
from datetime import timedelta

from backfill.activity import TYPES
from digital_river.signature import DEFAULT_TOLERANCE
from doctor.configured import check_mode, check_settings
from doctor.finding import Finding, ok, wrong
from doctor.river import examine_river
from doctor.round_trip import examine_receiver
from doctor.temporal import examine_temporal
from settings import (
    ReceiverSettings,
    SettingsError,
    TemporalAwayError,
    WorkerSettings,
    connect_temporal,
    is_live_key,
)
from webhooks import PATH
from webhooks.secrets_file import UnusableFileError, secrets_of

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - nothing is bound to it
"""Where to ask what listens everywhere."""


async def examine(receiver_url: str | None, within: timedelta) -> AsyncIterator[Finding]:
    """Look at settings, Digital River, the receiver and Temporal, in this order."""
    worker, finding = check_settings("worker", WorkerSettings)
    yield finding
    receiver, finding = check_settings("receiver", ReceiverSettings)
    yield finding
    key = worker.digital_river_api_key.get_secret_value() if worker else ""
    if worker:
        yield check_mode(key, receiver)
        tolerance = receiver.webhook_tolerance if receiver else DEFAULT_TOLERANCE
        for finding in await examine_river(worker, PATH, TYPES, tolerance):
            yield finding
    if receiver:
        for finding in await _receiver(receiver, receiver_url or _address(receiver)):
            yield finding
    live, milestones = is_live_key(key) is not False, bool(worker and worker.storefront_webhook_url)
    for finding in await _temporal(within, live=live, milestones=milestones):
        yield finding


def _address(receiver: ReceiverSettings) -> str:
    host = _EVERYWHERE.get(receiver.receiver_host, receiver.receiver_host)
    return f"http://{host}:{receiver.receiver_port}{PATH}"


async def _receiver(settings: ReceiverSettings, url: str) -> list[Finding]:
    try:
        secrets = secrets_of(
            settings.digital_river_webhook_secrets_file, settings.digital_river_webhook_secrets
        )
    except UnusableFileError as error:
        message = f"DIGITAL_RIVER_WEBHOOK_SECRETS_FILE: {error}"
        return [wrong("receiver", message, "write the secrets of the Dashboard into it")]
    return await examine_receiver(url, secrets, settings.live_mode)


async def _temporal(within: timedelta, *, live: bool, milestones: bool) -> list[Finding]:
    try:
        client = await connect_temporal(within)
    except SettingsError as error:
        return [wrong("temporal", str(error), "set it in the environment or in .env")]
    except TemporalAwayError as error:
        remedy = "look at TEMPORAL_ADDRESS, at TLS and the key, and at the way there"
        return [wrong("temporal", str(error), remedy)]
    address = client.service_client.config.target_host
    reached = ok("temporal", f"{address} answers; namespace {client.namespace}")
    return [reached, *await examine_temporal(client, within, live=live, milestones=milestones)]
