"""Secrets are replaced while events arrive: none is refused meanwhile, and the old one ends."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.running import eventually
from tests.webhooks.process import Receiver, receiver
from webhooks.keyring import Keyring, fingerprint
from webhooks.secrets_file import SecretsFile, UnusableFileError, read_secrets

OLD, NEW = "whsec_old_canary+/=", "whsec_new_canary"
USED = "upriver_webhook_secret_used_total"
LAST_USED = "upriver_webhook_secret_last_used_seconds"
UNUSABLE = "upriver_webhook_secrets_file_unusable_total"


def name(secret: str) -> str:
    """Return what a secret is called in the metrics."""
    return fingerprint(secret.encode())


def write(file: Path, text: str) -> None:
    """Write a file in place."""
    file.write_text(text)


def rename(file: Path, text: str) -> None:
    """Put another file in its place."""
    other = file.with_suffix(".new")
    other.write_text(text)
    other.replace(file)


def swap(file: Path, text: str) -> None:
    """Lead a link elsewhere, as Kubernetes does with the folder of a mounted secret."""
    folder = file.parent / f"data-{len(list(file.parent.iterdir()))}"
    folder.mkdir()
    (folder / file.name).write_text(text)
    link = file.parent / "..tmp"
    link.symlink_to(folder / file.name)
    link.replace(file)


async def valid(running: Receiver, *secrets: str) -> None:
    """Wait until these secrets are the valid ones."""
    expected = {name(secret) for secret in secrets}

    async def probe() -> bool | None:
        return (await running.counts(USED, "secret")).keys() == expected or None

    await eventually(probe)


@pytest.mark.parametrize("replace", [write, rename, swap])
async def test_secrets_rotate_under_traffic(
    tmp_path: Path, replace: Callable[[Path, str], None]
) -> None:
    """Old, then both, then the new one alone: no event is refused; then the old one is."""
    file = tmp_path / "secrets"
    write(file, OLD)
    signers, going = [OLD], True
    statuses: list[int] = []

    async def traffic(running: Receiver) -> None:
        while going:
            secret = signers[len(statuses) % len(signers)]
            statuses.append((await running.send(secret)).status_code)

    async with receiver(tmp_path, DIGITAL_RIVER_WEBHOOK_SECRETS_FILE=str(file)) as running:
        sending = asyncio.create_task(traffic(running))
        replace(file, f"{NEW}\n{OLD}\n")
        await valid(running, OLD, NEW)
        signers[:] = [OLD, NEW]
        count = len(statuses)
        await eventually(lambda: more_than(statuses, count + 20))
        signers[:] = [NEW]
        count = len(statuses)
        await eventually(lambda: more_than(statuses, count + 20))
        last = await running.counts(LAST_USED, "secret")
        assert 0 < last[name(OLD)] < last[name(NEW)]
        replace(file, NEW)
        await valid(running, NEW)
        going = False
        await sending
        assert set(statuses) == {202}
        refused = await running.send(OLD)
        assert (refused.status_code, refused.json()) == (401, {"error": "no_match"})
        assert (await running.counts(USED, "secret"))[name(NEW)] > 20
    log = running.log.read_text()
    assert f"Webhook secrets: {name(NEW)}, {name(OLD)}" in log
    assert not [secret for secret in (OLD, NEW) if secret in log]


async def more_than(found: list[int], number: int) -> bool | None:
    """Say whether a list has grown beyond a number, or nothing."""
    return len(found) > number or None


async def test_a_useless_file_changes_nothing(tmp_path: Path) -> None:
    """While the file is empty the old secret stays valid, and the failure is counted and logged."""
    file = tmp_path / "secrets"
    write(file, OLD)
    async with receiver(tmp_path, DIGITAL_RIVER_WEBHOOK_SECRETS_FILE=str(file)) as running:
        write(file, "")

        async def complained() -> bool | None:
            return (await running.counts(UNUSABLE, ""))[""] > 1 or None

        await eventually(complained)
        assert (await running.send(OLD)).status_code == 202
        write(file, NEW)
        await valid(running, NEW)
    log = running.log.read_text()
    assert log.count("ERROR webhooks.secrets_file The file of webhook secrets is empty") == 1


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b" ,\n", "is empty"),
        (b"canary \xff\xfe", "must be secrets alone"),
        (b"canary\x00", "must be secrets alone"),
        (b'{"secret": "canary"}', "must be secrets alone"),
        (b"<html>canary</html>", "must be secrets alone"),
        (b"canary," * 10_000, "must be secrets alone"),
        (None, "there is no such file"),
    ],
)
async def test_what_is_not_secrets(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes | None, why: str
) -> None:
    """What cannot be secrets is told once and counted each time, without a word of it."""
    file, keyring = tmp_path / "secrets", Keyring([SecretStr(OLD)])
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UnusableFileError, match=f"^{why}"):
        read_secrets(file)
    watched = SecretsFile(file, keyring)
    with caplog.at_level(logging.INFO):
        for _ in range(4):
            await watched.look()
    assert (keyring.secrets, keyring.file_unusable) == ((OLD.encode(),), 3)
    assert len(caplog.records) == 1
    assert "canary" not in caplog.text


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that the system keeps from us is told by the system's reason."""

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    file = tmp_path / "secrets"
    write(file, OLD)
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(UnusableFileError, match=r"^cannot be read: Permission denied$"):
        read_secrets(file)


async def test_half_a_file_is_never_believed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What is read counts, and is told, when it is read a second time; a third tells nothing."""
    file, keyring = tmp_path / "secrets", Keyring([SecretStr(OLD)])
    watched = SecretsFile(file, keyring)
    for half in ("whsec_new", "whsec_new_can", ""):
        write(file, half)
        await watched.look()
        assert keyring.secrets == (OLD.encode(),)
    write(file, NEW)
    caplog.set_level("INFO", "webhooks.secrets_file")
    for _ in range(3):
        await watched.look()
    assert (keyring.secrets, keyring.file_unusable) == ((NEW.encode(),), 0)
    assert len(caplog.records) == 1


def test_who_stays_keeps_its_count() -> None:
    """A secret that stays valid goes on counting, wherever it stands in the list."""
    keyring = Keyring([SecretStr(OLD)])
    keyring.used(0)
    keyring.replace([SecretStr(NEW), SecretStr(OLD)])
    keyring.used(1)
    [used, *_] = list(keyring.collect())
    counts = {sample.labels["secret"]: sample.value for sample in used.samples}
    assert counts == {name(NEW): 0, name(OLD): 2}


def test_a_keyring_is_never_empty() -> None:
    """Without a secret nothing could be genuine: the old ones stay."""
    keyring = Keyring([SecretStr(OLD)])
    with pytest.raises(ValueError, match="at least one webhook secret"):
        keyring.replace([])
    assert keyring.secrets == (OLD.encode(),)
