"""What can be typed, as one table: the help, the errors and the parser's verbs all come from it."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Usage:
    """One command. `where` says what stands before the verb: a slash command, or `/hotfix #7` for an action.

    `aliases` are words that people try instead of `name` and that can mean nothing else there.
    """

    where: Literal["/incident", "/hotfix", "/hotfix #7"]
    name: str
    usage: str
    example: str
    help: str
    aliases: tuple[str, ...] = ()


USAGES = (
    Usage(
        "/incident",
        "open",
        "/incident open [severity] [options] <title>",
        "/incident open sev1 checkout answers 502",
        "Open an incident: channel, card, timeline. Options: --here, --drill, --private.",
        ("start", "declare", "new", "create", "begin"),
    ),
    Usage(
        "/incident",
        "help",
        "/incident help [command]",
        "/incident help link",
        "What can be done here, now.",
        ("commands", "usage"),
    ),
    Usage(
        "/incident",
        "status",
        "/incident status [INC-42]",
        "/incident status INC-42",
        "State, people, and actions by state.",
        ("show", "info", "state"),
    ),
    Usage(
        "/incident",
        "catchup",
        "/incident catchup [INC-42]",
        "/incident catchup INC-42",
        "What happened, who leads, what drifts, what was tried.",
        ("catch-up", "summary"),
    ),
    Usage(
        "/incident",
        "update",
        "/incident update [INC-42] <text>",
        "/incident update checkout is back for 80 % of customers",
        "Tell everybody where things stand.",
        ("post",),
    ),
    Usage(
        "/incident",
        "severity",
        "/incident severity <severity> [INC-42]",
        "/incident severity sev2",
        "Change the severity.",
        ("sev",),
    ),
    Usage(
        "/incident",
        "lead",
        "/incident lead @user [INC-42]",
        "/incident lead @ana",
        "Say who leads.",
        ("commander", "ic"),
    ),
    Usage(
        "/incident",
        "role",
        "/incident role <role> [@user] [INC-42]",
        "/incident role scribe @ana",
        "Take a role, or give it to somebody.",
        ("roles", "claim"),
    ),
    Usage(
        "/incident",
        "link",
        "/incident link <sha, URL or branch> [#action]",
        "/incident link a79f427 #7",
        "Say which commit, pull request or branch carries an action.",
        ("attach",),
    ),
    Usage(
        "/incident",
        "log",
        "/incident log <what you did>",
        "/incident log kubectl scale deploy/web --replicas=8",
        "The same as /hotfix: log a manual action.",
        ("hotfix",),
    ),
    Usage(
        "/incident",
        "resolve",
        "/incident resolve [INC-42] [text]",
        "/incident resolve error rate back to normal since 14:20",
        "Service is back. Drift is still followed.",
        ("resolved",),
    ),
    Usage(
        "/incident",
        "close",
        "/incident close [INC-42] [why]",
        "/incident close INC-42",
        "Post the close-out: checklist and summary.",
        ("end", "finish", "closed"),
    ),
    Usage(
        "/incident",
        "retro",
        "/incident retro [INC-42]",
        "/incident retro INC-42",
        "What people write of it: contributing factors, lessons, follow-ups.",
        ("retrospective", "postmortem", "post-mortem"),
    ),
    Usage(
        "/incident",
        "reopen",
        "/incident reopen [INC-42]",
        "/incident reopen INC-42",
        "It is not over: back to open.",
        ("re-open",),
    ),
    Usage(
        "/incident",
        "cancel",
        "/incident cancel [INC-42] <why>",
        "/incident cancel false alarm, the probe was misconfigured",
        "It was a false alarm.",
        ("abort", "cancelled", "canceled"),
    ),
    Usage(
        "/incident",
        "rename",
        "/incident rename [INC-42] <title>",
        "/incident rename payments fail in Europe",
        "Give it another title; its channel follows.",
        ("title", "retitle"),
    ),
    Usage(
        "/incident",
        "duplicate",
        "/incident [INC-42] duplicate INC-41",
        "/incident duplicate INC-41",
        "Close this one: the other is about the same.",
        ("dup",),
    ),
    Usage(
        "/incident",
        "timeline",
        "/incident timeline [INC-42] [page]",
        "/incident timeline 2",
        "Everything that was recorded, in order.",
        ("history", "events"),
    ),
    Usage(
        "/incident",
        "list",
        "/incident list [page]",
        "/incident list",
        "The incidents, newest first.",
        ("ls", "incidents"),
    ),
    Usage(
        "/incident",
        "drift",
        "/incident drift [page]",
        "/incident drift",
        "Every action that is live but not upstream, everywhere.",
        ("drifting",),
    ),
    Usage(
        "/incident",
        "stats",
        "/incident stats [weeks]",
        "/incident stats 12",
        "How long resolving took, how long changes took into Git, and how they ended, by week.",
        ("statistics", "metrics", "figures"),
    ),
    Usage(
        "/incident",
        "find",
        "/incident find <text>",
        "/incident find pgbouncer",
        "Search titles, actions and updates.",
        ("search", "grep"),
    ),
    Usage(
        "/incident",
        "offers",
        "/incident offers <on or off>",
        "/incident offers off",
        "Whether you are asked about your own messages.",
    ),
    Usage(
        "/hotfix",
        "hotfix",
        "/hotfix [INC-42] [options] <what you did>",
        "/hotfix --on web-1 sed -i 's/pool = 20/pool = 80/' /etc/app/db.conf",
        "Log a manual action. Options: --on <target>, --file <path>, --repo <name>, --kind <kind>, "
        "--ephemeral, --by @user, --at 14:05, --until 18:00.",
    ),
    Usage(
        "/hotfix #7",
        "undone",
        "/hotfix #7 undone [how]",
        "/hotfix #7 undone scaled back to 4",
        "It was taken back in production.",
        ("undo",),
    ),
    Usage(
        "/hotfix #7",
        "waive",
        "/hotfix #7 waive <why>",
        "/hotfix #7 waive the host goes away on Friday",
        "Leave the difference, with a reason.",
        ("waived",),
    ),
    Usage(
        "/hotfix #7",
        "ephemeral",
        "/hotfix #7 ephemeral",
        "/hotfix #7 ephemeral",
        "It leaves nothing to reconcile, like a restart.",
    ),
    Usage(
        "/hotfix #7",
        "edit",
        "/hotfix #7 edit [options] [what you did]",
        "/hotfix #7 edit --file /etc/app/db.conf pool = 90",
        "Correct what was logged; the old text stays in the ledger.",
        ("amend", "correct"),
    ),
    Usage(
        "/hotfix #7",
        "owner",
        "/hotfix #7 owner @user or @group",
        "/hotfix #7 owner @ana",
        "Say who brings it into Git.",
        ("assign",),
    ),
    Usage(
        "/hotfix #7",
        "strike",
        "/hotfix #7 strike <why>",
        "/hotfix #7 strike logged twice, see #6",
        "It was logged by mistake.",
        ("struck", "delete"),
    ),
    Usage(
        "/hotfix #7",
        "link",
        "/hotfix #7 link <sha, URL or branch>",
        "/hotfix #7 link a79f427",
        "Say what carries it in Git.",
    ),
    Usage(
        "/hotfix #7",
        "confirm",
        "/hotfix #7 confirm",
        "/hotfix #7 confirm",
        "You looked: the linked commit does carry it.",
        ("confirmed",),
    ),
)
