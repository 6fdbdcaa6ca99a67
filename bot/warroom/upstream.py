"""What a look at upstream means for the actions: what is proven, or no longer; claims found, lost and restored."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.ledger import load
from bot.ledger.changes import moved_to
from bot.ledger.proofs import proofs_of
from bot.ledger.proofs import store as store_proofs
from bot.ledger.tables import actions, evidence, incidents
from bot.rules.clean import Clean
from bot.rules.decision import Answer, Decision, Effect, EffectKind, Entry, Insert, Update
from bot.rules.effects import action_changed
from bot.rules.model import (
    Action,
    ActionState,
    Evidence,
    EvidenceKind,
    Incident,
    Link,
    Proof,
    Ruling,
    Strength,
    Verdict,
)
from bot.rules.proofs import NOT_THERE, commits_of, finding, lacking, parts_landed, verdict_of
from bot.rules.state import action_state, moved
from bot.warroom import remind
from bot.warroom.proving import Proven, says_the_same
from bot.warroom.scope import Scope


@dataclass(frozen=True, slots=True)
class Claim:
    """An upstream commit that is said to carry an action."""

    incident: int
    action: int
    kind: EvidenceKind
    commit: str
    author: str
    subject: str


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
    """What one look at one repository found, in the order in which it happened upstream; `proven` is what stands there
    at its end, by action id."""

    repo: str
    facts: tuple[Claim | Loss | Mention, ...] = ()
    resolved: dict[int, str] = field(default_factory=dict)  # link id → the commit that it names now
    proven: Mapping[int, Proven] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Lost:
    """A commit that does not carry an action any more, and the one that took it out, if that is known."""

    commit: str | None
    by: str | None


@dataclass(frozen=True, slots=True)
class _Restored:
    commit: str | None


def decide(
    incident: Incident,
    action: Action,
    links: Sequence[Link],
    before: Sequence[Evidence],
    known: Sequence[Proof],
    proofs: Sequence[Proof],
    seen: Seen,
    at: int,
) -> Decision | None:
    """What `seen` changes about one action; None if nothing. `known` are the proofs of its recorded changes before the
    look, `proofs` those after it. However much came in one look, the state changes once; the entry of the loss by which
    the action regressed says so (`landed`)."""
    facts = list(before)
    events: list[Claim | _Lost | _Restored] = []
    for fact in seen.facts:
        if isinstance(fact, Claim) and (fact.incident, fact.action) == (incident.number, action.number):
            events += _claim(action, seen.repo, fact, facts, at)
        elif isinstance(fact, Loss):
            events += _lose(seen.repo, fact, facts, at)
    found = next((proof for proof in proofs if proof.repo == seen.repo and proof.looked), None)
    if found is not None and any(one.repo == found.repo and says_the_same(one, found) for one in known):
        found = None  # no news
    verdict = verdict_of(proofs)
    gone = _prove(action, found, verdict, facts, at) if found else []
    if not events and not found:
        return None

    was = action_state(None, links, before, verdict_of(known))
    now = action_state(None, links, facts, verdict)
    regressed = was is ActionState.LANDED and now is ActionState.REGRESSED
    entries: list[Entry] = []
    for event in (*events, found, *(one for one in gone if one.commit not in _lost_in(events))):
        match event:
            case Claim():
                entries.append(Entry("evidence.found", _found_payload(action, seen.repo, event, verdict, proofs)))
            case Proof():
                entries.append(Entry("proof.found", _proof_payload(action, event)))
            case _Lost():
                payload = _lost_payload(action, seen.repo, event, now, proofs)
                entries.append(Entry("evidence.lost", payload | {"landed": regressed}))
                regressed = False  # one alarm
            case _Restored():
                restored = {"action": action.number, "repo": Clean(seen.repo), "commit": Clean(event.commit or "")}
                entries.append(Entry("evidence.restored", restored))
    state = action_state(action.ruling, links, facts, verdict)
    again = state is ActionState.REGRESSED and action.state is not state
    afresh = {"nudged": 0} if again else {}  # it counts anew towards the most that it gets
    return Decision(
        answer=Answer(""),
        entries=tuple(entries),
        changes=(*_changes(incident, before, facts), moved(action, state, at, **afresh)),
        effects=action_changed(incident, action),
    )


def run(scope: Scope, seen: Seen) -> None:
    """Record what was seen. Incidents are locked in the order of their ids."""
    seen = replace(seen, facts=tuple(fact if isinstance(fact, Loss) else _clean(scope, fact) for fact in seen.facts))
    for incident_id, found in _concerned(scope, seen).items():
        incident = load.incident_by_id(scope.conn, incident_id, lock=True)
        for mention in (fact for fact in seen.facts if isinstance(fact, Mention)):
            if mention.incident == incident.number and not incident.standing:
                said = {"commit": Clean(mention.commit), "author": mention.author, "subject": mention.subject}
                incident = scope.write(incident, [Entry("commit.seen", {"repo": Clean(seen.repo)} | said)])
        for action in load.actions_where(scope.conn, actions.c.id.in_(found)):
            links, facts = load.links_of(scope.conn, [action.id]), load.evidence_of(scope.conn, [action.id])
            known = proofs_of(scope.conn, [action.id])
            if action.id in seen.proven:
                _keep(scope, [seen.proven[action.id]])
            proofs = proofs_of(scope.conn, [action.id])  # a change that was recorded meanwhile is still to be proven
            decision = decide(incident, action, links, facts, known, proofs, seen, scope.at)
            if decision is not None:
                incident = _record(scope, incident, action, decision)


def _clean(scope: Scope, said: Claim | Mention) -> Claim | Mention:
    return replace(said, author=scope.clean(said.author), subject=scope.clean(said.subject))


def _record(scope: Scope, incident: Incident, action: Action, decision: Decision) -> Incident:
    """Write a decision, with the alarm that a regression is, and the line in the thread for a loss, and for a commit
    that says it carries what is not there."""
    said: list[Effect] = []
    for ahead, entry in enumerate(decision.entries, start=1):
        seq = incident.last_seq + ahead
        if entry.kind == "evidence.lost" or entry.payload.get("lacking"):
            said.append(Effect(EffectKind.NOTE, incident.id, str(seq)))
        if entry.kind == "evidence.lost" and entry.payload["landed"] and action.ruling is None:
            said += remind.alarm_owner(scope, incident, action, seq)
    return scope.write(incident, decision.entries, decision.changes, [*decision.effects, *said])


def _keep(scope: Scope, found: Sequence[Proven]) -> None:
    store_proofs(scope.conn, scope.workspace, [(one.incident_id, one.proof, one.change_id) for one in found])
    for one in found:
        for path, upstream_path in one.found_at.items():
            moved_to(scope.conn, one.proof.action_id, one.proof.repo, path, upstream_path)


def _concerned(scope: Scope, seen: Seen) -> dict[int, list[int]]:
    """Incident id → ids of the actions that `seen` may change, in the order of incident ids. Proofs that found what the
    ones before did are kept right here."""
    concerned: dict[int, list[int]] = {}
    for action_id, proven in seen.proven.items():
        if proven.news:
            concerned.setdefault(proven.incident_id, []).append(action_id)
    _keep(scope, [proven for proven in seen.proven.values() if not proven.news])
    for fact in seen.facts:
        if isinstance(fact, Loss):
            hit = evidence.c.commit.in_(fact.commits) | evidence.c.lost_by.in_(fact.commits)
            for said in load.evidence_where(scope.conn, evidence.c.workspace_id == scope.workspace, hit):
                (owner,) = load.actions_where(scope.conn, actions.c.id == said.action_id)
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


def _claim(action: Action, repo: str, claim: Claim, facts: list[Evidence], at: int) -> Iterator[Claim]:
    if not any(one.commit == claim.commit and one.strength is Strength.CLAIM for one in facts):
        facts.append(Evidence(0, action.id, claim.kind, Strength.CLAIM, at, repo, claim.commit))
        yield claim


def _lose(repo: str, loss: Loss, facts: list[Evidence], at: int) -> Iterator[_Lost | _Restored]:
    """Claims and words that stood for these commits are lost, and those that these commits took away are back. What is
    proven is not: whether it still is, its content shows."""
    said = [i for i, one in enumerate(facts) if one.strength is not Strength.PROOF]
    hit = [i for i in said if facts[i].holds and facts[i].repo == repo and facts[i].commit in loss.commits]
    back = [i for i in said if facts[i].lost_by is not None and facts[i].lost_by in loss.commits]
    if hit:
        yield _Lost(facts[hit[0]].commit, loss.by)
    elif back:
        yield _Restored(facts[back[0]].commit)
    for i in hit:
        facts[i] = replace(facts[i], lost_at=at, lost_by=loss.by)
    for i in back:
        facts[i] = replace(facts[i], lost_at=None, lost_by=None)


def _prove(action: Action, found: Proof, verdict: Verdict | None, facts: list[Evidence], at: int) -> list[_Lost]:
    """Have the facts say what the content shows: that it is proven, or what does not hold any more."""
    proven = [i for i, one in enumerate(facts) if one.holds and one.strength is Strength.PROOF]
    if verdict is Verdict.LANDED:
        renamed = [i for i in proven if facts[i].repo == found.repo and found.commit not in (None, facts[i].commit)]
        for i in renamed:  # the same lines, brought by a commit of another name
            facts[i] = replace(facts[i], lost_at=at)
        if renamed or not proven:
            new = Evidence(0, action.id, EvidenceKind.PROVEN, Strength.PROOF, at, found.repo, found.commit)
            facts.append(new)
        return []
    gone = proven if found.verdict is not Verdict.LANDED else []
    if verdict in NOT_THERE:
        gone = gone + [i for i, one in enumerate(facts) if one.holds and one.strength is Strength.WORD]
    for i in gone:
        facts[i] = replace(facts[i], lost_at=at, lost_by=found.undone_by)
    return [_Lost(facts[gone[0]].commit, found.undone_by)] if gone else []


def _lost_in(events: Iterable[object]) -> set[str | None]:
    return {event.commit for event in events if isinstance(event, _Lost)}


def _changes(incident: Incident, before: Sequence[Evidence], facts: Sequence[Evidence]) -> Iterator[Insert | Update]:
    """The rows for facts that are new or changed; what was found and lost in one look is one row."""
    old = {one.id: one for one in before}
    for fact in facts:
        fate = {"lost_at": fact.lost_at, "lost_by": fact.lost_by}
        if fact.id == 0:
            row = {
                "incident_id": incident.id,
                "action_id": fact.action_id,
                "kind": fact.kind.value,
                "strength": fact.strength.value,
                "repo": fact.repo,
                "commit": fact.commit,
                "at": fact.at,
            }
            yield Insert("evidence", row | fate)
        elif fact != old[fact.id]:
            yield Update("evidence", fact.id, fate)


def _found_payload(
    action: Action, repo: str, claim: Claim, verdict: Verdict | None, proofs: Sequence[Proof]
) -> dict[str, object]:
    return {
        "action": action.number,
        "kind": claim.kind,
        "repo": Clean(repo),
        "commit": Clean(claim.commit),
        "subject": claim.subject,
        "author": claim.author,
        "lacking": Clean(lacking(proofs)) if verdict in NOT_THERE else None,
    }


def _proof_payload(action: Action, proof: Proof) -> dict[str, object]:
    landed, parts = parts_landed([proof])
    return {
        "action": action.number,
        "repo": Clean(proof.repo),
        "tip": Clean(proof.tip),
        "verdict": proof.verdict,
        "rung": proof.rung,
        "landed": landed,
        "parts": parts,
        "commits": [Clean(commit) for commit in commits_of([proof])],
        "found": Clean(finding([proof])),
    }


def _lost_payload(
    action: Action, repo: str, lost: _Lost, now: ActionState, proofs: Sequence[Proof]
) -> dict[str, object]:
    return {
        "action": action.number,
        "repo": Clean(repo),
        "commit": Clean(lost.commit or ""),
        "by": Clean(lost.by) if lost.by else None,
        "now": now,
        "found": Clean(finding(proofs)) if proofs else None,
    }
