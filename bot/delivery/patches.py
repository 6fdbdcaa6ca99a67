"""A patch in the thread of its action, uploaded once: https://docs.slack.dev/messaging/working-with-files"""

import hashlib
from dataclasses import dataclass

import aiohttp
from sqlalchemy import Connection

from bot.delivery.hand import Hand, Json, Wait
from bot.delivery.scene import Scene
from bot.ledger import load
from bot.ledger.patches import patches_where
from bot.ledger.tables import actions, patches
from bot.slack.blocks.patch import said

_PAGES = 10  # of 200 messages: what is looked for was posted moments ago


@dataclass(frozen=True, slots=True)
class File:
    """`name` is of this content alone: by it the file is found again."""

    name: str
    title: str
    content: bytes
    comment: str
    channel: str
    thread: str | None


async def upload(hand: Hand) -> None:
    file = await hand.read(lambda conn: _file(conn, hand))
    if file is None or (hand.unsure and await _is_there(hand, file)):
        return
    ticket = await hand.call(hand.slack.files_getUploadURLExternal, filename=file.name, length=len(file.content))
    await _send(hand, str(ticket["upload_url"]), file.content)
    await hand.call(
        hand.slack.files_completeUploadExternal,
        once=True,
        files=[{"id": ticket["file_id"], "title": file.title}],
        channel_id=file.channel,
        thread_ts=file.thread,
        initial_comment=file.comment,
    )


def _file(conn: Connection, hand: Hand) -> File | None:
    """None where there is nothing to show any more, or nowhere to show it."""
    (patch,) = patches_where(conn, patches.c.id == int(hand.effect.key))
    (action,) = load.actions_where(conn, actions.c.id == patch.action_id)
    incident = load.incident_by_id(conn, patch.incident_id)
    if not patch.content or patch.tip is None or incident.channel_id is None or action.state.reconciled:
        return None
    name = f"{incident.name}-{action.number}"
    return File(
        name=f"{name}-{hashlib.sha256(patch.content).hexdigest()[:10]}.patch",
        title=f"{name}.patch",
        content=patch.content,
        comment=said(incident, action, patch.repo, patch.tip),
        channel=incident.channel_id,
        thread=Scene(conn, hand.effect, hand.policy, hand.now()).thread_of(action.number),
    )


async def _is_there(hand: Hand, file: File) -> bool:
    """Whether an earlier try got through after all."""
    cursor = ""
    for _ in range(_PAGES):
        paging: Json = {"channel": file.channel, "limit": 200, "cursor": cursor}
        if file.thread:
            answer = await hand.call(hand.slack.conversations_replies, ts=file.thread, **paging)
        else:
            answer = await hand.call(hand.slack.conversations_history, **paging)
        if any(one.get("name") == file.name for message in answer["messages"] for one in message.get("files", ())):
            return True
        cursor = answer.get("response_metadata", {}).get("next_cursor", "")
        if not cursor:
            break
    hand.unsure = False
    return False


async def _send(hand: Hand, url: str, content: bytes) -> None:
    """The bytes alone show nothing yet, so they may be sent twice. Raises Wait."""
    session = hand.slack.session
    assert session is not None
    try:
        async with session.post(url, data=content) as answer:
            if answer.status != 200:
                raise Wait(f"upload:{answer.status}", hand.backoff())
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Wait(f"upload:{type(error).__name__}", hand.backoff()) from error
