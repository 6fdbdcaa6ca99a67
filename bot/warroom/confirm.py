"""*Confirm*: a named person stands for a claim. Shown as *confirmed by*, never as *proven*."""

from collections.abc import Sequence

from bot.ledger import load
from bot.ledger.proofs import proofs_of
from bot.rules import words
from bot.rules.clean import Clean
from bot.rules.commands import Confirm
from bot.rules.decision import Answer, Decision, Entry, Insert, Refusal
from bot.rules.effects import action_changed
from bot.rules.model import Action, ActionState, Evidence, EvidenceKind, Incident, Proof, Strength, Verdict
from bot.rules.proofs import NOT_THERE, commits_of, finding, verdict_of
from bot.rules.state import moved
from bot.warroom.scope import Scope


def decide(
    incident: Incident, action: Action, facts: Sequence[Evidence], proofs: Sequence[Proof], by: int, at: int
) -> Decision:
    """The newest claim that holds is the one that is confirmed; for a change that stands but for white space, with no
    claim, the commit that brought it.

    Raises Refusal where there is neither, and for a recorded change that is not there, or was not looked for yet:
    nobody's word stands above that.
    """
    verdict = verdict_of(proofs)
    if action.ruling is None and verdict in NOT_THERE:
        raise Refusal(words.not_there(incident, action, finding(proofs)))
    if action.ruling is None and not all(proof.looked for proof in proofs):
        raise Refusal(words.not_looked(incident, action))
    claims = [(fact.repo, fact.commit) for fact in facts if fact.holds and fact.strength is Strength.CLAIM]
    if verdict is Verdict.WHITESPACE:
        claims = [(proofs[0].repo, (*commits_of(proofs), proofs[0].tip)[0]), *claims]
    if action.state is not ActionState.CLAIMED or not claims:
        raise Refusal(words.nothing_to_confirm(incident, action))
    repo, commit = claims[-1]
    assert commit is not None
    row = {
        "incident_id": incident.id,
        "action_id": action.id,
        "kind": EvidenceKind.CONFIRMED.value,
        "strength": Strength.WORD.value,
        "repo": repo,
        "commit": commit,
        "by": by,
        "at": at,
    }
    payload = {
        "action": action.number,
        "repo": Clean(repo or ""),
        "commit": Clean(commit),
        "found": Clean(finding(proofs)) if proofs else None,
    }
    return Decision(
        answer=Answer(words.confirmed(incident, action, commit)),
        entries=(Entry("evidence.confirmed", payload),),
        changes=(Insert("evidence", row), moved(action, ActionState.LANDED, at)),
        effects=action_changed(incident, action),
    )


def run(scope: Scope, command: Confirm) -> Answer:
    incident = scope.incident_or_standing(command.incident, "confirm")
    action = scope.action(incident, command.action)
    facts, proofs = load.evidence_of(scope.conn, [action.id]), proofs_of(scope.conn, [action.id])
    return scope.record(incident, decide(incident, action, facts, proofs, scope.actor.id, scope.at))
