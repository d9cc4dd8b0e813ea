"""The shell commands of the pages: which there are, and which of them are not run by a test."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])

FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
OTHER_LANGUAGES = {"", "json", "mermaid", "python", "toml", "yaml"}
"""Of blocks that hold no commands; without a language it is a picture, or what is printed."""

COMMENT = re.compile(r"\s+#\s.*$", re.MULTILINE)
FAILS = re.compile(r"\s#.*\bexit status (\d)")
"""How a page says that a command does not end with 0."""

HERE_DOCUMENT = re.compile(r"<<'?(\w+)'?$")

BY_DEMO_TEST = "it installs; what it runs then is run by test_demo.py"
BY_HOUSE = "the house of the pages is started with it; it runs until told to end"
NOT_RUN = {
    "make demo": BY_DEMO_TEST,
    "make demo ARGS=--once": BY_DEMO_TEST,
    "make test": "it is what runs these tests",
    ". .venv/bin/activate": "the tests run in that environment, wherever it is",
    "python worker.py": BY_HOUSE,
    "python receiver.py": BY_HOUSE,
    "python storefront_api.py": BY_HOUSE,
    "docker compose run --rm worker python worker.py check-deploy": "there is no Docker in tests; "
    "what it runs is run without it, on the line above",
}
"""Commands, and why no test of the pages runs them."""


@dataclass(frozen=True)
class Command:
    """One command of a page, as its reader types it."""

    section: str
    """The heading that it stands under."""
    text: str
    status: int
    """The exit status that the page promises."""


def commands(page: Path) -> list[Command]:
    """Return the shell commands of a page, in order."""
    text, found = page.read_text(encoding="utf-8"), []
    for fence in FENCE.finditer(text):
        if fence.group(1) == "sh":
            section = re.findall(r"^#+ (.+)$", text[: fence.start()], re.MULTILINE)[-1]
            found += [_command(section, lines) for lines in _split(fence.group(2))]
    return found


def languages(page: Path) -> set[str]:
    """Return the languages of a page's blocks."""
    return {fence.group(1) for fence in FENCE.finditer(page.read_text(encoding="utf-8"))}


def _split(block: str) -> Iterator[str]:
    """Split a block into its commands: a line each, or several that belong together."""
    lines = iter(block.splitlines())
    for line in lines:
        whole = [line]
        while whole[-1].endswith("\\"):
            whole.append(next(lines))
        if document := HERE_DOCUMENT.search(line):
            while whole[-1] != document.group(1):
                whole.append(next(lines))
        if line:
            yield "\n".join(whole)


def _command(section: str, lines: str) -> Command:
    fails = FAILS.search(lines)
    text = lines if "<<" in lines else COMMENT.sub("", lines)
    return Command(section, text, int(fails.group(1)) if fails else 0)
