"""`/incident link`: say which commit, branch or pull request carries an action. Whether it landed is for Git to say."""

from collections.abc import Sequence

from bot.git.links import Linked, parse_link
from bot.ledger import load
from bot.ledger.proofs import proofs_of
from bot.ledger.tables import actions
from bot.rules import words
from bot.rules.clean import Clean
from bot.rules.commands import LinkTo
from bot.rules.decision import Answer, Decision, Entry, Insert, Refusal
from bot.rules.effects import action_changed
from bot.rules.model import Action, Evidence, Incident, Link, LinkKind, Verdict
from bot.rules.proofs import verdict_of
from bot.rules.state import action_state, moved
from bot.rules.telling import commit_or
from bot.warroom.scope import Scope


def decide(
    incident: Incident,
    action: Action,
    links: Sequence[Link],
    facts: Sequence[Evidence],
    verdict: Verdict | None,
    new: Link,
) -> Decision:
    """`links`, `facts` and `verdict` are what the action has so far; `new` has no id yet."""
    if any((link.kind, link.repo, link.ref) == (new.kind, new.repo, new.ref) for link in links):
        raise Refusal(f"{words.ref(incident, action.number)} is linked to that already.")
    payload = {
        "action": action.number,
        "kind": new.kind,
        "repo": Clean(new.repo) if new.repo else None,
        "ref": Clean(new.ref),
        "url": new.url,
    }
    row = {name: getattr(new, name) for name in ("action_id", "repo", "url", "by", "at")}
    row |= {"incident_id": incident.id, "kind": new.kind.value, "ref": Clean(new.ref)}
    state = action_state(action.ruling, [*links, new], facts, verdict)
    return Decision(
        answer=Answer(words.linked(incident, action, commit_or(payload), new.repo is not None)),
        entries=(Entry("action.linked", payload),),
        changes=(Insert("links", row), moved(action, state, new.at)),
        effects=action_changed(incident, action),
    )


def run(scope: Scope, command: LinkTo) -> Answer:
    incident = scope.incident_or_standing(command.incident, "link")
    found = parse_link(command.ref, scope.policy.repositories)
    if found is None:
        raise Refusal(words.not_a_link(command.ref))
    action = _meant(scope, incident, command.action)
    new = _as_link(scope, action, found)
    links, facts = load.links_of(scope.conn, [action.id]), load.evidence_of(scope.conn, [action.id])
    verdict = verdict_of(proofs_of(scope.conn, [action.id]))
    answer = scope.record(incident, decide(incident, action, links, facts, verdict, new))
    scope.look_now()
    return answer


def _meant(scope: Scope, incident: Incident, number: int | None) -> Action:
    """The action that is named, or the only one that is still open."""
    if number is not None:
        return scope.action(incident, number)
    everything = load.actions_where(scope.conn, actions.c.incident_id == incident.id)
    left = [action for action in everything if not action.state.reconciled]
    if len(left) != 1:
        raise Refusal(words.which_action(incident, left))
    return left[0]


def _as_link(scope: Scope, action: Action, found: Linked) -> Link:
    repo = found.repo
    if repo is None and len(scope.policy.repositories) == 1 and found.url is None:
        repo = scope.policy.repositories[0].name  # a bare hash or branch can only be of the one that is watched
    return Link(
        id=0,
        action_id=action.id,
        kind=LinkKind(found.kind),
        repo=repo,
        ref=scope.clean(found.ref),
        by=scope.actor.id,
        at=scope.at,
        url=scope.clean(found.url) if found.url else None,
    )
