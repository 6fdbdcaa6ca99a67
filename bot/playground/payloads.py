"""The payloads of commands and interactions, as Slack sends them."""

from bot.playground import shapes
from bot.playground.world import Channel, Json, Message, User, View, World


def slash_command(
    world: World, user: User, channel: Channel, command: str, text: str, trigger_id: str, response_url: str
) -> Json:
    return {
        "token": "playground",
        "team_id": world.team_id,
        "team_domain": world.team_domain,
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": text,
        "api_app_id": world.app_id,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger_id,
    }


def channel_name(channel: Channel) -> str:
    """Slack doesn't tell apps the names of private conversations."""
    return {"im": "directmessage", "private": "privategroup"}.get(channel.kind, channel.name)


def _interaction(world: World, user: User, kind: str) -> Json:
    return {
        "type": kind,
        "team": {"id": world.team_id, "domain": world.team_domain},
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": world.team_id},
        "api_app_id": world.app_id,
        "token": "playground",
        "enterprise": None,
        "is_enterprise_install": False,
    }


def message_actions(
    world: World,
    user: User,
    channel: Channel,
    message: Message,
    actions: list[Json],
    state: Json,
    trigger_id: str,
    response_url: str,
) -> Json:
    """A press on a message. For an ephemeral one Slack sends no message, only where it was."""
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": message.only_for is not None,
        **({"thread_ts": message.thread_ts} if message.thread_ts else {}),
    }
    shown = {} if message.only_for else {"message": shapes.message_json(world, message)}
    return {
        **_interaction(world, user, "block_actions"),
        "container": container,
        "trigger_id": trigger_id,
        "channel": {"id": channel.id, "name": channel_name(channel)},
        **shown,
        "state": {"values": state},
        "response_url": response_url,
        "actions": actions,
    }


def view_actions(world: World, user: User, view: View, actions: list[Json], trigger_id: str) -> Json:
    return {
        **_interaction(world, user, "block_actions"),
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": trigger_id,
        "view": shapes.view_json(world, view),
        "actions": actions,
    }


def view_submission(world: World, user: User, view: View, trigger_id: str) -> Json:
    return {
        **_interaction(world, user, "view_submission"),
        "trigger_id": trigger_id,
        "view": shapes.view_json(world, view),
        "response_urls": [],
    }


def view_closed(world: World, user: User, view: View, *, is_cleared: bool) -> Json:
    shown = shapes.view_json(world, view)
    return {**_interaction(world, user, "view_closed"), "view": shown, "is_cleared": is_cleared}


def view_suggestion(world: World, user: User, view: View, about: Json) -> Json:
    """A request for the options of an `external_select`: `about` names the element and what was typed."""
    container = {"type": "view", "view_id": view.id}
    shown = shapes.view_json(world, view)
    return {**_interaction(world, user, "block_suggestion"), **about, "container": container, "view": shown}


def message_suggestion(world: World, user: User, channel: Channel, message: Message, about: Json) -> Json:
    where = {
        "container": {"type": "message", "channel_id": channel.id, "message_ts": message.ts},
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "message": shapes.message_json(world, message),
    }
    return {**_interaction(world, user, "block_suggestion"), **about, **where}


def message_shortcut(
    world: World,
    user: User,
    channel: Channel,
    message: Message,
    callback_id: str,
    trigger_id: str,
    response_url: str,
) -> Json:
    return {
        **_interaction(world, user, "message_action"),
        "callback_id": callback_id,
        "trigger_id": trigger_id,
        "action_ts": world.new_ts(),
        "message_ts": message.ts,
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "message": shapes.message_json(world, message),
        "response_url": response_url,
    }


def global_shortcut(world: World, user: User, callback_id: str, trigger_id: str) -> Json:
    about = {"callback_id": callback_id, "trigger_id": trigger_id, "action_ts": world.new_ts()}
    return {**_interaction(world, user, "shortcut"), **about}


def action(element: Json, block_id: str, value: Json, at: str) -> Json:
    """One entry of `actions`: what was pressed or picked. `value` as `inputs.read` gives it, empty for a button."""
    told: Json = {"action_id": element["action_id"], "type": element["type"]}
    if element["type"] == "button":
        told |= {key: element[key] for key in ("text", "value", "style", "url") if key in element}
    return {**told, "block_id": block_id, **{k: v for k, v in value.items() if k != "type"}, "action_ts": at}
