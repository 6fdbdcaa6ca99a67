"""The manifest asks for what is used, and for nothing else."""

import re
from pathlib import Path

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.playground.app import EVENT_SCOPES
from bot.playground.methods import METHODS
from bot.slack.manifest import EVENTS, SCOPES, manifest
from tests.warroom.conftest import War

BOT = Path(__file__).parents[2] / "bot"
CALL = re.compile(r"\b(?:client|slack)\.([a-z]+_\w+)")


def calls() -> set[str]:
    """The Web API methods that the bot calls, by name. What a test posts or the playground serves is none of them."""
    by_python = {name.replace(".", "_"): name for name in METHODS}
    files = [path for path in BOT.rglob("*.py") if not {"playground", "demo"} & set(path.parts)]
    named = {found for path in files for found in CALL.findall(path.read_text(encoding="utf-8"))}
    return {by_python[name] for name in named if name in by_python}


def test_every_call_has_its_scope() -> None:
    assert {"chat.postMessage", "reactions.get", "views.open"} <= calls()
    ours = [METHODS[name] for name in calls() if METHODS[name].auth == "bot"]
    assert [one.name for one in ours if one.scopes and not set(one.scopes) & SCOPES.keys()] == []
    assert {event for event in EVENTS if EVENT_SCOPES[event] not in (None, *SCOPES)} == set()


def test_every_scope_has_a_use() -> None:
    used = {scope for name in calls() for scope in METHODS[name].scopes if METHODS[name].auth == "bot"}
    used |= {str(EVENT_SCOPES[event]) for event in EVENTS} | {"commands"}
    assert SCOPES.keys() - used == set()


@pytest.mark.parametrize("url", [None, "https://bot.example.com"])
def test_events_and_shortcuts_are_asked_for_on_either_way_in(url: str | None) -> None:
    made = manifest(url)
    assert made["settings"]["event_subscriptions"]["bot_events"] == sorted(EVENTS)
    assert ("request_url" in made["settings"]["event_subscriptions"]) is (url is not None)
    assert [shortcut["type"] for shortcut in made["features"]["shortcuts"]] == ["message", "global"]


async def test_whatever_is_subscribed_to_has_its_listener_and_no_listener_waits_in_vain(war: War) -> None:
    heard = {event.partition(".")[0] for event in EVENTS}
    bodies = {event: {"type": "event_callback", "event": {"type": event}, "team_id": "T1"} for event in heard}
    made = manifest(None)
    for command in made["features"]["slash_commands"]:
        bodies[command["command"]] = {"command": command["command"]}
    for shortcut in made["features"]["shortcuts"]:
        kind = {"message": "message_action", "global": "shortcut"}[shortcut["type"]]
        bodies[shortcut["callback_id"]] = {"type": kind, "callback_id": shortcut["callback_id"]}
    taken = {}
    for name, body in bodies.items():
        request = AsyncBoltRequest(body=body, mode="socket_mode")
        for listener in war.hotwash.slack._async_listeners:
            if await listener.async_matches(req=request, resp=BoltResponse(status=200)):
                taken[name] = listener.ack_function.__name__
                break
    assert taken.keys() == bodies.keys()
    assert "unused" not in taken.values(), taken
    source = "\n".join(path.read_text(encoding="utf-8") for path in (BOT / "slack").glob("*.py"))
    assert set(re.findall(r'@app\.event\("(\w+)"', source)) == heard
