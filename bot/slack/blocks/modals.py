"""The forms. A form's `private_metadata` says what it is about: `42#7` for an action, `42` for an incident.

What is filled in comes back as `state.values[field][field].value`, or `…selected_option.value` for the kind, with the
field names used here: `ref`, `why`, `text`, `target`, `path`, `repo`, `kind`, `at`, `until`, `ephemeral`.
"""

from collections.abc import Sequence

from bot.rules.model import Action, ActionKind, Incident
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


def log(incident: Incident | None, text: str = "") -> Block:
    """A new action; `text` is what is known already, from the message that it was made of."""
    blocks = [
        _text("text", "What did you change?", "kubectl scale deploy/web --replicas=8", lines=True, value=text),
        _text("target", "Where?", "web-1, checkout, orders-db", optional=True, most=300),
        _kind(None),
        _text("at", "When, if not just now?", "14:05 or 20m", optional=True, most=60),
        _text("until", "Temporary until?", "18:00 or 4h", optional=True, most=60),
        _checkbox("ephemeral", "It leaves nothing to reconcile, like a restart"),
    ]
    return _form("log", "Log a change", "Log", str(incident.number) if incident else "", blocks)


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
