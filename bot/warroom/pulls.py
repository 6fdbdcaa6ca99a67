"""What a Git host told of a pull request: which actions it carries, and what became of it."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.git.hosts.told import PullTold
from bot.git.message import parse_message
from bot.ledger import load
from bot.ledger import pulls as ledger
from bot.ledger.proofs import proofs_of
from bot.ledger.tables import actions, incidents, links
from bot.rules.clean import Clean
from bot.rules.decision import Answer, Decision, Entry, Insert, Update
from bot.rules.effects import action_changed
from bot.rules.model import (
    Action,
    ActionState,
    Evidence,
    Incident,
    Link,
    LinkKind,
    Pull,
    PullState,
    Review,
    ReviewState,
    Verdict,
)
from bot.rules.proofs import verdict_of
from bot.rules.state import action_state, moved
from bot.warroom.scope import Scope

_LONGEST = 300  # characters of a title, an address, a branch
_BRANCH = re.compile(r"(?:.*/)?INC-(0|[1-9]\d{0,8})[-#]([1-9]\d{0,8})", re.ASCII | re.IGNORECASE)
_LAST = (
    PullState.DRAFT,
    PullState.OPEN,
    PullState.CLOSED,
    PullState.MERGED,
)  # of two in one second the later here holds


def newest(known: Pull | None, told: Pull) -> Pull:
    """Both together, by the host's clock: a delivery that comes late changes nothing, whatever came in between."""
    if known is None:
        return told
    late = (told.changed_at, _LAST.index(told.state)) < (known.changed_at, _LAST.index(known.state))
    said = known.reviews | {who: one for who, one in told.reviews.items() if _later(one, known.reviews.get(who))}
    return replace(known if late else told, reviews=said)


def _later(one: Review, than: Review | None) -> bool:
    """A dismissal carries the time of the review that it dismisses."""
    return than is None or (one.at, one.said is ReviewState.DISMISSED) >= (than.at, than.said is ReviewState.DISMISSED)


def named(told: PullTold) -> frozenset[tuple[int, int]]:
    """The actions, as (incident number, action number), that a pull request says it carries: by trailer lines in its
    title or body, or by the name of its branch, `hotwash/INC-42-7`."""
    branch = _BRANCH.fullmatch(told.head_ref)
    said = parse_message(f"{told.title}\n\n{told.body}").reconciles
    return frozenset(said) | ({(int(branch[1]), int(branch[2]))} if branch else frozenset())


def decide(
    incident: Incident,
    action: Action,
    before: Sequence[Link],
    facts: Sequence[Evidence],
    verdict: Verdict | None,
    pull: Pull,
    at: int,
    by: int | None = None,
) -> Decision:
    """What a pull request that carries the action means for it. `before` are the action's links so far; `by` is who
    had it opened."""
    after, entries, changes = list(before), list[Entry](), list[Insert | Update]()

    def link(kind: LinkKind, ref: str, url: Clean | None) -> None:
        if any((one.kind, one.repo, one.ref) == (kind, pull.repo, ref) for one in after):
            return
        after.append(Link(0, action.id, kind, pull.repo, ref, by, at, url))
        row = {"incident_id": incident.id, "action_id": action.id, "kind": kind.value, "repo": pull.repo}
        changes.append(Insert("links", row | {"ref": Clean(ref), "url": url, "by": by, "at": at}))
        said = {"action": action.number, "kind": kind, "repo": Clean(pull.repo), "ref": Clean(ref), "url": url}
        entries.append(Entry("action.linked", said))

    closed = pull.state is PullState.CLOSED
    if not closed:
        link(LinkKind.PULL_REQUEST, str(pull.number), pull.url or None)
    if pull.merge_commit is not None:  # a squash or a rebase leaves no other trace of what was linked
        link(LinkKind.COMMIT, pull.merge_commit, None)
    for i, one in enumerate(after):
        if _is(one, pull) and closed != (one.dropped_at is not None):
            after[i] = replace(one, dropped_at=at if closed else None)
            changes.append(Update("links", one.id, {"dropped_at": after[i].dropped_at}))
            entries.append(Entry("pull.closed" if closed else "pull.reopened", _about(action, pull)))
    state = action_state(action.ruling, after, facts, verdict)
    return Decision(
        answer=Answer(""),
        entries=tuple(entries),
        changes=(*changes, moved(action, state, at)),
        effects=action_changed(incident, action),
    )


def run(scope: Scope, repo: str, told: PullTold, by: int | None = None) -> bool:
    """Record it. Whether something was linked, so that the repository is to be looked at. `by` is who had Hotwash open
    it."""
    pull = _pull(scope, repo, told)
    known = ledger.know(scope.conn, scope.workspace, pull)
    now = newest(known, pull)
    if now == known:
        return False
    ledger.store(scope.conn, scope.workspace, now)
    is_news = (now.changed_at, now.state) == (pull.changed_at, pull.state) and pull.state is not PullState.CLOSED
    wanted = named(told) if is_news else frozenset()
    did_link = False
    for incident_id, numbers in sorted(_concerned(scope, now, wanted).items()):
        incident = load.incident_by_id(scope.conn, incident_id, lock=True)
        for action in load.actions_where(
            scope.conn, actions.c.incident_id == incident_id, actions.c.number.in_(numbers)
        ):
            before, facts = load.links_of(scope.conn, [action.id]), load.evidence_of(scope.conn, [action.id])
            verdict = verdict_of(proofs_of(scope.conn, [action.id]))
            decision = decide(incident, action, before, facts, verdict, now, scope.at, by)
            incident = scope.write(incident, decision.entries, decision.changes, decision.effects)
            did_link |= any(isinstance(change, Insert) for change in decision.changes)
    return did_link


def _pull(scope: Scope, repo: str, told: PullTold) -> Pull:
    web = told.url.startswith(("https://", "http://")) and len(told.url) <= _LONGEST
    return Pull(
        repo, told.number, scope.clean(told.title[:_LONGEST]), scope.clean(told.url if web else ""), told.state,
        scope.clean(told.head_ref[:_LONGEST]), told.head_sha, told.at, told.merge_commit, dict(told.reviews),
    )  # fmt: skip


def _concerned(scope: Scope, pull: Pull, wanted: frozenset[tuple[int, int]]) -> dict[int, set[int]]:
    """Incident id → numbers of the actions that the pull request is linked to, or says that it carries; no struck ones.

    What it names and does not exist is a typing error, and nobody's."""
    here = (links.c.workspace_id == scope.workspace, links.c.kind == LinkKind.PULL_REQUEST.value)
    linked = load.links_where(scope.conn, *here, links.c.repo == pull.repo, links.c.ref == Clean(str(pull.number)))
    found = load.actions_where(scope.conn, actions.c.id.in_({link.action_id for link in linked}))
    for number, action_number in wanted:
        incident = load.incident(scope.conn, incidents.c.workspace_id == scope.workspace, incidents.c.number == number)
        action = load.action(scope.conn, incident.id, action_number) if incident else None
        found += [action] if action else []
    concerned: dict[int, set[int]] = {}
    for action in found:
        if action.state is not ActionState.STRUCK:
            concerned.setdefault(action.incident_id, set()).add(action.number)
    return concerned


def _is(link: Link, pull: Pull) -> bool:
    return (link.kind, link.repo, link.ref) == (LinkKind.PULL_REQUEST, pull.repo, str(pull.number))


def _about(action: Action, pull: Pull) -> dict[str, object]:
    return {"action": action.number, "repo": Clean(pull.repo), "ref": Clean(str(pull.number)), "url": pull.url}
