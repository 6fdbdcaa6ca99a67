"""What the pages say to type exists, and what exists is on the pages."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast, get_args

import pytest
import typer.main
from pydantic import BaseModel
from typer.core import TyperGroup

from bot.cli import cli
from bot.rules.grammar import parse_hotfix, parse_incident
from bot.rules.policy import Policy, load_policy
from bot.rules.usage import USAGES
from bot.settings import Settings
from bot.slack.blocks import phrases
from bot.slack.manifest import SCOPES

ROOT = Path(__file__).parents[2]
PAGES = {
    path.relative_to(ROOT).as_posix(): path for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
}
TEXT = {name: path.read_text(encoding="utf-8") for name, path in PAGES.items()}
EXAMPLE = ROOT / "hotwash.example.toml"
COMMANDS = cast(TyperGroup, typer.main.get_command(cli)).commands
SWITCHED_OFF = re.compile(r"^#: ", re.MULTILINE)


def shell_lines(text: str) -> Iterator[list[str]]:
    """The words of every command in the page's shell blocks, comments left out."""
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    for line in "\n".join(blocks).splitlines():
        yield shlex.split(line, comments=True)


def spans(text: str) -> list[str]:
    """What is set as code in a sentence or a table."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))


def our_commands(text: str) -> Iterator[list[str]]:
    """What is given to `hotwash`, however it is called: whole commands, and those that a sentence names."""
    for words in [*shell_lines(text), *map(str.split, spans(text))]:
        for at, word in enumerate(words):
            if re.fullmatch(r"(/\S*/)?hotwash", word):
                yield words[at + 1 :]
            elif words[at : at + 3] == ["python", "-m", "bot"]:
                yield words[at + 3 :]


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_the_shell_can_be_run(page: str) -> None:
    """Where only its name is given, only that is looked at."""
    for words in our_commands(TEXT[page]):
        if words and words[0].isalpha():
            command = COMMANDS.get(words[0])
            assert command is not None, f"there is no `hotwash {words[0]}`"
            given = words[1 : words.index("|")] if "|" in words else words[1:]
            if given:
                command.make_context(words[0], given)


@pytest.mark.parametrize("page", PAGES)
def test_every_make_target_exists(page: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    lines = [*shell_lines(TEXT[page]), *map(str.split, spans(TEXT[page]))]
    assert {words[1] for words in lines if words[:1] == ["make"] and len(words) > 1} - targets == set()


def test_the_pages_name_every_command_of_the_shell() -> None:
    named = {words[0] for text in TEXT.values() for words in our_commands(text) if words}
    assert set(COMMANDS) - named == set()


@pytest.mark.parametrize("page", ["README.md", "docs/using.md", "docs/installing.md", "docs/operating.md"])
def test_every_command_that_is_typed_in_slack_can_be_read(page: str) -> None:
    """Those with placeholders stand in the table, which is compared with what there is."""
    lines = re.findall(r"^(/(?:incident|hotfix) .*)$", TEXT[page], re.MULTILINE)
    for typed in {*spans(TEXT[page]), *lines}:
        if not re.match(r"/(incident|hotfix) ", typed) or re.search(r"[\[<…]|@user", typed):
            continue
        name, _, text = typed.partition(" ")
        if name == "/incident":
            parse_incident(text, Policy().severity_names())
        else:
            parse_hotfix(text)


def test_the_table_of_commands_is_what_can_be_typed() -> None:
    rows = re.findall(r"^\| `(/[^`]+)` \| (.*) \|$", TEXT["docs/using.md"], re.MULTILINE)
    assert rows == [(usage.usage, usage.help.partition(" Options: ")[0]) for usage in USAGES]


def test_every_option_of_hotfix_is_explained() -> None:
    (hotfix,) = (usage for usage in USAGES if usage.where == "/hotfix")
    options = re.findall(r"--[a-z]+", hotfix.help)
    assert options
    assert [option for option in options if f"`{option}" not in TEXT["docs/using.md"]] == []


def test_every_state_is_explained_with_its_mark() -> None:
    rows = re.findall(r"^\| (\S+) \| (?:landed, \*)?([a-z ]+?)(?: by @sam)?\*? \|", TEXT["docs/using.md"], re.MULTILINE)
    assert {mark: name for mark, name in rows} == {mark: str(name) for name, mark in phrases._MARKS.items()}


def test_the_table_of_settings_is_what_is_read() -> None:
    rows = [line.split("|")[1:3] for line in TEXT["docs/installing.md"].splitlines() if re.match(r"\| `[A-Z]", line)]
    told = {name.strip(" `"): default.strip(" `") for name, default in rows}
    fields = {str(field.alias): field.default for field in Settings.model_fields.values()}
    assert told == {name: "" if default is None else _as_told(default) for name, default in fields.items()}


def _as_told(default: object) -> str:
    return str(default).lower() if isinstance(default, bool) else str(default)


def test_no_page_names_a_setting_that_is_not_read() -> None:
    read = {str(field.alias) for field in Settings.model_fields.values()} | {"HOTWASH_TEST_DATABASE_URL"}
    named = {name for text in TEXT.values() for name in re.findall(r"\b(?:SLACK|HOTWASH)_[A-Z_]+\b", text)}
    assert named - read == set()


def test_every_scope_is_explained_and_no_other() -> None:
    table = TEXT["docs/installing.md"].partition("| scope |")[2].partition("\n\n")[0]
    named = re.findall(r"`([a-z_]+(?::[a-z]+)?)`", "\n".join(row.split("|")[1] for row in table.splitlines()[2:]))
    assert sorted(named) == sorted(SCOPES)


def test_the_example_policy_changes_nothing() -> None:
    assert load_policy(EXAMPLE) == Policy()


def test_the_example_policy_has_every_setting(tmp_path: Path) -> None:
    whole = tmp_path / "hotwash.toml"
    whole.write_text(SWITCHED_OFF.sub("", EXAMPLE.read_text(encoding="utf-8")), encoding="utf-8")
    load_policy(whole)
    with whole.open("rb") as file:
        written = tomllib.load(file)
    assert set(_fields(Policy)) == set(_written(written))


def _fields(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield f"{prefix}{name}"
        for part in (field.annotation, *get_args(field.annotation)):
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield from _fields(part, f"{prefix}{name}.")


def _written(table: dict[str, Any], prefix: str = "") -> Iterator[str]:
    for name, value in table.items():
        yield f"{prefix}{name}"
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, dict) and name != "paths":  # whose keys are the team's own
                yield from _written(part, f"{prefix}{name}.")


def test_policies_on_the_pages_are_valid(tmp_path: Path) -> None:
    blocks = [block for text in TEXT.values() for block in re.findall(r"^```toml\n(.*?)^```", text, re.M | re.S)]
    assert blocks
    for block in blocks:
        policy = tmp_path / "hotwash.toml"
        policy.write_text(block, encoding="utf-8")
        load_policy(policy)


def test_the_figures_of_the_readme_are_those_that_were_measured() -> None:
    rows = re.compile(r"^\| ([^|]*\w[^|]*) \| ([\d.,]+ [^|]+?) \|", re.MULTILINE)
    shown = rows.findall(TEXT["README.md"])
    assert shown
    assert set(shown) - set(rows.findall(TEXT["docs/performance.md"])) == set()


@pytest.mark.parametrize("page", PAGES)
def test_every_link_and_picture_leads_somewhere(page: str) -> None:
    for target in re.findall(r"""(?:\]\(|src=")([^)\s"]+)""", TEXT[page]):
        if not re.match(r"https?://", target):
            path, _, anchor = target.partition("#")
            found = (PAGES[page].parent / path).resolve() if path else PAGES[page]
            assert found.exists(), f"{page}: {target}"
            assert not anchor or anchor in _anchors(found.read_text(encoding="utf-8")), f"{page}: {target}"


def _anchors(text: str) -> set[str]:
    """As Git hosts make them of headings."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_picture_is_shown() -> None:
    pictures = {path.name for path in (ROOT / "docs" / "images").iterdir()}
    assert {name for name in pictures if not any(f"images/{name}" in text for text in TEXT.values())} == set()
