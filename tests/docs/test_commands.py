"""What the pages tell a reader to type works, in the order in which they tell it."""

import asyncio
from asyncio import Task
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from local.processes import free_port, free_ports
from tests.docs.commands import WHERE, Done, run
from tests.docs.conftest import House
from tests.docs.pages import NOT_RUN, OTHER_LANGUAGES, PAGES, ROOT, commands, languages
from tests.docs.scenes import SCENES

TUTORIAL = "docs/tutorial.md"
AT_ONCE = 2
"""Pages; more would only make each other wait."""

SAYS = {
    "README.md": ["Opened: Digital River return", "needs_attention"],
    "docs/milestones.md": ["whsec_"],
    "docs/on-call.md": ["upriver_webhook_events_total", "eligibility"],
    "docs/operations.md": ["would break", "ask digital_river_unreachable", "Opened: "],
    "docs/storefront.md": ["HTTP/1.1 201", "HTTP/1.1 409", "refund_id token expires_time"],
    "docs/warehouse.md": [
        "is known in revision 2",
        "-late took the parcel",
        "The return has ended",
    ],
}
"""What must stand somewhere in the output of a page."""


@pytest.fixture(scope="module")
async def pages(
    house: House, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[dict[str, Task[Done]]]:
    """Run all pages, some at a time; each one's scene is set before the first begins."""
    gate = asyncio.Semaphore(AT_ONCE)
    folders = {name: tmp_path_factory.mktemp(Path(name).stem) for name in SCENES}
    scenes = {name: await scene(house.running, folders[name]) for name, scene in SCENES.items()}

    async def one(name: str) -> Done:
        own = {"STOREFRONT": free_port()} if name == "docs/storefront.md" else {}
        async with gate:
            ports = {**house.ports, **own}
            return await run(ROOT / name, folders[name], ports, house.variables, scenes[name])

    running = {name: asyncio.create_task(one(name)) for name in SCENES}
    yield running
    await asyncio.gather(*running.values())


@pytest.mark.parametrize("name", SCENES)
async def test_the_commands_of_a_page_work(name: str, pages: dict[str, Task[Done]]) -> None:
    """Each ends with the exit status that the page promises, and says what it must."""
    done = await pages[name]
    assert done.status == 0, done.out
    assert [words for words in SAYS[name] if words not in done.out] == []


async def test_the_tutorial_works_from_its_first_line_to_its_last(tmp_path: Path) -> None:
    """A return is opened, received, refused by the bank, decided by a person, and refunded."""
    ports = dict(zip(WHERE, free_ports(len(WHERE)), strict=True))
    done = await run(ROOT / TUTORIAL, tmp_path, ports, {})
    assert done.status == 0, done.out
    assert "An operator must decide" in done.out
    assert "anna decided retry" in done.out
    assert "Everything was accepted and refunded." in done.out


@pytest.mark.parametrize(
    ("typed", "ends_well"),
    [
        ("true", True),
        ("false", False),
        ("false | cat", False),
        ("X=$(false)", False),
        ("(exit 3)   # exit status 3", True),
        ("(exit 1)   # exit status 3", False),
        ("true   # exit status 3", False),
        ("false \\\n  || true", True),
    ],
)
async def test_a_command_that_ends_otherwise_than_its_page_says_is_noticed(
    tmp_path: Path, typed: str, ends_well: bool
) -> None:
    """Whether it fails, or succeeds where the page says that it does not."""
    page = tmp_path / "page.md"
    page.write_text(f"# Page\n\n```sh\n{typed}\necho on\n```\n")
    done = await run(page, tmp_path, WHERE, {})
    assert (done.status == 0, "on\n" in done.out) == (ends_well, ends_well)


def test_every_command_is_run_or_it_is_said_why_not() -> None:
    """A page with commands that no test runs, and a reason for a command that is gone, fail."""
    found = {str(page.relative_to(ROOT)): commands(page) for page in PAGES}
    left = {command.text for name in found for command in found[name] if not _is_run(name)}
    assert left - NOT_RUN.keys() == set()
    assert NOT_RUN.keys() - {one.text for page in found.values() for one in page} == set()
    assert {name for name in found if not found[name]} & SCENES.keys() == set()


def test_commands_are_in_blocks_that_say_so() -> None:
    """No block of another language hides some from these tests."""
    unknown = {page.name: languages(page) - {"sh", *OTHER_LANGUAGES} for page in PAGES}
    assert {name for name, left in unknown.items() if left} == set()


def _is_run(name: str) -> bool:
    return name in SCENES or name == TUTORIAL
