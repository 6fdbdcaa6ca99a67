"""Buttons and menus: `hotwash.<verb>`, with what they are about as their value."""

import re
from collections.abc import Callable
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond

from bot.rules import commands as ask
from bot.rules import words
from bot.rules.commands import Command
from bot.rules.decision import Answer, Refusal
from bot.rules.model import ActionKind
from bot.slack import closing, modals
from bot.slack.blocks.answer import answer
from bot.slack.inbound import Inbound, told

log = structlog.get_logger()

_ABOUT = re.compile(r"(?P<incident>\d+)?(?:#(?P<action>\d+))?(?:/(?P<page>\d+))?(?: (?P<option>.+))?\Z")


def _about(value: str) -> tuple[int | None, int, int, str]:
    """`42#7`, `42`, `42/2` (a page) or `42#7 config` (an option of a menu): incident, action, page and option."""
    found = _ABOUT.match(value)
    if found is None:
        raise ValueError(f"a button says what it is about in a way that nobody reads: {value!r}")
    incident = int(found["incident"]) if found["incident"] else None
    return incident, int(found["action"] or 0), int(found["page"] or 1), found["option"] or ""


def _snooze(value: str) -> Command:
    incident, action, _, _ = _about(value)
    return ask.Snooze(action or None, incident if action else None)


def _kind(value: str) -> Command:
    incident, action, _, option = _about(value)
    return ask.Edit(action, kind=ActionKind(option), incident=incident)


COMMANDS: dict[str, Callable[[str], Command]] = {
    "undone": lambda value: ask.Undone(_about(value)[1], _about(value)[0]),
    "ephemeral": lambda value: ask.Ephemeral(_about(value)[1], _about(value)[0]),
    "confirm": lambda value: ask.Confirm(_about(value)[1], _about(value)[0]),
    "unlog": lambda value: ask.Strike(_about(value)[1], words.reaction_taken_off(), _about(value)[0]),
    "unpin": lambda value: ask.Unpin(_about(value)[2], _about(value)[0]),
    "patch": lambda value: ask.Patch(_about(value)[1], _about(value)[0]),
    "push": lambda value: ask.Push(_about(value)[1], _about(value)[0]),
    "snooze": _snooze,
    "kind": _kind,
    "resolve": lambda value: ask.Resolve("", _about(value)[0]),
    "close": lambda value: ask.Close("", _about(value)[0]),
    "reopen": lambda value: ask.Reopen(_about(value)[0]),
    "join": lambda value: ask.Join(int(value)),
    "role": lambda value: ask.Role(_about(value)[3], None, _about(value)[0]),
    "timeline": lambda value: ask.Timeline(_about(value)[2], _about(value)[0]),
    "list": lambda value: ask.ListIncidents(int(value)),
    "drift": lambda value: ask.Drift(int(value or 1)),
}
# Said by the message itself, which changes where everybody sees it: no second answer to the one who pressed.
_SHOWS_ITSELF = {"undone", "confirm", "resolve", "close", "reopen", "role"}


def register(app: AsyncApp, inbound: Inbound) -> None:
    @app.action(re.compile(r"hotwash\.\w+(?::.*)?"))
    async def pressed(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        action = body["actions"][0]
        verb = action["action_id"].removeprefix("hotwash.").partition(":")[0]
        value = action.get("value") or (action.get("selected_option") or {}).get("value") or ""
        request = inbound.request(body, "button")
        form = body["view"] if (body.get("view") or {}).get("callback_id") == closing.CALLBACK else None
        if verb in modals.FORMS:
            await ack()
            incident, number, _, _ = _about(value)
            trigger_id, above = body["trigger_id"], form is not None
            inbound.later(
                modals.open_form(inbound, trigger_id, request, verb, incident, number or None, respond, above=above)
            )
            return
        said: Answer | None
        try:
            if verb == "close" and (view := await closing.form(inbound, request, _about(value)[0])):
                await ack()
                typed = f"/incident close INC-{value} <why>"
                inbound.later(modals.show(inbound, body["trigger_id"], request, verb, view, typed, respond))
                return
            said = await inbound.do(request, COMMANDS[verb](value))
            if verb in _SHOWS_ITSELF:
                said = None
        except Refusal as refusal:
            said = told(refusal)
        except Exception:
            log.exception("button failed", verb=verb, value=value, user=request.slack_id)
            said = Answer("Not recorded: the record could not be written just now. Press it again in a moment.")
        await ack()
        if form is not None:
            inbound.later(closing.renew(inbound, request, form["id"], int(form["private_metadata"]), said))
        elif said is not None:
            inbound.later(inbound.tell(respond, request.slack_id, answer(said)))
