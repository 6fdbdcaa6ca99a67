"""The report of three recorded incidents, in all its forms."""

import csv
import io
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt

from bot.forms import FORMS
from bot.forms.page import MOST_ENTRIES
from bot.rules.report import Report
from tests.report import golden

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "report-schema.json").read_text(encoding="utf-8"))


@pytest.fixture(params=golden.PLAYS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


_PLAYED: dict[str, Report] = {}  # a report never changes


@pytest.fixture
async def report(name: str, sqlite_template: Path, tmp_path: Path) -> Report:
    if name not in _PLAYED:
        shutil.copyfile(sqlite_template, tmp_path / "ledger.sqlite")
        _PLAYED[name] = await golden.play(name, f"sqlite+aiosqlite:///{tmp_path}/ledger.sqlite")
    return _PLAYED[name]


def strict(schema: Any) -> Any:
    """The schema without its promise that fields may be added: what is exported has to be described."""
    if isinstance(schema, list):
        return [strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: strict(value) for key, value in schema.items()}
    return made | {"additionalProperties": False} if isinstance(schema.get("properties"), dict) else made


async def test_every_form_is_as_it_was(name: str, database_url: str) -> None:
    report = await golden.play(name, database_url)
    for form in FORMS:
        expected = golden.file_of(name, form).read_bytes().decode()
        assert golden.golden(report, name, form) == expected, f"{form}: python -m tests.report.golden writes it anew"


async def test_the_json_is_what_its_schema_says(report: Report) -> None:
    exported = json.loads(FORMS["json"](report))
    Draft202012Validator.check_schema(SCHEMA)
    for schema in (SCHEMA, strict(SCHEMA)):
        assert [error.message[:200] for error in Draft202012Validator(schema).iter_errors(exported)] == []


async def test_the_json_holds_every_fact_of_the_markdown(report: Report) -> None:
    """What Markdown shows of names, shas, code, diffs, sentences and reasons stands somewhere in the JSON."""
    exported = json.loads(FORMS["json"](report))
    held = " ".join(texts(exported))
    pieces = list(facts(FORMS["markdown"](report)))
    assert len(pieces) > 10
    missing = [piece for piece in pieces if piece not in held]
    assert missing == []


def texts(value: Any) -> Iterator[str]:
    """All strings of JSON data, with the blanks of each as Markdown has them."""
    if isinstance(value, dict):
        for one in value.values():
            yield from texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)
    elif isinstance(value, str):
        yield " ".join(value.split())


def facts(document: str) -> Iterator[str]:
    """Sentences, code, lines of diffs and timeline entries of the document; and of the rest names, shas and reasons."""
    section = ""
    heading = False
    for token in MarkdownIt("commonmark").parse(document):
        if token.type == "heading_open":
            heading = True
        elif token.type == "fence":
            lines = (re.sub(r"^(@@ .* @@) .*", r"\1", line) for line in token.content.splitlines())
            yield from (" ".join(line.split()) for line in lines)
        elif token.type == "inline":
            shown = "".join(child.content for child in token.children or ())
            if heading:
                section, heading = shown, False
            elif section in ("What happened",):
                yield shown
            elif section == "Timeline":
                yield " ".join(shown.partition(" · ")[2].split())
            elif section in ("How long it took", "What it cost"):
                yield shown.partition(" (")[2].removesuffix(")")
            else:
                yield from re.findall(r"\b[0-9a-f]{40}\b", " ".join(str(child.attrs) for child in token.children or ()))
                yield from re.findall(r"\b(?:Ada|Ben|Chitra|Rae Lin)\b", shown)
                yield from re.findall(r"\b(?:deploy/[\w.-]+|run\.sh)", shown)


async def test_the_table_has_a_row_for_each_action_and_runs_no_formula(report: Report) -> None:
    rows = list(csv.DictReader(io.StringIO(FORMS["csv"](report), newline="")))
    exported = json.loads(FORMS["json"](report))
    counted = [one for one in exported["actions"] if one["state"] != "struck"]
    assert sorted(int(row["action"].partition("#")[2]) for row in rows) == [one["number"] for one in counted]
    by_number = {one["number"]: one for one in counted}
    for row in rows:
        action = by_number[int(row["action"].partition("#")[2])]
        assert row["text"].removeprefix("'") == action["text"]
        assert row["commits"].split() == [commit["sha"] for commit in action["commits"]]
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row.values())


@pytest.mark.parametrize("name", ["messy"], indirect=True)
async def test_the_messy_one_tells_what_was_lost_and_what_is_still_there(report: Report) -> None:
    assert [(one.severity) for one in report.severities] == ["sev3", "sev1"]
    assert [(one.action.number, one.by, one.again is None) for one in report.came_back] == [
        (1, "000000b" + "0" * 33, False),
        (2, None, True),
    ]
    assert [item.action.number for item in report.waived] == [3]
    (live,) = report.before
    assert (live.sha[:7], (live.before or "")[:7]) == ("0000002", "0000001")
    values = {figure.key: figure.value for figure in report.cost}
    down = values["down"]
    assert down is not None and values["revenue"] == down // 60_000_000 * 120
    assert values["close_to_reconciled"] is None


@pytest.mark.parametrize("name", ["large"], indirect=True)
async def test_the_large_one_is_whole_and_its_page_small(report: Report) -> None:
    exported = json.loads(FORMS["json"](report))
    assert (len(exported["actions"]), len(exported["ledger"]["entries"])) == (200, 5_000)
    assert all(one["changes"][0]["hunks"] for one in exported["actions"])
    page = FORMS["html"](report)
    assert len(page.encode()) < 300_000
    assert f"{5_000 - MOST_ENTRIES:,} entries are left out here" in page
    assert page.count("<article ") == 200
