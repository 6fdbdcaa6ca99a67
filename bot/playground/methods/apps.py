"""The app itself: tokens, connections, installation."""

import secrets

from bot.playground.app import BOT_TOKEN, CLIENT_ID, CLIENT_SECRET
from bot.playground.errors import SlackError
from bot.playground.methods.table import Call, method
from bot.playground.scopes import all_scopes
from bot.playground.world import Json


@method("api.test", 4, auth="none")
def api_test(call: Call, *, error: str = "", foo: str = "") -> Json:
    args = {name: value for name, value in (("error", error), ("foo", foo)) if value}
    if error:
        raise SlackError(error, args=args)
    return {"args": args}


@method("auth.test", "special")
def auth_test(call: Call) -> Json:
    world = call.slack.world
    return {
        "url": f"{call.slack.base_url}/",
        "team": world.team_name,
        "user": call.caller.name,
        "team_id": world.team_id,
        "user_id": call.caller.id,
        "bot_id": world.bot_id,
        "is_enterprise_install": False,
    }


@method("apps.connections.open", 1, "connections:write", auth="app")
def connections_open(call: Call) -> Json:
    if call.slack.app.request_url:
        raise SlackError("not_allowed_token_type")
    ticket = call.slack.deliveries.socket.new_ticket()
    base = call.slack.base_url.replace("http", "ws", 1)
    return {"url": f"{base}/link/?ticket={ticket}&app_id={call.slack.world.app_id}"}


@method("oauth.v2.access", 4, auth="none")
def oauth_access(
    call: Call, *, code: str, client_id: str = "", client_secret: str = "", redirect_uri: str = ""
) -> Json:
    if (client_id, client_secret) != (CLIENT_ID, CLIENT_SECRET):
        raise SlackError("invalid_client_id" if client_id != CLIENT_ID else "bad_client_secret")
    installer = call.slack.handles.use_code(code, redirect_uri)
    world, scopes = call.slack.world, call.slack.app.scopes
    return {
        "access_token": BOT_TOKEN,
        "token_type": "bot",
        "scope": ",".join(sorted(scopes if scopes is not None else all_scopes())),
        "bot_user_id": world.bot_user,
        "app_id": world.app_id,
        "team": {"id": world.team_id, "name": world.team_name},
        "enterprise": None,
        "is_enterprise_install": False,
        "authed_user": {"id": installer},
    }


@method("openid.connect.token", 4, auth="none")
def openid_token(
    call: Call, *, code: str, client_id: str = "", client_secret: str = "", redirect_uri: str = "", grant_type: str = ""
) -> Json:
    if (client_id, client_secret) != (CLIENT_ID, CLIENT_SECRET):
        raise SlackError("invalid_client_id" if client_id != CLIENT_ID else "bad_client_secret")
    if grant_type not in ("", "authorization_code"):
        raise SlackError("invalid_grant_type")
    consent = call.slack.openid.exchange(code, redirect_uri)
    return {
        "access_token": f"xoxp-{secrets.token_hex(16)}",  # nothing here takes it: who it is stands in the id token
        "token_type": "Bearer",
        "id_token": call.slack.openid.id_token(call.slack.world, client_id, consent),
    }


@method("team.info", 3, "team:read")
def team_info(call: Call) -> Json:
    world = call.slack.world
    return {
        "team": {
            "id": world.team_id,
            "name": world.team_name,
            "domain": world.team_domain,
            "url": f"{call.slack.base_url}/",
            "email_domain": "acme.example",
            "icon": {"image_default": True},
            "is_verified": False,
        }
    }


@method("bots.info", 3, "users:read")
def bots_info(call: Call, *, bot: str = "") -> Json:
    world = call.slack.world
    if bot and bot != world.bot_id:
        raise SlackError("bot_not_found")
    return {
        "bot": {
            "id": world.bot_id,
            "deleted": False,
            "name": world.bot.name,
            "updated": 0,
            "app_id": world.app_id,
            "user_id": world.bot_user,
            "icons": {},
        }
    }
