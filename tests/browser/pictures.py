"""Make the README's picture anew: `python -m tests.browser.pictures` plays the demo and photographs its close-out."""

import asyncio
import signal
import sys
from pathlib import Path

from playwright.async_api import async_playwright

from tests.browser.conftest import FLAGS
from tests.conftest import CHROMIUM, NO_CHROMIUM

IMAGES = Path(__file__).parents[2] / "docs" / "images"
MOST = 400 * 1024  # bytes: a README has to load
WINDOW = {"width": 1100, "height": 1090}  # room for summary, checklist and the last word below them


async def main() -> None:
    demo = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", "demo", stdout=asyncio.subprocess.PIPE)
    try:
        await photograph(await address(demo), IMAGES / "close-out.png")
    finally:
        if demo.returncode is None:
            demo.send_signal(signal.SIGINT)
            await demo.wait()


async def address(demo: asyncio.subprocess.Process) -> str:
    """Where the incident's channel is shown, once the story is over."""
    assert demo.stdout is not None
    async for line in demo.stdout:
        if line.strip().startswith(b"http://"):
            return line.decode().strip()
    raise SystemExit("The demo did not come to its end; `python -m bot demo --once` says why.")


async def photograph(url: str, image: Path) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM or exit(NO_CHROMIUM), args=FLAGS)
        page = await browser.new_page(viewport=WINDOW, device_scale_factor=2)
        await page.goto(url)
        await page.get_by_text("Everything of INC-1 is reconciled").wait_for()
        image.parent.mkdir(parents=True, exist_ok=True)
        top, log = await page.locator("#top").bounding_box(), await page.get_by_role("log").bounding_box()
        assert top is not None and log is not None
        seen = {**log, "y": top["y"], "height": top["height"] + log["height"]}  # the conversation, without the composer
        await page.screenshot(path=image, clip=seen)
        await browser.close()
    size = image.stat().st_size
    print(f"{image}: {size // 1024} kB")
    if size > MOST:
        raise SystemExit(f"That is more than {MOST // 1024} kB.")


if __name__ == "__main__":
    asyncio.run(main())
