"""Reminders of drift and alarms about it: to the owner, in an action's thread, to the lead, to everybody."""

from collections.abc import Sequence

from bot.rules.checklist import Item
from bot.rules.model import Action, Incident, Person, WarRoom
from bot.rules.summary import plain_duration
from bot.rules.words import count
from bot.slack import mrkdwn
from bot.slack.blocks import phrases
from bot.slack.blocks.parts import (
    Block,
    Message,
    actions,
    button,
    context,
    divider,
    message,
    packed,
    section,
)

_WITH_BUTTONS, _LINES = 15, 30  # two blocks each and 50 in all; then lines, then a number

Told = Sequence[tuple[Item, Incident]]


def direct(told: Told, now: int, snooze_hours: int) -> Message:
    """A person's one message about all that they own, in the order given; also what was settled since it was sent."""
    left = [(item, incident) for item, incident in told if not item.action.state.reconciled]
    settled = [(item, incident) for item, incident in told if item.action.state.reconciled]
    if not left:
        return message(
            "Nothing of this drifts any more",
            [section("Nothing of this drifts any more. Thank you."), *_lines(settled)],
        )
    what = f"{count(len(left), 'change')} that you own"
    verb, ends = (
        ("is", "it. One of these ends it") if len(left) == 1 else ("are", "them. For each, one of these ends it")
    )
    blocks: list[Block | None] = [
        section(f"*{what} {verb} live in production, and not proven to be in Git.*\nA deploy could undo {ends}:")
    ]
    for item, incident in left[:_WITH_BUTTONS]:
        quiet = quiet_until(item.action, now)
        blocks.append(section(phrases.line(item, incident) + quiet))
        blocks.append(actions(*(phrases.settling(item, each, incident, spanning=True) for each in item.buttons)))
    blocks += _lines(left[_WITH_BUTTONS:])
    blocks += [divider(), *_lines(settled)] if settled else []
    snooze = button("snooze", f"Snooze {snooze_hours} h", str(snooze_hours))
    blocks += [actions(snooze), context("One message a working day at most, until all of it is reconciled.")]
    return message(f"{what} {verb} not in Git yet: {_named(left)}", blocks)


def in_thread(item: Item, room: WarRoom) -> Message:
    """One line to the owner in the action's own thread, while the incident is open."""
    who = mrkdwn.mention(item.owner)
    if item.overdue:
        said = f"{who} this was meant to be temporary, and it is time to undo it."
    elif item.basis.link or item.basis.commit or item.basis.proofs:
        said = f"{who} this is still open: {phrases.evidence(item.basis)}."
    else:
        said = f"{who} this is live and no commit carries it yet. When there is one, link it here."
    buttons = (phrases.settling(item, each, room.incident) for each in item.buttons)
    return message(said, [section(said), actions(*buttons)])


def update_due(lead: Person, since: int, incident: Incident) -> Message:
    """In the room, to its lead alone. `since`: microseconds without a status update."""
    said = f"{mrkdwn.mention(lead)} the last word to everybody is {plain_duration(since)} old. What is new?"
    tell = button("update", "Give an update…", str(incident.number), style="primary")
    return message(said, [section(f"⏰ {said} *No news yet* is news too."), actions(tell)])


def update_given() -> Message:
    said = "A status update was due here; it has been given, or none is needed any more."
    return message(said, [context(said)])


def to_lead(items: Sequence[Item], room: WarRoom) -> Message:
    said = f"{room.incident.name}, which you lead, still has {count(len(items), 'action')} drifting"
    return message(said, _overview(said, items, room.incident))


def to_everybody(items: Sequence[Item], room: WarRoom) -> Message:
    """In the announce channel; for a private incident in its room, where the lead is mentioned."""
    incident = room.incident
    what = f"{incident.name} · {mrkdwn.shorten(incident.title, 150)}"
    said = f"{what}: {count(len(items), 'action')} still drifting"
    lead = room.person(incident.lead_id) if incident.private and incident.lead_id else None
    return message(said, [*_overview(said, items, incident), context(mrkdwn.mention(lead)) if lead else None])


def digest(told: Told) -> Message:
    """Once a week, over all incidents: what the messages to its owners did not settle."""
    said = f"{count(len(told), 'change')} still drifting, long after its incident"
    if len(told) > 1:
        said = f"{count(len(told), 'change')} still drifting, long after their incidents"
    return message(said, [section(f"*{said}*"), *_lines(told), context("Once a week, until all of it is reconciled.")])


def _overview(said: str, items: Sequence[Item], incident: Incident) -> list[Block]:
    where = f"\n{mrkdwn.channel(incident.channel_id)}" if incident.channel_id else ""
    return [section(f"*{said}*{where}"), *_lines([(item, incident) for item in items])]


def alarm(item: Item, room: WarRoom, lead: Person | None) -> Message:
    """Upstream lost a change that had landed: the next deploy takes it out of production."""
    incident = room.incident
    heard = " ".join(dict.fromkeys([mrkdwn.mention(item.owner), *([mrkdwn.mention(lead)] if lead else [])]))
    return message(
        f"Regression: {phrases.ref(incident, item.action)} is no longer upstream",
        [
            section(
                f"🚨 *Regression in {incident.name}*: a change that had landed is no longer upstream. "
                f"The next deploy may undo it.\n{phrases.line(item, incident)}"
            ),
            context(f"{heard}{' · ' + mrkdwn.channel(incident.channel_id) if incident.channel_id else ''}"),
            actions(*(phrases.settling(item, each, incident) for each in item.buttons)),
        ],
    )


def _lines(told: Told) -> list[Block]:
    blocks = packed([phrases.line(item, incident) for item, incident in told[:_LINES]])
    if len(told) > _LINES:
        blocks.append(context(f"… and {len(told) - _LINES} more: `/incident drift` lists them."))
    return blocks


def quiet_until(action: Action, now: int) -> str:
    until = action.snoozed_until
    return f" · quiet until {mrkdwn.date(until)}" if until is not None and until > now else ""


def _named(told: Told) -> str:
    names = ", ".join(phrases.ref(incident, item.action) for item, incident in told[:5])
    return f"{names} and {len(told) - 5} more" if len(told) > 5 else names
