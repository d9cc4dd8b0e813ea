"""Running the commands of a page as its reader would: one shell, in order, on free ports."""

import asyncio
import os
import re
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.canaries import LOOKOUT
from tests.docs.pages import NOT_RUN, ROOT, Command, commands

WHERE = {"TEMPORAL": 7233, "WEB_UI": 8233, "SANDBOX": 8090, "RECEIVER": 8088}
WHERE |= {"STOREFRONT": 8089, "METRICS": 9464}
"""Where the pages say that each process listens, because it does so unless told otherwise."""

PROLOGUE = """set -e -m -o pipefail
trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
trap 'echo "FAILED: $BASH_COMMAND"' ERR
"""
WITHIN_SECONDS = 180
WORD = re.compile(r"(?<![$\w])[A-Z]+(?:_[A-Z]+)*(?!\w)")

Ports = Mapping[str, int]
Scene = Sequence[tuple[str, Mapping[str, str]]]
"""What the words in capitals of a page stand for: of the first that is about a command."""


@dataclass(frozen=True)
class Done:
    """What became of a page."""

    status: int | None
    out: str


def environment(ports: Ports) -> dict[str, str]:
    """Return the variables that make a process listen on these ports, and find Temporal."""
    return {
        "TEMPORAL_ADDRESS": f"127.0.0.1:{ports['TEMPORAL']}",
        **{f"{name}_PORT": str(ports[name]) for name in ("RECEIVER", "STOREFRONT", "METRICS")},
    }


async def run(
    page: Path, folder: Path, ports: Ports, variables: Mapping[str, str], scene: Scene = ()
) -> Done:
    """Run a page in a folder that looks like the project's; each command must end as it says."""
    for path in (*ROOT.glob("*.py"), *(init.parent for init in ROOT.glob("*/__init__.py"))):
        (folder / path.name).symlink_to(path)
    process = await asyncio.create_subprocess_exec(
        *("/bin/bash", "-c", script(commands(page), ports, scene)),
        cwd=folder,
        env={
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(folder),
            **environment(ports),
            **variables,
        },
        stdout=PIPE,
        stderr=STDOUT,
    )
    out, _ = await asyncio.wait_for(process.communicate(), WITHIN_SECONDS)
    LOOKOUT.look(page.name, out)
    return Done(process.returncode, out.decode())


def script(found: Sequence[Command], ports: Ports, scene: Scene) -> str:
    """Return the commands as one script that ends at the first that does not end as it says."""
    parts = [PROLOGUE]
    for command in found:
        if command.text in NOT_RUN:
            continue
        text = _placed(_filled(command, scene), ports)
        if command.status:
            text = f"ended=0; {text} || ended=$?\ntest $ended -eq {command.status}"
        parts.append(text)
    return "\n".join(parts)


def _filled(command: Command, scene: Scene) -> str:
    """Put in what words in capitals stand for."""
    about = f"{command.section}\n{command.text}"
    values = next((values for word, values in scene if word in about), {})
    return WORD.sub(lambda word: values.get(word[0], word[0]), command.text)


def _placed(text: str, ports: Ports) -> str:
    """Put in where the processes of this run listen."""
    for name, port in WHERE.items():
        text = text.replace(f"127.0.0.1:{port}", f"127.0.0.1:{ports[name]}")
    server = f"server start-dev --port {ports['TEMPORAL']} --ui-port {ports['WEB_UI']}"
    text = text.replace("server start-dev", server)
    return text.replace("-m sandbox", f"-m sandbox --port {ports['SANDBOX']}")
