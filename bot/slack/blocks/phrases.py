"""The same words for the same thing in every message: states, evidence, actions in one line."""

import re
from collections.abc import Mapping, Sequence

from bot.rules.checklist import Basis, How, Item, Verb, named
from bot.rules.model import (
    Action,
    ActionState,
    Deployed,
    Incident,
    IncidentState,
    Link,
    LinkKind,
    Pull,
    PullState,
)
from bot.rules.proofs import finding
from bot.rules.summary import plain_duration
from bot.slack import mrkdwn
from bot.slack.blocks.parts import Block, button, confirm, value_of

# What prose rarely has: a line break, an assignment, a flag, a path, a pipe, a call, SQL.
_CODE = re.compile(r"\n|\w=\S|(?:^|\s)--?\w|\w/\w|(?:^|\s)[~.]?/\w|[|;{}$()]|\b(?:UPDATE|DELETE|INSERT|ALTER)\b")

_MARKS: dict[str, str] = {
    ActionState.DRIFTING: "🔴",
    ActionState.REGRESSED: "🚨",
    ActionState.IN_REVIEW: "🟡",
    ActionState.CLAIMED: "🔵",
    How.PROVEN: "✅",
    How.CONFIRMED: "☑️",
    ActionState.UNDONE: "↩️",
    ActionState.WAIVED: "⚪",
    ActionState.EPHEMERAL: "💨",
    ActionState.STRUCK: "✖️",
}
_INCIDENT_MARKS = {
    IncidentState.OPEN: "🔥",
    IncidentState.RESOLVED: "🟢",
    IncidentState.CLOSED: "🏁",
    IncidentState.CANCELLED: "⚪",
}


def mark(item: Item) -> str:
    """Proven and confirmed have each a mark of their own."""
    return _MARKS[named(item.action, item.basis.how)]


def incident_state(incident: Incident) -> str:
    return f"{_INCIDENT_MARKS[incident.state]} {incident.state.value}"


def ref(incident: Incident, action: Action) -> str:
    return f"{incident.name}#{action.number}"


def tally(counts: Mapping[str, int]) -> str:
    """`🔴 3 drifting · ✅ 1 proven · ☑️ 1 confirmed`."""
    return " · ".join(f"{_MARKS[name]} {number} {name}" for name, number in counts.items())


def commit(sha: str | None) -> str:
    return mrkdwn.code(sha[:7]) if sha else "a commit"


def linked(link: Link) -> str:
    """What was linked, as a link where there is an address."""
    match link.kind:
        case LinkKind.COMMIT:
            name = link.ref[:7]
        case LinkKind.PULL_REQUEST:
            name = _request(link.ref, link.url)
        case LinkKind.BRANCH:
            name = f"branch {link.ref}"
    if link.url and link.url.startswith(("https://", "http://")) and len(link.url) <= 200:
        return mrkdwn.link(link.url, name[:80])
    return mrkdwn.code(name, 80)


def evidence(basis: Basis) -> str:
    """What the state rests on, and what was found of the recorded change. Proof, a person's word and a mere claim never
    read alike."""
    if not basis.proofs or basis.how in (How.PROVEN, How.UNDONE, How.WAIVED, How.EPHEMERAL):
        return _grounds(basis)
    found = mrkdwn.shorten(finding(basis.proofs), 300)
    if basis.how is How.NOT_THERE:
        return f"{_grounds(basis)}, but {found}" if basis.commit else found
    return " · ".join((found, _grounds(basis)) if basis.how is How.WHITESPACE else (_grounds(basis), found))


def _grounds(basis: Basis) -> str:
    by = mrkdwn.who(basis.by) if basis.by else "somebody"
    why = f": {mrkdwn.shorten(basis.why, 150)}" if basis.why else ""
    match basis.how:
        case How.NOTHING:
            return f"no commit carries it: {given_up(basis.pull)}" if basis.pull else "no commit carries it yet"
        case How.NOT_THERE:
            return f"{commit(basis.commit)} says it carries it"
        case How.LOST:
            rewritten = "" if basis.proofs else ": the branch was rewritten"
            undoing = f": taken out by {commit(basis.lost_by)}" if basis.lost_by else rewritten
            return f"{commit(basis.commit)} is no longer upstream{undoing}"
        case How.LINKED if basis.link and basis.pull:
            return f"{linked(basis.link)}, {in_review(basis.pull)}"
        case How.LINKED:
            return f"{linked(basis.link) if basis.link else commit(basis.commit)} is not upstream yet"
        case How.CLAIMED | How.WHITESPACE:
            return f"claimed by {commit(basis.commit)}, not confirmed" if basis.commit else "not confirmed"
        case How.PROVEN:
            return f"*proven* · {commit(basis.commit)}" if basis.commit else "*proven*"
        case How.CONFIRMED:
            return f"*confirmed by* {by} · {commit(basis.commit)}"
        case How.UNDONE:
            return f"undone, says {by}{why}"
        case How.WAIVED:
            return f"waived by {by}{why}"
        case How.EPHEMERAL:
            return "nothing to reconcile"


def in_review(pull: Pull) -> str:
    """Where a pull request stands: `waiting for review`."""
    match pull.state:
        case PullState.DRAFT:
            return "still a draft"
        case PullState.OPEN:
            return pull.review.value
        case PullState.MERGED:
            return "merged, not seen upstream yet"
        case PullState.CLOSED:
            return "closed without being merged"


def given_up(pull: Pull) -> str:
    """Why nothing came of a pull request that was to carry an action."""
    name = _request(str(pull.number), pull.url)
    return f"{mrkdwn.link(pull.url, name) if pull.url else name} was closed without being merged"


def _request(number: str, url: str | None) -> str:
    """A pull or merge request, as its host calls it."""
    return f"MR !{number}" if "/merge_requests/" in (url or "") else f"PR #{number}"


def running(deployed: Sequence[Deployed]) -> str:
    """Where a landed action is deployed: `in production since 24 Nov 14:05`, `not deployed to production yet`."""
    return ", ".join(
        f"not deployed to {mrkdwn.escape(one.environment)} yet"
        if one.since is None
        else f"in {mrkdwn.escape(one.environment)} since {mrkdwn.day_and_time(one.since)}"
        for one in deployed
    )


def looks_like_code(typed: str) -> bool:
    return bool(_CODE.search(typed))


def done(action: Action) -> str:
    """What was done, in one line: in code style where it was a command."""
    text = action.text
    return mrkdwn.code(text, 120) if looks_like_code(text) else mrkdwn.shorten(text, 120)


def state(item: Item) -> str:
    """State and evidence in one phrase: `drifting · no commit carries it yet`."""
    phrase = evidence(item.basis)
    if item.deployed and item.action.state is ActionState.LANDED:
        phrase += f" · {running(item.deployed)}"
    said_by_phrase = (ActionState.CLAIMED, ActionState.UNDONE, ActionState.WAIVED)
    return phrase if item.action.state in said_by_phrase else f"{item.action.state.value} · {phrase}"


def line(item: Item, incident: Incident | None = None) -> str:
    """One action: what was done, and below it where it stands, whose it is and for how long it has drifted.

    `incident` is given where the message spans several.
    """
    action = item.action
    number = ref(incident, action) if incident else f"#{action.number}"
    told = [state(item), mrkdwn.who(item.owner)]
    if not action.state.reconciled:
        told.append(f"live for {plain_duration(item.drift)}")
    if item.overdue:
        told.append("*time to undo it*")
    return f"{mark(item)} *{number}* {done(action)}\n{' · '.join(told)}"


def settling(item: Item, verb: Verb, incident: Incident, *, spanning: bool = False) -> Block:
    """The button that asks for `verb`. In a message that spans incidents the ids name the incident too."""
    action = item.action
    suffix = f"{incident.number}.{action.number}" if spanning else str(action.number)
    value, name = value_of(incident, action), ref(incident, action)
    match verb:
        case Verb.CONFIRM:
            return button(verb, "Confirm", value, suffix, style="primary", confirm=_confirming(item, name))
        case Verb.LINK:
            return button(verb, "Link commit…", value, suffix)
        case Verb.UNDONE:
            undone = confirm(
                f"{name} was undone?",
                "Only if it was taken back in production. It is recorded in your name.",
                "It was undone",
            )
            return button(verb, "Undone", value, suffix, confirm=undone)
        case Verb.WAIVE:
            return button(verb, "Waive…", value, suffix)
        case Verb.PATCH:
            return button(verb, "Get the patch", value, suffix)


def _confirming(item: Item, name: str) -> Block:
    sha = (item.basis.commit or "")[:7] or "The commit"
    looked = f"{sha} carries what was changed by hand"
    if item.basis.how is How.WHITESPACE:
        looked = "the change stands upstream, and the other white space changes nothing"
    return confirm(
        f"Confirm {name}?",
        f"You looked: {looked}. It is recorded as your word, not as proof.",
        "I looked, it does",
    )
