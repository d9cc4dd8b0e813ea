"""All of Upriver on one machine: Temporal, a local Digital River, the receiver, the worker.

Every return runs through real HTTP and signed webhooks. Afterwards everything stays up, for a look
at the web UI, until Ctrl-C; with `--once`, or without a terminal, the demo ends with exit status 0
if every return ended as it should, and 1 if not.
"""

import asyncio
import signal
import sys
import tempfile
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.console import Console
from rich.live import Live
from rich.table import Table

from leaving import leave
from lifecycle.amounts import in_words
from local.dev_server import NoDevServerError
from local.processes import House, NotStartedError, run_house
from local.stories import Shop, Story, stories
from storefront.client import Returns
from storefront.errors import NoAnswerError, NoSuchReturnError, StorefrontError

STORY_SECONDS = 120.0
POLL_SECONDS = 0.5

console = Console(highlight=False, soft_wrap=True)


async def show_everything(*, stay: bool, logs: Path) -> bool:
    """Run the demo; say whether every return ended as it should."""
    stop = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    console.print("Starting Temporal, a local Digital River, the receiver and the worker …")
    async with run_house(logs) as house:
        console.print(f"Web UI: {house.web_ui}/namespaces/default/workflows")
        console.print(f"Local Digital River: {house.digital_river}/sandbox/docs")
        told = asyncio.create_task(tell_all(house))
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({told, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not told.done():
            told.cancel()
            await asyncio.wait({told})
            return False
        good = told.result()
        if stay:
            console.print("\nEverything stays up. Look at the links; Ctrl-C ends it.")
            await stop.wait()
        stopped.cancel()
    return good


async def tell_all(house: House) -> bool:
    """Tell every story at once, with live progress; say whether all ended well."""
    told = stories()
    async with httpx.AsyncClient(base_url=house.digital_river, timeout=30) as digital_river:
        returns = Returns(house.client, timedelta(seconds=30))
        shop = Shop(returns, digital_river, f"demo-{datetime.now(UTC):%Y%m%d%H%M%S}")
        await asyncio.gather(*(tell(story, shop) for story in told), follow(told))
    print_outcomes(told, house)
    good = all(story.ended_well for story in told)
    console.print("Every return ended as it should." if good else "Not every return ended well.")
    return good


async def tell(story: Story, shop: Shop) -> None:
    """Tell one story to its end, or say what went wrong."""
    telling = asyncio.create_task(story.tell(story, shop))
    try:
        async with asyncio.timeout(STORY_SECONDS):
            while not (story.ended and telling.done()):
                if telling.done():
                    telling.result()
                if story.workflow_id:
                    with suppress(NoSuchReturnError, NoAnswerError):
                        story.view = await shop.returns.show(story.workflow_id)
                await asyncio.sleep(POLL_SECONDS)
    except TimeoutError:
        story.told = "did not end in time"
    except (StorefrontError, httpx.HTTPError) as error:
        story.told = f"went wrong: {error}"
    finally:
        telling.cancel()
        story.over = True


async def follow(told: list[Story]) -> None:
    """Show where each return stands: a live table on a terminal, a line per change elsewhere."""
    if console.is_terminal:
        with Live(progress(told), console=console, auto_refresh=False) as live:
            while not all(story.over for story in told):
                live.update(progress(told), refresh=True)
                await asyncio.sleep(POLL_SECONDS)
            live.update(progress(told), refresh=True)
        return
    shown: dict[str, tuple[str, str]] = {}
    while not all(story.over for story in told):
        for story in told:
            if shown.get(story.title) != story.now:
                shown[story.title] = story.now
                console.print(f"  {story.title:<46} {story.now[0]:<18} {story.now[1]}")
        await asyncio.sleep(POLL_SECONDS)


def progress(told: list[Story]) -> Table:
    """Draw where each return stands."""
    table = Table("return", "phase", "what just happened", box=None, padding=(0, 2))
    for story in told:
        table.add_row(story.title, *story.now)
    return table


def print_outcomes(told: list[Story], house: House) -> None:
    """Print the end of each return, with its page in the web UI."""
    console.print("\nOutcomes:")
    for story in told:
        refunds = story.view.refunds if story.view else []
        paid = ", ".join(
            f"{in_words(one.refunded_amount, one.currency)} {one.state}" for one in refunds
        )
        mark = "[green]✓[/]" if story.ended_well else "[red]✗[/]"
        outcome = (story.view.outcome if story.view else None) or story.told
        console.print(f"{mark} {story.title:<46} [bold]{outcome:<16}[/] {paid}")
        console.print(f"    {house.link(story.workflow_id)}", style="dim", soft_wrap=True)
    console.print()


def main(
    once: Annotated[bool, typer.Option(help="End when the returns have ended.")] = False,
) -> None:
    """Run every kind of return on this machine."""
    stay = not once and sys.stdin.isatty() and sys.stdout.isatty()
    with tempfile.TemporaryDirectory(prefix="upriver-demo-") as logs:
        try:
            good = asyncio.run(show_everything(stay=stay, logs=Path(logs)))
        except (NotStartedError, NoDevServerError) as error:
            console.print(str(error), markup=False)
            good = False
    leave(0 if good else 1)


if __name__ == "__main__":
    typer.run(main)
