"""The forms: opened by a button, sent back as a submission. What was typed survives an error: it stays on the form."""

import asyncio
import re
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp
import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.rules import commands as ask
from bot.rules import words
from bot.rules.commands import Command, Sent
from bot.rules.decision import Answer, Refusal
from bot.rules.model import Action, ActionKind, Incident, Section
from bot.slack import closing
from bot.slack.blocks import modals as forms
from bot.slack.blocks.answer import answer
from bot.slack.blocks.parts import Block
from bot.slack.files import diff_or_live, diff_typed, download
from bot.slack.inbound import Inbound, told
from bot.warroom.scope import Request

SORRY = "Not recorded: the record could not be written just now. What you typed is still here; send again."
HAND_OVER = 2.0  # seconds that Slack has for handing over a file: it waits three for our answer

log = structlog.get_logger()

_ABOUT_ACTION: dict[str, Callable[[Incident, Action], Block]] = {
    "link": forms.link,
    "waive": forms.waive,
    "strike": forms.strike,
    "edit": forms.edit,
}
FORMS = {"log", "change", "update", "retro", *_ABOUT_ACTION}
# Which field of a form an error belongs to: the one that the person can do something about.
_FIELD = {
    "link": "ref",
    "waive": "why",
    "strike": "why",
    "close": "why",
    "change": "diff",
    "retro": Section.FACTORS.value,
}
_FIELD |= dict.fromkeys(("edit", "log", "update"), "text")


async def open_form(
    inbound: Inbound,
    trigger_id: str,
    request: Request,
    verb: str,
    incident: int | None,
    action: int | None,
    respond: AsyncRespond,
    *,
    above: bool = False,
) -> None:
    """Show the form that a button opens: `above` the one that the button stands in, if it stands in one."""
    try:
        about = await inbound.look(request, incident, action)
        view = await _view(inbound, verb, about)
    except Refusal as refusal:
        await inbound.tell(respond, request.slack_id, answer(told(refusal)))
        return
    await show(inbound, trigger_id, request, verb, view, _typed(verb, action), respond, above=above)


async def show(
    inbound: Inbound,
    trigger_id: str,
    request: Request,
    verb: str,
    view: Block,
    typed: str,
    respond: AsyncRespond,
    *,
    above: bool = False,
) -> None:
    """Show a form, at most once. Where it can't be shown, the person is told what to type instead (`typed`)."""
    try:
        if above:
            await inbound.client.views_push(trigger_id=trigger_id, view=view)
        else:
            await inbound.client.views_open(trigger_id=trigger_id, view=view)
    except (SlackClientError, TimeoutError, OSError) as error:
        why = error.response["error"] if isinstance(error, SlackApiError) else repr(error)
        log.warning("form not shown", verb=verb, error=why)
        instead = f"Type `{typed}`" if typed else "Post the diff in the action's thread"
        said = Answer(f"Slack did not open the form. Nothing was changed. {instead}, or try again.")
        await inbound.tell(respond, request.slack_id, answer(said))


async def _view(inbound: Inbound, verb: str, about: tuple[Incident, Action | None] | None) -> Block:
    incident, action = about or (None, None)
    repositories = inbound.repositories
    if verb == "retro" and incident is not None:
        return forms.retro(incident, await inbound.retro(incident))
    if verb == "update" and incident is not None:
        return forms.update(incident)
    if incident is None or action is None:
        return forms.log(incident, repositories=repositories)
    if verb == "change":
        return forms.change(incident, action, repositories)
    return _ABOUT_ACTION[verb](incident, action)


def _typed(verb: str, action: int | None) -> str:
    """What does the same as the form; empty where nothing that is typed does."""
    return {
        "change": "",
        "update": "/incident update <text>",
        "retro": "/incident retro",
        "link": f"/incident link <sha, URL or branch> #{action}",
        "log": "/hotfix <what you did>",
        "edit": f"/hotfix #{action} edit <what it should say>",
    }.get(verb, f"/hotfix #{action} {verb} <why>")


def values_of(view: Mapping[str, Any]) -> dict[str, str | None]:
    """Field name → what was typed or picked; None where it was left empty. Ticked boxes stand side by side."""
    filled: dict[str, str | None] = {}
    for block_id, fields in view["state"]["values"].items():
        for field in fields.values():
            option = (field.get("selected_option") or {}).get("value")
            ticked = " ".join(one["value"] for one in field.get("selected_options") or ())
            filled[block_id] = field.get("value") or field.get("selected_user") or option or ticked or None
    return filled


async def _change_in(inbound: Inbound, view: Mapping[str, Any], values: Mapping[str, str | None]) -> Sent | None:
    """The change that was pasted or uploaded into a form. Raises Refusal for what is none."""
    attached = view["state"]["values"].get("file", {}).get("file", {}).get("files")
    typed = values.get("diff")
    if attached and typed:
        raise Refusal(words.one_change_at_a_time())
    if attached:
        try:
            async with asyncio.timeout(HAND_OVER):
                content = await download(inbound.client, attached[0])
        except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning("file not fetched", error=repr(error))
            raise Refusal(words.file_not_in_time()) from error
        return await diff_or_live(content, inbound.rooms.key)
    sent = await diff_typed(typed, inbound.rooms.key) if typed else None
    if typed and sent is None:
        raise Refusal(words.no_diff())
    return sent


def command_of(verb: str, about: str, values: Mapping[str, str | None], sent: Sent | None = None) -> Command:
    """The typed command that a submitted form is. `about` is its private metadata: `42#7`, `42` or nothing; `sent` a
    change that was given with it. Raises Refusal where that is missing."""
    number, _, of = about.partition("#")
    incident, action = int(number) if number else None, int(of or 0)
    kind = values.get("kind")
    chosen = ActionKind(kind) if kind and kind in set(ActionKind) else None
    match verb:
        case "link":
            return ask.LinkTo(values["ref"] or "", action, incident)
        case "waive":
            return ask.Waive(action, values["why"] or "", incident)
        case "strike":
            return ask.Strike(action, values["why"] or "", incident)
        case "edit":
            return ask.Edit(action, values["text"], values["target"], values["path"], kind=chosen, incident=incident)
        case "close":
            return ask.Close(values["why"] or "", incident)
        case "update":
            return ask.Post(values["text"] or "", incident)
        case "retro":
            return ask.WriteRetro({one: values.get(one) or "" for one in Section}, action, incident)
        case "change":
            if sent is None:
                raise Refusal(words.no_change_given())
            return ask.RecordChange(action, sent, values.get("repo"), incident)
    return ask.Log(
        values["text"] or "",
        target=values["target"],
        kind=chosen,
        ephemeral=values["ephemeral"] is not None,
        at=values["at"],
        until=values["until"],
        repo=values.get("repo"),
        incident=incident,
        change=sent,
    )


def register(app: AsyncApp, inbound: Inbound) -> None:
    @app.view(re.compile(r"hotwash\.\w+"))
    async def submitted(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        verb, values = view["callback_id"].removeprefix("hotwash."), values_of(view)
        place = "diff" if "diff" in values else _FIELD[verb]  # of an error
        try:
            sent = await _change_in(inbound, view, values)
            place = _FIELD[verb]
            command = command_of(verb, view["private_metadata"], values, sent)
            request = inbound.request(body, "modal")
            await inbound.do(request, command)
        except Refusal as refusal:
            about = refusal.about if refusal.about and refusal.about in values else place
            await ack(response_action="errors", errors={about: str(refusal)})
        except Exception:
            log.exception("form failed", verb=verb, user=body["user"]["id"])
            await ack(response_action="errors", errors={place: SORRY})
        else:
            await ack()
            if below := view.get("previous_view_id"):  # only the form to close with opens forms above it
                number = int(view["private_metadata"].partition("#")[0])
                inbound.later(closing.renew(inbound, request, below, number, None))
