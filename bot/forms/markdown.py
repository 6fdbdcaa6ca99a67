"""The report as Markdown, for people and for Git."""

import re
from collections.abc import Iterator, Sequence

from bot.forms.facts import name, standing, summary_facts
from bot.rules.checklist import Item
from bot.rules.model import Person, Written
from bot.rules.report import Acted, CameBack, Carrier, Done, Report, SeverityChange, WentLive
from bot.rules.report_cost import Figure
from bot.rules.report_diff import FileDiff
from bot.rules.summary import plain_duration, utc_minute, utc_second
from bot.rules.telling import tell


def to_markdown(report: Report) -> str:
    """The report as a CommonMark document.

    What people wrote appears as they wrote it: actions and diffs verbatim as code, other text escaped.
    """
    incident = report.room.incident
    lead = "nobody" if incident.lead_id is None else _name(report.room.person(incident.lead_id))
    shown_as = f"{escaped(incident.severity)} · {incident.state.value} · led by {lead}"
    shown_as += " · private" if incident.private else ""
    shown_as += " · a drill" if incident.drill else ""
    document = [
        f"# {incident.name}: {escaped(incident.title)}",
        "",
        f"{shown_as} · as of {utc_minute(report.now)}",
        "",
        *_section("What happened", [escaped(sentence) for sentence in report.story]),
        *_section("Summary", [f"{what}: {escaped(fact)}" for what, fact in summary_facts(report.summary)]),
        *_section("How long it took", [_figure(figure) for figure in report.took]),
        *_section("Severity", [_severity(one) for one in report.severities]),
        *_section("Who led", [f"{_name(one.person)}, from {utc_minute(one.since)}" for one in report.led]),
        *_section("Who acted", [_acted(one) for one in report.acted]),
        *_section(
            f"What went live in the {plain_duration(report.look_back)} before",
            [_went_live(one, report) for one in report.before],
        ),
        *_section("What it cost", [_figure(figure) for figure in report.cost]),
        "## Checklist",
        "",
    ]
    done = {one.item.action.id: one for one in report.done}
    listed = report.checklist
    groups = (
        ("Drifting", listed.drifting),
        ("In review", listed.in_review),
        ("Reconciled", listed.reconciled),
    )
    for title, items in groups:
        if items:
            document += [f"### {title}: {len(items)}", "", *(_done(done[item.action.id]) for item in items), ""]
    document += _section("Waived", [_waived(item) for item in report.waived])
    document += _section("What upstream lost again", [_came_back(one) for one in report.came_back])
    document += _section(
        "Timeline",
        [f"{utc_second(line.at)} · {escaped(tell(line, report.room.people))}" for line in report.lines],
    )
    if report.room.retro:
        document += ["## Written by people", "", *(_written(one, report) for one in report.room.retro)]
    document += [f"Last entry of the ledger: {report.room.head_seq}, `{report.room.head_hash}`", ""]
    return "\n".join(document)


def _section(title: str, lines: Sequence[str]) -> list[str]:
    """A heading and its list; nothing where there is nothing to list."""
    return [f"## {title}", "", *(f"- {line}" for line in lines), ""] if lines else []


def escaped(text: str) -> str:
    """User text as one line of Markdown that shows the same characters and means nothing else."""
    return re.sub(r"([\\`*_\[\]<>&~#$])", r"\\\1", " ".join(text.split()))


def _figure(figure: Figure) -> str:
    return f"{figure.name}: {figure.shown} ({escaped(figure.how)})"


def _severity(one: SeverityChange) -> str:
    by = f", said by {_name(one.by)}" if one.by else ""
    return f"{escaped(one.severity)} from {utc_minute(one.at)}{by}"


def _acted(one: Acted) -> str:
    return f"{_name(one.person)}: logged {one.logged}, answers for {one.owns}"


def _went_live(one: WentLive, report: Report) -> str:
    instead = f", in place of {_commit(one.before, report.page(one.repo, one.before))}" if one.before else ""
    commit = _commit(one.sha, report.page(one.repo, one.sha))
    return f"{utc_second(one.at)}: {commit} of {escaped(one.repo)} in {escaped(one.environment)}{instead}"


def _done(one: Done) -> str:
    item, action = one.item, one.item.action
    box = "x" if action.state.reconciled else " "
    said = [f"#{action.number}", action.kind.value, _name(item.owner), escaped(standing(item))]
    if item.drift:
        said.append(f"drifted {plain_duration(item.drift)}")
    if item.overdue:
        said.append("was to be undone by now")
    shown = [f"- [{box}] {' · '.join(said)}", _code_block(action.text, indent="  ")]
    told = [_carrier(commit) for commit in one.commits if commit.author or commit.page]
    if told:
        shown += ["", f"  Commits: {'; '.join(told)}"]
    for diff in one.diffs:
        shown += ["", f"  {_changed(diff)}"]
        if diff.hunks:
            shown.append(_code_block("\n".join(_hunk_lines(diff)), indent="  ", language="diff"))
    return "\n".join(shown)


def _carrier(one: Carrier) -> str:
    by = f" by {escaped(one.author)}" if one.author else ""
    subject = f": {escaped(one.subject)}" if one.subject else ""
    return f"{_commit(one.sha, one.page)}{by}{subject}" + (" (lost since)" if one.lost else "")


def _changed(diff: FileDiff) -> str:
    told = [f"{escaped(diff.path)} in {escaped(diff.repo)}", f"+{diff.added} −{diff.removed}"]
    told += [escaped(diff.note)] if diff.note else []
    told += ["lines with secrets are taken out"] if diff.redacted else []
    told += [f"{diff.left_out} lines are not shown"] if diff.left_out else []
    return " · ".join(told)


def _hunk_lines(diff: FileDiff) -> Iterator[str]:
    for hunk in diff.hunks:
        yield f"{hunk.header} {hunk.state.value}" if hunk.state else hunk.header
        yield from hunk.lines


def _waived(item: Item) -> str:
    by = f" by {_name(item.basis.by)}" if item.basis.by else ""
    at = f", {utc_minute(item.basis.at)}" if item.basis.at is not None else ""
    return f"#{item.action.number}{by}{at}" + (f": {escaped(item.basis.why)}" if item.basis.why else "")


def _came_back(one: CameBack) -> str:
    cause = f"by {_sha(one.by)}" if one.by else "when the branch was rewritten"
    what = f" ({_sha(one.commit)})" if one.commit else ""
    again = f"in place again {utc_minute(one.again)}" if one.again is not None else "not in place again"
    return f"#{one.action.number}{what} was lost {utc_minute(one.at)} {cause}; {again}"


def _written(one: Written, report: Report) -> str:
    """As a quotation, line by line: what people wrote never reads like what was computed."""
    lines = "\n".join(f"> {escaped(line)}\\" if line.strip() else ">" for line in one.text.splitlines())
    by = _name(report.room.person(one.by))
    return f"### {one.section.heading}\n\nBy {by}, {utc_minute(one.at)}:\n\n{lines.rstrip(chr(92))}\n"


def _code_block(text: str, indent: str, language: str = "") -> str:
    """Fenced with more backticks than the text has in a row."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return "\n".join(indent + line for line in (fence + language, *re.split(r"\r\n|\r|\n", text), fence))


def _name(person: Person) -> str:
    return escaped(name(person))


def _commit(sha: str, page: str | None) -> str:
    return f"[{_sha(sha)}](<{page}>)" if page else _sha(sha)


def _sha(sha: str) -> str:
    return f"`{sha[:7]}`"
