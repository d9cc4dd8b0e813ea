"""The pages of Temporal's web UI that an operator uses, and how they are used."""

import json
from pathlib import Path
from urllib.parse import quote

from playwright.async_api import Page, expect

PATIENCE_MILLISECONDS = 30_000
NAMESPACE = "default"


class WebUI:
    """The web UI in one page of a browser; each picture goes into `pictures`."""

    def __init__(self, page: Page, address: str, pictures: Path) -> None:
        page.set_default_timeout(PATIENCE_MILLISECONDS)
        expect.set_options(timeout=PATIENCE_MILLISECONDS)
        self._page = page
        self._address = f"{address}/namespaces/{NAMESPACE}/workflows"
        self._pictures = pictures

    async def list_by(self, query: str, wanted: set[str], picture: str) -> None:
        """Open the list under a query, as a saved view does; it must show these, and no others."""
        await self._page.goto(f"{self._address}?query={quote(query)}")
        rows = self._page.locator("table tbody a[href*='/workflows/return-']")
        named = [self._page.get_by_role("link", name=one, exact=True) for one in sorted(wanted)]
        for link in named:
            await expect(link.first).to_be_visible()
        seen = {await row.inner_text() for row in await rows.all()}
        shown = {one for one in seen if one.startswith("return-")}
        if shown != wanted:
            raise AssertionError(f"{query} shows {sorted(shown)}, not {sorted(wanted)}")
        await self._picture(picture)

    async def read(self, workflow_id: str, says: str, picture: str) -> None:
        """Open the page of a return on its card, which must say this."""
        await self._page.goto(f"{self._address}/{workflow_id}")
        await self._page.get_by_text("User Metadata").first.click()
        card = self._page.locator("iframe").last.content_frame.locator("body")
        await expect(card).to_contain_text(says)
        await self._picture(picture)

    async def answer(self, question: str, answer: str, picture: str) -> None:
        """Send the update `resolve` from the page of a return that is open on its card."""
        page = self._page
        await page.get_by_role("button", name="More Actions").click()
        await page.get_by_role("menuitem", name="Send an Update").click()
        dialog = page.get_by_role("dialog").filter(has_text="Send an Update")
        await dialog.get_by_test_id("update-select-button").click()
        await dialog.get_by_role("option", name="resolve").click()
        decision = {"question": question, "answer": answer, "who": "anna", "why": "new card"}
        await dialog.locator(".cm-content").fill(json.dumps(decision))
        await dialog.locator(".cm-content").blur()  # the text is laid out anew, and Submit moves
        await self._picture(picture)
        await dialog.get_by_role("button", name="Submit").click()
        await expect(dialog).to_be_hidden()

    async def _picture(self, name: str) -> None:
        await self._page.screenshot(path=self._pictures / f"{name}.jpg", type="jpeg", quality=70)
