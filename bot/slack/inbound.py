"""What every inbound surface shares: who asks, whether they are known, and how an answer or a failure is told."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import structlog
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.rules.commands import Command
from bot.rules.decision import Answer, Refusal
from bot.rules.grammar import Mistyped
from bot.rules.model import Action, Incident, PersonKind
from bot.slack.people import facts_of
from bot.warroom import people
from bot.warroom.handle import WarRooms
from bot.warroom.look import look
from bot.warroom.scope import Request

INTRODUCTION = 1.0  # seconds that asking Slack who somebody is may take: the person waits for it
ASK_AGAIN = 30.0  # seconds until Slack is asked again after it did not answer

log = structlog.get_logger()


class Inbound:
    """Takes a typed command from a Slack payload to its answer."""

    def __init__(
        self, rooms: WarRooms, client: AsyncWebClient, now: Callable[[], int], poke: Callable[[], None]
    ) -> None:
        self._rooms, self._now, self._poke = rooms, now, poke
        self.client = client
        self._known: set[tuple[str, str]] = set()  # a cache: who is known stands in the database
        self._silent_until = 0.0
        self._running: set[asyncio.Task[None]] = set()
        self.severities = rooms.policy.severity_names()

    def request(self, body: Mapping[str, Any], via: str) -> Request:
        """Who sent a command, a press or a submission. The trigger id is what Slack gives each of them once."""
        user = body.get("user") or {}
        channel = body.get("channel") or {}
        team = body.get("team_id") or (body.get("team") or {}).get("id") or user.get("team_id")
        return Request(
            team=str(team),
            slack_id=str(body.get("user_id") or user.get("id")),
            name=str(body.get("user_name") or user.get("name") or user.get("username") or "someone"),
            via=via,
            key=f"trigger:{body['trigger_id']}",
            at=self._now(),
            channel=body.get("channel_id") or channel.get("id"),
        )

    async def do(self, request: Request, command: Command) -> Answer:
        """Raises Refusal, and whatever the database raises: then nothing was recorded."""
        await self._introduce(request.team, request.slack_id, request.at)
        named = getattr(command, "by", None) or getattr(command, "slack_id", None)
        if named is not None:
            await self._introduce(request.team, named, request.at)
        answer = await self._rooms.handle(request, command)
        self._poke()
        log.info("command", verb=type(command).__name__, team=request.team, user=request.slack_id, via=request.via)
        return answer

    async def look(
        self, request: Request, number: int | None, action: int | None
    ) -> tuple[Incident, Action | None] | None:
        """What a form is about; None for a form about nothing yet. Raises Refusal."""
        if number is None:
            return None
        return await self._rooms.db.read(lambda conn: look(conn, request, number, action))

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something after the answer: what Slack shows at most once, and what must not delay it."""
        task = asyncio.create_task(_quietly(work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _introduce(self, team: str, slack_id: str, at: int) -> None:
        """Ask Slack about somebody who was never seen before, if Slack answers in time."""
        if (team, slack_id) in self._known:
            return
        found = await self._rooms.db.read(lambda conn: people.find(conn, team, slack_id))
        if found is None or found.kind is PersonKind.UNKNOWN:
            if time.monotonic() < self._silent_until:
                return
            try:
                async with asyncio.timeout(INTRODUCTION):
                    said = await self.client.users_info(user=slack_id)
            except (SlackClientError, TimeoutError, OSError) as error:
                self._silent_until = time.monotonic() + ASK_AGAIN
                log.warning("slack did not say who somebody is", user=slack_id, error=repr(error))
                return
            name, tz, kind = facts_of(said["user"], team)
            await self._rooms.db.write(lambda conn: people.learn(conn, team, slack_id, name, tz, kind, at))
        self._known.add((team, slack_id))


async def _quietly(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except (SlackClientError, TimeoutError, OSError) as error:
        log.warning("not shown", error=repr(error))  # at most once: these can't be looked up and repeated


def told(refusal: Refusal) -> Answer:
    """A refusal as an answer; what was typed comes back, ready to paste."""
    if isinstance(refusal, Mistyped):
        both = (refusal.paste, refusal.typed)
        return Answer(f"{refusal.sentence}\nNothing was recorded. To paste:", paste=tuple(dict.fromkeys(both)))
    return Answer(str(refusal))


def not_recorded(typed: str) -> Answer:
    """For a failure that the person can do nothing about but try again."""
    return Answer("Not logged: the record could not be written just now. Nothing was kept. Try again:", paste=(typed,))
