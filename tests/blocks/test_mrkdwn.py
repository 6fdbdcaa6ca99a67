"""Text for Slack: nothing that people typed pings, formats or breaks out of where it stands."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.model import Person
from bot.slack import mrkdwn
from tests.rules.builders import ADA, at

ENTITY = re.compile(r"&(?:amp|lt|gt);|<[^<>]*>")


@pytest.mark.parametrize(
    "typed",
    [
        "<!channel>",
        "<!here>",
        "<@U0000SAM01>",
        "<#C01|general>",
        "<https://evil.example|safe>",
        "a & b",
        "&lt;!here&gt;",
    ],
)
def test_what_was_typed_shows_as_typed(typed: str) -> None:
    escaped = mrkdwn.escape(typed)
    assert "<" not in escaped and ">" not in escaped
    assert escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == typed


def test_direction_controls_cannot_turn_the_rest_of_a_line() -> None:
    assert mrkdwn.escape("ok\u202eneVorp\u2066") == "okneVorp"
    assert mrkdwn.escape("שלום") == "שלום"


@given(st.text(alphabet=st.sampled_from("ab <>&`|é🔥\n\u202e"), max_size=60), st.integers(1, 40))
def test_a_cut_never_splits_an_entity(typed: str, limit: int) -> None:
    short = mrkdwn.cut(mrkdwn.escape(typed), limit)
    assert len(short) <= limit
    assert "&" not in ENTITY.sub("", short)


@given(st.text(max_size=80))
def test_code_is_one_span(typed: str) -> None:
    span = mrkdwn.code(typed)
    assert span == "" or re.fullmatch(r"`[^`\n<>]+`", span)


def test_a_cut_keeps_mentions_and_links_whole() -> None:
    text = "see <https://example.com/a|the page> now"
    assert mrkdwn.cut(text, 20) == "see…"
    assert mrkdwn.cut(text, len(text)) == text
    assert mrkdwn.cut(text, 37) == "see <https://example.com/a|the page>…"


def test_a_link_cannot_be_broken_out_of() -> None:
    assert mrkdwn.link("https://x.example/a b|c>d?e=1&f=2", "<!here>\nnow") == (
        "<https://x.example/a%20b%7Cc%3Ed?e=1&amp;f=2|&lt;!here&gt; now>"
    )


def test_people_are_named_without_a_ping_and_mentioned_with_one() -> None:
    assert mrkdwn.who(ADA) == "@Ada"
    assert mrkdwn.mention(ADA) == "<@U01>"


def test_somebody_whose_name_is_not_known_yet_is_not_shown_as_an_id() -> None:
    assert mrkdwn.who(Person(9, "U0000SAM01", "U0000SAM01")) == "<@U0000SAM01>"


def test_somebody_who_was_erased_is_no_mention() -> None:
    assert mrkdwn.mention(Person(9, "erased-9", "someone")) == "@someone"


def test_a_name_cannot_ping() -> None:
    assert mrkdwn.who(Person(9, "U01", "<!channel>")) == "@&lt;!channel&gt;"


def test_a_moment_has_a_fallback_in_utc() -> None:
    moment = at("2026-11-24 14:05")
    assert mrkdwn.date(moment) == f"<!date^{moment // 1_000_000}^{{time}}|2026-11-24 14:05 UTC>"
