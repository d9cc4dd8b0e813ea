"""The life of a process that serves: its settings, its socket, and the exit status at its end."""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
from collections.abc import Callable, Coroutine
from typing import TypeVar

from pydantic_settings import BaseSettings
from uvicorn.loops.auto import auto_loop_factory

from serving.server import listen
from settings import SettingsError, load

CANNOT_LISTEN = 1
WRONG_SETTINGS = 2

Settings = TypeVar("Settings", bound=BaseSettings)


def run(
    name: str,
    kind: type[Settings],
    address: Callable[[Settings], tuple[str, int]],
    serve: Callable[[Settings, socket.socket], Coroutine[object, object, None]],
) -> int:
    """Serve at the address that the settings say until told to stop; return the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        settings = load(kind)
        with (
            listen(*address(settings)) as listener,
            asyncio.Runner(loop_factory=auto_loop_factory()) as runner,
        ):
            runner.run(serve(settings, listener))
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return WRONG_SETTINGS
    except OSError as error:
        sys.stderr.write(f"{name} cannot listen: {error.strerror or error}\n")
        return CANNOT_LISTEN
    return 0


def announce(sentence: str) -> None:
    """Say on standard output that the process listens: the last word is where."""
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()
