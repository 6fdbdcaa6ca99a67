"""Every way into the bot, each with the module that answers it: none is dead, and none is unhandled.

The lists below are compared with what the app asks Slack for (the manifest), with what it puts on people's screens
(read from the source), and with who takes it (the listeners of the app itself, in the order in which Bolt asks them).
"""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.rules.checklist import Verb
from bot.slack import buttons, modals
from bot.slack.manifest import manifest
from tests.warroom.conftest import War

BOT = Path(__file__).parents[2] / "bot"

COMMANDS = {"/hotfix": "commands", "/incident": "commands"}
SHORTCUTS = {"hotwash.log_message": "shortcuts", "hotwash.open": "opening"}
EVENTS = {
    "app_home_opened": "home",
    "app_mention": "mentions",
    "member_joined_channel": "joins",
    "member_left_channel": "joins",
    "message.channels": "messages",
    "message.groups": "messages",
    "reaction_added": "reactions",
    "reaction_removed": "reactions",
}
VIEWS = {
    "hotwash.change": "modals",
    "hotwash.close": "modals",
    "hotwash.edit": "modals",
    "hotwash.link": "modals",
    "hotwash.log": "modals",
    "hotwash.log_message": "shortcuts",
    "hotwash.open": "opening",
    "hotwash.retro": "modals",
    "hotwash.strike": "modals",
    "hotwash.update": "modals",
    "hotwash.waive": "modals",
}
ACTIONS = {
    **dict.fromkeys(("change", "edit", "link", "log", "strike", "update", "waive"), "buttons"),  # each opens a form
    "retro": "buttons",  # this one, too
    **dict.fromkeys(("confirm", "ephemeral", "kind", "patch", "push", "undone", "unlog", "unpin"), "buttons"),
    **dict.fromkeys(("close", "join", "reopen", "resolve", "role", "snooze"), "buttons"),
    **dict.fromkeys(("drift", "list", "timeline"), "buttons"),  # pages
    "home": "home",
    "logit": "offers",
    "offers": "offers",
    "reconciles": "offers",
}


def calls_and_dicts() -> Iterator[ast.AST]:
    for path in sorted([*(BOT / "slack").rglob("*.py"), *(BOT / "warroom").rglob("*.py")]):
        yield from ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def first_arguments(*functions: str) -> set[str]:
    """What these functions are given first, where it is written out."""
    return {
        node.args[0].value
        for node in calls_and_dicts()
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in functions
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }


def values_of(key: str) -> set[str]:
    """What stands under a key, in any dict that is written out."""
    return {
        value.value
        for node in calls_and_dicts()
        if isinstance(node, ast.Dict)
        for name, value in zip(node.keys, node.values, strict=True)
        if isinstance(name, ast.Constant) and name.value == key and isinstance(value, ast.Constant)
    }


def test_what_slack_is_asked_for_is_what_is_listed() -> None:
    asked = manifest(None)
    assert asked["settings"]["event_subscriptions"]["bot_events"] == sorted(EVENTS)
    assert sorted(one["command"] for one in asked["features"]["slash_commands"]) == sorted(COMMANDS)
    assert [one["callback_id"] for one in asked["features"]["shortcuts"]] == sorted(SHORTCUTS)


def test_what_can_be_pressed_is_what_is_listed() -> None:
    ours = {name.removeprefix("hotwash.") for name in values_of("action_id") if name.startswith("hotwash.")}
    shown = first_arguments("button", "Button", "Menu") | {verb.value for verb in Verb} | ours
    assert shown == set(ACTIONS)


def test_what_can_be_submitted_is_what_is_listed() -> None:
    ours = {f"hotwash.{name}" for name in first_arguments("_form")}
    assert ours | {name for name in values_of("callback_id") if name.startswith("hotwash.")} == set(VIEWS)


def test_what_the_buttons_can_do_is_shown_somewhere() -> None:
    assert set(buttons.COMMANDS) | modals.FORMS == {name for name, module in ACTIONS.items() if module == "buttons"}
    forms = modals.FORMS | {"close"}  # which is shown only where something is left to reconcile
    assert {f"hotwash.{name}" for name in forms} == {name for name, module in VIEWS.items() if module == "modals"}


@pytest.mark.sqlite_only
async def test_each_is_taken_by_its_own_module(war: War) -> None:
    user, team = {"id": "U0000MAYA1", "team_id": "T1"}, {"id": "T1"}
    press: dict[str, Any] = {"type": "block_actions", "user": user, "team": team, "trigger_id": "1"}
    for name, module in ACTIONS.items():
        for suffix in ("", ":7", ":42.7") if name not in ("home", "logit", "offers", "reconciles") else (":0",):
            body = {**press, "actions": [{"action_id": f"hotwash.{name}{suffix}", "block_id": "b", "type": "button"}]}
            assert await taken_by(war, body) == module, name
    for name, module in VIEWS.items():
        body = {"type": "view_submission", "user": user, "team": team, "view": {"type": "modal", "callback_id": name}}
        assert await taken_by(war, body) == module, name
    for name, module in SHORTCUTS.items():
        kind = "message_action" if name == "hotwash.log_message" else "shortcut"
        body = {"type": kind, "user": user, "team": team, "callback_id": name, "trigger_id": "1"}
        assert await taken_by(war, body) == module, name
    for name, module in COMMANDS.items():
        body = {"command": name, "text": "", "user_id": user["id"], "team_id": "T1", "trigger_id": "1"}
        assert await taken_by(war, body) == module, name
    for name, module in EVENTS.items():
        kind, _, channel_type = name.partition(".")
        event = {"type": kind, "user": user["id"], "channel": "C1", "channel_type": channel_type, "ts": "1.0"}
        body = {"type": "event_callback", "team_id": "T1", "event": event}
        assert await taken_by(war, body) == module, name


async def taken_by(war: War, body: dict[str, Any]) -> str:
    """The last part of the name of the module whose listener Bolt would run."""
    request = AsyncBoltRequest(body=body if "command" not in body else json.dumps(body), mode="socket_mode")
    for listener in war.hotwash.slack._async_listeners:
        if await listener.async_matches(req=request, resp=BoltResponse(status=404)):
            return str(listener.ack_function.__module__).removeprefix("bot.slack.")
    raise AssertionError(f"nobody takes {body}")
