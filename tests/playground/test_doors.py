"""What stands before every Web API method: tokens, scopes, required and well-formed arguments, rate limits.

The tables here are Slack's, written down a second time: a method that is declared otherwise fails.
"""

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import Playground
from bot.playground.methods import METHODS

from .conftest import Json, ask, refusal

READ = ("channels:read", "groups:read", "im:read", "mpim:read")
HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
MANAGE = ("channels:manage", "groups:write")

# method -> (calls a minute by Slack's tiers, scopes of which one is enough, required arguments)
RULES: dict[str, tuple[int, tuple[str, ...], tuple[str, ...]]] = {
    "api.test": (100, (), ()),
    "auth.test": (600, (), ()),
    "bookmarks.add": (20, ("bookmarks:write",), ("channel_id", "title", "type")),
    "bookmarks.edit": (20, ("bookmarks:write",), ("channel_id", "bookmark_id")),
    "bookmarks.list": (50, ("bookmarks:read",), ("channel_id",)),
    "bookmarks.remove": (20, ("bookmarks:write",), ("channel_id", "bookmark_id")),
    "bots.info": (50, ("users:read",), ()),
    "chat.delete": (50, ("chat:write",), ("channel", "ts")),
    "chat.getPermalink": (600, (), ("channel", "message_ts")),
    "chat.postEphemeral": (100, ("chat:write",), ("channel", "user")),
    "chat.postMessage": (600, ("chat:write",), ("channel",)),
    "chat.update": (50, ("chat:write",), ("channel", "ts")),
    "conversations.archive": (20, MANAGE, ("channel",)),
    "conversations.create": (20, MANAGE, ()),
    "conversations.history": (50, HISTORY, ("channel",)),
    "conversations.info": (50, READ, ("channel",)),
    "conversations.invite": (50, (*MANAGE, "channels:write.invites", "groups:write.invites"), ("channel",)),
    "conversations.join": (50, ("channels:join",), ("channel",)),
    "conversations.kick": (50, MANAGE, ("channel", "user")),
    "conversations.leave": (50, MANAGE, ("channel",)),
    "conversations.list": (20, READ, ()),
    "conversations.members": (100, READ, ("channel",)),
    "conversations.open": (50, ("im:write", "mpim:write", *MANAGE), ()),
    "conversations.rename": (20, MANAGE, ("channel",)),
    "conversations.replies": (50, HISTORY, ("channel", "ts")),
    "conversations.setPurpose": (20, (*MANAGE, "im:write", "mpim:write"), ("channel",)),
    "conversations.setTopic": (20, (*MANAGE, "im:write", "mpim:write"), ("channel",)),
    "conversations.unarchive": (20, MANAGE, ("channel",)),
    "files.completeUploadExternal": (100, ("files:write",), ("files",)),
    "files.getUploadURLExternal": (100, ("files:write",), ("filename", "length")),
    "files.info": (100, ("files:read",), ("file",)),
    "oauth.v2.access": (100, (), ("code",)),
    "openid.connect.token": (100, (), ("code",)),
    "pins.add": (20, ("pins:write",), ("channel",)),
    "pins.list": (20, ("pins:read",), ("channel",)),
    "pins.remove": (20, ("pins:write",), ("channel",)),
    "reactions.add": (50, ("reactions:write",), ("channel", "name")),
    "reactions.get": (50, ("reactions:read",), ()),
    "reactions.remove": (20, ("reactions:write",), ("name",)),
    "team.info": (50, ("team:read",), ()),
    "usergroups.list": (20, ("usergroups:read",), ()),
    "usergroups.users.list": (20, ("usergroups:read",), ("usergroup",)),
    "users.conversations": (50, READ, ()),
    "users.getPresence": (50, ("users:read",), ("user",)),
    "users.info": (100, ("users:read",), ("user",)),
    "users.list": (20, ("users:read",), ()),
    "users.lookupByEmail": (50, ("users:read.email",), ("email",)),
    "views.open": (100, (), ("trigger_id", "view")),
    "views.publish": (100, (), ("user_id", "view")),
    "views.push": (100, (), ("trigger_id", "view")),
    "views.update": (100, (), ("view",)),
}
TYPES = {"groups:read": "private_channel", "im:read": "im", "mpim:read": "mpim"}
TOKENLESS = ("api.test", "oauth.v2.access", "openid.connect.token")
SAMPLES: Json = {"view": {}, "files": [], "length": 1}  # well-formed arguments of other types than text


def test_the_table_names_every_method() -> None:
    assert set(METHODS) == {*RULES, "apps.connections.open"}


@pytest.mark.parametrize("method", [name for name in RULES if name not in TOKENLESS])
async def test_a_method_needs_a_bot_token(pg: Playground, method: str) -> None:
    said = []
    async with aiohttp.ClientSession() as session:
        for token in (None, "xoxb-stolen", "xapp-playground"):
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            async with session.post(pg.api_url + method, headers=headers) as response:
                said.append((await response.json())["error"])
    assert said == ["not_authed", "invalid_auth", "not_allowed_token_type"]


async def test_connections_open_needs_an_app_token(pg: Playground, web: AsyncWebClient) -> None:
    assert (await refusal(web, "apps.connections.open"))["error"] == "not_allowed_token_type"
    answer = await web.api_call("apps.connections.open", headers={"Authorization": "Bearer xapp-playground"})
    assert answer["url"].startswith(pg.url.replace("http", "ws") + "/link/?ticket=")


@pytest.mark.parametrize(("method", "scopes"), [(method, scopes) for method, (_, scopes, _) in RULES.items() if scopes])
async def test_a_method_needs_one_of_its_scopes(
    pg: Playground, web: AsyncWebClient, method: str, scopes: tuple[str, ...]
) -> None:
    await pg.client.post("app", scopes=["commands"])
    refused = await refusal(web, method)
    assert (refused["error"], refused["needed"], refused["provided"]) == ("missing_scope", ",".join(scopes), "commands")
    for scope in scopes:
        await pg.client.post("app", scopes=[scope])
        kind = TYPES.get(scope, "public_channel")
        answer = await ask(web, method, types=kind, is_private=scope == "groups:write", name="room", channel="C0")
        assert answer.get("error") != "missing_scope"


@pytest.mark.parametrize(
    ("method", "right"),
    [
        ("conversations.info", "read"),
        ("conversations.members", "read"),
        ("conversations.history", "history"),
        ("conversations.archive", "manage"),
        ("conversations.setTopic", "manage"),
        ("conversations.kick", "manage"),
        ("conversations.invite", "manage"),
    ],
)
async def test_each_kind_of_channel_has_its_own_scope(
    pg: Playground, web: AsyncWebClient, method: str, right: str
) -> None:
    """The scopes of public channels don't open private ones, and the other way round."""
    public = (await web.conversations_create(name="open"))["channel"]["id"]
    private = (await web.conversations_create(name="closed", is_private=True))["channel"]["id"]
    scopes = ("channels:manage", "groups:write") if right == "manage" else (f"channels:{right}", f"groups:{right}")
    for scope, refused in zip(scopes, (private, public), strict=True):
        await pg.client.post("app", scopes=[scope])
        answers = {
            c: await ask(web, method, channel=c, user="U0000SAM01", users="U0000SAM01") for c in (public, private)
        }
        errors = {channel: answer.get("error") for channel, answer in answers.items()}
        assert errors[refused] == "missing_scope"
        assert errors[public if refused == private else private] != "missing_scope"


@pytest.mark.parametrize(
    ("method", "missing"), [(method, name) for method, (_, _, required) in RULES.items() for name in required]
)
async def test_a_required_argument_is_required(web: AsyncWebClient, method: str, missing: str) -> None:
    required = RULES[method][2]
    given = {name: SAMPLES.get(name, "x") for name in required if name != missing}
    for empty in ({}, {missing: ""}, {missing: None}):
        refused = await refusal(web, method, **given, **empty)
        assert refused["error"] == "invalid_arguments"
        assert refused["response_metadata"]["messages"] == [f"[ERROR] missing required field: {missing}"]


WRONG_TYPES = [
    ("conversations.history", "limit", "many", "must be an integer"),
    ("conversations.history", "limit", "0", "must be between 1 and 1000"),
    ("conversations.history", "limit", "1001", "must be between 1 and 1000"),
    ("conversations.history", "inclusive", "perhaps", "must be a boolean"),
    ("conversations.history", "include_all_metadata", [], "must be a boolean"),
    ("conversations.list", "types", [1], "must be a list of ids"),
    ("conversations.list", "types", "[broken", "must be a list of ids"),
    ("conversations.create", "is_private", "maybe", "must be a boolean"),
    ("chat.postMessage", "channel", ["C1"], "must provide a string"),
    ("chat.postMessage", "metadata", "{broken", "must be an object"),
    ("chat.postMessage", "metadata", "[]", "must be an object"),
    ("views.publish", "view", "[]", "must be an object"),
    ("files.completeUploadExternal", "files", "{}", "must be an array"),
    ("files.getUploadURLExternal", "length", "big", "must be an integer"),
]


@pytest.mark.parametrize(("method", "name", "value", "sentence"), WRONG_TYPES)
async def test_an_argument_of_the_wrong_type_is_refused(
    web: AsyncWebClient, method: str, name: str, value: object, sentence: str
) -> None:
    given = {other: SAMPLES.get(other, "x") for other in RULES[method][2]}
    refused = await refusal(web, method, **{**given, name: value})
    assert refused["error"] == "invalid_arguments"
    assert refused["response_metadata"]["messages"] == [f"[ERROR] {sentence} [json-pointer:/{name}]"]


async def test_arguments_come_as_form_query_or_json_by_get_or_post(pg: Playground) -> None:
    headers = {"Authorization": "Bearer xoxb-playground"}
    async with aiohttp.ClientSession(headers=headers) as session:
        answers = []
        for send in (
            session.post(pg.api_url + "users.info", json={"user": "U0000MAYA1", "include_locale": True}),
            session.post(pg.api_url + "users.info", data={"user": "U0000MAYA1", "include_locale": "1"}),
            session.post(pg.api_url + "users.info", params={"user": "U0000MAYA1", "include_locale": "true"}),
            session.get(pg.api_url + "users.info", params={"user": "U0000MAYA1", "include_locale": "true"}),
        ):
            async with send as response:
                answers.append(await response.json())
    assert all(answer["user"]["name"] == "maya" and answer["user"]["locale"] == "en-US" for answer in answers)


async def test_a_token_may_be_an_argument(pg: Playground) -> None:
    web = AsyncWebClient(base_url=pg.api_url, retry_handlers=[])
    assert (await web.api_call("auth.test", data={"token": "xoxb-playground"}))["user_id"] == "U0000000BOT"
    (call,) = await pg.client.calls("auth.test")
    assert call["args"] == {}


@pytest.mark.parametrize(
    ("body", "content_type", "error"),
    [
        ("{broken", "application/json", "invalid_json"),
        ("[]", "application/json", "json_not_object"),
        ("channel=C1", "text/csv", "invalid_post_type"),
    ],
)
async def test_a_body_that_is_none_is_refused(pg: Playground, body: str, content_type: str, error: str) -> None:
    headers = {"Authorization": "Bearer xoxb-playground", "Content-Type": content_type}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(pg.api_url + "auth.test", data=body) as r,
    ):
        assert (await r.json()) == {"ok": False, "error": error}


async def test_an_unknown_method_is_refused(web: AsyncWebClient) -> None:
    refused = await refusal(web, "chat.shout")
    assert refused == {"ok": False, "error": "unknown_method", "req_method": "chat.shout"}


@pytest.mark.parametrize("method", RULES)
async def test_a_method_is_limited_a_minute(method: str) -> None:
    """Each call counts, refused ones too; the first one over the tier gets 429 and when to come again."""
    calls = RULES[method][0]
    headers = {"Authorization": "Bearer xoxb-playground"}
    async with Playground() as limited, aiohttp.ClientSession(headers=headers) as session:
        accepted = 0
        while (answer := await _post(session, limited.api_url + method))[0] == 200:
            accepted += 1
        # The bucket fills up while it is emptied: by at most a tenth in the time that this takes.
        assert calls <= accepted <= calls * 1.1
        assert answer[:2] == (429, {"ok": False, "error": "ratelimited"})
        assert 1 <= int(answer[2]) <= 60 / calls + 1
        other = "auth.test" if method == "api.test" else "api.test"
        assert (await _post(session, limited.api_url + other))[0] == 200, "another method has its own allowance"


async def _post(session: aiohttp.ClientSession, url: str) -> tuple[int, Json, str]:
    async with session.post(url) as response:
        return response.status, await response.json(), response.headers.get("Retry-After", "")


async def test_connections_open_is_limited_with_a_small_burst() -> None:
    headers = {"Authorization": "Bearer xapp-playground"}
    async with Playground() as limited, aiohttp.ClientSession(headers=headers) as session:
        statuses = [(await _post(session, limited.api_url + "apps.connections.open"))[0] for _ in range(11)]
    assert statuses == [200] * 10 + [429]


async def test_posting_is_limited_per_channel() -> None:
    async with Playground() as limited:
        web = AsyncWebClient("xoxb-playground", base_url=limited.api_url, retry_handlers=[])
        rooms = [(await web.conversations_create(name=name))["channel"]["id"] for name in ("one", "two")]
        for number in range(10):
            await web.chat_postMessage(channel=rooms[0], text=f"message {number}")
        refused = await refusal(web, "chat.postMessage", channel=rooms[0], text="one too many")
        assert refused["error"] == "ratelimited"
        await web.chat_postMessage(channel=rooms[1], text="another channel has its own allowance")
        history = await web.conversations_history(channel=rooms[0])
        assert "one too many" not in [message["text"] for message in history["messages"]]


async def test_limits_can_be_turned_off() -> None:
    async with Playground() as limited:
        web = AsyncWebClient("xoxb-playground", base_url=limited.api_url, retry_handlers=[])
        await limited.client.post("limits", on=False)
        for _ in range(25):
            await web.usergroups_list()
        await limited.client.post("limits", on=True)
        for _ in range(20):
            await web.usergroups_list()
        assert (await refusal(web, "usergroups.list"))["error"] == "ratelimited"
