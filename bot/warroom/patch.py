"""*Get the patch*: what upstream misses of an action, as a file that `git apply` takes. Made at the next look at the
repository; offered unasked once service is back, since before that people have other things to do."""

from collections.abc import Sequence

from bot.git.mend import branch
from bot.ledger import load
from bot.ledger.changes import changes_of
from bot.ledger.patches import patches_where, want
from bot.ledger.proofs import proofs_of
from bot.ledger.tables import actions, patches
from bot.rules import words
from bot.rules.commands import Patch
from bot.rules.decision import Answer, Button, Refusal
from bot.rules.model import Action, Incident, Proof, RecordedChange
from bot.rules.proofs import finding, missing
from bot.warroom.scope import Scope


def lacking(
    incident: Incident, action: Action, changes: Sequence[RecordedChange], proofs: Sequence[Proof]
) -> list[Proof]:
    """The proofs by which upstream misses parts of an action. Raises Refusal where no patch can be made."""
    ref = words.ref(incident, action.number)
    if not changes:
        raise Refusal(words.no_patch(ref, "what was changed in which file is not recorded"))
    if any(change.redacted for change in changes):
        raise Refusal(words.no_patch(ref, "lines with secrets were taken out of what is recorded. Bring it in by hand"))
    found = [proof for proof in proofs if missing(proof)]
    if action.state.reconciled or not found:
        raise Refusal(words.no_patch(ref, f"upstream misses no part of it that could be put in: {finding(proofs)}"))
    return found


def run(scope: Scope, command: Patch) -> Answer:
    incident = scope.incident_or_standing(command.incident, "patch")
    action = scope.action(incident, command.action)
    found = lacking(incident, action, changes_of(scope.conn, [action.id]), proofs_of(scope.conn, [action.id]))
    push = any(may_push(scope, proof.repo) for proof in found)
    label = f"Push {branch(incident, action)}"
    buttons = (Button("push", label, f"{incident.number}#{action.number}"),) if push else ()
    have = {patch.repo: patch.made_for for patch in patches_where(scope.conn, patches.c.action_id == action.id)}
    if all(have.get(proof.repo) == missing(proof) for proof in found):
        return Answer(words.patch_is_there(incident, action), buttons)
    want_all(scope, incident, found)
    return Answer(words.patch_comes(incident, action), buttons)


def offer(scope: Scope, incident: Incident) -> None:
    """Have patches made of all that upstream misses of an incident's actions."""
    for action in load.actions_where(scope.conn, actions.c.incident_id == incident.id):
        try:
            found = lacking(incident, action, changes_of(scope.conn, [action.id]), proofs_of(scope.conn, [action.id]))
        except Refusal:
            continue  # nobody asked; whoever does is told why
        want_all(scope, incident, found)


def may_push(scope: Scope, repo: str) -> bool:
    repository = scope.policy.repository(repo)
    return repository is not None and repository.push


def want_all(scope: Scope, incident: Incident, found: Sequence[Proof]) -> None:
    """Have the patches made at the next look, which is now."""
    for proof in found:
        want(scope.conn, scope.workspace, incident.id, proof.action_id, proof.repo)
        scope.look_now(proof.repo)
