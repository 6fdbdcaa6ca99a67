"""Composition: settings and policy become parts, the parts become a running process."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import TypeVar
from uuid import uuid4

import aiohttp
import structlog
from fastapi import FastAPI
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.exc import OperationalError

from bot.clock import Bells, Clock
from bot.delivery import pull_requests, report, webhook
from bot.delivery.loop import Delivery
from bot.delivery.outside import Outside
from bot.git.mirror import Mirror
from bot.git.run import GitError, git_version
from bot.ledger import migrate
from bot.ledger.database import Database
from bot.ledger.figures import figures
from bot.rules.clean import redact
from bot.rules.decision import CannotRun, Effect, EffectKind
from bot.rules.model import Person
from bot.rules.policy import Policy, load_policy
from bot.settings import Settings, repository_tokens, webhook_keys
from bot.slack.app import build_app
from bot.slack.inbound import Inbound
from bot.slack.people import facts_of
from bot.warroom import deployments, judging, people, trouble
from bot.warroom.handle import WarRooms
from bot.warroom.scope import know_workspace
from bot.warroom.watch import Watcher
from bot.web import api, errors, health, metrics, signin, webhooks
from bot.web.pages import reports
from bot.web.pages import routes as pages
from bot.web.seal import Seal
from bot.web.slack import SlackFirst

SLACK_TIMEOUT = 10  # seconds for one call: an outcome that is not known by then is looked up
LOOK_AT_SOCKET = 1.0  # seconds
CLOSING = 2.0  # seconds for Socket Mode to close when the process stops
JUDGING = 20.0  # seconds that a pipeline waits to hear what its deploy would undo
CONNECT_AGAIN = 5.0  # seconds between tries to reach Slack's Socket Mode

T = TypeVar("T")

log = structlog.get_logger()


class CannotServe(CannotRun):
    """The process must not start; the text says what to do."""


@dataclass(slots=True)
class Hotwash:
    """The parts of one running process."""

    settings: Settings
    policy: Policy
    clock: Clock
    rooms: WarRooms
    slack: AsyncApp
    delivery: Delivery
    bells: Bells
    watcher: Watcher | None  # None where the policy names no repositories
    socket: str = "not connected"  # the state of Socket Mode; of no interest where Slack comes over HTTP

    def hurry(self) -> None:
        """Something was recorded that no bell rang for: deliver and look now, not at the next poll."""
        self.delivery.poke()
        self.bells.look()


def worker_name() -> str:
    """Who holds a lease: this process, told apart from one with the same number on another machine."""
    return f"{os.getpid()}-{uuid4().hex[:12]}"


def prepare(settings: Settings) -> Policy:
    """Check what the process stands on, and bring SQLite up to date; on PostgreSQL, which replicas share, that is for
    `hotwash migrate`. Cheap where nothing is to be done.

    Raises CannotRun, or one of its kinds.
    """
    policy = load_policy(settings.policy_file)
    repository_tokens(policy, os.environ)
    webhook_keys(policy, os.environ)
    try:
        if policy.repositories:
            git_version()
        if settings.database_url.startswith("sqlite"):
            migrate.upgrade(settings.database_url)
        else:
            migrate.check(settings.database_url)
    except GitError as error:
        raise CannotServe(f"The policy names repositories to watch. {error}") from error
    except OperationalError as error:
        raise CannotServe(f"The database cannot be reached: {error.orig}") from error
    return policy


@asynccontextmanager
async def running(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Hotwash]:
    """Everything but the web server, started; stopped in the reverse order on the way out.

    Raises what `prepare` raises.
    """
    policy = await asyncio.to_thread(prepare, settings)
    clock = clock or Clock()
    worker = worker_name()
    async with AsyncExitStack() as stack:
        db = Database(settings.database_url)
        stack.push_async_callback(db.close)
        rooms = WarRooms(db, policy, partial(redact, key=settings.key_bytes), settings.key_bytes)
        session = await stack.enter_async_context(
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SLACK_TIMEOUT))
        )
        client = _client(settings, session)
        refused = partial(_refused, rooms, clock)

        async def using(name: str, work: Callable[[Mirror], T]) -> T:
            assert watcher is not None  # the policy names the repository
            return await watcher.using(name, work)

        outside = Outside()
        stack.push_async_callback(outside.aclose)
        tell = webhook.Webhooks(webhook_keys(policy, os.environ), outside).tell
        tokens = repository_tokens(policy, os.environ)
        pulls = pull_requests.PullRequests(rooms, tokens, outside)
        commit = report.Reports(using, policy, pulls).commit
        elsewhere = {EffectKind.WEBHOOK: tell, EffectKind.REPORT: commit, EffectKind.PULL: pulls.open}
        delivery = Delivery(db, client, policy, clock.now, worker, refused, elsewhere=elsewhere)
        inbound = Inbound(rooms, client, clock.now, delivery.poke)
        secret = settings.slack_signing_secret
        slack = build_app(inbound, client, secret.get_secret_value() if secret else None)
        watcher = None
        if policy.repositories:
            allow_file = settings.allow_file_remotes
            watcher = Watcher(rooms, settings.mirrors, worker, delivery.poke, allow_file=allow_file, tokens=tokens)
            stack.push_async_callback(watcher.stop)
        bells = Bells(rooms, clock, watcher, delivery.poke)
        hotwash = Hotwash(settings, policy, clock, rooms, slack, delivery, bells, watcher)

        delivering = asyncio.create_task(delivery.run(), name="delivery")
        stack.push_async_callback(_ended, delivering)
        bells.start()
        stack.push_async_callback(bells.stop)
        meeting = asyncio.create_task(_meet_workspace(rooms, client, clock, delivery), name="workspace")
        stack.push_async_callback(_ended, meeting)
        if settings.slack_app_token is not None:
            listening = asyncio.create_task(_listen(hotwash, client), name="socket mode")
            stack.push_async_callback(_ended, listening)
        yield hotwash


def web_app(settings: Settings, clock: Clock | None = None) -> SlackFirst:
    """The HTTP side; its lifespan is the life of everything else."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with running(settings, clock) as hotwash:
            add_routes(app, hotwash)
            if settings.slack_signing_secret is not None:
                front.open(hotwash.slack)
            yield

    app = FastAPI(title="Hotwash", lifespan=lifespan, docs_url=None, redoc_url=None)
    errors.install(app)
    front = SlackFirst(app)
    return front


def add_routes(app: FastAPI, hotwash: Hotwash) -> None:
    """All that is served but Slack's requests."""
    secret = hotwash.settings.webhook_secret
    checks: dict[str, health.Check] = {"database": hotwash.rooms.db.ping, "slack": partial(_slack_state, hotwash)}
    app.include_router(health.router(checks, partial(_notes, hotwash)))
    app.include_router(metrics.router(hotwash.rooms.db, hotwash.clock.now))
    app.include_router(
        webhooks.router(hotwash.rooms, secret.get_secret_value() if secret else None, hotwash.clock.now, hotwash.hurry)
    )
    missing, seen_by = _client_of_pages(hotwash.settings)
    viewer = signin.viewer_of(hotwash.rooms.db, seen_by, missing)
    app.add_exception_handler(signin.Barred, signin.tell_barred)
    app.include_router(signin.router(hotwash.rooms.db, seen_by, missing, partial(_meet, hotwash), viewer))
    app.include_router(pages.router(hotwash.rooms, hotwash.clock.now, viewer))
    app.include_router(reports.router(hotwash.rooms, hotwash.clock.now, seen_by, viewer))
    app.include_router(api.router(hotwash.rooms, hotwash.clock.now, hotwash.hurry, partial(_undone_by, hotwash)))


async def _undone_by(hotwash: Hotwash, workspace: int, team: str, repo: str, deployment: int) -> list[str] | None:
    """The names of the actions that a deployment undoes; None if that is not known within JUDGING. It is found out, and
    people are warned, all the same."""
    assert hotwash.watcher is not None  # the policy names the repository
    rooms, using = hotwash.rooms, hotwash.watcher.using
    looking = hotwash.watcher.start(
        judging.look_up(rooms, using, workspace, team, repo, hotwash.clock.now(), deployment)
    )
    try:
        undone = await asyncio.wait_for(asyncio.shield(looking), JUDGING)
    except (TimeoutError, GitError, OSError) as error:
        log.warning("deployment not judged in time", repository=repo, error=repr(error))
        return None
    hotwash.delivery.poke()
    return None if undone is None else await rooms.db.read(lambda conn: deployments.names(conn, undone))


def _client_of_pages(settings: Settings) -> tuple[str, signin.Client | None]:
    """What people sign in with, and where settings are missing for that, a sentence of which."""
    needs = {
        "HOTWASH_URL": settings.url,
        "HOTWASH_KEY": settings.key_bytes,
        "SLACK_CLIENT_ID": settings.slack_client_id,
        "SLACK_CLIENT_SECRET": settings.slack_client_secret,
    }
    unset = [name for name, value in needs.items() if not value]
    url, key, client, secret = settings.url, settings.key_bytes, settings.slack_client_id, settings.slack_client_secret
    if url and key and client and secret:
        return "", signin.Client(client, secret.get_secret_value(), Seal(key), settings.slack_api_url, url)
    return f"To see pages here people sign in with Slack. For that, set {', '.join(unset)} and start again.", None


async def _meet(hotwash: Hotwash, team: str, slack_id: str) -> Person:
    """Who signs in, as Slack tells of them now: somebody may have become a guest since they were last seen."""
    name, tz, kind = facts_of((await hotwash.slack.client.users_info(user=slack_id))["user"], team)
    return await hotwash.rooms.db.write(
        lambda conn: people.learn(conn, team, slack_id, redact(name).text, tz, kind, hotwash.clock.now())
    )


def _client(settings: Settings, session: aiohttp.ClientSession) -> AsyncWebClient:
    token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else None
    return AsyncWebClient(
        token=token,
        base_url=settings.slack_api_url,
        timeout=SLACK_TIMEOUT,
        session=session,
        trust_env_in_session=True,
        retry_handlers=[],  # only the outbox repeats a call: the SDK would repeat one that took effect
    )


async def _meet_workspace(rooms: WarRooms, client: AsyncWebClient, clock: Clock, delivery: Delivery) -> None:
    """Make our own workspace known, so that its announce channel is found before it is needed."""
    while True:
        try:
            said = await client.auth_test()
        except (SlackClientError, OSError, TimeoutError) as error:
            log.warning("slack not reached", error=repr(error))
            await asyncio.sleep(CONNECT_AGAIN)
            continue
        team = str(said["team_id"])
        await rooms.db.write(lambda conn: know_workspace(conn, team, clock.now()))  # noqa: B023 - the loop ends here
        delivery.poke()
        return


async def _listen(hotwash: Hotwash, client: AsyncWebClient) -> None:
    """Hold a Socket Mode connection; the SDK reconnects, but not where the first connection fails."""
    token = hotwash.settings.slack_app_token
    assert token is not None
    while True:
        handler = AsyncSocketModeHandler(hotwash.slack, token.get_secret_value(), web_client=client)
        try:
            await handler.connect_async()  # type: ignore[no-untyped-call]
            log.info("listening", via="socket mode")
            while True:  # the SDK connects again by itself, and says nothing of it
                connected = await handler.client.is_connected()
                hotwash.socket = "connected" if connected else "not connected: the connection was lost"
                await asyncio.sleep(LOOK_AT_SOCKET)
        except (SlackClientError, OSError, TimeoutError, aiohttp.ClientError) as error:
            hotwash.socket = f"not connected: {error!r}"
            log.warning("socket mode not connected", error=repr(error))
            await asyncio.sleep(CONNECT_AGAIN)
        finally:
            with suppress(TimeoutError):  # closing waits for an answer of the other side, which may never come
                async with asyncio.timeout(CLOSING):
                    await handler.close_async()  # type: ignore[no-untyped-call]


async def _refused(rooms: WarRooms, clock: Clock, workspace: int, team: str, effect: Effect, error: str) -> None:
    await rooms.alone(workspace, team, clock.now(), "delivery", lambda scope: trouble.run(scope, effect, error))


async def _notes(hotwash: Hotwash) -> dict[str, str]:
    found = await hotwash.rooms.db.read(lambda conn: figures(conn, hotwash.clock.now()))
    outbox = f"{found.waiting} effects wait, the oldest for {found.oldest:.0f} s; {found.parked} were refused"
    unread = [f"{one.name}: {one.failures} looks failed: {one.error}" for one in found.repositories if one.failures]
    return {"outbox": outbox, "repositories": "; ".join(unread) or f"{len(found.repositories)} are read"}


async def _slack_state(hotwash: Hotwash) -> str | None:
    over_socket = hotwash.settings.slack_app_token is not None
    return hotwash.socket if over_socket and hotwash.socket != "connected" else None


async def _ended(task: asyncio.Task[None]) -> None:
    """Cancel a loop and wait for it to have stopped."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
