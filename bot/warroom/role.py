"""`/incident role`: who does what besides the lead."""

from sqlalchemy import select

from bot.ledger.tables import roles
from bot.rules import words
from bot.rules.clean import Clean
from bot.rules.commands import Lead, Role
from bot.rules.decision import Answer, Decision, Effect, EffectKind, Entry, Insert, Refusal, Update
from bot.rules.effects import incident_changed, note
from bot.rules.model import Incident, Person
from bot.warroom import lead
from bot.warroom.scope import Scope


def decide(incident: Incident, role: str, person: Person, held: tuple[int, int] | None) -> Decision:
    """`held`: the row of the role and the id of who has it so far."""
    if held is not None and held[1] == person.id:
        return Decision(Answer(words.changed(incident, f"{person.name} is {role} already.")))
    before = None if held is None else held[1]
    change = (
        Insert("roles", {"incident_id": incident.id, "role": role, "person_id": person.id})
        if held is None
        else Update("roles", held[0], {"person_id": person.id})
    )
    return Decision(
        answer=Answer(words.changed(incident, f"{person.name} is {role} now.")),
        entries=(Entry("incident.role", {"role": Clean(role), "before": before, "after": person.id}),),
        changes=(change,),
        effects=(
            note(incident),
            Effect(EffectKind.INVITE, incident.id, str(person.id)),
            *incident_changed(incident),
        ),
    )


def run(scope: Scope, command: Role) -> Answer:
    if command.role == "lead":
        return lead.run(scope, Lead(command.slack_id or scope.actor.slack_id, command.incident))
    incident = scope.incident(command.incident, "role")
    if incident.standing:
        raise Refusal(words.no_roles_here())
    known = [role.name for role in scope.policy.roles]
    if command.role not in known:
        raise Refusal(words.no_such_role(command.role, ("lead", *known)))
    person = scope.person(command.slack_id) if command.slack_id else scope.actor
    scope.admit(incident, person)
    row = scope.conn.execute(
        select(roles.c.id, roles.c.person_id).where(roles.c.incident_id == incident.id, roles.c.role == command.role)
    ).first()
    held = None if row is None else (row.id, row.person_id)
    return scope.record(incident, decide(incident, command.role, person, held))
