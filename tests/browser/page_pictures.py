"""Make the pictures of the pages anew: `python -m tests.browser.page_pictures`."""

import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from bot import logs
from tests.browser.conftest import FLAGS
from tests.browser.pictures import IMAGES, MOST
from tests.browser.test_pages import under_way
from tests.conftest import CHROMIUM, NO_CHROMIUM
from tests.web.pages import Site

WINDOWS = {
    "page-incidents.png": ("/", 1040, "light"),
    "page-incident.png": ("/incidents/INC-1", 1040, "light"),
    "page-drift.png": ("/drift", 1040, "dark"),
    "page-trends.png": ("/trends", 1040, "light"),
    "page-phone.png": ("/incidents/INC-1", 390, "dark"),
}


async def main() -> None:
    logs.configure("error")
    with tempfile.TemporaryDirectory() as folder:
        async with under_way(Path(folder)) as pages, async_playwright() as playwright:
            await weeks_pass(pages)
            browser = await playwright.chromium.launch(executable_path=CHROMIUM or exit(NO_CHROMIUM), args=FLAGS)
            for name, (path, width, scheme) in WINDOWS.items():
                await photograph(browser, pages, name, path, width, scheme)
            await browser.close()


async def weeks_pass(pages: Site) -> None:
    """So that there is something to plot."""
    war, maya = pages.war, pages.war.person("maya")
    for hours, title in enumerate(
        ("Search is slow", "Invoices come twice", "Logins time out", "Images are missing"), 1
    ):
        room = await war.open(maya, title, f"sev{1 + hours % 3}")
        await war.logged(maya, room, f"--on edge-{hours % 2} doubled the workers")
        await war.logged(maya, room, "--on orders-db killed the longest query")
        war.move(hours=hours % 3 + 1)
        await maya.command(room, "/incident resolve")
        await maya.command(room, "/hotfix #1 undone back to what Git has")
        war.move(days=6)


async def photograph(browser: Browser, pages: Site, name: str, path: str, width: int, scheme: str) -> None:
    dark = scheme == "dark"
    page = await browser.new_page(
        viewport={"width": width, "height": 700}, device_scale_factor=2, color_scheme="dark" if dark else "light"
    )
    await page.goto(f"{pages.url}{path}")
    await page.get_by_role("link", name="Maya Lindqvist").click()
    await page.get_by_role("button", name="Sign out").wait_for()
    image = IMAGES / name
    await page.screenshot(path=image)
    await page.close()
    size = image.stat().st_size
    print(f"{image}: {size // 1024} kB")
    if size > MOST:
        raise SystemExit(f"That is more than {MOST // 1024} kB.")


if __name__ == "__main__":
    asyncio.run(main())
