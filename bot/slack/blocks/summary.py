"""The summary of the close-out: how long, who, what, and what is left."""

from bot.rules.model import IncidentState, WarRoom, Written
from bot.rules.summary import Commit, Summary, plain_duration
from bot.rules.words import count
from bot.slack import mrkdwn
from bot.slack.blocks import phrases
from bot.slack.blocks.parts import Block, Message, actions, button, context, divider, fields, header, message, section

_MOST = 20  # people or commits by name; the export has them all


def summary(facts: Summary, room: WarRoom) -> Message:
    """What is computed, then what people wrote."""
    incident = facts.incident
    many = sum(facts.by_state.values())
    resolved = plain_duration(facts.time_to_resolve) if facts.time_to_resolve is not None else "not resolved"
    if facts.left:
        left = f"{count(len(facts.left), 'action')} left to reconcile"
    else:
        left = "everything is reconciled" if many else "nothing was changed by hand"
    kinds = " · ".join(f"{number} {kind.value}" for kind, number in facts.by_kind.items())
    return message(
        f"{incident.name} {incident.state.value} after {plain_duration(facts.duration)}: {left}",
        [
            header(f"{incident.name} {_became(incident.state)} · {incident.title}"),
            fields(
                f"*Duration*\n{plain_duration(facts.duration)}",
                f"*Time to resolve*\n{resolved}",
                f"*Severity*\n{mrkdwn.escape(incident.severity)}",
                f"*Drift debt*\n{plain_duration(facts.drift_debt)}",
            ),
            section(f"*People*\n{_listed([mrkdwn.who(person) for person in facts.people]) or 'nobody'}"),
            section(f"*Manual changes* ({many})\n{phrases.tally(facts.by_state)}\n{kinds}") if many else None,
            section(f"*Commits*\n{_listed([_commit(each) for each in facts.commits])}") if facts.commits else None,
            section(f"*Oldest drift*\n{phrases.line(facts.oldest_drift)}") if facts.oldest_drift else None,
            section(f"*What is left*\n{left[0].upper()}{left[1:]}"),
            context(f"Ledger entry {facts.head_seq} · {mrkdwn.code(facts.head_hash)}") if facts.head_hash else None,
            divider() if room.retro else None,
            *(_written(one, room) for one in room.retro),
            actions(button("retro", "Write the retrospective…", str(incident.number))),
        ],
    )


def _written(one: Written, room: WarRoom) -> Block:
    by = mrkdwn.who(room.person(one.by))
    return section(f"*{one.section.heading}*, written by {by}\n{mrkdwn.escape(one.text)}")


def _became(state: IncidentState) -> str:
    return "is open again" if state is IncidentState.OPEN else state.value


def _commit(named: Commit) -> str:
    carried = ", ".join(f"#{number}" for number in named.actions[:10])
    repo = f" in {mrkdwn.shorten(named.repo, 63)}" if named.repo else ""
    return f"{phrases.commit(named.sha)}{repo} for {carried}"


def _listed(names: list[str]) -> str:
    more = [f"and {len(names) - _MOST} more"] if len(names) > _MOST else []
    return ", ".join(names[:_MOST] + more)
