"""The forms. A form's `private_metadata` says what it is about: `42#7` for an action, `42` for an incident.

What is filled in comes back as `state.values[field][field].value`, or `…selected_option.value` for the kind, with the
field names used here: `ref`, `why`, `text`, `target`, `path`, `repo`, `kind`, `at`, `until`, `ephemeral`, `diff`,
`title`, `severity`, `service`, `ways`; and as `state.values.file.file.files`.
"""

from collections.abc import Mapping, Sequence

from bot.rules.checklist import Checklist
from bot.rules.commands import Open, Source
from bot.rules.model import Action, ActionKind, Incident, IncidentState, Section, Written
from bot.rules.policy import Policy
from bot.rules.words import count
from bot.slack import mrkdwn
from bot.slack.blocks import phrases
from bot.slack.blocks.parts import Block, actions, context, plain_text, section, value_of

_MOST_TYPED = 3000  # Slack's limit for a text field
_INFER = "infer"  # the option of `kind` that leaves it to the text
_LEFT = 15  # actions that the form to close with lists: each takes two of the 100 blocks, and somebody has to read it


def open_incident(so_far: Open, policy: Policy, channel: str) -> Block:
    """`so_far` is what was typed already, `channel` where: it is the form's `private_metadata`, and the room if that is
    wanted. Empty for a form that was opened from nowhere."""
    severities = [
        _option(f"{one.name} · {one.title}" if one.title else one.name, one.name) for one in policy.severities
    ]
    services = [_option(one.name, one.name) for one in policy.services]
    ways = {
        "here": "In this channel, which keeps its name",
        "drill": "A practice: announced nowhere, counted nowhere",
        "private": "Private: only who is in its channel knows of it",
    }
    chosen = [way for way in ways if getattr(so_far, way)]
    if not channel:
        del ways["here"]
    blocks = [
        _text("title", "What is wrong?", "Checkout answers 502", most=300),
        _select("severity", "Severity", severities, so_far.severity or policy.default_severity, optional=False),
        *([_select("service", "Service", services, None, optional=True)] if services else []),
        _checkboxes("ways", "Anything special?", ways, chosen),
    ]
    return _form("open", "Open an incident", "Open", channel, blocks)


def close(listed: Checklist, policy: Policy, said: Sequence[Block] = ()) -> Block:
    """What is left to reconcile, with what would settle each; `said`: what came of the button that was pressed last."""
    incident, left, drifting = listed.incident, listed.left, policy.closing.drifting
    if not left:
        standing = f"Everything of {incident.name} is reconciled."
    elif drifting == "refuse":
        standing = f"*{count(len(left), 'action')} left.* The policy lets {incident.name} close only without any."
    else:
        standing = (
            f"*{count(len(left), 'action')} left to reconcile.* Closing settles none of them and stops no reminder: "
            "their owners hear of each until it is reconciled."
        )
    implied = context("It is still open: closing it says that service is back, too.")
    blocks = [*said, section(standing), *([implied] if incident.state is IncidentState.OPEN else [])]
    for item in left[:_LEFT]:
        blocks.append(section(phrases.line(item)))
        buttons = actions(*(phrases.settling(item, verb, incident) for verb in item.buttons))
        blocks += [buttons] if buttons else []
    if len(left) > _LEFT:
        blocks.append(
            context(
                f"… and {len(left) - _LEFT} more. The checklist that closing posts goes on, as does `/incident drift`."
            )
        )
    if left and drifting == "refuse":
        form = _form("close", f"Close {incident.name}", "Close it", str(incident.number), blocks)
        del form["submit"]
    else:
        needed = bool(left) and drifting == "reason"
        label = "Why may it close?" if left else "Anything to add?"
        why = _text("why", label, "The rest is tracked in OPS-7", lines=True, optional=not needed)
        form = _form("close", f"Close {incident.name}", "Close it", str(incident.number), [*blocks, why])
    return form | {"close": plain_text("Not now", 24)}  # "Cancel" is what is done to an incident


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
        _checkboxes("ephemeral", "Ephemeral", {"ephemeral": "It leaves nothing to reconcile, like a restart"}),
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


def retro(incident: Incident, written: Sequence[Written]) -> Block:
    """It says which ledger entry was the last that its reader saw, where forms about an action say which."""
    texts = {one.section: one.text for one in written}
    examples = {
        Section.FACTORS: "What made it possible, and what made it worse",
        Section.LESSONS: "What we know now",
        Section.FOLLOW_UPS: "Who does what until when",
    }
    fields = [
        _text(section, section.heading, examples[section], lines=True, optional=True, value=texts.get(section, ""))
        for section in Section
    ]
    said = context("What you write stands after what is computed. What stood there before stays in the ledger.")
    return _form("retro", "Retrospective", "Save", f"{incident.number}#{incident.last_seq}", [said, *fields])


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
        options = [_option(name, name) for name in repositories]
        fields.append(_select("repo", "Repository", options, chosen, optional=True))
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
    return _select("kind", "Kind", options, chosen.value if chosen else _INFER, optional=False)


def _select(field: str, label: str, options: Sequence[Block], chosen: str | None, *, optional: bool) -> Block:
    """`chosen` is the value of the option that stands there at first, if there is one of it."""
    options = options[:100]  # Slack takes no more
    element: Block = {"type": "static_select", "action_id": field, "options": options}
    initial = next((option for option in options if option["value"] == chosen), None)
    return _input(field, label, element | ({"initial_option": initial} if initial else {}), optional=optional)


def _checkboxes(field: str, label: str, ways: Mapping[str, str], chosen: Sequence[str] = ()) -> Block:
    """`ways`: what each box says, by its value."""
    options = {value: _option(text, value) for value, text in ways.items()}
    element: Block = {"type": "checkboxes", "action_id": field, "options": list(options.values())}
    if ticked := [options[value] for value in chosen if value in options]:
        element["initial_options"] = ticked
    return _input(field, label, element, optional=True)


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
