"""One ledger entry as one plain sentence: the timeline, the export and the room's notes all say the same."""

from collections.abc import Mapping
from typing import Any

from bot.rules.decision import EffectKind
from bot.rules.model import HOUR, ActionState, Line, Person, Section, Verdict
from bot.rules.refusal import sentence
from bot.rules.words import short
from bot.rules.worktime import local_time

PURGED = "[purged]"


def tell(line: Line, people: Mapping[int, Person]) -> str:
    """What happened, without when. `people` holds at least those who are named; others are "someone"."""

    def name(person_id: Any) -> str:
        person = people.get(person_id) if person_id is not None else None
        return person.name if person else "someone"

    who = name(line.actor_id) if line.actor_id is not None else "Hotwash"
    if line.payload is None:
        return f"{who}: {PURGED} ({line.kind})"
    said = line.payload
    text = short(str(said.get("text") or ""), 300)
    why = short(str(said.get("why") or ""), 300)
    because = f": {why}" if why else ""
    action = f"#{said.get('action')}"
    commit = str(said.get("commit") or "")[:7]
    match line.kind:
        case "incident.opened":
            return f"{who} opened it as {said['severity']}: {short(str(said['title']), 300)}"
        case "incident.update":
            return f"{who}: {text}"
        case "retro.written":
            heading = Section(str(said["section"])).heading
            return f"{who} wrote {heading}: {text}" if text else f"{who} emptied {heading}"
        case "incident.severity":
            return f"{who} changed the severity from {said['before']} to {said['after']}"
        case "incident.lead":
            return f"{name(said['after'])} leads now" + (f" (said by {who})" if said["after"] != line.actor_id else "")
        case "incident.role":
            given = f" (said by {who})" if said["after"] != line.actor_id else ""
            return f"{name(said['after'])} is {said['role']} now{given}"
        case "incident.renamed":
            return f"{who} renamed it: {short(str(said['after']), 300)}"
        case "incident.duplicate":
            unsettled = f", {said['open']} not reconciled" if said["open"] else ""
            return f"{who} closed it as a duplicate of INC-{said['of']}{unsettled}"
        case "room.archived":
            return "The channel is archived: all is reconciled, and it was quiet for long"
        case "room.unarchived":
            return "The channel is in use again"
        case "member.joined":
            return f"{name(said['to'])} came into the room"
        case "member.left":
            return f"{name(said['to'])} left the room"
        case "incident.resolved":
            return f"{who} resolved it" + (f": {text}" if text else "")
        case "incident.closed":
            left = said["open"]
            return f"{who} closed it, {left} not reconciled{because}" if left else f"{who} closed it{because}"
        case "incident.reopened":
            return f"{who} reopened it"
        case "incident.cancelled":
            return f"{who} cancelled it{because}"
        case "incident.reconciled":
            return "Everything is reconciled"
        case "incident.unreconciled":
            about = ", ".join(f"#{number}" for number in said["actions"])  # type: ignore[attr-defined]
            return f"No longer all reconciled: {about}"
        case "action.logged":
            owner = f" (for {name(said['owner'])})" if said["owner"] != line.actor_id else ""
            return f"{who} logged {action}{owner} · {said['kind']} · {text}"
        case "action.edited":
            changes = ", ".join(sorted(said["after"]))  # type: ignore[call-overload]
            return f"{who} corrected {action}: {changes}"
        case "push.asked":
            return f"{who} asked for a branch with what {said['repo']} misses of {action}"
        case "push.done":
            return f"{who} pushed what {said['repo']} misses of {action} as {said['branch']}, {commit}"
        case "push.failed":
            return f"{who} could not push {said['branch']} for {action}{because}"
        case "patch.made":
            return f"{who} made a patch of what {said['repo']} misses of {action}"
        case "action.owner":
            return f"{who} gave {action} to {'a group' if said['group'] else name(said['after'])}"
        case "action.ruled":
            return f"{who}: {action} is {said['ruling']}{because}"
        case "action.linked":
            what = commit_or(said)
            return f"{who} linked {action} to {what}"
        case "message.pinned":
            return f"{who} pinned what {name(said['author'])} said: {text}"
        case "message.unpinned":
            return f"{who} took a pinned message off the timeline"
        case "message.changed":
            about = f"the message of {action}" if "action" in said else "a pinned message"
            unlike = "" if said["taken"] else f" ({action} has words of its own, and keeps them)"
            return f"{name(said['author'])} edited {about}{unlike}: {short(str(said['after']), 300)}"
        case "message.deleted":
            about = f"The message of {action}" if "action" in said else "A pinned message"
            return f"{about} was deleted; the record keeps what it said"
        case "evidence.found":
            but = f", but {said['lacking']}" if said.get("lacking") else ""
            return f"{commit} in {said['repo']} says that it carries {action}{but}: {short(str(said['subject']), 100)}"
        case "evidence.lost":
            return _lost(said, action, commit)
        case "proof.found":
            proven = " is proven" if said["verdict"] == Verdict.LANDED else ""
            return f"{action}{proven}: {short(str(said['found']), 300)}"
        case "evidence.restored":
            return f"{commit} in {said['repo']} is back, and with it {action}"
        case "evidence.confirmed":
            return f"{who} confirmed that {commit} carries {action}"
        case "change.sent":
            return f"{who} sent the change of {action}: {_files(said)}{_taken_out(said)}"
        case "change.recorded":
            by = f", as branch {said['ref']} has it" if said["ref"] else ""
            size = f"+{said['added']} −{said['removed']}"
            made_to = f"made to {str(said['base'])[:7]} in {said['repo']}"
            return f"{who} recorded the change of {action}: {_files(said)}, {size}, {made_to}{by}"
        case "change.unusable":
            kept = ". Its text is kept on record" if said["text"] else ""
            return f"The change that {who} sent for {action} can't be compared with {said['repo']}{because}{kept}"
        case "commit.seen":
            return f"{commit} in {said['repo']} by {said['author']}: {short(str(said['subject']), 100)}"
        case "nudge.sent":
            about = ", ".join(f"#{number}" for number in said["actions"])  # type: ignore[attr-defined]
            whom = f" to {name(said['to'])}" if said["to"] else ""
            return f"Reminder ({said['where']}){whom} about {about}"
        case "update.overdue":
            return f"Reminded {name(said['to'])} that a status update is due"
        case "nudge.snoozed":
            about = ", ".join(f"#{number}" for number in said["actions"])  # type: ignore[attr-defined]
            hours = (int(said["until"]) - line.at) // HOUR  # type: ignore[call-overload]
            return f"{who} asked for {hours} h of quiet about {about}"
        case "pull.opened":
            return f"{who} opened {commit_or({'kind': 'pull_request', **said})} for {action}: {said['url']}"
        case "pull.closed":
            return f"Pull request {said['ref']} was closed without being merged: {action} has nothing from it"
        case "pull.reopened":
            return f"Pull request {said['ref']} was taken up again for {action}"
        case "deployment.warned":
            about = ", ".join(f"#{number}" for number in said["actions"])  # type: ignore[attr-defined]
            deploys = "was deployed to" if said["live"] else "is being deployed to"
            return f"{commit} {deploys} {said['environment']}, and undoes {about}"
        case "delivery.refused":
            return sentence(str(said["effect"]), str(said["error"]), _invited(said, people))
        case "entry.purged":
            return f"{who} purged an earlier entry{because}"
    return f"{who}: {line.kind}"


def _files(said: Mapping[str, Any]) -> str:
    """`etc/app.conf`, or `3 files, etc/app.conf among them`."""
    first = said["files"][0]
    path = str(first["path"] if isinstance(first, dict) else first)
    return path if said["count"] == 1 else f"{said['count']} files, {path} among them"


def _taken_out(said: Mapping[str, Any]) -> str:
    if not said["taken_out"]:
        return ""
    what = ", ".join(said["taken_out"])
    return f". It held {what}, taken out before it was stored: rotate it, and delete what you sent if it is in Slack"


def _lost(said: Mapping[str, Any], action: str, commit: str) -> str:
    reasons = [f"{str(said['by'])[:7]} took it out"] if said["by"] else []
    reasons += [short(str(said["found"]), 300)] if said.get("found") else []
    gone = f"{commit or 'the change'} in {said['repo']} no longer stands, "
    gone += "; ".join(reasons) or "the branch was rewritten"
    match said.get("now"):
        case ActionState.LANDED:
            return f"{action} is upstream all the same, though {gone}"
        case ActionState.CLAIMED:
            return f"{action} is only claimed now: {gone}"
    return f"{action} {'has regressed' if said['landed'] else 'drifts again'}: {gone}"


def _invited(said: Mapping[str, Any], people: Mapping[int, Person]) -> str:
    if said["effect"] == EffectKind.WEBHOOK:
        return str(said["key"])
    person = people.get(int(str(said["key"]))) if said["effect"] == EffectKind.INVITE else None
    return person.name if person else "somebody"


def clock_face(at_us: int, tz: str) -> str:
    """A moment as that person's wall clock shows it: `Tue 24 Nov 14:05`."""
    return local_time(at_us, tz).strftime("%a %d %b %H:%M")


def commit_or(said: Mapping[str, Any]) -> str:
    """How a link is named: short for a commit, by name for a branch or pull request."""
    match said["kind"]:
        case "commit":
            return f"commit {str(said['ref'])[:7]}"
        case "pull_request":
            return f"pull request {said['ref']}"
    return f"branch {said['ref']}"
