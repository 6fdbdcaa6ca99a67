"""What every inbound surface shares: who asks, whether they are known, and how an answer or a failure is told."""

import asyncio
import time
from collections.abc import Callable, Collection, Coroutine, Mapping
from typing import Any, TypeVar

import structlog
from slack_bolt.async_app import AsyncRespond
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import Connection

from bot import metrics
from bot.ledger.retro import retro_of
from bot.rules.commands import Command
from bot.rules.decision import Answer, Refusal
from bot.rules.grammar import Mistyped
from bot.rules.model import Action, Incident, PersonKind, Written
from bot.slack.blocks import Message
from bot.slack.blocks.answer import answer
from bot.slack.people import facts_of
from bot.warroom import people, thread
from bot.warroom.handle import WarRooms
from bot.warroom.look import look
from bot.warroom.scope import Request, Scope

INTRODUCTION = 1.0  # seconds that asking Slack who somebody is may take: the person waits for it
MOST_NAMES = 20  # people whom one message names
ANSWER_WITHIN = 2.5  # seconds: after three Slack says itself that we failed, and not what was typed
YOUNG = 5.0  # seconds within which an answer may come before its echo is stored
ASK_AGAIN = 30.0  # seconds until Slack is asked again after it did not answer

T = TypeVar("T")

log = structlog.get_logger()


class Inbound:
    """Takes a typed command from a Slack payload to its answer."""

    def __init__(
        self, rooms: WarRooms, client: AsyncWebClient, now: Callable[[], int], poke: Callable[[], None]
    ) -> None:
        self.rooms, self._now, self._poke = rooms, now, poke
        self.client = client
        self._known: set[tuple[str, str]] = set()  # a cache: who is known stands in the database
        self._silent_until = 0.0
        self._running: set[asyncio.Task[None]] = set()
        self.severities = rooms.policy.severity_names()
        self.repositories = tuple(repository.name for repository in rooms.policy.repositories)

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

    def event(self, body: Mapping[str, Any], via: str, key: str, channel: str) -> Request:
        """Who caused an event. `key` is the same however often, and in whatever shape, Slack sends it."""
        user = str(body["event"]["user"])
        return Request(str(body["team_id"]), user, "someone", via, key, self._now(), channel)

    async def do(self, request: Request, command: Command) -> Answer:
        """Raises Refusal, and whatever the database raises, or TimeoutError: then nothing was recorded."""
        begun, outcome = time.perf_counter(), "failed"
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                await self.introduce(request.team, request.slack_id, request.at)
                named = getattr(command, "by", None) or getattr(command, "slack_id", None)
                if named is not None:
                    await self.introduce(request.team, named, request.at)
                said = await self.rooms.handle(request, command)
            outcome = "done"
        except Refusal:
            outcome = "refused"
            raise
        finally:
            self._note(request, command, outcome, time.perf_counter() - begun)
        self._poke()
        return said

    def _note(self, request: Request, command: Command, outcome: str, seconds: float) -> None:
        verb, number = type(command).__name__, getattr(command, "incident", None)
        metrics.commands[verb, outcome] += 1
        metrics.command_seconds.add(seconds)
        who = {"team": request.team, "user": request.slack_id, "via": request.via, "channel": request.channel}
        log.info("command", verb=verb, outcome=outcome, incident=number, **who, ms=round(seconds * 1000, 1))

    async def hear(self, request: Request, command: Command, thread: str | None) -> None:
        """Do what an event asks for, and tell the person, in the channel or thread, to them alone. What fails is
        raised: the event is then not acknowledged, and Slack sends it again."""
        if await self.rooms.handled(request.team, request.key):
            return
        try:
            said = await self.do(request, command)
        except Refusal as refusal:
            said = told(refusal)
        self.whisper(str(request.channel), request.slack_id, said, thread)

    async def once(self, body: Mapping[str, Any], key: str, via: str, work: Callable[[Scope], T]) -> T | None:
        """Record what follows from an event that is nobody's request, once; None if that was done before."""
        done = await self.rooms.once(str(body["team_id"]), key, self._now(), via, work)
        self._poke()
        return done

    async def record(self, work: Callable[[Connection], None]) -> None:
        """Store what a surface learned and nobody asked for."""
        await self.rooms.db.write(work)
        self._poke()

    async def tell(self, respond: AsyncRespond, slack_id: str, message: Message) -> None:
        """Tell somebody what came of a press, at most once: where they pressed, or directly if it was on the Home tab,
        which takes no answer."""
        if respond.response_url:
            await respond(text=message.text, blocks=message.blocks, response_type="ephemeral", replace_original=False)
        else:
            await self.client.chat_postMessage(channel=slack_id, text=message.text, blocks=message.blocks)

    def whisper(self, channel: str, slack_id: str, said: Answer, thread: str | None) -> None:
        """Tell somebody something where they are, to them alone: after the answer, and at most once."""
        message = answer(said)
        self.later(
            self._whisper(channel=channel, user=slack_id, thread_ts=thread, text=message.text, blocks=message.blocks)
        )

    async def _whisper(self, **message: Any) -> None:
        await self.client.chat_postEphemeral(**message)

    async def names(self, team: str, slack_ids: Collection[str]) -> dict[str, str]:
        """Slack id to name, of those who are known or whom Slack tells of in time; of MOST_NAMES at most."""
        wanted = list(slack_ids)[:MOST_NAMES]
        for slack_id in wanted:
            await self.introduce(team, slack_id, self._now())
        found = await self.rooms.db.read(lambda conn: [people.find(conn, team, slack_id) for slack_id in wanted])
        return {one.slack_id: one.name for one in found if one is not None and one.kind is not PersonKind.UNKNOWN}

    async def about(self, team: str, channel: str, ts: str, thread_ts: str) -> tuple[int, int] | None:
        """The incident's number and the action's, of the thread in which message `ts` stands. An echo may be answered
        before it is stored where it stands: below one that is only just posted, that is waited for."""
        young = float(ts) - float(thread_ts) < YOUNG
        for pause in (0.1, 0.3, 0.6, 0) if young else (0,):
            found = await self.rooms.db.read(lambda conn: thread.action_of(conn, team, channel, thread_ts))
            if found is not None:
                return found
            await asyncio.sleep(pause)
        return None

    async def look(
        self, request: Request, number: int | None, action: int | None
    ) -> tuple[Incident, Action | None] | None:
        """What a form is about; None for a form about nothing yet. Raises Refusal."""
        if number is None:
            return None
        await self.introduce(request.team, request.slack_id, request.at)  # their first press may be the first we see
        return await self.rooms.db.read(lambda conn: look(conn, request, number, action))

    async def retro(self, incident: Incident) -> tuple[Written, ...]:
        """What people wrote so far."""
        return await self.rooms.db.read(lambda conn: retro_of(conn, incident.id))

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something after the answer: what Slack shows at most once, and what must not delay it."""
        task = asyncio.create_task(_quietly(work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def introduce(self, team: str, slack_id: str, at: int) -> None:
        """Ask Slack about somebody who was never seen before, if Slack answers in time."""
        if (team, slack_id) in self._known:
            return
        found = await self.rooms.db.read(lambda conn: people.find(conn, team, slack_id))
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
            await self.rooms.db.write(lambda conn: people.learn(conn, team, slack_id, name, tz, kind, at))
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
