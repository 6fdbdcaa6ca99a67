"""The app's registration: read it, change it, or take it from a Slack app manifest."""

from typing import Any

from bot.playground.app import EVENT_SCOPES, AppOrder
from bot.playground.methods import METHODS
from bot.playground.people import NotPossible
from bot.playground.slack import Slack
from bot.playground.world import Json


def all_scopes() -> set[str]:
    """Every scope that a method, an event or a command here asks for."""
    known = {scope for method in METHODS.values() if method.token == "bot" for scope in method.scopes}
    known |= {scope for scope in EVENT_SCOPES.values() if scope}
    return known | {
        "commands",
        "channels:join",
        "chat:write.customize",
        "chat:write.public",
        "users:read.email",
    }


def describe(slack: Slack) -> Json:
    app = slack.app
    return {
        "name": app.name,
        "scopes": sorted(app.scopes) if app.scopes is not None else None,
        "events": sorted(app.events) if app.events is not None else None,
        "commands": sorted(app.commands) if app.commands is not None else None,
        "shortcuts": app.shortcuts,
        "should_escape": app.should_escape,
        "request_url": app.request_url,
        "ack_seconds": app.ack_seconds,
        "retry_seconds": list(app.retry_seconds),
        "connections": len(slack.deliveries.socket.connections),
        "rate_limits": slack.limits.on,
    }


async def change(slack: Slack, order: AppOrder) -> None:
    """Apply an order. Raises NotPossible for scopes or events that don't exist, and a request URL that fails its challenge."""
    app = slack.app
    given = order.model_dump(include=order.model_fields_set)
    if order.manifest is not None:
        given = _from_manifest(order.manifest) | given
    _check_known("scope", given.get("scopes"), all_scopes())
    _check_known("event", given.get("events"), set(EVENT_SCOPES))
    if url := given.get("request_url"):
        wrong = await slack.deliveries.http.verify(url)
        if wrong:
            raise NotPossible(wrong)
    for name in ("scopes", "events", "commands"):
        if name in given:
            setattr(app, name, None if given[name] is None else frozenset(given[name]))
    for name in ("should_escape", "ack_seconds", "shortcuts"):
        if given.get(name) is not None:
            setattr(app, name, given[name])
    if "request_url" in given:
        app.request_url = given["request_url"] or None
    if given.get("retry_seconds") is not None:
        app.retry_seconds = tuple(given["retry_seconds"])
    if given.get("name"):
        app.name = slack.world.bot.name = name = str(given["name"])
        slack.world.bot.real_name = given.get("display_name") or name
    slack.changes.add("app")


def _check_known(what: str, given: list[str] | None, known: set[str]) -> None:
    if unknown := set(given or []) - known:
        raise NotPossible(f"The playground knows no {what} {', '.join(sorted(unknown))}.")


def _from_manifest(manifest: dict[str, Any]) -> Json:
    """What a Slack app manifest says that matters here. Raises NotPossible where its shape is not a manifest's."""
    try:
        features, settings = manifest.get("features", {}), manifest.get("settings", {})
        commands = features.get("slash_commands", [])
        given: Json = {
            "scopes": manifest.get("oauth_config", {}).get("scopes", {}).get("bot", []),
            "events": settings.get("event_subscriptions", {}).get("bot_events", []),
            "commands": [command["command"] for command in commands],
            "should_escape": any(command.get("should_escape") for command in commands),
            "shortcuts": features.get("shortcuts", []),
            "display_name": manifest["display_information"]["name"],
        }
        if "bot_user" in features:
            given["name"] = features["bot_user"]["display_name"]
    except (KeyError, AttributeError, TypeError) as wrong:
        raise NotPossible(f"This is no app manifest: {type(wrong).__name__} {wrong}.") from None
    return given
