"""The Slack app's manifest: what the app asks for is what it uses, no more."""

from typing import Any

# Bot scope → the calls and features that need it.
SCOPES = {
    "app_mentions:read": "commands by mention, also in threads",
    "bookmarks:read": "finding that bookmark again after a call whose outcome is unknown",
    "bookmarks:write": "the bookmark in an incident's channel",
    "channels:history": "messages that read like a change; diffs in a thread; finding our own message again",
    "channels:join": "joining the announce channel",
    "channels:manage": "making an incident's channel, its topic, inviting people",
    "channels:read": "finding the announce channel, and our own channels",
    "chat:write": "every message",
    "commands": "/incident and /hotfix, the shortcuts, buttons and forms",
    "files:read": "diffs and files that are uploaded into an action's thread or a form",
    "files:write": "the patch of what upstream misses, in an action's thread",
    "groups:history": "the same in private channels",
    "groups:read": "finding our own channels, and an announce channel that is private",
    "groups:write": "making a private incident's channel, its topic, inviting people",
    "im:history": "finding our own direct message again",
    "im:write": "direct messages about drift",
    "pins:write": "the pinned card",
    "reactions:read": "reactions that log a message, and reading that message",
    "usergroups:read": "inviting the user groups that the policy names",
    "users:read": "names, time zones, and who is a guest",
}

# Event → what it is for.
EVENTS = {
    "app_home_opened": "the Home tab",
    "app_mention": "commands by mention",
    "member_joined_channel": "catching up who comes into an incident's room; who may know of a private one",
    "member_left_channel": "who may know of a private incident no more",
    "message.channels": "messages that read like a change; edits and deletions; diffs in a thread",
    "message.groups": "the same in private channels",
    "reaction_added": "🔧 logs a message, 📌 puts it on the timeline",
    "reaction_removed": "asking whether to take that back",
}

_COMMANDS = (
    ("/incident", "Open, follow and close an incident", "open sev2 checkout answers 502 | help"),
    ("/hotfix", "Log a change that you made by hand", "kubectl scale deploy/web --replicas=8"),
)

_SHORTCUTS = (
    {
        "name": "Log as manual action",
        "type": "message",
        "callback_id": "hotwash.log_message",
        "description": "Log the change that this message tells of",
    },
    {
        "name": "Open an incident",
        "type": "global",
        "callback_id": "hotwash.open",
        "description": "Its channel, its card and who is called, from a form",
    },
)


def manifest(url: str | None) -> dict[str, Any]:
    """For Socket Mode, or for HTTP at `url` (where the bot can be reached, `https://bot.example.com`)."""
    endpoint = f"{url.rstrip('/')}/slack/events" if url else None
    commands = [
        {"command": name, "description": does, "usage_hint": hint, "should_escape": True}
        | ({"url": endpoint} if endpoint else {})
        for name, does, hint in _COMMANDS
    ]
    return {
        "display_information": {
            "name": "Hotwash",
            "description": "Which of the changes that we made by hand are not in Git yet?",
            "background_color": "#1f2933",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": "Hotwash", "always_online": True},
            "slash_commands": commands,
            "shortcuts": [dict(shortcut) for shortcut in _SHORTCUTS],
        },
        "oauth_config": {"scopes": {"bot": sorted(SCOPES)}},
        "settings": {
            "event_subscriptions": {"bot_events": sorted(EVENTS)} | ({"request_url": endpoint} if endpoint else {}),
            "interactivity": {"is_enabled": True} | ({"request_url": endpoint} if endpoint else {}),
            "org_deploy_enabled": False,
            "socket_mode_enabled": endpoint is None,
            "token_rotation_enabled": False,
        },
    }
