"""What a look at upstream means for the actions: claims found, claims lost, claims that came back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from bot.ledger import load
from bot.ledger.tables import actions, evidence, incidents
from bot.rules.clean import Clean
from bot.rules.decision import Answer, Decision, Effect, EffectKind, Entry, Insert, Update
from bot.rules.effects import action_changed
from bot.rules.model import Action, ActionState, Evidence, EvidenceKind, Incident, Link, Ruling, Strength
from bot.rules.state import action_state, moved
from bot.warroom import remind
from bot.warroom.scope import Scope


@dataclass(frozen=True, slots=True)
class Claim:
    """An upstream commit that is said to carry an action."""

    incident: int
    action: int
    kind: EvidenceKind
    commit: str
    author: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Loss:
    """Commits that stopped counting: reverted by a commit (`by`), or no longer in a rewritten branch (None)."""

    commits: frozenset[str]
    by: str | None


@dataclass(frozen=True, slots=True)
class Mention:
    """A commit whose trailer names an incident, and no action."""

    incident: int
    commit: str
    author: str
    subject: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look at one repository found, in the order in which it happened upstream."""

    repo: str
    facts: tuple[Claim | Loss | Mention, ...] = ()
    resolved: dict[int, str] = field(default_factory=dict)  # link id → the commit that it names now


def decide(
    incident: Incident,
    action: Action,
    links: Sequence[Link],
    before: Sequence[Evidence],
    seen: Seen,
    at: int,
) -> Decision | None:
    """What `seen` changes about one action; None if nothing. Regressions are named in the entries (`landed`)."""
    facts = list(before)
    entries: list[Entry] = []
    changes: list[Insert | Update] = []
    for fact in seen.facts:
        if isinstance(fact, Claim) and (fact.incident, fact.action) == (incident.number, action.number):
            if any(one.commit == fact.commit and one.strength is Strength.CLAIM for one in facts):
                continue
            new = Evidence(0, action.id, fact.kind, Strength.CLAIM, at, seen.repo, fact.commit)
            facts.append(new)
            changes.append(Insert("evidence", _row(incident, new)))
            entries.append(Entry("evidence.found", _claimed(action, seen.repo, fact)))
        elif isinstance(fact, Loss):
            hit = [
                i for i, one in enumerate(facts) if one.holds and one.repo == seen.repo and one.commit in fact.commits
            ]
            back = [i for i, one in enumerate(facts) if one.lost_by is not None and one.lost_by in fact.commits]
            if hit:
                landed = action_state(None, links, facts) is ActionState.LANDED
                first = facts[hit[0]]
                entries.append(Entry("evidence.lost", _lost(action, seen.repo, first.commit, fact.by, landed)))
            elif back:
                entries.append(Entry("evidence.restored", _restored(action, seen.repo, facts[back[0]].commit)))
            for i in hit:
                facts[i] = replace(facts[i], lost_at=at, lost_by=fact.by)
            for i in back:
                facts[i] = replace(facts[i], lost_at=None, lost_by=None)
    old = {one.id: one for one in before}
    for one in facts:
        if one.id and one != old[one.id]:
            changes.append(Update("evidence", one.id, {"lost_at": one.lost_at, "lost_by": one.lost_by}))
    if not entries:
        return None
    state = action_state(action.ruling, links, facts)
    afresh = {"nudged": 0} if state is ActionState.REGRESSED else {}  # it counts anew towards the most that it gets
    return Decision(
        answer=Answer(""),
        entries=tuple(entries),
        changes=(*_folded(incident, changes, facts), moved(action, state, at, **afresh)),
        effects=action_changed(incident, action),
    )


def run(scope: Scope, seen: Seen) -> None:
    """Record what was seen. Incidents are locked in the order of their ids."""
    for incident_id, found in _concerned(scope, seen).items():
        incident = load.incident_by_id(scope.conn, incident_id, lock=True)
        for mention in (fact for fact in seen.facts if isinstance(fact, Mention)):
            if mention.incident == incident.number and not incident.standing:
                said = {
                    "repo": Clean(seen.repo),
                    "commit": Clean(mention.commit),
                    "author": scope.clean(mention.author),
                }
                entry = Entry("commit.seen", said | {"subject": scope.clean(mention.subject)})
                incident = scope.write(incident, [entry])
        for action in load.actions_where(scope.conn, actions.c.id.in_(found)):
            links, facts = load.links_of(scope.conn, [action.id]), load.evidence_of(scope.conn, [action.id])
            decision = decide(incident, action, links, facts, seen, scope.at)
            if decision is not None:
                incident = _record(scope, incident, action, decision)


def _record(scope: Scope, incident: Incident, action: Action, decision: Decision) -> Incident:
    """Write a decision, with the alarm that a regression is and the line in the thread that a loss is."""
    said: list[Effect] = []
    for ahead, entry in enumerate(decision.entries, start=1):
        if entry.kind != "evidence.lost":
            continue
        seq = incident.last_seq + ahead
        said.append(Effect(EffectKind.NOTE, incident.id, str(seq)))
        if entry.payload["landed"] and action.ruling is None:
            said += remind.alarm_owner(scope, incident, action, seq)
    return scope.write(incident, decision.entries, decision.changes, [*decision.effects, *said])


def _concerned(scope: Scope, seen: Seen) -> dict[int, list[int]]:
    """Incident id → ids of the actions that `seen` may change, in the order of incident ids."""
    concerned: dict[int, list[int]] = {}
    for fact in seen.facts:
        if isinstance(fact, Loss):
            hit = evidence.c.commit.in_(fact.commits) | evidence.c.lost_by.in_(fact.commits)
            for one in load.evidence_where(scope.conn, evidence.c.workspace_id == scope.workspace, hit):
                owner = load.actions_where(scope.conn, actions.c.id == one.action_id)[0]
                concerned.setdefault(owner.incident_id, []).append(owner.id)
            continue
        incident = load.incident(
            scope.conn, incidents.c.workspace_id == scope.workspace, incidents.c.number == fact.incident
        )
        if incident is None:  # a typing error in a trailer, or another workspace's incident
            continue
        concerned.setdefault(incident.id, [])
        if isinstance(fact, Claim):
            action = load.action(scope.conn, incident.id, fact.action)
            if action is not None and action.ruling is not Ruling.STRUCK:
                concerned[incident.id].append(action.id)
    return dict(sorted(concerned.items()))


def _row(incident: Incident, fact: Evidence) -> dict[str, object]:
    return {
        "incident_id": incident.id,
        "action_id": fact.action_id,
        "kind": fact.kind.value,
        "strength": fact.strength.value,
        "repo": fact.repo,
        "commit": fact.commit,
        "at": fact.at,
    }


def _folded(incident: Incident, changes: Iterable[Insert | Update], facts: Sequence[Evidence]) -> list[Insert | Update]:
    """Inserts with what became of them in the same look: a claim and its revert can arrive together."""
    by_commit = {fact.commit: fact for fact in facts if fact.id == 0}
    folded: list[Insert | Update] = []
    for change in changes:
        if isinstance(change, Insert):
            fact = by_commit[change.row["commit"]]
            change = Insert(change.table, {**_row(incident, fact), "lost_at": fact.lost_at, "lost_by": fact.lost_by})
        folded.append(change)
    return folded


def _claimed(action: Action, repo: str, claim: Claim) -> dict[str, object]:
    return {
        "action": action.number,
        "kind": claim.kind,
        "repo": Clean(repo),
        "commit": Clean(claim.commit),
        "subject": Clean(claim.subject),
        "author": Clean(claim.author),
    }


def _lost(action: Action, repo: str, commit: str | None, by: str | None, landed: bool) -> dict[str, object]:
    return {
        "action": action.number,
        "repo": Clean(repo),
        "commit": Clean(commit or ""),
        "by": Clean(by) if by else None,
        "landed": landed,
    }


def _restored(action: Action, repo: str, commit: str | None) -> dict[str, object]:
    return {"action": action.number, "repo": Clean(repo), "commit": Clean(commit or "")}
