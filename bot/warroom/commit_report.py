"""The report in Git follows the ledger: each change of a closed incident has it committed anew."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.ledger import load
from bot.rules.decision import EffectKind, Entry
from bot.rules.model import Incident

if TYPE_CHECKING:
    from bot.warroom.scope import Scope

# What Hotwash did by itself changes nothing that a report is read for, and would fill the history with commits.
_NO_NEWS = {"nudge.sent", "nudge.snoozed", "delivery.refused", "update.overdue", "room.archived", "room.unarchived"}


def wish(scope: "Scope", incident: Incident, entries: Sequence[Entry]) -> None:
    """Ask for the report, once an incident was closed. Drills are practice."""
    if scope.policy.report.repository is None or incident.standing or incident.drill:
        return
    if all(entry.kind in _NO_NEWS for entry in entries):
        return
    if load.incident_by_id(scope.conn, incident.id).closed_at is not None:
        scope.want(EffectKind.REPORT, incident)
