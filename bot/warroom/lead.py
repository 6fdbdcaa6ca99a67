"""`/incident lead @user`: say who leads."""

from bot.ledger import outbox
from bot.rules import words
from bot.rules.commands import Lead
from bot.rules.decision import Answer, Decision, Effect, EffectKind, Entry, Update
from bot.rules.effects import incident_changed, note
from bot.rules.model import Incident, Person
from bot.warroom.scope import Scope


def decide(incident: Incident, lead: Person, actor: Person, catch_up: Effect) -> Decision:
    """Who is given the lead is caught up, directly; who takes it can ask."""
    if lead.id == incident.lead_id:
        return Decision(Answer(words.changed(incident, f"{lead.name} leads already.")))
    return Decision(
        answer=Answer(words.changed(incident, f"{lead.name} leads now.")),
        entries=(Entry("incident.lead", {"before": incident.lead_id, "after": lead.id}),),
        changes=(Update("incidents", incident.id, {"lead_id": lead.id}),),
        effects=(
            note(incident),
            Effect(EffectKind.INVITE, incident.id, str(lead.id)),
            Effect(EffectKind.TOPIC, incident.id),
            *incident_changed(incident),
            *(() if lead.id == actor.id or incident.standing else (catch_up,)),
        ),
    )


def run(scope: Scope, command: Lead) -> Answer:
    incident = scope.incident(command.incident, "lead")
    person = scope.person(command.slack_id)
    scope.admit(incident, person)
    catch_up = Effect(EffectKind.CATCH_UP, incident.id, str(person.id))
    if outbox.asked(scope.conn, scope.workspace, catch_up):  # when they came; a message that is there notifies nobody
        catch_up = Effect(EffectKind.CATCH_UP, incident.id, f"{person.id}.{incident.last_seq + 1}")
    return scope.record(incident, decide(incident, person, scope.actor, catch_up))
