"""What the story is played on: a clock, a Git upstream with a clone, a Slack and the bot, in a temporary folder."""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.app import running
from bot.clock import Clock
from bot.demo.repository import Shop
from bot.demo.shell import DidNotRun, output
from bot.playground import Playground
from bot.settings import Settings, load_settings

_POLICY = """\
poll_seconds = 1

[[repositories]]
name = "shop"
url = "{url}"
paths = {{ "/etc/nginx/conf.d/" = "nginx/" }}
"""


@dataclass(frozen=True, slots=True)
class Stage:
    playground: Playground
    clock: Clock
    shop: Shop
    settings: Settings
    begins: datetime  # when the story begins, UTC

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.clock.now() / 1_000_000, UTC)

    def move_to(self, at: datetime) -> None:
        """Put the clock forward; whatever comes due on the way is due now."""
        self.clock.move(at - self.now())

    async def hotwash(self, *args: str) -> str:
        """What the `hotwash` command prints to an operator of this bot. Raises DidNotRun."""
        return await _hotwash(
            *args,
            DATABASE_URL=self.settings.database_url,
            SLACK_API_URL=self.settings.slack_api_url,
            SLACK_BOT_TOKEN="xoxb-playground",  # noqa: S106 - the playground's, known to everybody
        )


@asynccontextmanager
async def stage(port: int) -> AsyncIterator[Stage]:
    """Set it up; all of it is gone afterwards. Raises DidNotRun, and what starting the bot raises."""
    async with AsyncExitStack() as stack:
        temporary = tempfile.TemporaryDirectory(prefix="hotwash-demo-", ignore_cleanup_errors=True)
        folder = Path(stack.enter_context(temporary))
        if database_url := os.environ.get("DATABASE_URL"):
            await _refuse_used(database_url)
        clock, begins = Clock(), _recent_tuesday()
        clock.move(begins - datetime.now(UTC))
        manifest, shop = await asyncio.gather(_hotwash("manifest"), Shop.make(folder, lambda: clock.now() // 1_000_000))
        policy = folder / "hotwash.toml"
        policy.write_text(_POLICY.format(url=shop.upstream.as_uri()), encoding="utf-8")
        try:
            playground = await stack.enter_async_context(Playground(port=port, now=lambda: clock.now() / 1_000_000))
        except OSError as error:
            raise DidNotRun(f"Port {port} can't be had: {error.strerror}. `--port 0` takes a free one.") from error
        await playground.client.post("app", manifest=json.loads(manifest))
        settings = _settings(folder, policy, playground.api_url)
        await stack.enter_async_context(running(settings, clock))
        yield Stage(playground, clock, shop, settings, begins)


def _recent_tuesday() -> datetime:
    """14:02 UTC of the last Tuesday whose Thursday is over: office hours in Berlin and New York, evening in Kolkata.

    Always the same weekday and hour, because reminders go by working hours; and in the past, so that the story is over
    for commands that read the real clock.
    """
    latest = datetime.now(UTC) - timedelta(days=3)
    tuesday = latest - timedelta(days=(latest.weekday() - 1) % 7)
    return tuesday.replace(hour=14, minute=2, second=0, microsecond=0)


def _settings(folder: Path, policy: Path, api_url: str) -> Settings:
    """Of the environment only DATABASE_URL counts: a real workspace's tokens must not reach the demo's bot."""
    given: dict[str, object] = {
        "SLACK_BOT_TOKEN": "xoxb-playground",
        "SLACK_APP_TOKEN": "xapp-playground",
        "SLACK_SIGNING_SECRET": None,
        "SLACK_API_URL": api_url,
        "HOTWASH_POLICY": policy,
        "HOTWASH_MIRRORS": folder / "mirrors",
        "HOTWASH_ALLOW_FILE_REMOTES": True,
        "DATABASE_URL": os.environ.get("DATABASE_URL") or f"sqlite:///{folder / 'hotwash.db'}",
    }
    return load_settings(**given)


async def _refuse_used(database_url: str) -> None:
    """Raises DidNotRun for a database with incidents: they may be a team's, and the demo's bot would act on them."""
    try:
        said = await _hotwash("verify", "--offline", DATABASE_URL=database_url)
    except DidNotRun as failed:  # it has no tables yet, or a chain that does not hold
        said = str(failed)
    if "INC-" in said:
        raise DidNotRun("DATABASE_URL names a database that holds incidents. The demo needs an empty one, or none set.")


async def _hotwash(*args: str, **variables: str) -> str:
    return await output(sys.executable, "-m", "bot", *args, env={**os.environ, **variables})
