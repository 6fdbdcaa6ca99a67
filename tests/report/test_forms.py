"""An incident as a file: JSON that says everything, Markdown in which what people typed stays what they typed."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.forms.data import to_json as data_of
from bot.forms.markdown import escaped
from bot.forms.markdown import to_markdown as markdown_of
from bot.rules.checklist import checklist
from bot.rules.clean import Clean
from bot.rules.model import (
    HOUR,
    ActionKind,
    ActionState,
    IncidentState,
    Line,
    LinkKind,
    PartProof,
    PartState,
    Ruling,
    Strength,
    Verdict,
    WarRoom,
)
from bot.rules.policy import Reporting
from bot.rules.report import close_out
from bot.rules.summary import summary
from tests.rules.builders import ADA, BEN, CHITRA, NOON, PEOPLE, action, at, fact, incident, line, link, proof, ruled

NOW = NOON + 5 * HOUR
MARKDOWN = MarkdownIt("commonmark").enable("strikethrough")


def story() -> tuple[WarRoom, tuple[Line, ...]]:
    """One action in every state."""
    of = incident(
        state=IncidentState.CLOSED,
        resolved_at=NOON + HOUR + 123_456,
        closed_at=NOON + 2 * HOUR,
        channel_id="C42",
        channel_name="inc-42-checkout",
    )
    drifting = action(1, kind=ActionKind.DATABASE, text=Clean("UPDATE plans SET quota = 80;"), until=NOON + HOUR)
    review = action(2, state=ActionState.IN_REVIEW)
    claimed = action(3, state=ActionState.CLAIMED)
    regressed = action(4, state=ActionState.REGRESSED)
    proven = action(5, state=ActionState.LANDED, drifting_since=None, drifted=HOUR)
    confirmed = action(6, state=ActionState.LANDED, drifting_since=None, drifted=HOUR)
    actions = (
        drifting,
        review,
        claimed,
        regressed,
        proven,
        confirmed,
        ruled(7, Ruling.UNDONE, ruled_why=Clean("")),
        ruled(8, Ruling.WAIVED, ruled_why=Clean("that host is gone")),
        ruled(9, Ruling.EPHEMERAL),
        ruled(10, Ruling.STRUCK, ruled_why=Clean("typed twice")),
    )
    evidence = (
        fact(1, claimed, Strength.CLAIM),
        fact(2, regressed, Strength.WORD, by=BEN.id, lost_at=NOON + 2 * HOUR, lost_by="e" * 40),
        fact(3, proven, Strength.PROOF),
        fact(4, confirmed, Strength.WORD, by=CHITRA.id),
    )
    links = (link(1, review, kind=LinkKind.BRANCH, ref="fix/pool_size", sha="d" * 40),)
    lines = (
        line(1, "incident.opened", ADA, title=Clean("checkout answers 502"), severity=Clean("sev2")),
        line(2, "incident.lead", ADA, before=None, after=BEN.id),
        line(3, "action.logged", ADA, action=1, kind="database", text=Clean("UPDATE plans …"), owner=CHITRA.id),
        line(4, "action.edited", ADA, action=1, before={"target": None}, after={"target": Clean("db_1")}),
        line(5, "nudge.sent", None, actions=[1, 2], where=Clean("direct"), to=ADA.id),
        replace(line(6, "incident.update", CHITRA), payload=None),
    )
    room = WarRoom(of, actions, links, evidence, PEOPLE, head_hash="ab" * 32, head_seq=6)
    return room, lines


def to_json(room: WarRoom, lines: Sequence[Line], now: int) -> dict[str, Any]:
    return data_of(close_out(room, lines, now, rules=Reporting()))


def to_markdown(room: WarRoom, lines: Sequence[Line], now: int) -> str:
    return markdown_of(close_out(room, lines, now, rules=Reporting()))


# JSON


def test_json_is_json_and_says_which_schema_it_follows() -> None:
    exported = to_json(*story(), NOW)
    assert json.loads(json.dumps(exported)) == exported
    assert exported["schema"] == "hotwash.incident/1"
    promised = {"schema", "exported_at", "incident", "summary", "actions", "people", "ledger"}
    assert promised < set(exported)


def test_times_are_utc_to_the_microsecond() -> None:
    exported = to_json(*story(), NOW)
    assert exported["exported_at"] == "2026-11-24T17:00:00.000000Z"
    assert exported["incident"]["resolved_at"] == "2026-11-24T13:00:00.123456Z"
    assert exported["incident"]["reconciled_at"] is None
    leap = incident(opened_at=at("2028-02-29 23:59") + 1)
    assert to_json(WarRoom(leap, people=PEOPLE), (), NOW)["incident"]["opened_at"] == "2028-02-29T23:59:00.000001Z"


def test_actions_carry_their_links_their_evidence_and_what_their_state_rests_on() -> None:
    by_number = {each["number"]: each for each in to_json(*story(), NOW)["actions"]}
    assert len(by_number) == 10
    assert [by_number[n]["basis"] for n in range(1, 11)] == [
        "nothing", "linked", "claimed", "lost", "proven", "confirmed", "undone", "waived", "ephemeral", None,
    ]  # fmt: skip
    assert [by_number[n]["reconciled"] for n in range(1, 10)] == [False] * 4 + [True] * 5
    assert by_number[2]["links"] == [
        {
            "kind": "branch",
            "repo": "shop",
            "ref": "fix/pool_size",
            "sha": "d" * 40,
            "url": None,
            "by": CHITRA.id,
            "at": "2026-11-24T12:00:01.000000Z",
        }
    ]
    (lost,) = by_number[4]["evidence"]
    assert (lost["holds"], lost["strength"], lost["by"], lost["lost_by"]) == (False, "word", BEN.id, "e" * 40)
    assert by_number[8]["ruling"] == {
        "what": "waived",
        "by": BEN.id,
        "at": "2026-11-24T13:00:00.000000Z",
        "why": "that host is gone",
    }
    assert by_number[1]["drift_seconds"] == 5 * 3600
    assert by_number[1]["ruling"] is None
    assert by_number[10]["state"] == "struck" and by_number[10]["drift_seconds"] is None


def test_json_shows_the_same_facts_as_the_summary_and_the_checklist() -> None:
    room, lines = story()
    exported, facts = to_json(room, lines, NOW)["summary"], summary(room, lines, NOW)
    assert exported["left"] == [item.action.number for item in checklist(room, NOW).left]
    told_apart = {name: n for name, n in facts.by_state.items() if name in ("proven", "confirmed")}
    assert exported["landed"] == told_apart == {"proven": 1, "confirmed": 1}
    others = {name: n for name, n in facts.by_state.items() if name not in told_apart}
    assert exported["by_state"] == {**others, "landed": 2}
    assert exported["duration_seconds"] == 2 * 3600
    assert exported["time_to_resolve_seconds"] == 3600
    assert exported["drift_debt_seconds"] * 1_000_000 == facts.drift_debt
    assert exported["oldest_drift"] == {"action": 4, "drift_seconds": 5 * 3600}
    assert len(exported["commits"]) == 5


def test_the_ledger_is_in_it_entry_by_entry_purged_ones_too() -> None:
    ledger = to_json(*story(), NOW)["ledger"]
    assert [entry["seq"] for entry in ledger["entries"]] == [1, 2, 3, 4, 5, 6]
    assert ledger["entries"][5]["payload"] is None and ledger["entries"][5]["hash"] == f"{6:064x}"
    assert (ledger["last_seq"], ledger["last_hash"]) == (6, "ab" * 32)


def test_everybody_named_by_id_is_among_the_people() -> None:
    exported = to_json(*story(), NOW)
    known = {person["id"]: person["name"] for person in exported["people"]}
    named = {action["owner"] for action in exported["actions"]}
    named |= {entry["actor"] for entry in exported["ledger"]["entries"]} - {None}
    named |= {fact["by"] for action in exported["actions"] for fact in action["evidence"]} - {None}
    assert named <= set(known) and known[CHITRA.id] == "Chitra"


# Markdown


def flat(tokens: list[Token]) -> str:
    """What a reader sees of inline Markdown."""
    shown = ""
    for token in tokens:
        assert token.type in ("text", "text_special", "code_inline"), f"{token.type} came out of plain text"
        shown += token.content
    return shown


def read(document: str) -> list[tuple[str, str]]:
    """The blocks of a document: (`h1`…, `item` or `code`, what a reader sees)."""
    blocks = []
    opened = ""
    for token in MARKDOWN.parse(document):
        assert token.type != "html_block"
        if token.type == "heading_open":
            opened = token.tag
        elif token.type == "list_item_open":
            opened = "item"
        elif token.type == "paragraph_open" and opened != "item":
            opened = "text"
        elif token.type == "inline":
            blocks.append((opened, flat(token.children or [])))
            opened = ""
        elif token.type in ("fence", "code_block"):
            blocks.append(("code", token.content.removesuffix("\n")))
    return blocks


def test_the_whole_document() -> None:
    room, lines = story()
    assert to_markdown(room, lines, NOW) == (Path(__file__).parent / "golden" / "states.md").read_text()


NASTY = [
    "<script>alert(1)</script>",
    "![x](http://evil.example/x.png) [y](javascript:alert(1))",
    "`code` ``more`` *a* **b** _c_ __d__ ~~e~~ \\* \\",
    "&lt;b&gt; &amp; &copy; <!channel> <@U01|ada> <http://x.example>",
    "# heading #",
    "first\n\n# second\n- item\n> quote\n```\nfence\n```\n***\n| a | b |",
    "1. one\r\n2. two\r    indented code",
    "[ref]: http://evil.example 'title'",
    "$x^2$ @everyone :fire: http://x.example",
    "trailing spaces  ",
    "~~~~\n````\n`````",
]


@pytest.mark.parametrize("text", NASTY)
def test_what_people_typed_neither_formats_nor_breaks_the_document(text: str) -> None:
    check_document(text)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_no_text_formats_or_breaks_the_document(text: str) -> None:
    check_document(text)


@given(st.text(alphabet="`~*_[]()<>&!#|-+=.1a \n\r\t"))
def test_no_markup_formats_or_breaks_the_document(text: str) -> None:
    check_document(text)


def check_document(text: str) -> None:
    """The document has the same blocks whatever was typed, and shows just what was typed."""
    typed = Clean(text)
    room, lines = one_action(typed)
    blocks = read(to_markdown(room, lines, NOW))
    plain = read(to_markdown(*one_action(Clean("x")), NOW))
    assert [kind for kind, _ in blocks] == [kind for kind, _ in plain]
    line_of_text = " ".join(text.split())
    assert (blocks[0][0], blocks[0][1].rstrip()) == ("h1", f"INC-42: {line_of_text}".rstrip())
    assert ("code", shown_verbatim(text)) in blocks
    waived = f"waived by Ben: see {line_of_text}".rstrip()
    assert any(kind == "item" and waived in shown for kind, shown in blocks)


def one_action(typed: Clean) -> tuple[WarRoom, tuple[Line, ...]]:
    of = incident(title=typed)
    waived = ruled(2, Ruling.WAIVED, ruled_why=Clean(f"see {typed}"))
    return WarRoom(of, (action(1, text=typed), waived), people=PEOPLE), (line(1, "incident.update", ADA, text=typed),)


def shown_verbatim(text: str) -> str:
    """Markdown knows three line ends and shows them alike."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_escaped_text_shows_what_was_typed_on_one_line(text: str) -> None:
    shown = MARKDOWN.parseInline(f"said: {escaped(text)}.")[0].children or []
    assert flat(shown) == f"said: {' '.join(text.split())}."


def test_what_other_readers_of_markdown_would_set_as_mathematics_stays_text() -> None:
    assert escaped("$HOME and $PATH") == r"\$HOME and \$PATH"


def test_nothing_left_and_nobody_leading_are_said() -> None:
    document = to_markdown(WarRoom(incident(lead_id=None), people=PEOPLE), (), NOW)
    assert "led by nobody" in document
    assert "- Left to reconcile: nothing" in document
    assert "###" not in document


def test_an_erased_person_is_somebody() -> None:
    people: dict[int, Any] = {**PEOPLE, ADA.id: replace(ADA, slack_id="erased-1", name="")}
    document = to_markdown(WarRoom(incident(lead_id=ADA.id), people=people), (), NOW)
    assert "led by somebody" in document


def test_a_recorded_change_is_exported_with_its_verdict_and_parts() -> None:
    one, two = action(1), action(2)
    sha = "a79f427" + "0" * 33
    partly = proof(
        one, Verdict.PARTLY, PartProof((8, 8), PartState.LANDED, sha), PartProof((18, 17), PartState.MISSING)
    )
    pending = replace(proof(two, Verdict.UNKNOWN), tip="", files=(), why=Clean("it is not compared with upstream yet"))
    lie = fact(1, one, Strength.CLAIM, commit="d00d000" + "0" * 33)
    room = WarRoom(incident(), (one, two), people=PEOPLE, evidence=(lie,), proofs=(partly, pending))
    first, second = (exported["proofs"] for exported in to_json(room, (), NOW)["actions"])
    assert json.loads(json.dumps(first)) == [
        {
            "repo": "shop", "tip": "7" * 40, "at": "2026-11-24T12:00:00.000000Z", "verdict": "partly", "rung": None,
            "why": "it is a submodule", "parts": 2, "parts_landed": 1,
            "files": [
                {
                    "path": "deploy/nginx.conf", "upstream_path": "deploy/nginx.conf", "verdict": "partly", "why": "",
                    "hunks": [
                        {"base_lines": [8, 8], "state": "landed", "commit": sha, "undone_by": None},
                        {"base_lines": [18, 17], "state": "missing", "commit": None, "undone_by": None},
                    ],
                }
            ],
        }
    ]  # fmt: skip
    assert [(one["verdict"], one["tip"], one["at"]) for one in second] == [("unknown", None, None)]
    document = to_markdown(room, (), NOW)
    assert (
        "drifting · d00d000 says it carries it · 1 of 2 parts landed in a79f427; missing: nginx.conf line 18"
        in document
    )
    assert "no commit carries it · cannot tell: it is not compared with upstream yet" in document
