"""chat.*: messages that the app writes."""

import json
import re

from bot.playground import acts, shapes
from bot.playground.block_ids import with_ids
from bot.playground.blockkit import check_blocks
from bot.playground.errors import SlackError
from bot.playground.methods.table import Attachments, Blocks, Call, Object, arguments_of, method, read_arguments
from bot.playground.world import Channel, Json

MAX_TEXT = 40_000
MAX_ATTACHMENTS = 100
MAX_METADATA = 16_000  # bytes of event_payload as JSON; Slack documents 16 kB
_TS = re.compile(r"\d{10}\.\d{6}")


def body(
    *,
    text: str = "",
    blocks: Blocks | None = None,
    attachments: Attachments | None = None,
    metadata: Object | None = None,
) -> Json:
    """What a message says, checked: `no_text`, `msg_too_long`, `invalid_blocks`, `too_many_attachments`, metadata."""
    if not (text or blocks or attachments):
        raise SlackError("no_text")
    if len(text) > MAX_TEXT:
        raise SlackError("msg_too_long")
    if blocks and (wrong := check_blocks(blocks, "message")):
        raise SlackError("invalid_blocks", errors=wrong, response_metadata={"messages": wrong})
    if attachments and len(attachments) > MAX_ATTACHMENTS:
        raise SlackError("too_many_attachments")
    for attachment in attachments or []:
        if not isinstance(attachment, dict):
            raise SlackError("invalid_attachments")
        if attachment.get("blocks") and (wrong := check_blocks(attachment["blocks"], "message")):
            raise SlackError("invalid_blocks", errors=wrong, response_metadata={"messages": wrong})
    return {
        "text": text,
        "blocks": with_ids(blocks or []),
        "attachments": [_attachment(number, item) for number, item in enumerate(attachments or [], 1)],
        **({"metadata": _checked_metadata(metadata)} if metadata is not None else {}),
    }


def _attachment(number: int, given: Json) -> Json:
    return {"id": number, **given, **({"blocks": with_ids(given["blocks"])} if given.get("blocks") else {})}


_BODY = arguments_of(body)


def body_in(payload: Json) -> Json:
    """The same from a payload that is no Web API call: an acknowledgement, or what came to a response URL."""
    return body(**read_arguments(_BODY, payload))


def _checked_metadata(metadata: Json) -> Json:
    payload = metadata.get("event_payload")
    if not isinstance(metadata.get("event_type"), str) or not metadata["event_type"] or not isinstance(payload, dict):
        raise SlackError("invalid_metadata_format")
    if len(json.dumps(payload)) > MAX_METADATA:
        raise SlackError("metadata_too_large")
    return {"event_type": metadata["event_type"], "event_payload": payload}


def thread_of(channel: Channel, thread_ts: str) -> str | None:
    """The thread to write into. A reply's own ts leads to its thread. Raises `thread_not_found`."""
    if not thread_ts:
        return None
    parent = channel.messages.get(thread_ts)
    if parent is None or not _TS.fullmatch(thread_ts):
        raise SlackError("thread_not_found")
    return parent.thread_ts or parent.ts


@method("chat.postMessage", "special", "chat:write")
def post_message(
    call: Call,
    *,
    channel: str,
    text: str = "",
    blocks: Blocks | None = None,
    attachments: Attachments | None = None,
    thread_ts: str = "",
    reply_broadcast: bool = False,
    metadata: Object | None = None,
    username: str = "",
    icon_emoji: str = "",
    icon_url: str = "",
) -> Json:
    where = _target(call, channel)
    said = body(text=text, blocks=blocks, attachments=attachments, metadata=metadata)
    if username or icon_emoji or icon_url:
        call.need("chat:write.customize")
    if wait := call.slack.limits.post(where.id):
        raise SlackError("ratelimited", status=429, headers={"Retry-After": str(wait)})
    icons = {name: value for name, value in (("emoji", icon_emoji), ("image_48", icon_url)) if value}
    message = call.slack.message_from_bot(
        where,
        **said,
        thread_ts=thread_of(where, thread_ts),
        broadcast=reply_broadcast,
        username=username or None,
        icons=icons,
        subtype="bot_message" if username else None,
    )
    acts.post(call.slack.world, where, message)
    shown = shapes.message_json(call.slack.world, message, metadata=True)
    return {"channel": where.id, "ts": message.ts, "message": shown}


def _target(call: Call, channel: str) -> Channel:
    """The channel to post to: an id, a `#name` or a person's id (their direct conversation with the app)."""
    world = call.slack.world
    if channel.startswith("U"):
        if call.user(channel, "channel_not_found").deleted:
            raise SlackError("user_disabled")
        return acts.open_direct(world, (call.caller.id, channel))
    known = world.channels.get(channel) or world.channel_named(channel.removeprefix("#"))
    # Only with a scope that was asked for by name: else a bot that forgot to join would never find out.
    public = known is not None and known.kind == "public" and not known.archived
    if known is not None and public and "chat:write.public" in (call.slack.app.scopes or ()):
        return known
    return call.own_channel(known.id if known is not None else channel)


@method("chat.postEphemeral", 4, "chat:write")
def post_ephemeral(
    call: Call,
    *,
    channel: str,
    user: str,
    text: str = "",
    blocks: Blocks | None = None,
    attachments: Attachments | None = None,
    thread_ts: str = "",
) -> Json:
    where = call.own_channel(channel)
    if user not in where.members or call.user(user, "user_not_in_channel").deleted:
        raise SlackError("user_not_in_channel")
    said = body(text=text, blocks=blocks, attachments=attachments)
    message = call.slack.message_from_bot(where, **said, thread_ts=thread_of(where, thread_ts), only_for=user)
    acts.whisper(call.slack.world, where, message)
    return {"message_ts": message.ts}


@method("chat.update", 3, "chat:write")
def update(
    call: Call,
    *,
    channel: str,
    ts: str,
    text: str | None = None,
    blocks: Blocks | None = None,
    attachments: Attachments | None = None,
    metadata: Object | None = None,
) -> Json:
    """What is not given stays, except that text without blocks takes the blocks away. `metadata` `{}` removes it."""
    if (known := call.slack.world.channels.get(channel)) and known.archived:
        raise SlackError("is_inactive")
    where = call.own_channel(channel)
    message = call.message(where, ts)
    if message.bot_id != call.slack.world.bot_id:
        raise SlackError("cant_update_message")
    said = body(text=text or "", blocks=blocks, attachments=attachments, metadata=metadata or None)
    if metadata == {}:
        said["metadata"] = None
    if attachments is None:
        del said["attachments"]
    if text is None and blocks is None:
        del said["text"], said["blocks"]
    acts.edit(call.slack.world, where, message, call.caller.id, marked=not blocks, **said)
    shown = shapes.message_json(call.slack.world, message)
    return {"channel": where.id, "ts": message.ts, "text": message.text, "message": shown}


@method("chat.delete", 3, "chat:write")
def delete(call: Call, *, channel: str, ts: str) -> Json:
    where = call.channel(channel)
    message = call.message(where, ts)
    if message.bot_id != call.slack.world.bot_id:
        raise SlackError("cant_delete_message")
    acts.delete(call.slack.world, where, message)
    return {"channel": where.id, "ts": ts}


@method("chat.getPermalink", "special")
def get_permalink(call: Call, *, channel: str, message_ts: str) -> Json:
    where = call.channel(channel)
    link = shapes.permalink(call.slack.world, call.message(where, message_ts))
    return {"channel": where.id, "permalink": link}
