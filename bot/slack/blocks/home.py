"""The Home tab: at most 100 blocks, whatever there is to show."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.rules.checklist import Item
from bot.rules.model import Incident, IncidentState, Person
from bot.rules.words import count
from bot.slack import mrkdwn
from bot.slack.blocks import phrases
from bot.slack.blocks.nudge import quiet_until
from bot.slack.blocks.parts import Block, actions, button, context, divider, header, packed, section, value_of

# How many of each: two blocks for what somebody owns, one for what they lead, lines for incidents.
MINE, LED, ACTIVE, CLOSED = 15, 15, 15, 5


@dataclass(frozen=True, slots=True)
class Home:
    """What one person may see. `mine` is one page of the `owned` actions of theirs that drift, `led` the first of the
    `leading` others in incidents that they lead, `active` the newest of the `going_on`, each with its lead."""

    mine: Sequence[tuple[Item, Incident]]
    owned: int
    page: int
    led: Sequence[tuple[Item, Incident]]
    leading: int
    active: Sequence[tuple[Incident, Person | None]]
    going_on: int
    closed: Sequence[Incident]


def home(tab: Home, now: int, snooze_hours: int) -> Block:
    """The view to publish."""
    blocks = [actions(button("log", "Log a change…", "", style="primary")), *_mine(tab, now, snooze_hours), *_led(tab)]
    blocks += [divider(), *_active(tab), *_closed(tab.closed), context(f"As of {mrkdwn.day_and_time(now)}")]
    return {"type": "home", "blocks": [block for block in blocks if block is not None]}


def _mine(tab: Home, now: int, snooze_hours: int) -> list[Block | None]:
    if not tab.owned:
        return [header("Nothing of yours is left to reconcile")]
    blocks: list[Block | None] = [header(f"{count(tab.owned, 'change')} of yours not proven to be in Git")]
    for item, incident in tab.mine:
        suffix = f"{incident.number}.{item.action.number}"
        snooze = button("snooze", f"Snooze {snooze_hours} h", value_of(incident, item.action), suffix)
        settling = (phrases.settling(item, verb, incident, spanning=True) for verb in item.buttons)
        line = phrases.line(item, incident) + quiet_until(item.action, now)
        blocks += [section(line), actions(*settling, snooze)]
    pages = -(-tab.owned // MINE)
    before = button("home", "Earlier", str(tab.page - 1), "before") if tab.page > 1 else None
    after = button("home", "More", str(tab.page + 1), "after") if tab.page < pages else None
    of = context(f"Page {tab.page} of {pages}, the most urgent first") if pages > 1 else None
    return [*blocks, of, actions(before, after)]


def _led(tab: Home) -> list[Block | None]:
    if not tab.leading:
        return []
    return [
        divider(),
        header(f"{count(tab.leading, 'change')} of others in incidents that you lead"),
        *(
            section(phrases.line(item, incident), phrases.settling(item, item.buttons[0], incident, spanning=True))
            for item, incident in tab.led
        ),
        _more(tab.leading - len(tab.led), "/incident drift"),
    ]


def _active(tab: Home) -> list[Block | None]:
    if not tab.active:
        return [section("*No incident is going on*\n`/incident open sev2 <title>` in any channel opens one.")]
    lines = [_incident(incident, lead) for incident, lead in tab.active]
    return [
        section(f"*Active incidents* ({tab.going_on})"),
        *packed(lines),
        _more(tab.going_on - len(lines), "/incident list"),
    ]


def _closed(closed: Sequence[Incident]) -> list[Block | None]:
    if not closed:
        return []
    return [section("*Closed last*"), *packed([_incident(incident, None) for incident in closed])]


def _incident(incident: Incident, lead: Person | None) -> str:
    facts = [phrases.incident_state(incident), mrkdwn.escape(incident.severity)]
    if incident.channel_id:
        facts.append(mrkdwn.channel(incident.channel_id))
    if lead is not None:
        facts.append(f"lead {mrkdwn.who(lead)}")
    ended = incident.closed_at or incident.resolved_at
    if incident.state in (IncidentState.CLOSED, IncidentState.CANCELLED) and ended:
        facts.append(mrkdwn.day_and_time(ended))
    else:
        facts.append(f"opened {mrkdwn.day_and_time(incident.opened_at)}")
    drill = "DRILL · " if incident.drill else ""
    return f"{drill}*{incident.name}* {mrkdwn.shorten(incident.title, 120)}\n{' · '.join(facts)}"


def _more(left: int, command: str) -> Block | None:
    return context(f"… and {left} more: `{command}` lists them.") if left > 0 else None
