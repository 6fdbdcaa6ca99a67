"""The app's registration: read it, change it, or take it from a Slack app manifest."""

from collections.abc import Iterable
from typing import Any

from bot.playground.app import EVENT_SCOPES, AppOrder, Command
from bot.playground.errors import NotPossible
from bot.playground.scopes import all_scopes
from bot.playground.slack import Slack
from bot.playground.world import Json


def describe(slack: Slack) -> Json:
    app = slack.app
    return {
        "name": app.name,
        "scopes": sorted(app.scopes) if app.scopes is not None else None,
        "events": sorted(app.events) if app.events is not None else None,
        "commands": [command.model_dump() for command in app.commands] if app.commands is not None else None,
        "shortcuts": [shortcut.model_dump() for shortcut in app.shortcuts],
        "should_escape": app.should_escape,
        "request_url": app.request_url,
        "ack_seconds": app.ack_seconds,
        "retry_seconds": list(app.retry_seconds),
        "connections": len(slack.deliveries.socket.connections),
        "rate_limits": slack.limits.on,
    }


async def change(slack: Slack, order: AppOrder) -> None:
    """Apply an order; what it does not name stays.

    Raises NotPossible for scopes or events that don't exist, and for a request URL that fails Slack's challenge.
    """
    app, given = slack.app, order.model_fields_set
    if order.manifest is not None:
        await change(slack, _from_manifest(order.manifest))
        _take_name(slack, order.manifest)
    _check_known("scope", order.scopes, all_scopes())
    _check_known("event", order.events, EVENT_SCOPES)
    if order.request_url and (wrong := await slack.deliveries.http.verify(order.request_url)):
        raise NotPossible(wrong)
    if "scopes" in given:
        app.scopes = frozenset(order.scopes) if order.scopes is not None else None
    if "events" in given:
        app.events = frozenset(order.events) if order.events is not None else None
    if "commands" in given:
        commands = order.commands
        app.commands = [_command(known) for known in commands] if commands is not None else None
    if "request_url" in given:
        app.request_url = order.request_url or None
    app.shortcuts = order.shortcuts if order.shortcuts is not None else app.shortcuts
    app.should_escape = order.should_escape if order.should_escape is not None else app.should_escape
    app.ack_seconds = order.ack_seconds or app.ack_seconds
    app.retry_seconds = tuple(order.retry_seconds) if order.retry_seconds is not None else app.retry_seconds
    slack.changes.add("app")


def _command(known: Command | str) -> Command:
    return Command(command=known) if isinstance(known, str) else known


def _check_known(what: str, given: list[str] | None, known: Iterable[str]) -> None:
    if unknown := set(given or []) - set(known):
        raise NotPossible(f"The playground knows no {what} {', '.join(sorted(unknown))}.")


def _from_manifest(manifest: dict[str, Any]) -> AppOrder:
    """What a Slack app manifest says that matters here. Raises NotPossible where its shape is not a manifest's."""
    try:
        features, settings = manifest.get("features", {}), manifest.get("settings", {})
        commands = features.get("slash_commands", [])
        return AppOrder(
            scopes=manifest.get("oauth_config", {}).get("scopes", {}).get("bot", []),
            events=settings.get("event_subscriptions", {}).get("bot_events", []),
            commands=commands,
            shortcuts=features.get("shortcuts", []),
            should_escape=any(command.get("should_escape") for command in commands),
        )
    except (AttributeError, TypeError, ValueError) as wrong:
        raise NotPossible(f"This is no app manifest: {wrong}") from None


def _take_name(slack: Slack, manifest: dict[str, Any]) -> None:
    bot = slack.world.bot
    shown = str(manifest.get("display_information", {}).get("name") or bot.real_name)
    bot.real_name = shown
    bot.name = slack.app.name = str(manifest.get("features", {}).get("bot_user", {}).get("display_name") or shown)
