"""The actions of a report as a table, for spreadsheets."""

import csv
import io

from bot.rules.checklist import named
from bot.rules.model import SECOND
from bot.rules.report import Done, Report
from bot.rules.summary import utc

COLUMNS = (
    "action", "state", "kind", "text", "owner", "logged_by", "done_at", "target", "repository", "path", "commits",
    "drift_seconds", "ruled_by", "why",
)  # fmt: skip


def to_csv(report: Report) -> str:
    """A row for each action that counts, in the order of the report, as RFC 4180 has it. What a spreadsheet would run
    as a formula has an apostrophe before it."""
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(COLUMNS)
    table.writerows([_cell(value) for value in _row(one, report)] for one in report.done)
    return written.getvalue()


def _row(one: Done, report: Report) -> tuple[str | int, ...]:
    item, action, basis = one.item, one.item.action, one.item.basis
    return (
        f"{report.room.incident.name}#{action.number}",
        named(action, basis.how),
        action.kind.value,
        action.text,
        item.owner.name,
        report.room.person(action.logged_by).name,
        f"{utc(action.done_at):%Y-%m-%dT%H:%M:%SZ}",
        action.target or "",
        action.repo or "",
        action.path or "",
        " ".join(commit.sha for commit in one.commits),
        item.drift // SECOND,
        basis.by.name if basis.by else "",
        basis.why or "",
    )


def _cell(value: str | int) -> str | int:
    """OWASP's list for CSV injection."""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r", "\n")):
        return f"'{value}"
    return value
