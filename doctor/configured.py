"""The settings: whether they are there, and fit together."""

from typing import TypeVar

from pydantic_settings import BaseSettings

from doctor.finding import Finding, ok, warning, wrong
from settings import ReceiverSettings, SettingsError, is_live_key, load

Settings = TypeVar("Settings", bound=BaseSettings)


def check_settings(of: str, settings: type[Settings]) -> tuple[Settings | None, Finding]:
    """Read what one process is told; the variables are named and their values never."""
    check = f"settings of the {of}"
    try:
        return load(settings), ok(check, "every variable is there and can be read")
    except SettingsError as error:
        told = "; ".join(str(error).splitlines())
        return None, wrong(check, told, "set them in the environment or in .env: see .env.example")


def check_mode(key: str, receiver: ReceiverSettings | None) -> Finding:
    """Hold the mode of the API key against the mode whose events are taken in."""
    live, taken = is_live_key(key), receiver.digital_river_live_mode if receiver else None
    if live is None:
        message = "the API key begins neither with sk_test_ nor with sk_: its mode is not known"
        return warning("mode", message, "use a secret key of Digital River's Dashboard")
    mode = "live" if live else "test"
    if taken is not None and taken != live:
        message = f"the API key is of {mode} mode, and DIGITAL_RIVER_LIVE_MODE says the other"
        remedy = "make both of one mode; until then no event reaches a return"
        return wrong("mode", message, remedy)
    return ok("mode", f"{mode} mode")
