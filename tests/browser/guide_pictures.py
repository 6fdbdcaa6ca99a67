"""Make the pictures of docs/using.md anew: `python -m tests.browser.guide_pictures`, on the stage of the demo."""

import asyncio
from datetime import timedelta

from playwright.async_api import Browser, Page, async_playwright

from bot import logs
from bot.demo.stage import Stage, stage
from tests.browser.conftest import FLAGS
from tests.browser.pictures import IMAGES, MOST
from tests.conftest import CHROMIUM, NO_CHROMIUM

ROOM = "inc-1-checkout-answers-502"


async def main() -> None:
    logs.configure("error")
    async with stage(0) as scene, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM or exit(NO_CHROMIUM), args=FLAGS)
        await logging(scene, browser)
        await claim(scene, browser)
        await reminder(scene, browser)
        await browser.close()


async def logging(scene: Stage, browser: Browser) -> None:
    """The card, what stands for an action, and the answer to the one who logged it."""
    maya = scene.playground.person("maya")
    await maya.command("#incidents", "/incident open sev1 Checkout answers 502")
    await maya.wait_for("#incidents", f"#{ROOM}")
    await maya.wait_for(f"#{ROOM}", "(?s)^INC-1 · .*none logged")
    page = await window(scene, browser, "maya", ROOM)
    await page.get_by_label(f"Message #{ROOM}").fill("/hotfix kubectl -n shop scale deploy/checkout --replicas=12")
    await page.keyboard.press("Enter")
    await maya.wait_for(f"#{ROOM}", "(?s)#1.*drifting.*Waive")
    await maya.wait_for(f"#{ROOM}", "(?s)^INC-1 · .*1 drifting")
    await photograph(page, "logging.png", "Manual changes", "Logged", "Waive")


async def claim(scene: Stage, browser: Browser) -> None:
    """A commit says that it carries the action; somebody who looks may confirm it."""
    shop = scene.shop
    await shop.edit("deploy/checkout.yaml", "replicas: 6", "replicas: 12")
    await shop.git("commit", "--quiet", "--all", "--message=Run twelve of checkout\n\nReconciles: INC-1#1")
    await shop.git("push", "--quiet", "origin", "main")
    await scene.playground.person("sam").do("join", channel=f"#{ROOM}")
    await scene.playground.person("sam").wait_for(f"#{ROOM}", "(?s)#1.*claimed by", within=20)
    page = await window(scene, browser, "sam", ROOM)
    await photograph(page, "claim.png", "claimed by")


async def reminder(scene: Stage, browser: Browser) -> None:
    """The one direct message a day."""
    priya = scene.playground.person("priya")
    await priya.do("join", channel=f"#{ROOM}")
    await priya.command(f"#{ROOM}", "/hotfix raised the connection limit of orders-db to 160 in the console")
    edge = "sed -i 's/proxy_read_timeout 5s/proxy_read_timeout 30s/' /etc/nginx/conf.d/checkout.conf"
    await priya.command(f"#{ROOM}", f"/hotfix --on edge-1 {edge}")
    await priya.command(f"#{ROOM}", "/incident resolve")
    scene.move_to((scene.begins + timedelta(days=1)).replace(hour=4, minute=31))
    bot = (await priya.overview())["app"]["user"]
    await priya.wait_for(bot, "(?s)2 changes that you own.*Snooze", within=20)
    page = await window(scene, browser, "priya", bot)
    await photograph(page, "reminder.png", "Snooze")


async def window(scene: Stage, browser: Browser, person: str, channel: str) -> Page:
    page = await browser.new_page(viewport={"width": 1040, "height": 1000}, device_scale_factor=2)
    await page.goto(f"{scene.playground.url}/?as={person}&in={channel}")
    await page.get_by_role("log").wait_for()
    return page


async def photograph(page: Page, name: str, *texts: str) -> None:
    """The part of the window from the first to the last of the messages that say these."""
    boxes = []
    for text in texts:
        message = page.get_by_role("article").filter(has_text=text).first
        await message.wait_for()
        boxes.append(await message.bounding_box())
    first, last = boxes[0], boxes[-1]
    assert first is not None and last is not None
    clip = {**first, "height": last["y"] + last["height"] - first["y"]}
    image = IMAGES / name
    await page.screenshot(path=image, clip=clip)
    size = image.stat().st_size
    print(f"{image}: {size // 1024} kB")
    if size > MOST:
        raise SystemExit(f"That is more than {MOST // 1024} kB.")


if __name__ == "__main__":
    asyncio.run(main())
