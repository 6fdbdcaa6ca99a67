"""What a person does that reaches the app, and what Slack then shows them: commands, presses, modals, shortcuts."""

from dataclasses import dataclass
from typing import Any

from bot.playground import acts, hooks, inputs, payloads, screens
from bot.playground.blockkit import check_view
from bot.playground.envelope import DeliveryFailed, Envelope
from bot.playground.errors import NotPossible, SlackError
from bot.playground.methods.chat import body_in
from bot.playground.slack import Slack
from bot.playground.typed import as_sent
from bot.playground.world import Channel, Json, Message, User, View

TROUBLE = "We had some trouble connecting. Try again?"


async def command(slack: Slack, user: User, channel: Channel, line: str) -> tuple[str | None, Message | None]:
    """Run `/command text`. The failure that Slack shows, if any, and the answer that came with the acknowledgement."""
    name, _, text = line.strip().partition(" ")
    app = slack.app
    if not (name.startswith("/") and app.has_command(name) and app.may("commands")):
        return _refused(slack, user, channel, f"{name} is not a valid command.")
    sent = as_sent(text.strip(), slack.world, labels=True) if app.should_escape else text.strip()
    trigger_id = slack.handles.new_trigger(user.id)
    key = slack.handles.new_response_url(channel.id, user.id)
    url = _response_url(slack, "commands", key)
    payload = payloads.slash_command(slack.world, user, channel, name, sent, trigger_id, url)
    try:
        answer = await slack.deliveries.send(Envelope("slash_commands", payload))
        said: Json = answer if isinstance(answer, dict) else {"text": answer}
        if not any(said.get(part) for part in ("text", "blocks", "attachments")):
            return None, None
        shown = hooks.say(slack, channel, user.id, body_in(said), said)
    except DeliveryFailed as failed:
        return _refused(slack, user, channel, f'{name} failed with the error "{failed.reason}"')
    except SlackError:
        return _refused(slack, user, channel, f'{name} failed with the error "invalid_command_response"')
    slack.handles.answered(key, shown.ts)
    return None, shown


def _refused(slack: Slack, user: User, channel: Channel, text: str) -> tuple[str, Message]:
    world = slack.world
    note = Message(channel.id, world.new_ts(), world.slackbot, text, only_for=user.id)
    return text, acts.whisper(world, channel, note)


def _response_url(slack: Slack, kind: str, key: str) -> str:
    return f"{slack.base_url}/{kind}/{slack.world.team_id}/{key}"


def find_element(
    blocks: list[Json], action_id: str | None, label: str | None, block_id: str | None
) -> tuple[Json, Json]:
    """The one interactive element with this action id or label. Raises NotPossible, naming what there is."""
    found = [
        (block, element)
        for block, element in inputs.elements(blocks)
        if (action_id is None or element["action_id"] == action_id)
        and (block_id is None or block["block_id"] == block_id)
        and (label is None or _label(element) == label)
    ]
    if len(found) == 1:
        return found[0]
    there = ", ".join(f"{_label(e) or e['type']!r} ({e['action_id']})" for _, e in inputs.elements(blocks)) or "none"
    wanted = " and ".join(str(part) for part in (label, action_id, block_id) if part is not None)
    which = "more than one element" if found else "no element"
    raise NotPossible(f"There is {which} {wanted} here; there are: {there}.")


def _label(element: Json) -> str:
    return str((element.get("text") or {}).get("text", ""))


@dataclass(frozen=True, slots=True)
class Posted:
    """A message as a place to press on."""

    channel: Channel
    message: Message


Surface = Posted | View


def blocks_on(surface: Surface) -> list[Json]:
    if isinstance(surface, View):
        return list(surface.content["blocks"])
    message = surface.message
    return message.blocks + [block for attachment in message.attachments for block in attachment.get("blocks") or []]


async def press(slack: Slack, user: User, surface: Surface, found: tuple[Json, Json], value: Any) -> str | None:
    """Press a button, or pick or type `value`. What Slack shows when the app didn't take it, else None.

    Of the inputs of a modal the app hears only where `dispatch_action` is set. Raises NotPossible for a value that
    Slack's client would not let through.
    """
    block, element = found
    chosen = _chosen(slack, element, value)
    action = payloads.action(element, block["block_id"], chosen, slack.world.new_ts())
    if isinstance(surface, View):
        if inputs.holds_value(element):
            surface.state[block["block_id"]][element["action_id"]] = chosen
            screens.tell(slack.world, surface)
        if block["type"] == "input" and not block.get("dispatch_action"):
            return None
        trigger_id = slack.handles.new_trigger(user.id, surface.id if surface.content["type"] == "modal" else None)
        return await _send(slack, payloads.view_actions(slack.world, user, surface, [action], trigger_id))
    channel, message = surface.channel, surface.message
    state = inputs.initial_state(blocks_on(surface))
    if inputs.holds_value(element):
        state[block["block_id"]][element["action_id"]] = chosen
    trigger_id = slack.handles.new_trigger(user.id)
    url = _response_url(slack, "actions", slack.handles.new_response_url(channel.id, user.id, message.ts))
    payload = payloads.message_actions(slack.world, user, channel, message, [action], state, trigger_id, url)
    return await _send(slack, payload)


def _chosen(slack: Slack, element: Json, value: Any) -> Json:
    """What an element was set to; a button to nothing, whatever the value."""
    if element["type"] in ("button", "workflow_button"):
        return {}
    if element["type"] == "overflow":
        return {"selected_option": inputs.pick(element, str(value))}
    return inputs.read(element, value, slack.world)


async def _send(slack: Slack, payload: Json) -> str | None:
    try:
        await slack.deliveries.send(Envelope("interactive", payload))
    except DeliveryFailed as failed:
        return f"This didn't work: {failed.reason}"
    return None


def top_modal(slack: Slack, user: User) -> View:
    stack = slack.world.modals.get(user.id)
    if not stack:
        raise NotPossible(f"{user.name} has no modal open.")
    return stack[-1]


async def submit(slack: Slack, user: User, values: dict[str, Any]) -> dict[str, str]:
    """Fill in the open modal and submit it. Errors by block id (or `""` for the whole), empty when it was taken.

    `values` names an input by `action_id`, or by `block_id.action_id` where that is not unique.
    """
    view = top_modal(slack, user)
    if not view.content.get("submit"):
        raise NotPossible("This modal has no submit button.")
    errors = fill_in(slack, view, values)
    screens.show_errors(slack.world, view, errors)
    if errors:
        return errors
    trigger_id = slack.handles.new_trigger(user.id, view.id)
    payload = payloads.view_submission(slack.world, user, view, trigger_id)
    try:
        answer = await slack.deliveries.send(Envelope("interactive", payload))
        errors = _after_submit(slack, user, view, answer)
    except (DeliveryFailed, SlackError):
        errors = {"": TROUBLE}
    if errors:
        screens.show_errors(slack.world, view, errors)
    return errors


def fill_in(slack: Slack, view: View, values: dict[str, Any]) -> dict[str, str]:
    """Put values into a view's state; what Slack's client says against them, by block id."""
    errors: dict[str, str] = {}
    used: set[str] = set()
    for block, element in inputs.elements(view.content["blocks"]):
        names = (f"{block['block_id']}.{element['action_id']}", element["action_id"], block["block_id"])
        name = next((name for name in names if name in values), None)
        state = view.state.get(block["block_id"], {})
        if name is not None:
            used.add(name)
            try:
                state[element["action_id"]] = inputs.read(element, values[name], slack.world)
            except inputs.BadInput as bad:
                errors[block["block_id"]] = str(bad)
                continue
        if block["type"] == "input" and not block.get("optional") and inputs.is_empty(state[element["action_id"]]):
            errors[block["block_id"]] = "Please complete this required field."
    if unknown := set(values) - used:
        there = ", ".join(element["action_id"] for _, element in inputs.elements(view.content["blocks"]))
        raise NotPossible(f"This modal has no input {', '.join(sorted(unknown))}; it has: {there or 'none'}.")
    return errors


def _after_submit(slack: Slack, user: User, view: View, answer: Any) -> dict[str, str]:
    """Do what the app answered to a submission. Raises SlackError for a view that Slack would not show."""
    world = slack.world
    answer = answer if isinstance(answer, dict) else {}
    match answer.get("response_action"):
        case None:
            if world.modals.get(user.id, [None])[-1] is view:
                screens.close_modal(world, user.id)
        case "clear":
            screens.close_modal(world, user.id, all_of_them=True)
        case "errors":
            known = {block["block_id"] for block in view.content["blocks"] if block["type"] == "input"}
            errors = {str(block): str(text) for block, text in (answer.get("errors") or {}).items()}
            return errors if errors and set(errors) <= known else {"": TROUBLE}
        case "update" | "push" as action:
            content = answer.get("view")
            if not isinstance(content, dict) or content.get("type") != "modal" or check_view(content):
                return {"": TROUBLE}
            if action == "update":
                screens.update(world, view, content)
            else:
                screens.push_modal(world, user.id, content)
        case _:
            return {"": TROUBLE}
    return {}


async def close(slack: Slack, user: User, *, all_of_them: bool = False) -> None:
    """Close the open modal (or the whole stack with its ✕); the app hears of it where it asked to."""
    top_modal(slack, user)
    for view in screens.close_modal(slack.world, user.id, all_of_them=all_of_them):
        if view.content.get("notify_on_close"):
            await _send(slack, payloads.view_closed(slack.world, user, view, is_cleared=all_of_them))


async def message_shortcut(
    slack: Slack, user: User, channel: Channel, message: Message, callback_id: str
) -> str | None:
    if message.only_for:
        raise NotPossible("An ephemeral message has no shortcuts.")
    trigger_id = slack.handles.new_trigger(user.id)
    response_url = _response_url(slack, "app", slack.handles.new_response_url(channel.id, user.id))
    return await _send(
        slack,
        payloads.message_shortcut(slack.world, user, channel, message, callback_id, trigger_id, response_url),
    )


async def global_shortcut(slack: Slack, user: User, callback_id: str) -> str | None:
    trigger_id = slack.handles.new_trigger(user.id)
    return await _send(slack, payloads.global_shortcut(slack.world, user, callback_id, trigger_id))


async def suggest(slack: Slack, user: User, surface: Surface, found: tuple[Json, Json], typed: str) -> list[Json]:
    """The options that the app offers for an `external_select`; none where it doesn't answer, as in Slack's menu."""
    block, element = found
    about = {"action_id": element["action_id"], "block_id": block["block_id"], "value": typed}
    if isinstance(surface, View):
        payload = payloads.view_suggestion(slack.world, user, surface, about)
    else:
        payload = payloads.message_suggestion(slack.world, user, surface.channel, surface.message, about)
    try:
        answer = await slack.deliveries.send(Envelope("interactive", payload))
    except DeliveryFailed:
        return []
    options = answer.get("options") if isinstance(answer, dict) else None
    return options if isinstance(options, list) else []
