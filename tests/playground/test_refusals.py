"""What each Web API method refuses, by Slack's own error codes, and that a refused call changes nothing."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import Playground

from .conftest import Json, ask, refusal

MAYA, SAM, GWEN, BOT = "U0000MAYA1", "U0000SAM01", "U0000GWEN1", "U0000000BOT"
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "Text"}}
HOME = {"type": "home", "blocks": [SECTION]}
MODAL = {"type": "modal", "title": {"type": "plain_text", "text": "Title"}, "blocks": [SECTION]}


@dataclass(frozen=True)
class Scene:
    """Channels and messages in every state that a call can meet; `ids` names them for the table below."""

    ids: dict[str, str]

    def fill(self, args: Json) -> Json:
        """Replace `$name` by the id that it stands for, in lists of ids too."""
        return {name: self._filled(value) for name, value in args.items()}

    def _filled(self, value: Any) -> Any:
        if isinstance(value, str):
            return ",".join(self.ids.get(part, part) for part in value.split(","))
        return [self._filled(part) for part in value] if isinstance(value, list) else value


@pytest.fixture
async def scene(pg: Playground, web: AsyncWebClient) -> Scene:
    maya = pg.person("maya")
    room = (await web.conversations_create(name="room"))["channel"]["id"]
    await web.conversations_invite(channel=room, users=[MAYA])
    archived = (await web.conversations_create(name="archived"))["channel"]["id"]
    old = await web.chat_postMessage(channel=archived, text="from before")
    await web.conversations_archive(channel=archived)
    private = (await maya.do("create", name="secret", private=True))["channel"]
    theirs = (await maya.do("create", name="theirs"))["channel"]
    await maya.do("invite", channel=theirs, user="bot")
    outside = (await maya.do("create", name="outside"))["channel"]
    mine = await web.chat_postMessage(channel=room, text="mine")
    pinned = await web.chat_postMessage(channel=room, text="pinned")
    await web.pins_add(channel=room, timestamp=pinned["ts"])
    await web.reactions_add(channel=room, timestamp=pinned["ts"], name="eyes")
    said = await maya.say("#room", "from maya")
    whispered = await web.chat_postEphemeral(channel=room, user=MAYA, text="only you")
    bookmark = await web.bookmarks_add(channel_id=room, title="Runbook", type="link", link="https://acme.example")
    direct = (await web.conversations_open(users=MAYA))["channel"]["id"]
    await pg.client.post("people", name="kenji", deleted=True)
    await pg.client.post("people", name="sue", is_ultra_restricted=True)
    sue = next(user["id"] for user in (await web.users_list())["members"] if user["name"] == "sue")
    unfinished = (await web.files_getUploadURLExternal(filename="a.txt", length=3))["file_id"]
    ids = {
        "$room": room,
        "$archived": archived,
        "$old": old["ts"],
        "$private": private,
        "$theirs": theirs,
        "$outside": outside,
        "$general": "C000000001",
        "$mine": mine["ts"],
        "$pinned": pinned["ts"],
        "$said": said.ts,
        "$whispered": whispered["message_ts"],
        "$bookmark": bookmark["bookmark"]["id"],
        "$direct": direct,
        "$kenji": "U0000KENJI",
        "$sue": sue,
        "$unfinished": unfinished,
    }
    return Scene(ids)


def button(action_id: str) -> Json:
    return {"type": "button", "action_id": action_id, "text": {"type": "plain_text", "text": "Go"}}


REFUSED: list[tuple[str, str, Json]] = [
    # chat.postMessage
    ("chat.postMessage", "no_text", {"channel": "$room"}),
    ("chat.postMessage", "no_text", {"channel": "$room", "blocks": [], "text": ""}),
    ("chat.postMessage", "msg_too_long", {"channel": "$room", "text": "x" * 40_001}),
    ("chat.postMessage", "channel_not_found", {"channel": "C999", "text": "x"}),
    ("chat.postMessage", "channel_not_found", {"channel": "$private", "text": "x"}),
    ("chat.postMessage", "channel_not_found", {"channel": "U999", "text": "x"}),
    ("chat.postMessage", "channel_not_found", {"channel": "#nowhere", "text": "x"}),
    ("chat.postMessage", "user_disabled", {"channel": "$kenji", "text": "x"}),
    ("chat.postMessage", "not_in_channel", {"channel": "$general", "text": "x"}),
    ("chat.postMessage", "is_archived", {"channel": "$archived", "text": "x"}),
    ("chat.postMessage", "thread_not_found", {"channel": "$room", "text": "x", "thread_ts": "1.5"}),
    ("chat.postMessage", "thread_not_found", {"channel": "$room", "text": "x", "thread_ts": "$whispered"}),
    ("chat.postMessage", "invalid_blocks_format", {"channel": "$room", "blocks": "{broken"}),
    ("chat.postMessage", "invalid_blocks_format", {"channel": "$room", "blocks": {}}),
    ("chat.postMessage", "invalid_blocks", {"channel": "$room", "blocks": [SECTION] * 51}),
    ("chat.postMessage", "invalid_blocks", {"channel": "$room", "blocks": [{"type": "poem"}]}),
    ("chat.postMessage", "invalid_blocks", {"channel": "$room", "attachments": [{"blocks": [{"type": "poem"}]}]}),
    ("chat.postMessage", "invalid_attachments", {"channel": "$room", "attachments": "{broken"}),
    ("chat.postMessage", "invalid_attachments", {"channel": "$room", "attachments": ["text"]}),
    ("chat.postMessage", "too_many_attachments", {"channel": "$room", "attachments": [{"text": "x"}] * 101}),
    ("chat.postMessage", "invalid_metadata_format", {"channel": "$room", "text": "x", "metadata": {}}),
    ("chat.postMessage", "invalid_metadata_format", {"channel": "$room", "text": "x", "metadata": {"event_type": "a"}}),
    (
        "chat.postMessage",
        "metadata_too_large",
        {"channel": "$room", "text": "x", "metadata": {"event_type": "a", "event_payload": {"k": "x" * 16_000}}},
    ),
    # chat.postEphemeral
    ("chat.postEphemeral", "no_text", {"channel": "$room", "user": MAYA}),
    ("chat.postEphemeral", "user_not_in_channel", {"channel": "$room", "user": SAM, "text": "x"}),
    ("chat.postEphemeral", "user_not_in_channel", {"channel": "$room", "user": "U999", "text": "x"}),
    ("chat.postEphemeral", "is_archived", {"channel": "$archived", "user": MAYA, "text": "x"}),
    ("chat.postEphemeral", "not_in_channel", {"channel": "$general", "user": MAYA, "text": "x"}),
    ("chat.postEphemeral", "invalid_blocks", {"channel": "$room", "user": MAYA, "blocks": [{"type": "poem"}]}),
    # chat.update
    ("chat.update", "no_text", {"channel": "$room", "ts": "$mine"}),
    ("chat.update", "message_not_found", {"channel": "$room", "ts": "1.5", "text": "x"}),
    ("chat.update", "message_not_found", {"channel": "$room", "ts": "$whispered", "text": "x"}),
    ("chat.update", "cant_update_message", {"channel": "$room", "ts": "$said", "text": "x"}),
    ("chat.update", "is_inactive", {"channel": "$archived", "ts": "$old", "text": "x"}),
    ("chat.update", "not_in_channel", {"channel": "$general", "ts": "$mine", "text": "x"}),
    ("chat.update", "channel_not_found", {"channel": MAYA, "ts": "$mine", "text": "x"}),
    ("chat.update", "msg_too_long", {"channel": "$room", "ts": "$mine", "text": "x" * 40_001}),
    ("chat.update", "invalid_blocks", {"channel": "$room", "ts": "$mine", "blocks": [SECTION] * 51}),
    # chat.delete, chat.getPermalink
    ("chat.delete", "message_not_found", {"channel": "$room", "ts": "1.5"}),
    ("chat.delete", "cant_delete_message", {"channel": "$room", "ts": "$said"}),
    ("chat.delete", "channel_not_found", {"channel": "$private", "ts": "$mine"}),
    ("chat.getPermalink", "message_not_found", {"channel": "$room", "message_ts": "1.5"}),
    ("chat.getPermalink", "channel_not_found", {"channel": "$private", "message_ts": "1.5"}),
    # conversations.create, rename
    ("conversations.create", "invalid_name_required", {}),
    ("conversations.create", "invalid_name_maxlength", {"name": "x" * 81}),
    ("conversations.create", "invalid_name_punctuation", {"name": "--"}),
    ("conversations.create", "invalid_name_specials", {"name": "Big"}),
    ("conversations.create", "invalid_name_specials", {"name": "two words"}),
    ("conversations.create", "invalid_name_specials", {"name": "dot.ted"}),
    ("conversations.create", "name_taken", {"name": "room"}),
    ("conversations.create", "name_taken", {"name": "archived"}),
    ("conversations.create", "name_taken", {"name": "secret"}),
    ("conversations.rename", "invalid_name_required", {"channel": "$room"}),
    ("conversations.rename", "name_taken", {"channel": "$room", "name": "general"}),
    ("conversations.rename", "invalid_name_specials", {"channel": "$room", "name": "Big"}),
    ("conversations.rename", "not_authorized", {"channel": "$theirs", "name": "ours"}),
    ("conversations.rename", "not_in_channel", {"channel": "$general", "name": "ours"}),
    ("conversations.rename", "is_archived", {"channel": "$archived", "name": "ours"}),
    ("conversations.rename", "method_not_supported_for_channel_type", {"channel": "$direct", "name": "ours"}),
    # conversations.archive, unarchive
    ("conversations.archive", "already_archived", {"channel": "$archived"}),
    ("conversations.archive", "cant_archive_general", {"channel": "$general"}),
    ("conversations.archive", "channel_not_found", {"channel": "$private"}),
    ("conversations.archive", "not_in_channel", {"channel": "$outside"}),
    ("conversations.archive", "method_not_supported_for_channel_type", {"channel": "$direct"}),
    ("conversations.unarchive", "not_archived", {"channel": "$room"}),
    ("conversations.unarchive", "not_in_channel", {"channel": "$archived"}),  # never, for a bot
    ("conversations.unarchive", "channel_not_found", {"channel": "C999"}),
    # conversations.setTopic, setPurpose
    ("conversations.setTopic", "too_long", {"channel": "$room", "topic": "x" * 251}),
    ("conversations.setTopic", "is_archived", {"channel": "$archived", "topic": "x"}),
    ("conversations.setTopic", "not_in_channel", {"channel": "$general", "topic": "x"}),
    ("conversations.setTopic", "method_not_supported_for_channel_type", {"channel": "$direct", "topic": "x"}),
    ("conversations.setPurpose", "too_long", {"channel": "$room", "purpose": "x" * 251}),
    ("conversations.setPurpose", "not_in_channel", {"channel": "$general", "purpose": "x"}),
    # members
    ("conversations.invite", "no_user", {"channel": "$room"}),
    ("conversations.invite", "user_not_found", {"channel": "$room", "users": "U999"}),
    ("conversations.invite", "user_not_found", {"channel": "$room", "users": "$kenji"}),
    ("conversations.invite", "cant_invite_self", {"channel": "$room", "users": BOT}),
    ("conversations.invite", "already_in_channel", {"channel": "$room", "users": MAYA}),
    ("conversations.invite", "ura_max_channels", {"channel": "$room", "users": "$sue"}),
    ("conversations.invite", "too_many_users", {"channel": "$room", "users": [f"U{n}" for n in range(1001)]}),
    ("conversations.invite", "not_in_channel", {"channel": "$general", "users": SAM}),
    ("conversations.invite", "is_archived", {"channel": "$archived", "users": SAM}),
    ("conversations.invite", "channel_not_found", {"channel": "$private", "users": SAM}),
    ("conversations.invite", "method_not_supported_for_channel_type", {"channel": "$direct", "users": SAM}),
    ("conversations.kick", "user_not_found", {"channel": "$room", "user": "U999"}),
    ("conversations.kick", "cant_kick_self", {"channel": "$room", "user": BOT}),
    ("conversations.kick", "cant_kick_from_general", {"channel": "$general", "user": MAYA}),
    ("conversations.kick", "not_in_channel", {"channel": "$room", "user": SAM}),
    ("conversations.join", "channel_not_found", {"channel": "$private"}),
    ("conversations.join", "is_archived", {"channel": "$archived"}),
    ("conversations.join", "method_not_supported_for_channel_type", {"channel": "$direct"}),
    ("conversations.leave", "cant_leave_general", {"channel": "$general"}),
    ("conversations.leave", "is_archived", {"channel": "$archived"}),
    ("conversations.members", "channel_not_found", {"channel": "$private"}),
    ("conversations.members", "invalid_cursor", {"channel": "$room", "cursor": "zz"}),
    ("users.conversations", "invalid_types", {"types": "public_channel,club"}),
    ("users.conversations", "user_not_found", {"user": "U999"}),
    ("users.conversations", "invalid_cursor", {"cursor": "zz"}),
    ("conversations.list", "invalid_types", {"types": "club"}),
    ("conversations.list", "invalid_cursor", {"cursor": "6e6f"}),
    ("conversations.info", "channel_not_found", {"channel": "$private"}),
    ("conversations.open", "users_list_not_supplied", {}),
    ("conversations.open", "user_not_found", {"users": "U999"}),
    ("conversations.open", "user_disabled", {"users": "$kenji"}),
    ("conversations.open", "too_many_users", {"users": ",".join(f"U{n}" for n in range(9))}),
    ("conversations.open", "channel_not_found", {"users": SAM, "prevent_creation": True}),
    # history
    ("conversations.history", "channel_not_found", {"channel": "$private"}),
    ("conversations.history", "not_in_channel", {"channel": "$general"}),
    ("conversations.history", "not_in_channel", {"channel": "$archived"}),
    ("conversations.history", "invalid_cursor", {"channel": "$room", "cursor": "zz"}),
    ("conversations.history", "invalid_cursor", {"channel": "$room", "cursor": "6e6f"}),
    ("conversations.history", "invalid_ts_latest", {"channel": "$room", "latest": "today"}),
    ("conversations.history", "invalid_ts_oldest", {"channel": "$room", "oldest": "today"}),
    ("conversations.replies", "thread_not_found", {"channel": "$room", "ts": "1.5"}),
    ("conversations.replies", "not_in_channel", {"channel": "$general", "ts": "1.5"}),
    # people
    ("users.info", "user_not_found", {"user": "U999"}),
    ("users.getPresence", "user_not_found", {"user": "U999"}),
    ("users.list", "invalid_cursor", {"cursor": "zz"}),
    ("users.lookupByEmail", "users_not_found", {"email": "nobody@acme.example"}),
    ("users.lookupByEmail", "users_not_found", {"email": "bot@acme.example"}),
    ("users.lookupByEmail", "users_not_found", {"email": "kenji@acme.example"}),
    ("usergroups.users.list", "no_such_subteam", {"usergroup": "S999"}),
    ("bots.info", "bot_not_found", {"bot": "B999"}),
    # pins, reactions, bookmarks
    ("pins.add", "no_item_specified", {"channel": "$room"}),
    ("pins.add", "bad_timestamp", {"channel": "$room", "timestamp": "now"}),
    ("pins.add", "message_not_found", {"channel": "$room", "timestamp": "1000000000.000000"}),
    ("pins.add", "already_pinned", {"channel": "$room", "timestamp": "$pinned"}),
    ("pins.add", "not_in_channel", {"channel": "$general", "timestamp": "$mine"}),
    ("pins.add", "is_archived", {"channel": "$archived", "timestamp": "$old"}),
    ("pins.remove", "no_pin", {"channel": "$room", "timestamp": "$mine"}),
    ("pins.remove", "no_item_specified", {"channel": "$room"}),
    ("pins.list", "channel_not_found", {"channel": "$private"}),
    ("reactions.add", "no_item_specified", {"channel": "$room", "name": "eyes"}),
    ("reactions.add", "bad_timestamp", {"channel": "$room", "name": "eyes", "timestamp": "now"}),
    ("reactions.add", "invalid_name", {"channel": "$room", "name": "two eyes", "timestamp": "$mine"}),
    ("reactions.add", "already_reacted", {"channel": "$room", "name": "eyes", "timestamp": "$pinned"}),
    ("reactions.add", "message_not_found", {"channel": "$room", "name": "eyes", "timestamp": "$whispered"}),
    ("reactions.remove", "no_reaction", {"channel": "$room", "name": "eyes", "timestamp": "$mine"}),
    ("reactions.remove", "no_item_specified", {"name": "eyes"}),
    ("reactions.get", "no_item_specified", {"channel": "$room"}),
    ("reactions.get", "no_item_specified", {"timestamp": "$mine"}),
    ("reactions.get", "message_not_found", {"channel": "$room", "timestamp": "1000000000.000000"}),
    ("bookmarks.add", "invalid_bookmark_type", {"channel_id": "$room", "title": "x", "type": "tune"}),
    ("bookmarks.add", "invalid_link", {"channel_id": "$room", "title": "x", "type": "link"}),
    ("bookmarks.add", "invalid_link", {"channel_id": "$room", "title": "x", "type": "link", "link": "file:///etc"}),
    (
        "bookmarks.add",
        "invalid_emoji",
        {"channel_id": "$room", "title": "x", "type": "link", "link": "https://acme.example", "emoji": "two eyes"},
    ),
    ("bookmarks.edit", "not_found", {"channel_id": "$room", "bookmark_id": "Bk9"}),
    ("bookmarks.edit", "invalid_link", {"channel_id": "$room", "bookmark_id": "$bookmark", "link": "acme"}),
    ("bookmarks.remove", "not_found", {"channel_id": "$room", "bookmark_id": "Bk9"}),
    ("bookmarks.list", "channel_not_found", {"channel_id": "$private"}),
    # files
    ("files.getUploadURLExternal", "invalid_arguments", {"filename": "a", "length": 0}),
    ("files.getUploadURLExternal", "file_upload_size_restricted", {"filename": "a", "length": 1_000_000_001}),
    ("files.completeUploadExternal", "file_not_found", {"files": [{"id": "F999"}]}),
    ("files.info", "file_not_found", {"file": "$unfinished"}),
    # views
    ("views.open", "invalid_trigger_id", {"trigger_id": "1.2.abc", "view": MODAL}),
    ("views.open", "invalid_arguments", {"trigger_id": "1.2.abc", "view": HOME}),
    ("views.open", "invalid_arguments", {"trigger_id": "1.2.abc", "view": MODAL | {"blocks": [{"type": "poem"}]}}),
    ("views.open", "view_too_large", {"trigger_id": "1.2.abc", "view": MODAL | {"private_metadata": "x" * 250_000}}),
    ("views.push", "invalid_trigger_id", {"trigger_id": "1.2.abc", "view": MODAL}),
    ("views.update", "not_found", {"view_id": "V999", "view": MODAL}),
    ("views.update", "invalid_arguments", {"view": MODAL}),
    ("views.publish", "invalid_arguments", {"user_id": "U999", "view": HOME}),
    ("views.publish", "invalid_arguments", {"user_id": MAYA, "view": MODAL}),
    # installation
    ("oauth.v2.access", "invalid_client_id", {"code": "x"}),
    ("oauth.v2.access", "bad_client_secret", {"code": "x", "client_id": "playground"}),
    ("oauth.v2.access", "invalid_code", {"code": "x", "client_id": "playground", "client_secret": "playground"}),
    ("openid.connect.token", "invalid_client_id", {"code": "x"}),
    ("openid.connect.token", "bad_client_secret", {"code": "x", "client_id": "playground"}),
    ("openid.connect.token", "invalid_code", {"code": "x", "client_id": "playground", "client_secret": "playground"}),
    ("api.test", "my_error", {"error": "my_error"}),
]


@pytest.mark.parametrize(
    ("method", "error", "args"), REFUSED, ids=[f"{m}-{e}-{n}" for n, (m, e, _) in enumerate(REFUSED)]
)
async def test_slack_refuses(
    pg: Playground, web: AsyncWebClient, scene: Scene, method: str, error: str, args: Json
) -> None:
    before = pg.slack.changes.last
    refused = await refusal(web, method, **scene.fill(args))
    assert refused["error"] == error
    assert pg.slack.changes.after(before) == [
        {"seq": before + 1, "kind": "call", "method": method, "number": pg.slack.calls_made}
    ]


async def test_invalid_blocks_say_why_and_where(web: AsyncWebClient, scene: Scene) -> None:
    twice = [{"type": "actions", "elements": [button("same"), button("same")]}]
    refused = await refusal(web, "chat.postMessage", channel=scene.ids["$room"], blocks=twice)
    (message,) = refused["response_metadata"]["messages"]
    assert "[json-pointer:/blocks/0/elements/1" in message


async def test_an_invitation_is_all_or_none_unless_forced(web: AsyncWebClient, scene: Scene) -> None:
    room = scene.ids["$room"]
    refused = await refusal(web, "conversations.invite", channel=room, users=[SAM, "U999", MAYA])
    assert refused["errors"] == [
        {"user": "U999", "ok": False, "error": "user_not_found"},
        {"user": MAYA, "ok": False, "error": "already_in_channel"},
    ]
    assert SAM not in (await web.conversations_members(channel=room))["members"]
    forced = await web.conversations_invite(channel=room, users=[SAM, "U999", MAYA], force=True)
    assert forced["errors"] == refused["errors"]
    assert SAM in (await web.conversations_members(channel=room))["members"]
    none_valid = await refusal(web, "conversations.invite", channel=room, users=["U999"], force=True)
    assert none_valid["error"] == "user_not_found"


async def test_a_name_is_taken_for_ever(web: AsyncWebClient, scene: Scene) -> None:
    await web.conversations_rename(channel=scene.ids["$room"], name="renamed")
    assert (await refusal(web, "conversations.create", name="room"))["error"] == "name_taken"
    again = await web.conversations_rename(channel=scene.ids["$room"], name="room")
    assert again["channel"]["name"] == "room", "its own earlier name is free to itself"


async def test_the_bot_is_out_of_a_channel_that_is_archived(web: AsyncWebClient, scene: Scene) -> None:
    info = await web.conversations_info(channel=scene.ids["$archived"])
    assert (info["channel"]["is_archived"], info["channel"]["is_member"]) == (True, False)
    mine = await web.users_conversations(types=["public_channel"])
    assert scene.ids["$archived"] not in [channel["id"] for channel in mine["channels"]]


async def test_limits_of_a_channel(web: AsyncWebClient, scene: Scene) -> None:
    room = scene.ids["$room"]
    for number in range(99):
        posted = await web.chat_postMessage(channel=room, text=f"{number}")
        await web.pins_add(channel=room, timestamp=posted["ts"])
        await web.bookmarks_add(channel_id=room, title=f"{number}", type="link", link="https://acme.example")
    refused = await refusal(web, "pins.add", channel=room, timestamp=scene.ids["$mine"])
    assert refused["error"] == "too_many_pins"
    link = {"title": "x", "type": "link", "link": "https://acme.example"}
    assert (await refusal(web, "bookmarks.add", channel_id=room, **link))["error"] == "too_many_bookmarks"


async def test_a_message_has_room_for_23_emoji(web: AsyncWebClient, scene: Scene) -> None:
    item = {"channel": scene.ids["$room"], "timestamp": scene.ids["$mine"]}
    for number in range(23):
        await web.reactions_add(**item, name=f"emoji{number}")
    assert (await refusal(web, "reactions.add", **item, name="late"))["error"] == "too_many_emoji"


async def test_a_customised_name_needs_its_scope(pg: Playground, web: AsyncWebClient, scene: Scene) -> None:
    args = {"channel": scene.ids["$room"], "text": "x"}
    await pg.client.post("app", scopes=["chat:write"])
    for custom in ({"username": "Someone"}, {"icon_emoji": ":eyes:"}, {"icon_url": "https://acme.example/i.png"}):
        assert (await refusal(web, "chat.postMessage", **args, **custom))["needed"] == "chat:write.customize"
    await pg.client.post("app", scopes=["chat:write", "chat:write.customize"])
    answer = await web.chat_postMessage(**args, username="Someone", icon_emoji=":eyes:")
    assert answer["message"]["username"] == "Someone"


async def test_writing_to_a_channel_from_outside_needs_its_scope(
    pg: Playground, web: AsyncWebClient, scene: Scene
) -> None:
    await pg.client.post("app", scopes=["chat:write", "chat:write.public"])
    assert (await web.chat_postMessage(channel=scene.ids["$general"], text="x"))["ok"]
    assert (await refusal(web, "chat.postMessage", channel=scene.ids["$private"], text="x"))[
        "error"
    ] == "channel_not_found"


async def test_addresses_need_their_scope(pg: Playground, web: AsyncWebClient) -> None:
    assert (await web.users_info(user=MAYA))["user"]["profile"]["email"] == "maya@acme.example"
    await pg.client.post("app", scopes=["users:read"])
    assert "email" not in (await web.users_info(user=MAYA))["user"]["profile"]
    assert all("email" not in member["profile"] for member in (await web.users_list())["members"])
    assert (await ask(web, "users.lookupByEmail", email="maya@acme.example"))["error"] == "missing_scope"


async def test_a_hash_that_is_not_the_latest_is_refused(web: AsyncWebClient) -> None:
    first = (await web.views_publish(user_id=MAYA, view=HOME))["view"]
    second = (await web.views_publish(user_id=MAYA, view=HOME, hash=first["hash"]))["view"]
    assert second["hash"] != first["hash"]
    for method, args in (("views.publish", {"user_id": MAYA}), ("views.update", {"view_id": first["id"]})):
        assert (await refusal(web, method, **args, view=HOME, hash=first["hash"]))["error"] == "hash_conflict"


async def test_an_external_id_is_given_once(web: AsyncWebClient) -> None:
    await web.views_publish(user_id=MAYA, view=HOME | {"external_id": "mine"})
    refused = await refusal(web, "views.publish", user_id=SAM, view=HOME | {"external_id": "mine"})
    assert refused["error"] == "duplicate_external_id"
    updated = await web.views_update(external_id="mine", view=HOME | {"external_id": "mine"})
    assert updated["view"]["external_id"] == "mine"


async def test_a_trigger_is_exchanged_once_and_within_three_seconds(pg: Playground, web: AsyncWebClient) -> None:
    trigger = pg.slack.handles.new_trigger(MAYA)
    await web.views_open(trigger_id=trigger, view=MODAL)
    assert (await refusal(web, "views.open", trigger_id=trigger, view=MODAL))["error"] == "exchanged_trigger_id"
    late = pg.slack.handles.new_trigger(MAYA)
    await asyncio.sleep(3.05)
    assert (await refusal(web, "views.open", trigger_id=late, view=MODAL))["error"] == "expired_trigger_id"


async def test_a_stack_holds_three_modals(pg: Playground, web: AsyncWebClient) -> None:
    unrooted = pg.slack.handles.new_trigger(MAYA)
    assert (await refusal(web, "views.push", trigger_id=unrooted, view=MODAL))["error"] == "no_root_view"
    view = (await web.views_open(trigger_id=pg.slack.handles.new_trigger(MAYA), view=MODAL))["view"]
    for _ in range(2):
        trigger = pg.slack.handles.new_trigger(MAYA, view["id"])
        pushed = (await web.views_push(trigger_id=trigger, view=MODAL))["view"]
        assert (pushed["previous_view_id"], pushed["root_view_id"]) == (view["id"], view["root_view_id"])
        view = pushed
    fourth = pg.slack.handles.new_trigger(MAYA, view["id"])
    assert (await refusal(web, "views.push", trigger_id=fourth, view=MODAL))["error"] == "push_limit_reached"
