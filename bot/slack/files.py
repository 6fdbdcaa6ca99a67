"""The change itself, posted in the thread of an action: as a file, a snippet, or a diff in a code block."""

import asyncio
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import structlog
from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.git.patch import NoDiff
from bot.rules import words
from bot.rules.commands import RecordChange, Sent
from bot.rules.decision import Answer, Refusal
from bot.rules.model import Action
from bot.slack.inbound import Inbound
from bot.warroom.scope import Request
from bot.warroom.sent import MOST_BYTES, read_diff, read_live, too_large

log = structlog.get_logger()

_CODE = re.compile(r"```\n?(.*?)```", re.DOTALL)
_ENTITY = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")  # what Slack made of an address; a typed < comes as &lt;
_LIKE_A_DIFF = re.compile(r"^(?:--- |diff |@@ -|\d+(?:,\d+)?[acd]\d)", re.MULTILINE)
_NO_TEXT = ("image/", "video/", "audio/", "application/pdf", "application/zip")
_CHUNK = 1 << 16
_ABOUT = "hotwash_action"  # what the matcher found of the thread, for the listener


def register(app: AsyncApp, inbound: Inbound) -> None:
    async def may_hold_a_change(body: dict[str, Any], event: dict[str, Any], context: AsyncBoltContext) -> bool:
        """Whether a person posted files or what looks like a diff, in the thread of an action."""
        team, channel, thread_ts = str(body["team_id"]), event.get("channel"), event.get("thread_ts")
        by_a_person = "bot_id" not in event and event.get("subtype") in (None, "file_share", "thread_broadcast")
        if not by_a_person or channel is None or thread_ts in (None, event["ts"]):
            return False
        if not (event.get("files") or _LIKE_A_DIFF.search(code_in(event))):
            return False
        about = await inbound.about(team, str(channel), str(event["ts"]), str(thread_ts))
        context[_ABOUT] = about
        return about is not None

    @app.event("message", matchers=[may_hold_a_change])
    async def posted(body: dict[str, Any], event: dict[str, Any], context: AsyncBoltContext) -> None:
        """What fails is raised: the event is then not acknowledged, and Slack sends it again."""
        team, channel, thread_ts = str(body["team_id"]), str(event["channel"]), str(event["thread_ts"])
        incident, number = context[_ABOUT]
        parts: list[Mapping[str, Any] | str] = [*event.get("files", [])]
        if _LIKE_A_DIFF.search(code := code_in(event)):
            parts.append(code)
        for nth, part in enumerate(parts):
            request = inbound.event(body, "file", f"change:{channel}:{event['ts']}:{nth}", channel)
            if await inbound.rooms.handled(team, request.key):
                continue
            try:
                sent = await _sent(inbound, request, incident, number, part)
                if sent is not None:
                    await inbound.do(request, RecordChange(number, sent, incident=incident))
            except Refusal as refusal:
                inbound.whisper(channel, request.slack_id, Answer(str(refusal)), thread_ts)


async def _sent(
    inbound: Inbound, request: Request, incident: int, number: int, part: Mapping[str, Any] | str
) -> Sent | None:
    """What was posted, if it is a change. Raises Refusal for one that can't be used."""
    if isinstance(part, str):
        return await diff_typed(part, inbound.rooms.key)
    found = await inbound.look(request, incident, number)
    action = found[1] if found else None
    live = action is not None and _is_file_of(action, part)
    if not live and str(part.get("mimetype", "")).startswith(_NO_TEXT):
        return None
    if (why := too_large(int(part.get("size") or 0))) and not live and not _called_a_diff(part):
        return None
    if why:
        raise Refusal(why)
    content = await download(inbound.client, part)
    sent = await diff_or_live(content, inbound.rooms.key)
    return None if sent.whole and not live else sent


async def diff_typed(text: str, key: bytes | None) -> Sent | None:
    """A diff that was pasted; None if it is none. Raises Refusal."""
    content = text.strip("\r\n").encode() + b"\n"
    try:
        return await asyncio.to_thread(read_diff, content, key)
    except NoDiff:
        return None
    except Refusal as refusal:
        with suppress(NoDiff, Refusal):  # its last lines may have been empty context, which Slack trims
            return await asyncio.to_thread(read_diff, content + b"\n" * 3, key)
        raise refusal


async def diff_or_live(content: bytes, key: bytes | None) -> Sent:
    """A file, taken for the live one where it is no diff. Raises Refusal."""
    try:
        return await asyncio.to_thread(read_diff, content, key)
    except NoDiff:
        return await asyncio.to_thread(read_live, content, key)


async def download(client: AsyncWebClient, file: Mapping[str, Any]) -> bytes:
    """The content of a file in Slack, MOST_BYTES at most; the token goes to Slack's own hosts alone.

    Raises Refusal where Slack does not give it, and aiohttp.ClientError, TimeoutError where Slack can't be reached.
    """
    if "url_private" not in file:  # from another workspace, or from a form
        file = (await client.files_info(file=file["id"]))["file"]
    url = str(file.get("url_private_download") or file["url_private"])
    if not of_slack(url, client.base_url):
        raise Refusal(words.not_in_slack(str(file.get("name"))))
    assert isinstance(client.session, aiohttp.ClientSession)
    headers = {"Authorization": f"Bearer {client.token}"}
    async with client.session.get(url, headers=headers, allow_redirects=False) as answer:
        if answer.status >= 500 or answer.status == 429:
            answer.raise_for_status()
        if answer.status != 200:  # where the scope is missing, Slack leads to its login page
            log.warning("file not given", status=answer.status, file=file.get("id"))
            raise Refusal(words.file_not_given(str(file.get("name"))))
        content = bytearray()
        async for chunk in answer.content.iter_chunked(_CHUNK):
            content += chunk
            if len(content) > MOST_BYTES:
                raise Refusal(too_large(int(file.get("size") or len(content))) or "")
    return bytes(content)


def code_in(event: Mapping[str, Any]) -> str:
    """The code blocks of a message, one after another, as they were typed."""
    blocks = "\n".join(_CODE.findall(event.get("text") or ""))
    shown = _ENTITY.sub(lambda found: found[2] or found[1], blocks)
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def of_slack(url: str, api_url: str) -> bool:
    """Whether an address is of the Slack whose API we use: its files are at `files.` below the same host."""
    at, api = urlsplit(url), urlsplit(api_url)
    return at.scheme == api.scheme and at.netloc in (api.netloc, f"files.{api.netloc}")


def _is_file_of(action: Action, file: Mapping[str, Any]) -> bool:
    return action.path is not None and file.get("name") == PurePosixPath(action.path).name


def _called_a_diff(file: Mapping[str, Any]) -> bool:
    return str(file.get("name", "")).endswith((".diff", ".patch")) or file.get("filetype") == "diff"
