"""The commands of a page, run as its reader would: one shell, in order, on free ports."""

import os
import re
import subprocess
import sys
from pathlib import Path

from local.processes import free_ports

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
PORTS = {"TEMPORAL": 7233, "WEB_UI": 8233, "SANDBOX": 8090, "RECEIVER": 8088, "METRICS": 9464}
"""Where the pages say that each process listens, because it does so unless told otherwise."""

BY_CI = ("make ", ". .venv/bin/activate")
"""How lines begin that `.ci/run` itself has run before: the installation, and the demo."""

WITHIN_SECONDS = 60


def blocks(page: Path) -> list[str]:
    """Return the shell commands of a page, block by block."""
    return [block.group(1) for block in BLOCK.finditer(page.read_text())]


def run(page: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a page in a folder that looks like the project's; every command must succeed."""
    for path in ROOT.iterdir():
        if path.suffix == ".py" or (path / "__init__.py").exists():
            (folder / path.name).symlink_to(path)
    ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
    script = "\n".join(
        line for line in "".join(blocks(page)).splitlines() if not line.startswith(BY_CI)
    )
    for name, port in PORTS.items():
        script = script.replace(f"127.0.0.1:{port}", f"127.0.0.1:{ports[name]}")
    script = script.replace(
        "server start-dev",
        f"server start-dev --port {ports['TEMPORAL']} --ui-port {ports['WEB_UI']}",
    ).replace("-m sandbox", f"-m sandbox --port {ports['SANDBOX']}")
    return subprocess.run(  # noqa: S603 - the project's own pages
        [
            "/bin/bash",
            "-c",
            f"set -e -m -o pipefail\ntrap 'kill $(jobs -p) 2>/dev/null' EXIT\n{script}",
        ],
        cwd=folder,
        env={
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(folder),
            "TEMPORAL_ADDRESS": f"127.0.0.1:{ports['TEMPORAL']}",
            "RECEIVER_PORT": str(ports["RECEIVER"]),
            "METRICS_PORT": str(ports["METRICS"]),
        },
        capture_output=True,
        text=True,
        timeout=WITHIN_SECONDS,
        check=False,
    )
