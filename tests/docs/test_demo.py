"""The first command of the README: the demo ends well, and shows what the README shows."""

import asyncio
import re
import sys
from asyncio.subprocess import PIPE, STDOUT

from tests.docs.pages import ROOT
from tests.environment import kept

WITHIN_SECONDS = 180
OUTCOME = re.compile(r"^✓ (.+?)  +(\w+)", re.MULTILINE)


def outcomes(text: str) -> set[tuple[str, ...]]:
    """Return the returns that ended as they should, each with its outcome."""
    return set(OUTCOME.findall(text))


async def test_the_demo_ends_as_the_readme_shows() -> None:
    """What `make demo ARGS=--once` runs once all is installed ends with 0, every return well."""
    assert "\t$(BIN)/python demo.py $(ARGS)\n" in (ROOT / "Makefile").read_text(encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "demo.py", "--once"), cwd=ROOT, env=kept(), stdout=PIPE, stderr=STDOUT
    )
    out, _ = await asyncio.wait_for(process.communicate(), WITHIN_SECONDS)
    assert process.returncode == 0, out.decode()
    shown = outcomes((ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(shown) > 0
    assert outcomes(out.decode()) == shown
