"""`/hotfix #7 owner @user`: who answers for an action, and hears about it."""

from bot.rules import words
from bot.rules.clean import Clean
from bot.rules.commands import Owner
from bot.rules.decision import Answer, Decision, Effect, EffectKind, Entry, Update
from bot.rules.effects import action_changed
from bot.rules.model import Action, Incident, Person
from bot.warroom.scope import Scope


def decide(incident: Incident, action: Action, owner: Person, group: str | None) -> Decision:
    """A group owns together; the person who was owner (or gave it to the group) still answers for it."""
    payload = {
        "action": action.number,
        "before": action.owner_id,
        "after": owner.id,
        "group": Clean(group) if group else None,
    }
    whom = "the group" if group else owner.name
    return Decision(
        answer=Answer(f"{words.ref(incident, action.number)} belongs to {whom} now."),
        entries=(Entry("action.owner", payload),),
        changes=(Update("actions", action.id, {"owner_id": owner.id, "owner_group": group}),),
        effects=(
            *action_changed(incident, action),
            Effect(EffectKind.NUDGE_REFRESH, None, str(owner.id)),
        ),
    )


def run(scope: Scope, command: Owner) -> Answer:
    incident = scope.incident_or_standing(command.incident, "owner")
    action = scope.action(incident, command.action)
    owner = scope.person(command.slack_id) if command.slack_id else scope.actor
    scope.admit(incident, owner)
    return scope.record(incident, decide(incident, action, owner, command.group))
