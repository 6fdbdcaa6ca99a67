"""`hotwash doctor`: look at everything that Hotwash stands on, and say of each thing what to do about it."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from sqlalchemy.exc import ArgumentError, OperationalError

from bot.git.advice import advice
from bot.git.run import GitError, environment, git, git_version
from bot.git.urls import BadUrl, checked_url
from bot.ledger import migrate
from bot.rules.decision import CannotRun
from bot.rules.policy import Policy, Repository, load_policy
from bot.settings import Settings, check_for_serving, load_settings, repository_tokens
from bot.slack.manifest import SCOPES

SKEW = 60  # seconds; Slack's signed requests, and ours to it, are good for five minutes
TIMEOUT = 10  # seconds for one call to Slack
LS_REMOTE = 30.0  # seconds for one repository

_REINSTALL = "Print the manifest with `hotwash manifest`, set it at api.slack.com/apps and install the app again."
_TOKEN = "Set {} to the token that the app's page at api.slack.com/apps shows."  # noqa: S105 - no token
_UNREACHABLE = "Nothing more can be asked of Slack. Look at the network, a proxy, and SLACK_API_URL."


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `todo` is what to do about it; empty where it is well."""

    what: str
    said: str
    todo: str = ""

    def __str__(self) -> str:
        return " ".join(("FAIL" if self.todo else "ok  ", f"{self.what}:", self.said, self.todo)).rstrip()


def run(policy: Path | None) -> int:
    """Look at one policy file, or at everything; a line each. The exit status: 0 if all is well, else 1."""
    return asyncio.run(_run(policy))


async def _run(policy: Path | None) -> int:
    well = True
    async for finding in _policy_alone(policy) if policy else examine():
        print(finding, flush=True)
        well = well and not finding.todo
    return 0 if well else 1


async def _policy_alone(path: Path) -> AsyncIterator[Finding]:
    yield _policy(path)[0]


async def examine(now: Callable[[], float] = time.time) -> AsyncIterator[Finding]:
    """Everything, as the environment has it. `now`: seconds since the epoch, to compare with Slack's clock."""
    try:
        settings = load_settings()
        check_for_serving(settings, dict(os.environ))
    except CannotRun as error:
        yield Finding("settings", str(error), "Nothing else was looked at.")
        return
    yield Finding("settings", "complete")
    finding, policy = _policy(settings.policy_file)
    yield finding
    yield await asyncio.to_thread(_database, settings)
    async for finding in _slack(settings, policy, now):
        yield finding
    if policy.repositories:
        yield await asyncio.to_thread(_git)
        for repository in policy.repositories:
            yield await asyncio.to_thread(_repository, repository, settings, os.environ)


def _policy(path: Path | None) -> tuple[Finding, Policy]:
    try:
        policy = load_policy(path)
    except CannotRun as error:
        return Finding("policy", str(error), "Correct it; the defaults are assumed below."), Policy()
    if path is None:
        return Finding("policy", "none is set, so the defaults hold and no repository is watched"), policy
    watched = ", ".join(repository.name for repository in policy.repositories) or "no repository"
    return Finding("policy", f"{path} is valid and watches {watched}"), policy


def _database(settings: Settings) -> Finding:
    try:
        found = migrate.current(settings.database_url)
        if found is None and settings.database_url.startswith("sqlite"):
            return Finding("database", "there is none yet; `hotwash serve` makes it")
        migrate.check(settings.database_url)
    except OperationalError as error:
        said = str(error.orig).strip().partition("\n")[0]
        return Finding("database", f"it cannot be reached: {said}.", "Look at DATABASE_URL, and whether it runs.")
    except ArgumentError:
        return Finding("database", "DATABASE_URL is no address of a database.", "It looks like postgresql://host/name.")
    except CannotRun as error:
        return Finding("database", str(error), "`serve` will not start before.")
    return Finding("database", f"at schema {found}, the one that this version needs")


async def _slack(settings: Settings, policy: Policy, now: Callable[[], float]) -> AsyncIterator[Finding]:
    assert settings.slack_bot_token is not None  # as `check_for_serving` saw to
    client = AsyncWebClient(
        settings.slack_bot_token.get_secret_value(),
        base_url=settings.slack_api_url,
        timeout=TIMEOUT,
        trust_env_in_session=True,
        retry_handlers=[],
    )
    try:
        me = await client.auth_test()
    except SlackApiError as error:
        yield Finding("bot token", f"Slack says {_code(error)}.", _TOKEN.format("SLACK_BOT_TOKEN"))
        return
    except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as error:
        yield Finding("Slack", f"it does not answer: {error!r}.", _UNREACHABLE)
        return
    at = now()
    yield Finding("bot token", f"it is that of {me['user']} in {me['team']}")
    yield _scopes(me)
    yield _clock(me, at)
    yield await _inbound(settings)
    yield await _announce(client, policy)


def _code(error: SlackApiError) -> str:
    data = error.response.data if isinstance(error.response, AsyncSlackResponse) else error.response
    return str(data.get("error", "nothing that can be read")) if isinstance(data, Mapping) else "an error page"


def _header(answer: AsyncSlackResponse, name: str) -> str:
    return next((str(value) for key, value in answer.headers.items() if key.lower() == name), "")


def _scopes(me: AsyncSlackResponse) -> Finding:
    granted = {scope.strip() for scope in _header(me, "x-oauth-scopes").split(",")} - {""}
    if not granted:
        return Finding("scopes", "Slack does not say which were granted.", _REINSTALL)
    missing = sorted(set(SCOPES) - granted)
    if missing:
        return Finding("scopes", f"{', '.join(missing)} were not granted.", _REINSTALL)
    more = sorted(granted - set(SCOPES))
    return Finding("scopes", "as in the manifest" + (f"; not needed: {', '.join(more)}" if more else ""))


def _clock(me: AsyncSlackResponse, at: float) -> Finding:
    told = _header(me, "date")
    if not told:
        return Finding("clock", "Slack's answer has no date to compare with")
    ahead = round(at - parsedate_to_datetime(told).timestamp())
    if abs(ahead) > SKEW:
        way = "ahead of" if ahead > 0 else "behind"
        todo = "Let the machine take its time from the network (NTP)."
        return Finding("clock", f"it is {abs(ahead)} s {way} Slack's.", todo)
    return Finding("clock", "it agrees with Slack's to within a minute")


async def _inbound(settings: Settings) -> Finding:
    """The way in: Socket Mode, whose connection is asked for and then not used, or signed HTTP."""
    if settings.slack_app_token is None:
        said = "a signing secret is set; whether it is the app's shows at the first request of Slack's"
        return Finding("way in", said)
    client = AsyncWebClient(base_url=settings.slack_api_url, timeout=TIMEOUT, trust_env_in_session=True)
    try:
        await client.apps_connections_open(app_token=settings.slack_app_token.get_secret_value())
    except SlackApiError as error:
        todo = "Generate an app-level token with connections:write, set SLACK_APP_TOKEN to it, and turn Socket Mode on."
        return Finding("way in", f"Socket Mode: Slack says {_code(error)}.", todo)
    except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as error:
        return Finding("way in", f"Slack does not answer: {error!r}.", _UNREACHABLE)
    return Finding("way in", "Socket Mode connects")


async def _announce(client: AsyncWebClient, policy: Policy) -> Finding:
    """Found as delivery finds it: among the channels that the bot is in, then among the public ones."""
    wanted = policy.announce_name
    if wanted is None:
        return Finding("announce channel", "the policy names none: incidents are announced nowhere")
    try:
        kinds = "public_channel,private_channel"
        async for page in await client.users_conversations(types=kinds, exclude_archived=True, limit=999):
            if any(wanted in (channel["name"], channel["id"]) for channel in page["channels"]):
                return Finding("announce channel", f"Hotwash is in #{wanted}")
        async for page in await client.conversations_list(exclude_archived=True, limit=999):
            if any(wanted in (channel["name"], channel["id"]) for channel in page["channels"]):
                return Finding("announce channel", f"#{wanted} is there; Hotwash joins it")
    except SlackApiError as error:
        return Finding("announce channel", f"Slack says {_code(error)}.", _REINSTALL)
    except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as error:
        return Finding("announce channel", f"Slack does not answer: {error!r}.", _UNREACHABLE)
    todo = f"Create #{wanted}, invite Hotwash to it if it is private, or name another as `announce` in the policy."
    return Finding("announce channel", f"Hotwash sees no #{wanted}.", todo)


def _git() -> Finding:
    try:
        version = git_version()
    except GitError as error:
        return Finding("git", f"{error}.", "Install it: 2.38 or newer, on PATH.")
    return Finding("git", ".".join(map(str, version)))


def _repository(repository: Repository, settings: Settings, variables: Mapping[str, str]) -> Finding:
    """Ask the remote for the upstream branch, with what the watcher would use."""
    what = f"repository {repository.name}"
    allow_file = settings.allow_file_remotes
    try:
        token = repository_tokens(Policy(repositories=(repository,)), variables).get(repository.name)
        url, password = checked_url(repository.url, allow_file=allow_file, token=token)
        # The address stands in no command line, which others on the machine can read.
        env = environment(allow_file=allow_file, config={"remote.upstream.url": url, **password})
        branch = f"refs/heads/{repository.branch}"
        git(None, "ls-remote", "--exit-code", "upstream", branch, env=env, timeout=LS_REMOTE)
    except CannotRun as error:
        return Finding(what, str(error), "Set it.")
    except BadUrl as error:
        return Finding(what, f"{error}.", "Correct `url` in the policy.")
    except GitError as error:
        if error.code == 2:
            return Finding(what, f"it has no branch {repository.branch}.", "Correct `branch` in the policy.")
        said = str(error).partition("\n")[0]
        return Finding(
            what, f"{said}.", advice(error, repository) or "Look at `url` in the policy, and at the network."
        )
    return Finding(what, f"{repository.branch} can be read")
