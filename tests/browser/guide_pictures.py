"""Make the pictures of docs/using.md anew: `python -m tests.browser.guide_pictures`, on the stage of the demo.

One incident, in order, each picture from the window of the person whom the guide speaks of.
"""

import asyncio
from datetime import timedelta

from playwright.async_api import Browser, FloatRect, Locator, Page, async_playwright

from bot import logs
from bot.demo.stage import Stage, stage
from bot.playground import Person, Seen
from tests.browser.conftest import FLAGS
from tests.browser.pictures import IMAGES
from tests.conftest import CHROMIUM, NO_CHROMIUM

ROOM = "inc-1-checkout-answers-502"
MOST = 150 * 1024  # bytes to a picture: the guide has many
EDGE = """\
--- /etc/nginx/conf.d/checkout.conf
+++ /etc/nginx/conf.d/checkout.conf
@@ -1,4 +1,5 @@
 location /checkout {
+    client_max_body_size 8m;
     proxy_pass http://checkout;
-    proxy_read_timeout 5s;
+    proxy_read_timeout 30s;
 }
"""
ROLES = """\
--- a/db/roles.sql
+++ b/db/roles.sql
@@ -1,2 +1,2 @@
-ALTER ROLE checkout CONNECTION LIMIT 40;
+ALTER ROLE checkout CONNECTION LIMIT 160;
 ALTER ROLE catalog CONNECTION LIMIT 40;
"""


async def main() -> None:
    logs.configure("error")
    async with stage(0) as scene, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM or exit(NO_CHROMIUM), args=FLAGS)
        bot = (await scene.playground.person("maya").overview())["app"]["user"]
        story = Story(scene, browser, bot)
        await story.opening()
        await story.logging()
        await story.change()
        await story.states()
        await story.joining()
        await story.reminder()
        await story.closing()
        await browser.close()


class Story:
    def __init__(self, scene: Stage, browser: Browser, bot: str) -> None:
        self.scene, self.browser, self.bot, self.shop = scene, browser, bot, scene.shop
        self.maya, self.sam, self.priya = map(scene.playground.person, ("maya", "sam", "priya"))

    async def opening(self) -> None:
        """Who opens it: the form, where no title was typed."""
        page = await self.window("maya", "incidents")
        await self.maya.command("#incidents", "/incident open sev1")
        await page.get_by_label("What is wrong?").fill("Checkout answers 502")
        await photograph(page, "opening.png", page.get_by_role("dialog"))
        assert await self.maya.submit(title="Checkout answers 502") == {}
        await self.maya.wait_for("#incidents", f"#{ROOM}")
        await self.maya.wait_for(f"#{ROOM}", "(?s)^INC-1 · .*none logged")

    async def logging(self) -> None:
        """Who changes something: the card, the answer to the one who logged it, and what stands for the action."""
        page = await self.window("maya", ROOM)
        await page.get_by_label(f"Message #{ROOM}").fill("/hotfix kubectl -n shop scale deploy/checkout --replicas=12")
        await page.keyboard.press("Enter")
        await self.echo(self.maya, 1, "drifting.*Waive")
        await self.maya.wait_for(f"#{ROOM}", "(?s)^INC-1 · .*1 drifting")
        await photograph_messages(page, "logging.png", page.get_by_role("log"), "Manual changes", "Logged", "Waive")

    async def change(self) -> None:
        """The change itself, handed in as a file in the action's thread."""
        for person in (self.sam, self.priya):
            await person.do("join", channel=f"#{ROOM}")
        role = 'psql -h orders-db -c "ALTER ROLE checkout CONNECTION LIMIT 160"'
        await self.priya.command(f"#{ROOM}", f"/hotfix {role}")
        await self.echo(self.priya, 2, "drifting")
        await self.priya.command(f"#{ROOM}", "/hotfix --on edge-1 vim /etc/nginx/conf.d/checkout.conf")
        for number, name, diff in ((2, "roles.diff", ROLES), (3, "checkout.conf.diff", EDGE)):
            echo = await self.echo(self.priya, number, "drifting")
            sent = await self.priya.upload(name, diff.encode(), "text/x-diff")
            await self.priya.say(f"#{ROOM}", "as it runs now", thread=echo, files=[sent])
            await self.echo(self.priya, number, "none of it is there")
        page = await self.window("priya", ROOM)
        message = page.get_by_role("article").filter(has_text="#3 drifting")
        await message.hover()
        await message.get_by_role("button", name="Reply in thread").click()
        thread = page.get_by_role("log", name="Thread")
        await thread.get_by_text("recorded the change of #3").wait_for()
        await photograph_messages(page, "change.png", thread, "as it runs now", "recorded the change of #3")

    async def states(self) -> None:
        """What is claimed, proven and there in part, below one another."""
        await self.shop.edit("deploy/checkout.yaml", "replicas: 6", "replicas: 12")
        await self.commit("Run twelve of checkout\n\nReconciles: INC-1#1")
        await self.shop.edit("db/roles.sql", "checkout CONNECTION LIMIT 40", "checkout CONNECTION LIMIT 160")
        await self.shop.edit("nginx/checkout.conf", "read_timeout 5s", "read_timeout 30s")
        await self.commit("Give slow payments time, and checkout its connections\n\nReconciles: INC-1#2, INC-1#3")
        for number, wanted in ((1, "claimed by"), (2, "proven"), (3, "1 of 2 parts")):
            await self.echo(self.sam, number, wanted)
        page = await self.window("sam", ROOM)
        await photograph_messages(page, "states.png", page.get_by_role("log"), "claimed by", "1 of 2 parts")

    async def joining(self) -> None:
        """Who joins late: what happened, in one direct message."""
        alex = self.scene.playground.person("alex")
        update = "/incident update 502s are down from 38 % to 1 %. The edge waits for slow payments."
        await self.maya.command(f"#{ROOM}", update)
        self.scene.move_to(self.scene.now() + timedelta(minutes=12))
        await alex.do("join", channel=f"#{ROOM}")
        await alex.wait_for(self.bot, "INC-1", within=20)
        page = await self.window("alex", self.bot)
        await photograph_messages(page, "joining.png", page.get_by_role("log"), "INC-1")

    async def reminder(self) -> None:
        """The owner: one direct message a day, and the Home tab."""
        await self.priya.command(f"#{ROOM}", "/hotfix --on orders-db raised statement_timeout to 20 s in the console")
        await self.maya.command(f"#{ROOM}", "/incident resolve no 502 since 14:20")
        self.scene.move_to((self.scene.begins + timedelta(days=1)).replace(hour=4, minute=31))
        await self.priya.wait_for(self.bot, "(?s)2 changes that you own.*Snooze", within=20)
        page = await self.window("priya", self.bot)
        await photograph_messages(page, "reminder.png", page.get_by_role("log"), "Snooze")
        await self.priya.do("home")
        await self.priya.wait_for_home("2 changes of yours", within=20)
        page = await self.window("priya", "home")
        await page.locator("#home").get_by_text("2 changes of yours").wait_for()
        end = await page.locator("#home").get_by_text("As of today").bounding_box()
        home = await page.locator("#home").bounding_box()
        assert home is not None and end is not None
        await photograph(page, "home.png", {**home, "height": end["y"] + 2 * end["height"] - home["y"]})

    async def closing(self) -> None:
        """Who leads: what is left, and what would settle it. Then the checklist, as whoever reads it later sees it."""
        self.scene.move_to((self.scene.begins + timedelta(days=1)).replace(hour=14, minute=45))
        page = await self.window("maya", ROOM)
        await self.maya.command(f"#{ROOM}", "/incident close")
        form = page.get_by_role("dialog")
        await form.get_by_label("Why may it close?").fill("The rest is planned for Thursday")
        await photograph(page, "closing.png", form)
        assert await self.maya.submit(why="The rest is planned for Thursday") == {}
        await self.sam.wait_for(f"#{ROOM}", "reconciliation checklist")
        page = await self.window("sam", ROOM)
        await photograph_messages(page, "checklist.png", page.get_by_role("log"), "reconciliation checklist")

    async def commit(self, message: str) -> None:
        await self.shop.git("commit", "--quiet", "--all", f"--message={message}")
        await self.shop.git("push", "--quiet", "origin", "main")

    async def echo(self, who: Person, number: int, wanted: str) -> Seen:
        return await who.wait_for(f"#{ROOM}", rf"(?s)^\S+ #{number}\b.*{wanted}", within=30)

    async def window(self, person: str, channel: str) -> Page:
        page = await self.browser.new_page(viewport={"width": 1040, "height": 1400}, device_scale_factor=1.5)
        await page.goto(f"{self.scene.playground.url}/?as={person}&in={channel}")
        await page.locator("#conversation").wait_for()
        return page


async def photograph_messages(page: Page, name: str, log: Locator, *texts: str) -> None:
    """The part of the window from the first to the last of the messages that say these."""
    boxes = []
    for text in texts:
        message = log.get_by_role("article").filter(has_text=text).first
        await message.wait_for()
        boxes.append(await message.bounding_box())
    first, last = boxes[0], boxes[-1]
    assert first is not None and last is not None
    width = first["width"] - 8  # without the edge of the window
    await photograph(page, name, {**first, "width": width, "height": last["y"] + last["height"] - first["y"]})


async def photograph(page: Page, name: str, what: Locator | FloatRect) -> None:
    """One part of the window, without the pointer's highlights."""
    await page.mouse.move(0, 0)
    image = IMAGES / name
    if isinstance(what, Locator):
        await what.wait_for()
        await what.screenshot(path=image)
    else:
        await page.screenshot(path=image, clip=what)
    size = image.stat().st_size
    print(f"{image}: {size // 1024} kB")
    if size > MOST:
        raise SystemExit(f"That is more than {MOST // 1024} kB.")


if __name__ == "__main__":
    asyncio.run(main())
