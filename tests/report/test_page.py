"""The report as one HTML file, and how an operator gets it."""

import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bot import ops
from bot.forms.page import to_html
from bot.rules.decision import Refusal
from bot.rules.report import Report
from bot.rules.summary import plain_duration
from bot.settings import load_settings
from tests.report import golden


@pytest.fixture
def ledger(sqlite_template: Path, tmp_path: Path) -> str:
    shutil.copyfile(sqlite_template, tmp_path / "ledger.sqlite")
    return f"sqlite+aiosqlite:///{tmp_path}/ledger.sqlite"


@pytest.fixture
async def messy(ledger: str) -> Report:
    return await golden.play("messy", ledger)


class Page(HTMLParser):
    """What a browser makes of it: its elements, where they lead, and the text that is shown."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.headings: list[str] = []
        self.handlers: list[str] = []
        self.shown = ""
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src", "action")]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        if tag == "h2":
            self.headings.append("")

    def handle_data(self, data: str) -> None:
        if self.tags[-1:] == ["style"]:
            return
        if self.tags[-1:] == ["h2"] and self.headings[-1] == "":
            self.headings[-1] = data
        self.shown += data


async def test_it_fetches_and_runs_nothing_whatever_was_typed(messy: Report) -> None:
    page = Page(to_html(messy))
    assert {"script", "img", "link", "iframe", "object", "form"}.isdisjoint(page.tags)
    assert page.handlers == []
    assert page.addresses and all(one.startswith("https://github.com/acme/shop/commit/") for one in page.addresses)
    assert "<script>alert(1)</script> & *402s*" in page.shown
    assert "+    keepalive_timeout <15>;" in page.shown


async def test_it_tells_what_the_report_holds_in_the_same_order(messy: Report) -> None:
    page = Page(to_html(messy))
    told = " ".join(page.shown.split())
    places = [
        told.index(piece)
        for piece in (
            *(" ".join(sentence.split()) for sentence in messy.story),
            *(f"{figure.shown} {figure.how}" for figure in messy.took),
            "sev3 from",
            f"What went live in the {plain_duration(messy.look_back)} before",
            *(f"{figure.shown} {figure.how}" for figure in messy.cost[:3]),
            "regressed · 000000d · lost when the branch was rewritten",
            "Keep what was done by hand for #2 (lost since)",
            "waived by Ben: +1: that host is gone",
            "#1 (000000a) was lost",
            "Ada opened it as sev3",
        )
    ]
    assert places == sorted(places)
    assert page.headings == [
        "What happened", "Summary", "How long it took", "Severity", "Who led", "Who acted",
        "What went live in the 2 h before", "What it cost", "Drifting: 2", "Reconciled: 2", "Waived",
        "What upstream lost again", "Timeline",
    ]  # fmt: skip


async def test_an_operator_gets_every_form_with_the_links_and_figures_of_the_policy(
    ledger: str, tmp_path: Path
) -> None:
    await golden.play("messy", ledger)
    policy = tmp_path / "hotwash.toml"
    policy.write_text(
        '[report]\nrevenue_per_minute = 3.0\ncurrency = "CHF"\n'
        '[[repositories]]\nname = "shop"\nurl = "git@gitlab.com:acme/shop.git"\n'
    )
    settings = load_settings(database_url=ledger, policy_file=policy)
    for form, beginning in (
        ("html", "<!doctype html>"),
        ("csv", "action,state,"),
        ("json", "{"),
        ("markdown", "# INC-1"),
    ):
        assert (await ops.export(settings, 1, form)).lstrip().startswith(beginning)
    page = Page(await ops.export(settings, 1, "html"))
    assert page.addresses and all(one.startswith("https://gitlab.com/acme/shop/-/commit/") for one in page.addresses)
    assert "× 3 CHF a minute, as the policy says" in page.shown
    with pytest.raises(Refusal, match="There is no INC-7"):
        await ops.export(settings, 7, "html")
