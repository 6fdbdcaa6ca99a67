"""`/incident open`: record the incident, and ask for its room."""

import re

from sqlalchemy import insert

from bot.ledger import load
from bot.ledger.tables import incidents
from bot.rules import words
from bot.rules.clean import Clean
from bot.rules.commands import Open
from bot.rules.decision import Answer, Decision, Effect, EffectKind, Entry, Refusal
from bot.rules.effects import incident_changed
from bot.rules.model import Incident, IncidentState
from bot.rules.policy import Policy
from bot.warroom import remind
from bot.warroom.scope import Scope, next_incident_number


def decide(incident: Incident, policy: Policy) -> Decision:
    """What a new incident asks for: its channel, and in it what makes it a room. A channel that was there before has to
    be come into first; what goes in there is asked for then."""
    kind = {"drill": incident.drill, "private": incident.private, "borrowed": incident.borrowed}
    opened = {"title": incident.title, "severity": Clean(incident.severity)}
    return Decision(
        answer=Answer(words.opening(incident)),
        entries=(Entry("incident.opened", opened | {name: True for name, true in kind.items() if true}),),
        effects=(Effect(EffectKind.ROOM, incident.id), *(() if incident.borrowed else furnishing(incident, policy))),
    )


def furnishing(incident: Incident, policy: Policy) -> tuple[Effect, ...]:
    """The people and things that make a channel the incident's room, as far as the policy has them."""
    called = any(policy.responders(incident.severity, incident.service))
    pages = {"": policy.announce, "bridge": policy.bridge, "repository": policy.repository_page(incident.service)}
    return (
        Effect(EffectKind.INVITE, incident.id, str(incident.opened_by)),
        *((Effect(EffectKind.RESPONDERS, incident.id),) if called else ()),
        *incident_changed(incident),
        Effect(EffectKind.TOPIC, incident.id),
        *(Effect(EffectKind.BOOKMARK, incident.id, key) for key, page in pages.items() if page),
    )


def run(scope: Scope, command: Open) -> Answer:
    scope.may("open")
    severity = command.severity or scope.policy.default_severity
    if severity not in scope.policy.severity_names():
        raise Refusal(words.no_such_severity(severity, scope.policy.severity_names()))
    if command.here:
        _refuse_here(scope, command)
    service = scope.policy.service_in(command.title)
    number = next_incident_number(scope.conn, scope.workspace)
    row = {
        "workspace_id": scope.workspace,
        "number": number,
        "title": scope.clean(command.title),
        "severity": severity,
        "state": IncidentState.OPEN.value,
        "opened_by": scope.actor.id,
        "lead_id": scope.actor.id,
        "opened_at": scope.at,
        "service": service.name if service else None,
        "drill": command.drill,
        "private": command.private,
        "borrowed": command.here,
        "channel_id": scope.channel if command.here else None,
    }
    made = scope.conn.execute(insert(incidents).values(row).returning(incidents.c.id)).scalar_one()
    incident = load.incident_by_id(scope.conn, made)
    scope.about(incident)
    scope.admit(incident, scope.actor)
    answer = scope.record(incident, decide(incident, scope.policy))
    remind.plan_update(scope, incident)
    return answer


def _refuse_here(scope: Scope, command: Open) -> None:
    """Raises Refusal unless this channel may become a room."""
    if command.private:
        raise Refusal(words.private_here())
    if scope.channel is None or scope.channel.startswith("D"):  # so Slack calls direct conversations
        raise Refusal(words.no_channel_here())
    where = (incidents.c.workspace_id == scope.workspace, incidents.c.channel_id == scope.channel)
    taken = load.incident(scope.conn, *where)
    if taken is not None:
        raise Refusal(words.room_already(taken))


def room_name(policy: Policy, incident: Incident) -> str:
    """A name that Slack takes: lower case letters, digits, `-` and `_`, at most 80 characters (Slack's limit)."""
    slug = re.sub(r"[^a-z0-9]+", "-", incident.title.lower()).strip("-")
    drill = "drill-" if incident.drill else ""
    return f"{policy.channel_prefix}-{incident.number}-{drill}{slug}"[:72].rstrip("-")
