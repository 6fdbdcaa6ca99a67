"""The playground, a bot on it, and a person's browser window."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from bot.playground import Playground
from tests.browser.echo_bot import EchoBot

expect.set_options(timeout=15_000)  # a busy machine is slow, not wrong

FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium_path: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path, args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def playground() -> AsyncIterator[Playground]:
    async with Playground(bot_name="echo") as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def echo(playground: Playground) -> AsyncIterator[EchoBot]:
    """A bot, connected and in #general."""
    async with EchoBot(playground.api_url) as bot:
        await bot.client.conversations_join(channel="C000000001")
        yield bot


@pytest_asyncio.fixture(loop_scope="session")
async def window(browser: Browser, playground: Playground, echo: EchoBot) -> AsyncIterator[Page]:
    """Maya's window on #general. A script error or a blocked resource fails the test; a lost server doesn't."""
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(15_000)
    page = await context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    await page.goto(f"{playground.url}/?as=maya&in=general")
    await page.get_by_role("log").wait_for()
    yield page
    await context.close()
    assert [what for what in wrong if "net::ERR_" not in what] == []
