"""`/incident close`: post the checklist and the summary. Nudges go on until all is reconciled."""

from collections.abc import Sequence
from dataclasses import replace

from bot.ledger import load
from bot.ledger.tables import actions
from bot.rules import words
from bot.rules.clean import Clean
from bot.rules.commands import Close
from bot.rules.decision import Answer, Decision, Effect, EffectKind, Entry, Refusal, Update
from bot.rules.effects import incident_changed
from bot.rules.model import Action, Incident, IncidentState
from bot.rules.policy import Policy
from bot.warroom import patch
from bot.warroom.scope import Scope


def decide(incident: Incident, all_actions: Sequence[Action], why: Clean, policy: Policy, at: int) -> Decision:
    """Close from open implies resolve. Raises Refusal where the state or the policy forbids it."""
    if incident.standing:
        raise Refusal(words.no_standing("closed"))
    if incident.state not in (IncidentState.OPEN, IncidentState.RESOLVED):
        raise Refusal(words.wrong_state(incident, "closed", "`/incident reopen` takes it back to open."))
    left = [action for action in all_actions if not action.state.reconciled]
    if left and policy.closing.drifting == "refuse":
        raise Refusal(words.close_refused(incident, left))
    if left and policy.closing.drifting == "reason" and not why:
        raise Refusal(words.close_needs_reason(incident, left))
    entries = [Entry("incident.closed", {"why": why, "open": len(left)})]
    values = {"state": IncidentState.CLOSED.value, "closed_at": at}
    if incident.state is IncidentState.OPEN:
        entries.insert(0, Entry("incident.resolved", {"text": Clean("")}))
        values["resolved_at"] = at
    closed = replace(incident, state=IncidentState.CLOSED, closed_at=at)
    anchor = Effect(EffectKind.ANCHOR, incident.id, str(incident.last_seq + len(entries)))
    said = f"closed. {words.count(len(left), 'action')} left to reconcile." if left else "closed. All is reconciled."
    return Decision(
        answer=Answer(words.changed(incident, said)),
        entries=tuple(entries),
        changes=(Update("incidents", incident.id, values),),
        effects=(*incident_changed(closed), Effect(EffectKind.TOPIC, incident.id), anchor),
    )


def run(scope: Scope, command: Close) -> Answer:
    incident = scope.incident(command.incident, "close")
    all_actions = load.actions_where(scope.conn, actions.c.incident_id == incident.id)
    answer = scope.record(incident, decide(incident, all_actions, scope.clean(command.why), scope.policy, scope.at))
    patch.offer(scope, incident)
    return answer
