"""`make screenshots`: make returns, look at them in Chromium, answer one, keep the pictures.

It fails when a page does not say what an operator must be able to read there.
"""

import asyncio
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from playwright.async_api import ViewportSize, async_playwright

from browser.pages import WebUI
from browser.returns import KINDS
from local.processes import run_house
from local.stories import Shop, Story
from storefront.client import Returns
from storefront.listing import ReturnFilter

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
SIZE: ViewportSize = {"width": 1400, "height": 860}
PATIENCE_SECONDS = 60.0


async def make_returns(shop: Shop) -> dict[str, Story]:
    """Bring every kind of return into its phase, and wait until it is there."""
    stories = {kind.name: Story(kind.name, kind.phase, kind.tell) for kind in KINDS}
    await asyncio.gather(*(kind.tell(stories[kind.name], shop) for kind in KINDS))
    for kind in KINDS:
        await until(shop, stories[kind.name].workflow_id, kind.phase)
    return stories


async def until(shop: Shop, workflow_id: str, phase: str) -> None:
    """Wait until a return is in a phase, as the list sees it. Raises TimeoutError."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            found = [row async for row in shop.returns.list(ReturnFilter(phase=phase))]
            if workflow_id in {row.workflow_id for row in found}:
                return
            await asyncio.sleep(0.2)


async def look(web: WebUI, shop: Shop) -> None:
    """Use the web UI as an operator does."""
    stories = await make_returns(shop)
    ids = {name: story.workflow_id for name, story in stories.items()}
    await web.list_by("", set(ids.values()), "list")
    await web.list_by(
        'ReturnPhase="needs_attention"', {ids["needs-attention"]}, "list-needs-attention"
    )
    for kind in KINDS:
        await web.read(ids[kind.name], kind.says, kind.name)
    asked = await shop.question(stories["needs-attention"])
    await web.answer(asked, "retry", "answering")
    await until(shop, ids["needs-attention"], "refunding")


async def main() -> None:
    """Start everything, look, and stop everything."""
    browser_path = sys.argv[1]
    PICTURES.mkdir(exist_ok=True)
    logs = Path(tempfile.mkdtemp(prefix="upriver-"))
    async with (
        run_house(logs) as house,
        httpx.AsyncClient(base_url=house.digital_river, timeout=30) as digital_river,
        async_playwright() as playwright,
    ):
        browser = await playwright.chromium.launch(
            executable_path=browser_path, args=["--no-sandbox"]
        )
        page = await browser.new_page(viewport=SIZE)
        returns = Returns(house.client, timedelta(seconds=30))
        shop = Shop(returns, digital_river, f"seen-{datetime.now(UTC):%Y%m%d%H%M%S}")
        await look(WebUI(page, house.web_ui, PICTURES), shop)
        await browser.close()
    sys.stdout.write("The web UI shows what it must. Its pictures are in docs/pictures.\n")


if __name__ == "__main__":
    asyncio.run(main())
