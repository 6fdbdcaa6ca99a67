"""files.*: uploads in three steps (ask for a URL, send the bytes, complete)."""

import secrets

from bot.playground import acts, shapes
from bot.playground.errors import SlackError, invalid_arguments
from bot.playground.methods.chat import thread_of
from bot.playground.methods.table import Array, Call, Names, method
from bot.playground.world import File, Json

MAX_FILE = 1_000_000_000  # bytes, as on Slack


@method("files.getUploadURLExternal", 4, "files:write")
def get_upload_url(call: Call, *, filename: str, length: int, alt_txt: str = "", snippet_type: str = "") -> Json:
    if length <= 0:
        raise invalid_arguments("[ERROR] must be greater than 0 [json-pointer:/length]")
    if length > MAX_FILE:
        raise SlackError("file_upload_size_restricted")
    world = call.slack.world
    file = File(world.new_id("F"), filename, filename, call.caller.id, world.seconds(), length)
    world.files[file.id] = file
    call.slack.upload_tickets[ticket := secrets.token_urlsafe(24)] = file.id
    return {"file_id": file.id, "upload_url": f"{call.slack.base_url}/upload/v1/{ticket}"}


@method("files.completeUploadExternal", 4, "files:write")
def complete_upload(
    call: Call,
    *,
    files: Array,
    channel_id: str = "",
    channels: Names | None = None,
    initial_comment: str = "",
    thread_ts: str = "",
) -> Json:
    world = call.slack.world
    completed: list[File] = []
    for item in files:
        file = world.files.get(item.get("id", "")) if isinstance(item, dict) else None
        if file is None:
            raise SlackError("file_not_found")
        if not file.uploaded:
            raise SlackError("file_update_failed")
        completed.append(file)
    wheres = [call.own_channel(channel) for channel in ([channel_id] if channel_id else channels or [])]
    for file, item in zip(completed, files, strict=True):
        file.title = str(item.get("title") or file.name)
        file.shared = bool(wheres)
    for where in wheres:
        ids = [file.id for file in completed]
        thread = thread_of(where, thread_ts)
        acts.post(
            world,
            where,
            call.slack.message_from_bot(where, text=initial_comment, files=ids, thread_ts=thread),
        )
    return {"files": [shapes.file_json(world, file) for file in completed]}


@method("files.info", 4, "files:read")
def info(call: Call, *, file: str) -> Json:
    known = call.slack.world.files.get(file)
    if known is None or not known.uploaded:
        raise SlackError("file_not_found")
    return {"file": shapes.file_json(call.slack.world, known)}
