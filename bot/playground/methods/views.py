"""views.*: modals and the Home tab."""

import json

from bot.playground import screens
from bot.playground.blockkit import check_view
from bot.playground.errors import SlackError, invalid_arguments
from bot.playground.methods.table import Call, Object, method
from bot.playground.shapes import view_json
from bot.playground.world import Json, View

MAX_VIEW = 250_000  # characters as JSON


def checked(view: Json, *types: str) -> Json:
    """A view that Slack would show. Raises `invalid_arguments` with every reason."""
    if view.get("type") not in types:
        raise invalid_arguments(f"[ERROR] must be one of: {', '.join(types)} [json-pointer:/view/type]")
    if len(json.dumps(view)) > MAX_VIEW:
        raise SlackError("view_too_large")
    if wrong := check_view(view):
        raise invalid_arguments(*wrong)
    return view


@method("views.open", 4)
def open_modal(call: Call, *, trigger_id: str, view: Object) -> Json:
    content = checked(view, "modal")
    user, _ = call.slack.handles.use_trigger(trigger_id)
    return _answer(call, screens.open_modal(call.slack.world, user, content))


@method("views.push", 4)
def push(call: Call, *, trigger_id: str, view: Object) -> Json:
    content = checked(view, "modal")
    user, from_view = call.slack.handles.use_trigger(trigger_id)
    if from_view is None or not call.slack.world.modals.get(user):
        raise SlackError("no_root_view")
    return _answer(call, screens.push_modal(call.slack.world, user, content))


@method("views.update", 4)
def update(call: Call, *, view: Object, view_id: str = "", external_id: str = "", hash: str = "") -> Json:
    world = call.slack.world
    if not (view_id or external_id):
        raise invalid_arguments("[ERROR] missing required field: view_id")
    wanted = next((v for v in world.views() if v.id == view_id or (external_id and v.external_id == external_id)), None)
    if wanted is None:
        raise SlackError("not_found")
    content = checked(view, wanted.content["type"])
    _check_hash(wanted, hash)
    return _answer(call, screens.update(world, wanted, content))


@method("views.publish", 4)
def publish(call: Call, *, user_id: str, view: Object, hash: str = "") -> Json:
    world = call.slack.world
    content = checked(view, "home")
    user = world.users.get(user_id)
    if user is None or user.deleted or user.is_bot:
        raise invalid_arguments("[ERROR] invalid `user_id` [json-pointer:/user_id]")
    if known := world.homes.get(user_id):
        _check_hash(known, hash)
    return _answer(call, screens.publish_home(world, user_id, content))


def _check_hash(view: View, given: str) -> None:
    if given and given != view.hash:
        raise SlackError("hash_conflict")


def _answer(call: Call, view: View) -> Json:
    return {"view": view_json(call.slack.world, view)}
