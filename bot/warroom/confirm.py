"""*Confirm*: a named person stands for a claim. Shown as *confirmed by*, never as *proven*."""

from collections.abc import Sequence

from bot.ledger import load
from bot.rules import words
from bot.rules.clean import Clean
from bot.rules.commands import Confirm
from bot.rules.decision import Answer, Decision, Entry, Insert, Refusal
from bot.rules.effects import action_changed
from bot.rules.model import Action, ActionState, Evidence, EvidenceKind, Incident, Strength
from bot.rules.state import moved
from bot.warroom.scope import Scope


def decide(incident: Incident, action: Action, facts: Sequence[Evidence], by: int, at: int) -> Decision:
    """The newest claim that holds is the one that is confirmed. Raises Refusal where there is none."""
    claims = [fact for fact in facts if fact.holds and fact.strength is Strength.CLAIM]
    if action.state is not ActionState.CLAIMED or not claims:
        raise Refusal(words.nothing_to_confirm(incident, action))
    claim = claims[-1]
    assert claim.commit is not None
    row = {
        "incident_id": incident.id,
        "action_id": action.id,
        "kind": EvidenceKind.CONFIRMED.value,
        "strength": Strength.WORD.value,
        "repo": claim.repo,
        "commit": claim.commit,
        "by": by,
        "at": at,
    }
    payload = {"action": action.number, "repo": Clean(claim.repo or ""), "commit": Clean(claim.commit)}
    return Decision(
        answer=Answer(words.confirmed(incident, action, claim.commit)),
        entries=(Entry("evidence.confirmed", payload),),
        changes=(Insert("evidence", row), moved(action, ActionState.LANDED, at)),
        effects=action_changed(incident, action),
    )


def run(scope: Scope, command: Confirm) -> Answer:
    incident = scope.incident_or_standing(command.incident, "confirm")
    action = scope.action(incident, command.action)
    facts = load.evidence_of(scope.conn, [action.id])
    return scope.record(incident, decide(incident, action, facts, scope.actor.id, scope.at))
