"""The pages in a real Chromium: signed in through the playground, live, and read by axe in light and dark."""

import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, expect

from bot.clock import Clock
from bot.ledger.migrate import upgrade
from bot.playground import Playground
from bot.slack.manifest import manifest
from tests.warroom.conftest import started
from tests.web.pages import Site, site

pytestmark = pytest.mark.asyncio(loop_scope="session")

AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8")
PAGES = [
    "/",
    "/?q=nothing+of+the+kind",
    "/drift",
    "/trends",
    "/incidents/INC-1/report",
    "/incidents/INC-1",
    "/incidents/INC-404",
]


@asynccontextmanager
async def under_way(folder: Path) -> AsyncIterator[Site]:
    """A bot with an incident under way, served."""
    clock = Clock()
    url = f"sqlite+aiosqlite:///{folder / 'pages.sqlite'}"
    upgrade(url)
    async with Playground(now=lambda: clock.now() / 1_000_000, rate_limits=False) as pg:
        await pg.client.post("app", manifest=manifest(None))
        async with started(pg, clock, url, folder, "") as war, site(war) as served:
            maya, sam = pg.person("maya"), pg.person("sam")
            room = await war.open(maya, "Checkout answers 502")
            await sam.do("join", channel=room)
            await war.logged(maya, room, "kubectl -n shop scale deploy/checkout --replicas=12")
            await war.logged(sam, room, "raised the connection limit of orders-db to 160 in the console")
            await war.logged(sam, room, "turned the flag new-cart off")
            await maya.command(room, "/hotfix #3 waive it goes away with the next release")
            await maya.command("#general", "/incident open sev3 Mail is late")
            yield served


@pytest_asyncio.fixture(loop_scope="session")
async def pages(tmp_path: Path) -> AsyncIterator[Site]:
    async with under_way(tmp_path) as served:
        yield served


@pytest_asyncio.fixture(loop_scope="session")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(15_000)
    yield context
    await context.close()


async def signed_in(context: BrowserContext, pages: Site, name: str, path: str = "/") -> Page:
    """Somebody's window. A script error or a blocked resource is kept in `wrong`."""
    page = await context.new_page()
    await page.goto(f"{pages.url}{path}")
    await page.get_by_role("link", name=name).click()
    await expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    return page


def complaints(page: Page) -> list[str]:
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    return wrong


async def test_a_person_signs_in_and_out(context: BrowserContext, pages: Site) -> None:
    page = await signed_in(context, pages, "Maya Lindqvist", "/incidents/INC-1")
    await expect(page.get_by_role("heading", level=1)).to_have_text("INC-1: Checkout answers 502")
    await page.get_by_role("link", name="Drift").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Drift")
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Signed out")
    await page.goto(f"{pages.url}/drift")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Sign in to Acme")


async def test_the_page_of_an_incident_follows_it(context: BrowserContext, pages: Site) -> None:
    page = await signed_in(context, pages, "Sam Okafor", "/incidents/INC-1")
    wrong = complaints(page)
    await expect(page.get_by_text("Live: this page follows the incident.")).to_be_visible()
    await page.evaluate("window.same = true")
    maya = pages.war.person("maya")
    room = "#inc-1-checkout-answers-502"
    item = page.locator("#a2")
    await expect(item).to_contain_text("☐ #2")

    await maya.command(room, "/hotfix restarted every second web server --by hand")
    logged = time.monotonic()
    await expect(page.locator("#a4")).to_contain_text("restarted every second web server")
    assert time.monotonic() - logged < 1
    await expect(page.locator(".timeline li").first).to_contain_text("maya logged #4")

    await maya.command(room, "/hotfix #2 undone the limit is 100 again")
    undone = time.monotonic()
    await expect(item).to_contain_text("☑ #2")
    assert time.monotonic() - undone < 1
    await expect(item).to_contain_text("undone by maya")
    assert await page.evaluate("window.same") is True  # it was not loaded anew
    assert wrong == []


async def test_a_connection_that_fails_is_said_and_tried_again(context: BrowserContext, pages: Site) -> None:
    await context.route("**/live", lambda route: route.abort())
    page = await signed_in(context, pages, "Sam Okafor", "/incidents/INC-1")
    await expect(page.get_by_text("What you see may be old.")).to_be_visible()
    await context.unroute("**/live")
    await expect(page.get_by_text("Live: this page follows the incident.")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
async def test_axe_finds_nothing(context: BrowserContext, pages: Site, scheme: str, width: int) -> None:
    """Every page, and no line of it wider than a phone."""
    page = await signed_in(context, pages, "Maya Lindqvist")
    wrong = complaints(page)
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await page.set_viewport_size({"width": width, "height": 900})
    for path in PAGES:
        await page.goto(f"{pages.url}{path}")
        await page.evaluate(AXE)
        found = await page.evaluate("axe.run()")
        said = [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]]
        assert said == [], path
        assert len(found["passes"]) > 10, path  # it did look
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert [one for one in wrong if "404" not in one] == []


async def test_the_pages_can_be_used_with_the_keyboard_alone(context: BrowserContext, pages: Site) -> None:
    page = await signed_in(context, pages, "Maya Lindqvist")
    await page.goto(pages.url)
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await expect(page.get_by_label("Says")).to_be_focused()
    await page.keyboard.type("mail")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("row", name=re.compile("INC-2"))).to_be_visible()
    await expect(page.get_by_role("row", name=re.compile("INC-1"))).to_have_count(0)
