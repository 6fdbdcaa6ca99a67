"""The report as one HTML file: nothing is fetched, no script runs; it reads on a phone and in the dark."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from bot.forms.facts import name, standing, summary_facts
from bot.rules.model import Line
from bot.rules.report import Report
from bot.rules.report_diff import FileDiff
from bot.rules.summary import plain_duration, utc, utc_minute, utc_second
from bot.rules.telling import tell
from bot.rules.words import short

MOST_ENTRIES = 1_000  # of the timeline; what is between its beginning and its end is left out, and the page says so
MOST_DIFF_LINES = 1_200  # of all diffs together; of later ones the page only says how many lines they have

_ENVIRONMENT = Environment(
    loader=PackageLoader("bot.forms", "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)
_ENVIRONMENT.filters |= {"duration": plain_duration, "minute": utc_minute, "second": utc_second, "name": name}
_MARKS = {"-": "del", "+": "ins"}


@dataclass(frozen=True, slots=True)
class _Day:
    """The entries of one day: time of day and what is told."""

    date: str
    entries: list[tuple[str, str]]


def to_html(report: Report, note: str = "") -> str:
    """The report as one HTML document, without anything that lies elsewhere but links to commits. `note` stands above
    it."""
    first, left_out, last = _timeline(report.lines)
    listed = report.checklist
    done = {one.item.action.id: one for one in report.done}
    shown = set(_within(report))
    groups = [
        (title, [done[item.action.id] for item in items])
        for title, items in (
            ("Drifting", listed.drifting),
            ("In review", listed.in_review),
            ("Reconciled", listed.reconciled),
        )
        if items
    ]
    return _ENVIRONMENT.get_template("report.html").render(
        report=report,
        note=note,
        incident=report.room.incident,
        groups=groups,
        facts=summary_facts(report.summary),
        standing=standing,
        diff=_diff,
        shows_lines=lambda diff: diff in shown,
        first=_days(first, report),
        left_out=left_out,
        last=_days(last, report),
    )


def _within(report: Report) -> Iterator[FileDiff]:
    """The diffs whose lines are shown."""
    room = MOST_DIFF_LINES
    for diff in (diff for one in report.done for diff in one.diffs):
        room -= sum(len(hunk.lines) for hunk in diff.hunks)
        if room < 0:
            return
        yield diff


def _diff(diff: FileDiff) -> Markup:
    """The lines of a diff; neighbours of one kind share their element, which halves the page."""
    html = []
    for hunk in diff.hunks:
        state = f" {hunk.state.value}" if hunk.state else ""
        html.append(Markup("<b>{}{}</b>\n").format(hunk.header, state))
        for run in re.finditer(r"(?:^-.*\n?)+|(?:^\+.*\n?)+|(?:^ .*\n?)+", "\n".join(hunk.lines) + "\n", re.MULTILINE):
            tag = _MARKS.get(run[0][0])
            text = escape(run[0])
            html.append(Markup("<{0}>{1}</{0}>").format(tag, text) if tag else text)
    return Markup("").join(html)


def _timeline(lines: Sequence[Line]) -> tuple[Sequence[Line], int, Sequence[Line]]:
    """The beginning, how many entries are left out, and the end."""
    if len(lines) <= MOST_ENTRIES:
        return lines, 0, ()
    half = MOST_ENTRIES // 2
    return lines[:half], len(lines) - 2 * half, lines[-half:]


def _days(lines: Sequence[Line], report: Report) -> list[_Day]:
    days: list[_Day] = []
    for line in lines:
        at = utc(line.at)
        date = f"{at:%Y-%m-%d}"
        if not days or days[-1].date != date:
            days.append(_Day(date, []))
        days[-1].entries.append((f"{at:%H:%M:%S}", short(tell(line, report.room.people), 200)))
    return days
