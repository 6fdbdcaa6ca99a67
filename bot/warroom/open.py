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
from bot.warroom import remind
from bot.warroom.scope import Scope, next_incident_number


def decide(incident: Incident) -> Decision:
    """What a new incident asks for: its channel, and in it the people and things that make it a room."""
    shown = (EffectKind.RESPONDERS, EffectKind.TOPIC, EffectKind.BOOKMARK)
    invite = Effect(EffectKind.INVITE, incident.id, str(incident.opened_by))
    return Decision(
        answer=Answer(words.opening(incident.name, incident.severity)),
        entries=(Entry("incident.opened", {"title": incident.title, "severity": Clean(incident.severity)}),),
        effects=(
            Effect(EffectKind.ROOM, incident.id),
            invite,
            *incident_changed(incident),
            *(Effect(kind, incident.id) for kind in shown),
        ),
    )


def run(scope: Scope, command: Open) -> Answer:
    scope.may("open")
    severity = command.severity or scope.policy.default_severity
    if severity not in scope.policy.severity_names():
        raise Refusal(words.no_such_severity(severity, scope.policy.severity_names()))
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
    }
    made = scope.conn.execute(insert(incidents).values(row).returning(incidents.c.id)).scalar_one()
    incident = load.incident_by_id(scope.conn, made)
    answer = scope.record(incident, decide(incident))
    remind.plan_update(scope, incident)
    return answer


def channel_name(prefix: str, number: int, title: str) -> str:
    """A name that Slack takes: lower case letters, digits, `-` and `_`, at most 80 characters (Slack's limit)."""
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    return f"{prefix}-{number}-{slug}"[:72].rstrip("-")
