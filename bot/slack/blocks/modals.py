"""The forms. A form's `private_metadata` says what it is about: `42#7` for an action, `42` for an incident.

What is filled in comes back as `state.values[field][field].value`, or `…selected_option.value` for the kind, with the
field names used here: `ref`, `why`, `text`, `target`, `path`, `repo`, `kind`, `at`, `until`, `ephemeral`, `diff`; and
as `state.values.file.file.files`.
"""

from collections.abc import Sequence

from bot.rules.commands import Source
from bot.rules.model import Action, ActionKind, Incident
from bot.slack import mrkdwn
from bot.slack.blocks import phrases
from bot.slack.blocks.parts import Block, context, plain_text, section, value_of

_MOST_TYPED = 3000  # Slack's limit for a text field
_INFER = "infer"  # the option of `kind` that leaves it to the text


def link(incident: Incident, action: Action) -> Block:
    ref = _text("ref", "Commit, branch or pull request", "a79f427, fix/pool-size or an address", most=1000)
    return _form("link", "Link commit", "Link", value_of(incident, action), [_about(incident, action), ref])


def waive(incident: Incident, action: Action) -> Block:
    why = _text("why", "Why may the difference stay?", "The host goes away on Friday", lines=True)
    return _form("waive", "Waive", "Waive", value_of(incident, action), [_about(incident, action), why])


def strike(incident: Incident, action: Action) -> Block:
    why = _text("why", "Why is it struck?", "Logged twice, see #6", lines=True)
    return _form("strike", "Strike", "Strike", value_of(incident, action), [_about(incident, action), why])


def change(incident: Incident, action: Action, repositories: Sequence[str]) -> Block:
    """The change itself: as text, as far as Slack takes it, or as a file."""
    blocks = [_about(incident, action), *_change(repositories, action.repo)]
    return _form("change", "Add the change", "Add", value_of(incident, action), blocks)


def log(incident: Incident | None, text: str = "", repositories: Sequence[str] = ()) -> Block:
    """A new action; `text` is what is known already, from the message that it was made of."""
    blocks = [
        _text("text", "What did you change?", "kubectl scale deploy/web --replicas=8", lines=True, value=text),
        _text("target", "Where?", "web-1, checkout, orders-db", optional=True, most=300),
        _kind(None),
        _text("at", "When, if not just now?", "14:05 or 20m", optional=True, most=60),
        _text("until", "Temporary until?", "18:00 or 4h", optional=True, most=60),
        _checkbox("ephemeral", "It leaves nothing to reconcile, like a restart"),
        *(_change(repositories, None) if repositories else ()),
    ]
    return _form("log", "Log a change", "Log", str(incident.number) if incident else "", blocks)


def log_message(text: str, author: str, source: Source) -> Block:
    """The form for a new action, filled in from a message: `text` as people saw it, `author` the Slack id of whose it
    is. It comes back with `owner` too; its `private_metadata` is the message's channel and ts."""
    long = len(text) > _MOST_TYPED  # it would come back cut
    whole = "What did you change? The message is too long for this form: leave empty to log all of it"
    said = _text("text", whole if long else "What did you change?", "", lines=True, optional=long, value=text)
    _, *others = log(None)["blocks"]
    picked = {"type": "users_select", "action_id": "owner", "initial_user": author}
    posted = mrkdwn.date(source.posted_at)
    blocks = [
        context(f"From the message of {posted}. That time counts unless you give another."),
        said,
        _input("owner", "Whose change is it?", picked, optional=False),
        *others,
    ]
    return _form("log_message", "Log a change", "Log", f"{source.channel} {source.ts}", blocks)


def edit(incident: Incident, action: Action) -> Block:
    long = len(action.text) > _MOST_TYPED  # it would come back cut
    label = "What was changed? Too long for this form: leave empty to keep it" if long else "What was changed?"
    blocks = [
        context(f"Correct {phrases.ref(incident, action)}. What it said before stays in the ledger."),
        _text("text", label, "", lines=True, optional=long, value=action.text),
        _text("target", "Where?", "web-1, checkout, orders-db", optional=True, most=300, value=action.target or ""),
        _text("path", "File", "/etc/app/db.conf", optional=True, most=300, value=action.path or ""),
        _kind(action.kind),
    ]
    return _form("edit", "Correct", "Save", value_of(incident, action), blocks)


def update(incident: Incident) -> Block:
    text = _text("text", "What is new?", "Checkout is back for half of the customers; next word at 15:00", lines=True)
    return _form("update", "Status update", "Tell them", str(incident.number), [text])


def _change(repositories: Sequence[str], chosen: str | None) -> list[Block]:
    """The repository is asked for where it can be one of several, and may be left to the paths in the diff."""
    file = {"type": "file_input", "action_id": "file", "max_files": 1}
    fields = [
        _text(
            "diff", "The change itself, as a diff", "what git diff or diff -u old new prints", lines=True, optional=True
        ),
        _input("file", "Or as a file: a longer diff, or the changed file as it runs", file, optional=True),
    ]
    if len(repositories) > 1:
        options = [_option(name, name) for name in repositories[:100]]
        select: Block = {"type": "static_select", "action_id": "repo", "options": options}
        if chosen in repositories:
            select["initial_option"] = _option(str(chosen), str(chosen))
        fields.append(_input("repo", "Repository", select, optional=True))
    return fields


def _form(verb: str, title: str, submit: str, about: str, blocks: Sequence[Block]) -> Block:
    return {
        "type": "modal",
        "callback_id": f"hotwash.{verb}",
        "private_metadata": about,
        "title": plain_text(title, 24),
        "submit": plain_text(submit, 24),
        "close": plain_text("Cancel", 24),
        "blocks": list(blocks),
    }


def _about(incident: Incident, action: Action) -> Block:
    return section(f"*{phrases.ref(incident, action)}* {phrases.done(action)}")


def _text(
    field: str,
    label: str,
    example: str,
    *,
    lines: bool = False,
    optional: bool = False,
    most: int = _MOST_TYPED,
    value: str = "",
) -> Block:
    element: Block = {"type": "plain_text_input", "action_id": field, "multiline": lines, "max_length": most}
    if example:
        element["placeholder"] = plain_text(example, 150)
    if value and len(value) <= most:
        element["initial_value"] = value
    return _input(field, label, element, optional=optional)


def _kind(chosen: ActionKind | None) -> Block:
    first = [] if chosen else [_option("As the text says", _INFER)]
    options = first + [_option(kind.value, kind.value) for kind in ActionKind]
    initial = next(option for option in options if option["value"] == (chosen.value if chosen else _INFER))
    element = {"type": "static_select", "action_id": "kind", "options": options, "initial_option": initial}
    return _input("kind", "Kind", element, optional=False)


def _checkbox(field: str, label: str) -> Block:
    element = {"type": "checkboxes", "action_id": field, "options": [_option(label, field)]}
    return _input(field, "Ephemeral", element, optional=True)


def _option(label: str, value: str) -> Block:
    return {"text": plain_text(label, 75), "value": value}


def _input(field: str, label: str, element: Block, *, optional: bool) -> Block:
    return {
        "type": "input",
        "block_id": field,
        "label": plain_text(label, 2000),
        "optional": optional,
        "element": element,
    }
