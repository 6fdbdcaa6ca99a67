"""What people can do and see: writing, names and links, unread counts, what guests and others may not."""

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import Person, Playground, Refused
from bot.playground.changes import Changes
from bot.playground.shown import Reader, mrkdwn
from bot.playground.typed import as_sent
from bot.playground.world import Message, World, acme

from .conftest import Json

ROOM, CHANNEL = "#incidents", "C000000002"
NOON = 1_800_014_400.0  # 2027-01-15 12:00 UTC


@pytest.fixture
def world() -> World:
    return acme(lambda: NOON, Changes(), "bot")


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("a < b && c > d", "a &lt; b &amp;&amp; c &gt; d"),
        ("@maya, look", "<@U0000MAYA1>, look"),
        ("ask @maya.", "ask <@U0000MAYA1>."),
        ("@mayana is nobody", "@mayana is nobody"),
        ("mail maya@acme.example", "mail maya@acme.example"),
        ("@here and @channel", "<!here> and <!channel>"),
        ("@sre please", "<!subteam^S000000003|@sre> please"),
        ("in #general", "in <#C000000001|general>"),
        ("issue#general and #7", "issue#general and #7"),
        ("see https://x.example/a?b=1&c=<2>.", "see <https://x.example/a?b=1&amp;c=>&lt;2&gt;."),
        ("(https://x.example)", "(<https://x.example>)"),
        ("<@U0000MAYA1> <!channel>", "&lt;@U0000MAYA1&gt; &lt;!channel&gt;"),
    ],
)
def test_typed_text_is_escaped_and_its_names_become_ids(world: World, typed: str, sent: str) -> None:
    assert as_sent(typed, world, labels=False) == sent


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("*bold* _it_ ~no~ *_both_*", "bold it no both"),
        ("2 * 3 * 4 and snake_case_name", "2 * 3 * 4 and snake_case_name"),
        ("`*code*` and ```\na_b_c\n```", "*code* and a_b_c\n"),
        ("&lt;!channel&gt; &amp;amp;", "<!channel> &amp;"),
        ("<@U0000MAYA1> <@U999|gone> <#C000000001>", "@maya gone #general"),
        ("<https://x.example|the docs> <https://x.example>", "the docs https://x.example"),
        ("<!here> <!subteam^S000000003>", "@here @sre"),
        ("<!date^1800014400^{date_num} {time}|then>", "2027-01-15 17:30"),
        ("<!date^1800014400^{date_short_pretty} at {time}|then>", "today at 17:30"),
        ("<!date^1799928000^{date_pretty}|then>", "yesterday"),
        ("<!date^1799328000^{date_long}|then>", "Thursday, January 7, 2027"),
        ("<!date^soon^{date}|then>", "then"),
        ("<!date^1800010800^{ago}|then>", "60 minutes ago"),
    ],
)
def test_mrkdwn_is_read_as_it_looks_in_kolkata(world: World, text: str, shown: str) -> None:
    assert mrkdwn(text, world, "Asia/Kolkata") == shown


def test_all_parts_of_a_message_are_read(world: World) -> None:
    def plain(text: str) -> Json:
        return {"type": "plain_text", "text": text}

    blocks: list[Json] = [
        {"type": "header", "text": plain("*INC-1* &amp; more")},
        {"type": "section", "text": {"type": "mrkdwn", "text": "*bold*"}, "fields": [plain("one"), plain("two")]},
        {"type": "section", "text": plain("Pick"), "accessory": {"type": "overflow", "options": []}},
        {
            "type": "context",
            "elements": [{"type": "mrkdwn", "text": "_by_ <@U0000SAM01>"}, {"type": "image", "alt_text": "a face"}],
        },
        {"type": "divider"},
        {
            "type": "actions",
            "elements": [
                {"type": "button", "text": plain("Go")},
                {"type": "users_select", "placeholder": plain("Who?")},
            ],
        },
        {"type": "image", "image_url": "https://x.example", "alt_text": "a graph"},
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [{"type": "text", "text": "a <b> "}, {"type": "user", "user_id": "U0000MAYA1"}],
                },
                {
                    "type": "rich_text_list",
                    "elements": [
                        {"type": "rich_text_section", "elements": [{"type": "link", "url": "https://x.example"}]}
                    ],
                },
            ],
        },
    ]
    message = Message(CHANNEL, "1.0", "U0000MAYA1", "the fallback", blocks, [{"pretext": "before", "text": "*inside*"}])
    assert Reader(world, "UTC").message(message).splitlines() == [
        "*INC-1* & more", "bold", "one", "two", "Pick", "[…]", "by @sam a face", "[Go] [Who?]", "a graph",
        "a <b> @maya", "• https://x.example", "before", "inside",
    ]  # fmt: skip


async def test_people_write_edit_and_delete(maya: Person, sam: Person) -> None:
    message = await maya.say(ROOM, "restarted <api>")
    assert (message.author, message.text) == ("maya", "restarted <api>")
    await maya.edit(message, "restarted api twice")
    (seen,) = await sam.sees(ROOM)
    assert seen.text == "restarted api twice" and seen.raw["edited"]["user"] == "U0000MAYA1"
    with pytest.raises(Refused, match="isn't theirs"):
        await sam.edit(message, "nonsense")
    with pytest.raises(Refused, match="isn't theirs"):
        await sam.delete(message)
    await maya.delete(message)
    assert await sam.sees(ROOM) == []


async def test_an_admin_deletes_what_the_app_wrote(web: AsyncWebClient, maya: Person, sam: Person) -> None:
    await web.conversations_join(channel=CHANNEL)
    await web.chat_postMessage(channel=CHANNEL, text="card")
    card = await sam.wait_for(ROOM, "card")
    with pytest.raises(Refused, match="no admin"):
        await sam.delete(card)
    await maya.delete(card)
    assert "card" not in [message.text for message in await sam.sees(ROOM)]


async def test_threads_are_seen_apart(maya: Person, sam: Person) -> None:
    parent = await maya.say(ROOM, "api is slow")
    await sam.say(ROOM, "looking", thread=parent)
    assert [message.text for message in await maya.sees(ROOM)] == ["api is slow"]
    assert [message.text for message in await maya.sees(ROOM, parent)] == ["api is slow", "looking"]
    await maya.wait_for(ROOM, "looking", thread=parent)
    with pytest.raises(Refused, match="no thread"):
        await maya.do("say", channel=ROOM, text="x", thread_ts="1.5")


async def test_an_ephemeral_message_is_seen_by_one_until_dismissed(
    web: AsyncWebClient, maya: Person, sam: Person
) -> None:
    await web.conversations_join(channel=CHANNEL)
    await web.chat_postEphemeral(channel=CHANNEL, user="U0000MAYA1", text="only you")
    whisper = await maya.wait_for(ROOM, "only you")
    assert whisper.only_visible_to_you
    assert "only you" not in [message.text for message in await sam.sees(ROOM)]
    with pytest.raises(Refused, match="Nobody can react"):
        await maya.react(whisper, "eyes")
    with pytest.raises(Refused, match="has no shortcuts"):
        await maya.shortcut("note", whisper)
    await maya.delete(whisper)
    assert "only you" not in [message.text for message in await maya.sees(ROOM)]


async def test_reactions_of_people(maya: Person) -> None:
    message = await maya.say(ROOM, "fixed")
    await maya.react(message, ":tada:")
    with pytest.raises(Refused, match="has already reacted"):
        await maya.react(message, "tada")
    (seen,) = await maya.sees(ROOM)
    assert seen.raw["reactions"] == [{"name": "tada", "users": ["U0000MAYA1"], "count": 1}]
    await maya.unreact(message, "tada")
    with pytest.raises(Refused, match="has not reacted"):
        await maya.unreact(message, "tada")
    with pytest.raises(Refused, match="no emoji"):
        await maya.react(message, "two eyes")


async def test_files_are_shared(maya: Person, sam: Person) -> None:
    file = await maya.upload("graph.png", b"\x89PNG", "image/png")
    await maya.say(ROOM, "look", files=[file])
    (seen,) = await sam.sees(ROOM)
    assert (seen.text, seen.raw["files"][0]["mimetype"]) == ("look\ngraph.png", "image/png")
    with pytest.raises(Refused, match="no file F999"):
        await maya.say(ROOM, "look", files=["F999"])
    with pytest.raises(Refused, match="base64"):
        await maya.do("upload", name="x", content="?")


async def test_what_is_unread_and_calls_for_a_person(maya: Person, sam: Person) -> None:
    async def counts() -> tuple[int, int]:
        room = next(c for c in (await sam.overview())["channels"] if c["name"] == "incidents")
        return room["unread"], room["mentions"]

    assert await counts() == (0, 0)
    await maya.say(ROOM, "one")
    await maya.say(ROOM, "@sam two")
    await maya.say(ROOM, "@sre three")
    assert await counts() == (3, 2)
    await sam.do("read", channel=ROOM)
    assert await counts() == (0, 0)
    await maya.say("@sam", "psst")
    (direct,) = (await sam.overview())["directs"]
    assert (direct["unread"], direct["mentions"], direct["kind"]) == (1, 1, "im")


async def test_channels_by_hand(maya: Person, sam: Person) -> None:
    await maya.do("create", name="fires")
    with pytest.raises(Refused, match="name_taken"):
        await maya.do("create", name="fires")
    with pytest.raises(Refused, match="join it first"):
        await sam.say("#fires", "hello")
    await sam.do("join", channel="#fires")
    await sam.say("#fires", "hello")
    await maya.do("rename", channel="#fires", name="embers")
    with pytest.raises(Refused, match="invalid_name_specials"):
        await maya.do("rename", channel="#embers", name="Big Fires")
    await maya.do("invite", channel="#embers", user="priya")
    await maya.do("remove", channel="#embers", user="priya")
    with pytest.raises(Refused, match="priya is not in"):
        await maya.do("remove", channel="#embers", user="priya")
    await sam.do("leave", channel="#embers")
    await maya.do("archive", channel="#embers")
    with pytest.raises(Refused, match="is archived"):
        await maya.say("#embers", "too late")
    with pytest.raises(Refused, match="is archived"):
        await sam.do("join", channel="#embers")
    await maya.do("unarchive", channel="#embers")
    with pytest.raises(Refused, match="is not archived"):
        await maya.do("unarchive", channel="#embers")
    with pytest.raises(Refused, match="has a topic, of 250 characters"):
        await maya.do("topic", channel="#embers", topic="x" * 251)
    with pytest.raises(Refused, match="Only a channel has a topic"):
        await maya.do("topic", channel="@sam", topic="secrets")
    with pytest.raises(Refused, match="no name"):
        await maya.do("rename", channel="@sam", name="secrets")
    await maya.say("#embers", "again")
    assert "embers" not in await sam.channels()
    with pytest.raises(Refused, match="leave or be removed"):
        await maya.do("leave", channel="#general")
    with pytest.raises(Refused, match="can't be archived"):
        await maya.do("archive", channel="#general")


async def test_private_channels_and_guests(maya: Person, sam: Person, pg: Playground) -> None:
    await maya.do("create", name="secret", private=True)
    with pytest.raises(Refused, match="can't see #secret"):
        await sam.sees("#secret")
    gwen = pg.person("gwen")
    assert await gwen.channels() == ["general"]
    with pytest.raises(Refused, match="gwen can't see #incidents"):
        await gwen.do("join", channel=ROOM)
    await maya.do("invite", channel=ROOM, user="gwen")
    assert await gwen.channels() == ["general", "incidents"]
    with pytest.raises(Refused, match="gwen is a guest"):
        await gwen.do("remove", channel=ROOM, user="sam")


async def test_who_is_deactivated_is_out_and_can_not_act(pg: Playground, sam: Person, maya: Person) -> None:
    await pg.client.post("people", name="sam", deleted=True)
    with pytest.raises(Refused, match="sam is deactivated"):
        await sam.say(ROOM, "hello")
    assert "U0000SAM01" not in (await pg.client.get("people/maya/channels/%23incidents"))["channel"]["members"]
    await pg.client.post("people", name="sam", deleted=False)
    await sam.do("join", channel=ROOM)
    for nobody in ("bot", "slackbot"):
        with pytest.raises(Refused, match="no person"):
            await pg.person(nobody).say(ROOM, "hello")
    with pytest.raises(Refused, match="no person 'nemo'"):
        await pg.person("nemo").say(ROOM, "hello")


async def test_new_people_and_new_profiles(pg: Playground) -> None:
    await pg.client.post("people", name="ida", real_name="Ida Berg", tz="Europe/Oslo")
    ida = pg.person("ida")
    assert await ida.channels() == ["general"]
    assert (await ida.overview())["me"]["tz"] == "Europe/Oslo"
    with pytest.raises(Refused, match="no time zone 'Mars/Base'"):
        await pg.client.post("people", name="ida", tz="Mars/Base")
    with pytest.raises(Refused, match="name"):
        await pg.client.post("people", name="Two Words")


async def test_pins_by_hand(maya: Person) -> None:
    message = await maya.say(ROOM, "runbook")
    await maya.do("pin", channel=ROOM, ts=message.ts)
    with pytest.raises(Refused, match="so already"):
        await maya.do("pin", channel=ROOM, ts=message.ts)
    seen = await maya.client.get("people/maya/channels/%23incidents")
    assert [pin["shown"] for pin in seen["pins"]] == ["runbook"]
    await maya.do("unpin", channel=ROOM, ts=message.ts)


async def test_a_channel_shows_its_latest_messages(maya: Person) -> None:
    for number in range(5):
        await maya.say(ROOM, f"{number}")
    seen = await maya.client.get("people/maya/channels/%23incidents", limit=2)
    assert [message["shown"] for message in seen["messages"]] == ["3", "4"]
