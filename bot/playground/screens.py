"""What an app has put on people's screens: stacks of modals, Home tabs."""

from bot.playground.block_ids import with_ids
from bot.playground.errors import SlackError
from bot.playground.inputs import initial_state
from bot.playground.world import Json, View, World, new_hash

MAX_STACK = 3


def open_modal(world: World, user: str, content: Json) -> View:
    """Show a modal in place of whatever was open."""
    view = _new(world, user, content, None)
    world.modals[user] = [view]
    tell(world, view)
    return view


def push_modal(world: World, user: str, content: Json) -> View:
    """Put a modal on top of the open ones. Raises `push_limit_reached` at three."""
    stack = world.modals[user]
    if len(stack) >= MAX_STACK:
        raise SlackError("push_limit_reached")
    view = _new(world, user, content, stack[-1])
    stack.append(view)
    tell(world, view)
    return view


def update(world: World, view: View, content: Json) -> View:
    """Replace what a view shows. What was typed stays where block and action ids stay."""
    typed = view.state
    view.content = {**content, "blocks": with_ids(content["blocks"])}
    view.hash = new_hash(world)
    view.errors = {}
    view.state = initial_state(view.content["blocks"])
    for block_id, actions in view.state.items():
        for action_id in actions:
            if action_id in typed.get(block_id, {}):
                actions[action_id] = typed[block_id][action_id]
    tell(world, view)
    return view


def publish_home(world: World, user: str, content: Json) -> View:
    if known := world.homes.get(user):
        return update(world, known, content)
    world.homes[user] = view = _new(world, user, content, None)
    tell(world, view)
    return view


def close_modal(world: World, user: str, *, all_of_them: bool = False) -> list[View]:
    """Take the top modal, or all, off a person's screen. Returns those taken, the top one first."""
    stack = world.modals.get(user, [])
    count = len(stack) if all_of_them else 1
    taken = [stack.pop() for _ in range(min(count, len(stack)))]
    if not stack:
        world.modals.pop(user, None)
    world.changes.add("modal", user=user)
    return taken


def show_errors(world: World, view: View, errors: dict[str, str]) -> None:
    view.errors = errors
    tell(world, view)


def _new(world: World, user: str, content: Json, below: View | None) -> View:
    external_id = content.get("external_id")
    if external_id and any(view.external_id == external_id for view in world.views()):
        raise SlackError("duplicate_external_id")
    view_id = world.new_id("V")
    filled = {**content, "blocks": with_ids(content["blocks"])}
    root = below.root_id if below else view_id
    state = initial_state(filled["blocks"])
    return View(view_id, user, filled, new_hash(world), root, below.id if below else None, state)


def tell(world: World, view: View) -> None:
    """Say on the feed that a view changed."""
    world.changes.add("modal" if view.content["type"] == "modal" else "home", user=view.user, view=view.id)
