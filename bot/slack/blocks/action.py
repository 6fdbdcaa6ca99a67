"""The echo of one action: posted where people can see it, and kept current until it is reconciled."""

from bot.git.mend import branch
from bot.rules.checklist import Item, Verb, named
from bot.rules.model import Action, ActionState, Incident, WarRoom
from bot.rules.proofs import instead
from bot.rules.summary import plain_duration
from bot.slack import mrkdwn
from bot.slack.blocks import phrases
from bot.slack.blocks.parts import Block, Message, actions, button, context, message, section, value_of, verbatim


def echo(item: Item, room: WarRoom, *, push: bool = False) -> Message:
    """With `push`, its patch is in the thread and may be pushed: the button for that, not *Get the patch*."""
    action = item.action
    return message(
        f"{phrases.ref(room.incident, action)} {named(action, item.basis.how)}: {mrkdwn.shorten(action.text, 200)}",
        [
            section(f"{phrases.mark(item)} *#{action.number}* {phrases.state(item)}"),
            verbatim(action.text, as_code=phrases.looks_like_code(action.text)),
            *_instead(item),
            context(" · ".join([*_what(action), _owner(item), *_circumstances(item, room)])),
            actions(*(_button(item, verb, room.incident, push) for verb in item.buttons)),
        ],
    )


def _button(item: Item, verb: Verb, incident: Incident, push: bool) -> Block:
    if verb is Verb.PATCH and push:
        action = item.action
        return button("push", f"Push {branch(incident, action)}", value_of(incident, action), str(action.number))
    return phrases.settling(item, verb, incident)


def _instead(item: Item) -> list[Block]:
    """Where something else stands than what was recorded: what that is."""
    if item.action.state.reconciled:
        return []
    found = "\n".join(f"{place}:\n{lines}" for place, lines in instead(item.basis.proofs))
    return [context("Upstream has there instead:"), verbatim(found, as_code=True, limit=1000)] if found else []


def struck(action: Action, room: WarRoom) -> Message:
    by = mrkdwn.who(room.person(action.ruled_by)) if action.ruled_by else "somebody"
    why = f": {mrkdwn.shorten(action.ruled_why, 300)}" if action.ruled_why else ""
    said = f"✖️ *#{action.number}* was struck by {by}{why}\nIt stays in the ledger and counts nowhere."
    return message(f"{phrases.ref(room.incident, action)} was struck", [context(said)])


def _what(action: Action) -> list[str]:
    """Kind, and where: `config`, `web-1`, `/etc/app/db.conf`."""
    places = [place for place in (action.target, action.repo, action.path) if place]
    return [action.kind.value, *(mrkdwn.code(place, 120) for place in places)]


def _owner(item: Item) -> str:
    """The owner, by mention where somebody else logged it for them: then it is news to them. A group is named in an
    update only, which pings nobody."""
    action = item.action
    person = mrkdwn.mention(item.owner) if action.owner_id != action.logged_by else mrkdwn.who(item.owner)
    return f"{person} with {mrkdwn.group(action.owner_group)}" if action.owner_group else person


def _circumstances(item: Item, room: WarRoom) -> list[str]:
    action = item.action
    told = [f"done {mrkdwn.day_and_time(action.done_at)}"]
    if action.owner_id != action.logged_by:
        told.append(f"logged by {mrkdwn.who(room.person(action.logged_by))}")
    if action.source_gone:
        told.append("its message was deleted")
    elif action.source_url:
        told.append(mrkdwn.link(action.source_url, "message"))
    if action.until is not None and action.state is not ActionState.UNDONE:
        when = "it is time to undo it, since" if item.overdue else "to be undone by"
        told.append(f"{when} {mrkdwn.day_and_time(action.until)}")
    if item.drift and action.state.reconciled:
        told.append(f"drifted for {plain_duration(item.drift)}")
    return told
