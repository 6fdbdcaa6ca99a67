"""*Push*: what upstream misses of an action, as a branch of its own. Never to upstream, and only where the policy lets
the repository's token push."""

from bot.git.mend import branch
from bot.ledger.changes import changes_of
from bot.ledger.patches import want_push
from bot.ledger.proofs import proofs_of
from bot.rules import words
from bot.rules.clean import Clean
from bot.rules.commands import Push
from bot.rules.decision import Answer, Entry, Refusal
from bot.warroom.patch import lacking, may_push, want_all
from bot.warroom.scope import Scope


def run(scope: Scope, command: Push) -> Answer:
    incident = scope.incident_or_standing(command.incident, "push")
    action = scope.action(incident, command.action)
    found = lacking(incident, action, changes_of(scope.conn, [action.id]), proofs_of(scope.conn, [action.id]))
    found = [proof for proof in found if may_push(scope, proof.repo)]
    if not found:
        raise Refusal(words.may_not_push(incident, action))
    want_all(scope, incident, found)
    for proof in found:
        want_push(scope.conn, action.id, proof.repo, scope.actor.id, scope.at)
    asked = [Entry("push.asked", {"action": action.number, "repo": Clean(proof.repo)}) for proof in found]
    scope.write(incident, asked)
    return Answer(words.push_comes(incident, action, branch(incident, action)))
