"""What the Web API does with messages, threads, channels, people and files when nothing is wrong."""

from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import Person, Playground

from .conftest import Json, ask, refusal

MAYA, SAM, BOT = "U0000MAYA1", "U0000SAM01", "U0000000BOT"
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "Text"}}


@pytest.fixture
async def room(web: AsyncWebClient) -> str:
    channel = (await web.conversations_create(name="room"))["channel"]["id"]
    await web.conversations_invite(channel=channel, users=[MAYA, SAM])
    return str(channel)


def texts(answer: Json) -> list[str]:
    return [message["text"] for message in answer["messages"]]


async def test_history_has_top_level_messages_newest_first(web: AsyncWebClient, room: str) -> None:
    first = await web.chat_postMessage(channel=room, text="first")
    await web.chat_postMessage(channel=room, text="reply", thread_ts=first["ts"])
    await web.chat_postMessage(channel=room, text="shouted", thread_ts=first["ts"], reply_broadcast=True)
    await web.chat_postMessage(channel=room, text="second")
    history = await web.conversations_history(channel=room, limit=3)
    assert texts(history.data) == ["second", "shouted", "first"]
    parent = history["messages"][2]
    assert (parent["reply_count"], parent["thread_ts"]) == (2, first["ts"])


async def test_history_is_read_in_pages_and_between_times(web: AsyncWebClient, room: str) -> None:
    ts = [(await web.chat_postMessage(channel=room, text=f"{number}"))["ts"] for number in range(7)]
    seen: list[str] = []
    pages = 0
    async for page in await web.conversations_history(channel=room, limit=3, oldest=ts[0], inclusive=True):
        seen += texts(page.data)
        pages += 1
    assert (seen, pages) == (["6", "5", "4", "3", "2", "1", "0"], 3)
    between = {"channel": room, "oldest": ts[2], "latest": ts[5]}
    assert texts((await web.conversations_history(**between)).data) == ["4", "3"]
    assert texts((await web.conversations_history(**between, inclusive=True)).data) == ["5", "4", "3", "2"]
    one = await web.conversations_history(channel=room, latest=ts[4], inclusive=True, limit=1)
    assert (texts(one.data), one["has_more"]) == (["4"], True)


async def test_replies_have_the_parent_first_and_are_found_from_a_reply(web: AsyncWebClient, room: str) -> None:
    parent = await web.chat_postMessage(channel=room, text="parent")
    replies = [
        await web.chat_postMessage(channel=room, text=f"{number}", thread_ts=parent["ts"]) for number in range(4)
    ]
    whole = await web.conversations_replies(channel=room, ts=parent["ts"])
    assert texts(whole.data) == ["parent", "0", "1", "2", "3"]
    assert {m["thread_ts"] for m in whole["messages"]} == {parent["ts"]}
    from_reply = await web.conversations_replies(channel=room, ts=replies[2]["ts"])
    assert texts(from_reply.data) == texts(whole.data)
    seen: list[str] = []
    async for page in await web.conversations_replies(channel=room, ts=parent["ts"], limit=2):
        seen += texts(page.data)
    assert seen == texts(whole.data)
    late = await web.conversations_replies(channel=room, ts=parent["ts"], oldest=replies[1]["ts"])
    assert texts(late.data) == ["parent", "2", "3"]


async def test_a_reply_to_a_reply_goes_to_its_thread(web: AsyncWebClient, room: str) -> None:
    parent = await web.chat_postMessage(channel=room, text="parent")
    reply = await web.chat_postMessage(channel=room, text="reply", thread_ts=parent["ts"])
    nested = await web.chat_postMessage(channel=room, text="nested", thread_ts=reply["ts"])
    assert nested["message"]["thread_ts"] == parent["ts"]


async def test_metadata_comes_back_only_when_asked_for(web: AsyncWebClient, room: str) -> None:
    metadata = {"event_type": "effect", "event_payload": {"id": "42"}}
    posted = await web.chat_postMessage(channel=room, text="x", metadata=metadata)
    assert posted["message"]["metadata"] == metadata
    await web.chat_postMessage(channel=room, text="y", thread_ts=posted["ts"], metadata=metadata)
    for asked in (web.conversations_history(channel=room), web.conversations_replies(channel=room, ts=posted["ts"])):
        found = next(m for m in (await asked)["messages"] if m["text"] == "x")
        assert found["metadata"] == {"event_type": "effect"}
    full = await web.conversations_history(channel=room, include_all_metadata=True)
    assert full["messages"][0]["metadata"] == metadata
    thread = await web.conversations_replies(channel=room, ts=posted["ts"], include_all_metadata=True)
    assert [m["metadata"] for m in thread["messages"]] == [metadata, metadata]


async def test_an_update_keeps_what_it_does_not_name(web: AsyncWebClient, room: str) -> None:
    metadata = {"event_type": "effect", "event_payload": {"id": "42"}}
    said = {"text": "before", "blocks": [SECTION], "attachments": [{"text": "a"}], "metadata": metadata}
    ts = (await web.chat_postMessage(channel=room, **said))["ts"]

    async def now() -> Json:
        return dict((await web.conversations_history(channel=room, include_all_metadata=True))["messages"][0])

    assert (await ask(web, "chat.update", channel=room, ts=ts, blocks=[SECTION, SECTION]))["ok"]
    message = await now()
    assert (len(message["blocks"]), len(message["attachments"]), message["metadata"]) == (2, 1, metadata)
    assert "edited" not in message, "a change of blocks is not marked as edited"
    await web.chat_update(channel=room, ts=ts, text="after")
    message = await now()
    assert "blocks" not in message, "text without blocks takes the blocks away"
    assert (message["text"], message["edited"]["user"]) == ("after", BOT)
    await web.chat_update(channel=room, ts=ts, text="after", attachments=[], metadata={})
    assert not {"attachments", "metadata"} & set(await now())


async def test_blocks_and_elements_without_ids_get_them(web: AsyncWebClient, room: str) -> None:
    button = {"type": "button", "text": {"type": "plain_text", "text": "Go"}}
    named = {**button, "action_id": "named"}
    blocks = [{"type": "actions", "elements": [button, named]}, {**SECTION, "block_id": "mine", "accessory": button}]
    shown = (await web.chat_postMessage(channel=room, text="x", blocks=blocks))["message"]["blocks"]
    assert shown[0]["block_id"] and shown[0]["elements"][0]["action_id"] and shown[1]["accessory"]["action_id"]
    assert (shown[0]["elements"][1]["action_id"], shown[1]["block_id"]) == ("named", "mine")


async def test_message_times_are_unique_and_grow_even_when_the_clock_goes_back() -> None:
    clock = [2_000_000_000.0]
    async with Playground(now=lambda: clock[0], rate_limits=False) as pg:
        web = AsyncWebClient("xoxb-playground", base_url=pg.api_url, retry_handlers=[])
        room = (await web.conversations_create(name="room"))["channel"]["id"]
        times = []
        for moved in (0, 0, -3600, 7200):
            clock[0] += moved
            times.append((await web.chat_postMessage(channel=room, text="x"))["ts"])
    assert times == sorted(set(times))
    assert times[3].startswith("2000003600.")


async def test_a_deleted_message_is_gone_and_a_deleted_parent_leaves_a_stone(web: AsyncWebClient, room: str) -> None:
    parent = (await web.chat_postMessage(channel=room, text="parent"))["ts"]
    reply = (await web.chat_postMessage(channel=room, text="reply", thread_ts=parent))["ts"]
    await web.pins_add(channel=room, timestamp=parent)
    await web.chat_delete(channel=room, ts=parent)
    history = await web.conversations_history(channel=room)
    assert texts(history.data)[0] == "This message was deleted."
    assert (await web.pins_list(channel=room))["items"] == []
    assert (await refusal(web, "chat.update", channel=room, ts=parent, text="x"))["error"] == "message_not_found"
    await web.chat_delete(channel=room, ts=reply)
    assert (await refusal(web, "chat.delete", channel=room, ts=reply))["error"] == "message_not_found"


async def test_a_person_id_is_their_direct_conversation(web: AsyncWebClient, maya: Person) -> None:
    posted = await web.chat_postMessage(channel=MAYA, text="for you")
    opened = (await web.conversations_open(users=MAYA))["channel"]["id"]
    assert posted["channel"] == opened
    assert [message.text for message in await maya.dms()] == ["for you"]
    group = await web.conversations_open(users=[MAYA, SAM], return_im=True)
    assert group["channel"]["is_mpim"] is True
    assert (await web.conversations_open(users=[SAM, MAYA]))["channel"]["id"] == group["channel"]["id"]


async def test_topic_purpose_and_lines_that_slack_writes(web: AsyncWebClient, room: str, maya: Person) -> None:
    await web.conversations_setTopic(channel=room, topic="sev1 · open")
    await web.conversations_setPurpose(channel=room, purpose="Checkout is down")
    info = (await web.conversations_info(channel=room, include_num_members=True))["channel"]
    assert (info["topic"]["value"], info["purpose"]["value"]) == ("sev1 · open", "Checkout is down")
    assert (info["topic"]["creator"], info["num_members"]) == (BOT, 3)
    assert [m.text for m in await maya.sees("#room")][-2:] == [
        "@bot set the channel topic: sev1 · open",
        "@bot set the channel purpose: Checkout is down",
    ]


async def test_lists_come_in_pages(web: AsyncWebClient, maya: Person) -> None:
    for number in range(5):
        await web.conversations_create(name=f"room-{number}")
    await maya.do("create", name="hidden", private=True)
    archived = (await web.conversations_create(name="gone"))["channel"]["id"]
    await web.conversations_archive(channel=archived)
    names: list[str] = []
    async for page in await web.conversations_list(limit=3, exclude_archived=True):
        assert len(page["channels"]) <= 3
        names += [channel["name"] for channel in page["channels"]]
    assert names == ["general", "incidents", *(f"room-{n}" for n in range(5))]
    mine = await web.users_conversations(types="public_channel,private_channel", exclude_archived=True)
    assert [channel["name"] for channel in mine["channels"]] == names[2:]
    hers = await web.users_conversations(user=MAYA, types="public_channel,private_channel")
    assert [channel["name"] for channel in hers["channels"]] == ["general", "incidents"]
    members: list[str] = []
    async for page in await web.conversations_members(channel="C000000001", limit=4):
        members += page["members"]
    assert len(members) == 6 and BOT not in members


async def test_joining_and_leaving(web: AsyncWebClient, maya: Person) -> None:
    assert (await web.conversations_join(channel="C000000002"))["channel"]["is_member"] is True
    again = await web.conversations_join(channel="C000000002")
    assert again["warning"] == "already_in_channel"
    await web.conversations_kick(channel="C000000002", user=SAM)
    assert SAM not in (await web.conversations_members(channel="C000000002"))["members"]
    await web.conversations_leave(channel="C000000002")
    assert (await web.conversations_leave(channel="C000000002"))["not_in_channel"] is True


async def test_people_have_time_zones_and_kinds(web: AsyncWebClient, pg: Playground) -> None:
    people = {user["name"]: user for user in (await web.users_list())["members"]}
    assert (people["priya"]["tz"], people["priya"]["tz_offset"]) == ("Asia/Kolkata", 19800)
    assert people["gwen"]["is_restricted"] and not people["gwen"]["is_ultra_restricted"]
    assert people["bot"]["is_bot"] and people["maya"]["is_admin"]
    assert len({person["tz"] for person in people.values()}) >= 5
    await pg.client.post("people", name="sam", deleted=True)
    assert (await web.users_info(user=SAM))["user"]["deleted"] is True
    assert (await web.users_lookupByEmail(email="Maya@acme.example"))["user"]["id"] == MAYA


async def test_time_zones_follow_the_clock() -> None:
    """Berlin is at +1 h in January and at +2 h in July."""
    clock = [1_768_000_000.0]  # 2026-01-09
    async with Playground(now=lambda: clock[0]) as pg:
        web = AsyncWebClient("xoxb-playground", base_url=pg.api_url, retry_handlers=[])
        winter = (await web.users_info(user=MAYA))["user"]["tz_offset"]
        clock[0] += 180 * 86_400
        assert (winter, (await web.users_info(user=MAYA))["user"]["tz_offset"]) == (3600, 7200)


async def test_usergroups(web: AsyncWebClient) -> None:
    (group,) = (await web.usergroups_list(include_users=True))["usergroups"]
    assert (group["handle"], group["users"]) == ("sre", [MAYA, SAM])
    assert (await web.usergroups_users_list(usergroup=group["id"]))["users"] == [MAYA, SAM]
    assert "users" not in (await web.usergroups_list())["usergroups"][0]


async def test_reactions_pins_and_bookmarks(web: AsyncWebClient, room: str, maya: Person) -> None:
    message = await maya.say("#room", "hello")
    await web.reactions_add(channel=room, timestamp=message.ts, name="eyes")
    await maya.react(message, "eyes")
    got = (await web.reactions_get(channel=room, timestamp=message.ts))["message"]["reactions"]
    assert got == [{"name": "eyes", "users": [BOT, MAYA], "count": 2}]
    await web.reactions_remove(channel=room, timestamp=message.ts, name="eyes")
    await web.pins_add(channel=room, timestamp=message.ts)
    (pin,) = (await web.pins_list(channel=room))["items"]
    assert (pin["created_by"], pin["message"]["text"], pin["message"]["pinned_to"]) == (BOT, "hello", [room])
    await web.pins_remove(channel=room, timestamp=message.ts)
    mark = await web.bookmarks_add(
        channel_id=room, title="Runbook", type="link", link="https://acme.example", emoji="fire"
    )
    await web.bookmarks_edit(channel_id=room, bookmark_id=mark["bookmark"]["id"], title="Playbook")
    (edited,) = (await web.bookmarks_list(channel_id=room))["bookmarks"]
    assert (edited["title"], edited["link"], edited["emoji"]) == ("Playbook", "https://acme.example", ":fire:")
    await web.bookmarks_remove(channel_id=room, bookmark_id=edited["id"])
    assert (await web.bookmarks_list(channel_id=room))["bookmarks"] == []


async def test_a_file_is_uploaded_in_three_steps(web: AsyncWebClient, room: str, maya: Person) -> None:
    answer = await web.files_upload_v2(
        channel=room, filename="fix.diff", content="+ workers: 32\n", title="The fix", initial_comment="What we changed"
    )
    seen = (await maya.sees("#room"))[-1]
    assert seen.text == "What we changed\nThe fix"
    async with aiohttp.ClientSession() as session, session.get(seen.raw["files"][0]["url_private"]) as response:
        assert await response.text() == "+ workers: 32\n"
        assert response.headers["Content-Disposition"] == "attachment"
    assert (await web.files_info(file=answer["file"]["id"]))["file"]["title"] == "The fix"


async def test_an_app_gets_a_file_with_its_token_and_the_scope(pg: Playground, maya: Person) -> None:
    file = await maya.upload("fix.diff", b"+ workers: 32\n", "text/x-diff")
    url = (await maya.say("#general", "look", files=[file])).raw["files"][0]["url_private"]

    async def answer(token: str) -> tuple[int, str]:
        headers = {"Authorization": f"Bearer {token}"}
        async with aiohttp.ClientSession() as session, session.get(url, headers=headers, allow_redirects=False) as got:
            return got.status, await got.text()

    assert await answer("xoxb-playground") == (200, "+ workers: 32\n")
    assert (await answer("xoxb-another"))[0] == 302
    await pg.client.post("app", scopes=["chat:write"])
    assert (await answer("xoxb-playground"))[0] == 302


async def test_an_upload_that_is_unfinished_or_of_another_size_is_refused(web: AsyncWebClient, room: str) -> None:
    ticket = await web.files_getUploadURLExternal(filename="a.txt", length=3)
    unfinished = await refusal(web, "files.completeUploadExternal", files=[{"id": ticket["file_id"]}], channel_id=room)
    assert unfinished["error"] == "file_update_failed"
    async with aiohttp.ClientSession() as session:
        async with session.post(ticket["upload_url"], data=b"four") as response:
            assert response.status == 400
        async with session.post(ticket["upload_url"] + "x", data=b"abc") as response:
            assert response.status == 404
        form = aiohttp.FormData()
        form.add_field("file", b"abc", filename="a.txt")
        async with session.post(ticket["upload_url"], data=form) as response:
            assert response.status == 200
    await web.files_completeUploadExternal(files=[{"id": ticket["file_id"], "title": "A"}], channel_id=room)
    nowhere = await refusal(web, "files.completeUploadExternal", files=[{"id": ticket["file_id"]}], channel_id="C999")
    assert nowhere["error"] == "channel_not_found"


async def test_permalinks_say_where(web: AsyncWebClient, room: str, pg: Playground) -> None:
    parent = (await web.chat_postMessage(channel=room, text="parent"))["ts"]
    reply = (await web.chat_postMessage(channel=room, text="reply", thread_ts=parent))["ts"]
    link = (await web.chat_getPermalink(channel=room, message_ts=reply))["permalink"]
    assert link == f"{pg.url}/archives/{room}/p{reply.replace('.', '')}?thread_ts={parent}&cid={room}"


async def test_the_app_and_the_workspace_say_who_they_are(web: AsyncWebClient, pg: Playground) -> None:
    me = await web.auth_test()
    assert (me["user_id"], me["bot_id"], me["team"], me["url"]) == (BOT, "B0000000BOT", "Acme", f"{pg.url}/")
    assert (await web.team_info())["team"]["domain"] == "acme"
    assert (await web.bots_info(bot="B0000000BOT"))["bot"]["user_id"] == BOT
    assert (await web.api_test(foo="bar"))["args"] == {"foo": "bar"}
    assert (await web.users_getPresence(user=MAYA))["presence"] == "active"


@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")  # slack-sdk's way to name the client
async def test_an_app_is_installed_with_oauth(pg: Playground, web: AsyncWebClient) -> None:
    asked = {
        "client_id": "playground",
        "scope": "chat:write",
        "state": "s1",
        "redirect_uri": "https://bot.example/back",
    }
    async with aiohttp.ClientSession() as session:
        url = f"{pg.url}/oauth/v2/authorize"
        async with session.get(url, params=asked, allow_redirects=False) as response:
            location = response.headers["Location"]
        async with session.get(url, params=asked | {"redirect_uri": "javascript:alert(1)"}) as response:
            assert response.status == 400
    assert location.startswith("https://bot.example/back?code=") and location.endswith("&state=s1")
    code = parse_qs(urlsplit(location).query)["code"][0]
    given = {"client_id": "playground", "client_secret": "playground", "code": code}
    elsewhere = await refusal(web, "oauth.v2.access", **given, redirect_uri="https://elsewhere.example")
    assert elsewhere["error"] == "bad_redirect_uri", "and the code is spent"
    async with aiohttp.ClientSession() as session, session.get(url, params=asked, allow_redirects=False) as response:
        given["code"] = parse_qs(urlsplit(response.headers["Location"]).query)["code"][0]
    answer = await web.oauth_v2_access(**given)
    assert (answer["access_token"], answer["bot_user_id"]) == ("xoxb-playground", BOT)
    assert {"chat:write", "commands", "channels:history"} <= set(answer["scope"].split(","))
    assert (await refusal(web, "oauth.v2.access", **given))["error"] == "invalid_code"
