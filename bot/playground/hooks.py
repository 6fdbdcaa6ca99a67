"""The other doors of Slack that an app posts to: response URLs, file uploads, and the consent of an installation."""

import json
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from bot.playground import acts, openid
from bot.playground.app import BOT_TOKEN, CLIENT_ID
from bot.playground.errors import SlackError
from bot.playground.methods.chat import body_in, thread_of
from bot.playground.slack import Slack
from bot.playground.trouble import respond
from bot.playground.world import Channel, Json, Message


async def response_url(slack: Slack, request: web.Request) -> web.StreamResponse:
    """Answer a command or an interaction later: 30 minutes, five times."""
    try:
        payload = json.loads(await request.text())
    except ValueError:
        payload = None
    given = payload if isinstance(payload, dict) else None

    def act() -> web.Response:
        try:
            if given is None:
                raise SlackError("invalid_payload")
            _answer_late(slack, request.match_info["key"], given)
        except SlackError as refused:
            return web.json_response(refused.body, status=404 if refused.code in _GONE else 400)
        return web.Response(text="ok")

    return await respond(request, slack.faults.take("response_url", given or {}), act)


_GONE = ("expired_url", "used_url", "message_not_found")


def _answer_late(slack: Slack, key: str, payload: Json) -> None:
    url = slack.handles.use_response_url(key)
    world = slack.world
    channel = world.channels[url.channel]
    if channel.archived:
        raise SlackError("is_archived")
    pressed = url.message_ts or ""
    ephemeral = channel.ephemerals.get(pressed)
    message = ephemeral or channel.messages.get(pressed)
    if payload.get("delete_original"):
        if message is None:
            raise SlackError("message_not_found")
        if ephemeral:
            acts.unwhisper(world, channel, ephemeral)
        else:
            acts.delete(world, channel, message)
        return
    said = body_in(payload)
    if payload.get("replace_original") and message is not None:
        if ephemeral:
            acts.rewhisper(world, channel, ephemeral, **said)
        else:
            acts.edit(world, channel, message, world.bot_user, **said)
        return
    answer = say(slack, channel, url.user, said, payload)
    slack.handles.answered(key, answer.ts)


def say(slack: Slack, channel: Channel, user: str, said: Json, payload: Json) -> Message:
    """Put an app's answer where the person is: to them alone, or to all where the payload says `in_channel`."""
    thread = thread_of(channel, str(payload.get("thread_ts") or ""))
    if payload.get("response_type") == "in_channel":
        return acts.post(slack.world, channel, slack.message_from_bot(channel, **said, thread_ts=thread))
    return acts.whisper(slack.world, channel, slack.message_from_bot(channel, **said, thread_ts=thread, only_for=user))


async def upload(slack: Slack, request: web.Request) -> web.StreamResponse:
    """Take the bytes of a file, raw or as a form."""
    if request.content_type.startswith("multipart/"):
        parts = [part for part in (await request.post()).values() if isinstance(part, web.FileField)]
        content = parts[0].file.read() if parts else b""
    else:
        content = await request.read()

    def act() -> web.Response:
        file = slack.world.files.get(slack.upload_tickets.get(request.match_info["ticket"], ""))
        if file is None:
            return web.Response(status=404, text="unknown upload URL")
        if len(content) != file.size:
            return web.Response(status=400, text=f"expected {file.size} bytes, got {len(content)}")
        file.content, file.uploaded = content, True
        return web.Response(text=f"OK - {len(content)}")

    return await respond(request, slack.faults.take("files.upload", {}), act)


async def download(slack: Slack, request: web.Request) -> web.StreamResponse:
    """The content of a file, for people (who are signed in here) and for the app, which shows its token. Slack leads an
    app that may not have it to the page where people sign in."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme and not (token == BOT_TOKEN and slack.app.may("files:read")):
        raise web.HTTPFound(f"/?{urlencode({'redir': request.path})}")
    file = slack.world.files.get(request.match_info["file"])
    if file is None or not file.uploaded:
        raise web.HTTPNotFound
    # Never as a page of this server: what people upload must not run here.
    headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
    return web.Response(body=file.content, content_type=file.mimetype, headers=headers)


async def permalink(request: web.Request) -> web.StreamResponse:
    """A message's link leads to it on the page."""
    digits = request.match_info["ts"]
    where = {"in": request.match_info["channel"], "at": f"{digits[:-6]}.{digits[-6:]}"}
    if thread := request.query.get("thread_ts"):
        where["thread"] = thread
    raise web.HTTPFound(f"/?{urlencode(where)}")


async def authorize(slack: Slack, request: web.Request) -> web.StreamResponse:
    """The consent page of OAuth, consented at once by the workspace's admin: back to the app with a code."""
    redirect_uri = request.query.get("redirect_uri", "")
    if not redirect_uri.startswith(("http://", "https://")):
        raise web.HTTPBadRequest(text="redirect_uri is missing or no http URL")
    installer = next(user.id for user in slack.world.users.values() if user.is_admin)
    code = slack.handles.new_code(installer, redirect_uri)
    joiner = "&" if urlsplit(redirect_uri).query else "?"
    back = urlencode({"code": code, "state": request.query.get("state", "")})
    raise web.HTTPFound(f"{redirect_uri}{joiner}{back}")


async def sign_in(slack: Slack, request: web.Request) -> web.StreamResponse:
    """The page of *Sign in with Slack*: whoever sits there says who they are, and goes back to the app with a code."""
    asked = dict(request.query)
    user = asked.pop("user", None)
    if asked.get("client_id") != CLIENT_ID:
        raise web.HTTPBadRequest(text="invalid_client_id")
    if not asked.get("redirect_uri", "").startswith(("http://", "https://")):
        raise web.HTTPBadRequest(text="redirect_uri is missing or no http URL")
    if asked.get("response_type") != "code" or "openid" not in asked.get("scope", "").split():
        raise web.HTTPBadRequest(text="response_type has to be code, and scope to have openid in it")
    world = slack.world
    apps = (world.bot_user, world.slackbot)
    people = [one for one in world.users.values() if one.id not in apps and not one.deleted]
    if user is None:
        return web.Response(text=openid.choice(world, people, asked), content_type="text/html")
    if user not in {one.id for one in people}:
        raise web.HTTPBadRequest(text="there is no such person")
    code = slack.openid.consent(user, asked)
    raise web.HTTPFound(openid.back_to_app(asked["redirect_uri"], code=code, state=asked.get("state", "")))


async def sign_in_keys(slack: Slack, request: web.Request) -> web.StreamResponse:
    """The keys that an id token's signature is checked with."""
    return web.json_response(slack.openid.keys())
