"""Messages as Slack sends them, and as people saw them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.message import links, mentioned, plain, said_to

NAMES = {"U1": "maya", "U2": "sam <|> jones"}


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ("restarted web-1 &amp; web-2 &lt;ok&gt;", "restarted web-1 & web-2 <ok>"),
        ("<@U1> and <@U2> and <@U3>", "@maya and @sam  jones and @U3"),
        ("```kubectl get pods```", "kubectl get pods"),
        ("```\nkubectl get pods\n```", "kubectl get pods"),
        ("ran this:\n```a\nb```\nand it helped", "ran this:\na\nb\nand it helped"),
        ("ran ```a``` twice", "ran\na\ntwice"),
        ("`systemctl restart app`", "systemctl restart app"),
        ("ran `systemctl restart app` twice", "ran `systemctl restart app` twice"),
        ("see <https://example.com/a?b&amp;c|here> in <#C1|general>, <!channel>", None),
        ("```one``` `two` ```three", "one\n`two` ```three"),
    ],
)
def test_what_people_saw(sent: str, seen: str | None) -> None:
    assert plain(sent, NAMES) == (seen or "see https://example.com/a?b&c in #general, @channel")


def test_who_is_mentioned_and_what_is_linked() -> None:
    text = (
        "<@U1> <@U2|sam> <@U1>: <https://a.example/pull/1|the fix> <https://b.example/x?a&amp;b> <mailto:a@b.example|a>"
    )
    assert mentioned(text) == ["U1", "U2"]
    assert links(text) == ["https://a.example/pull/1", "https://b.example/x?a&b"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<@UBOT> status", "status"),
        ("hey <@UBOT>, ", ","),
        ("<@UBOT>", ""),
        ("<@UBOT> log told <@UBOT>", "log told <@UBOT>"),
        ("status", None),
        ("<@UBOTX> status", None),
    ],
)
def test_what_was_said_to_us(text: str, said: str | None) -> None:
    assert said_to(text, "UBOT") == said


@given(st.text(alphabet="<@U1|>`\n a&;lt", max_size=60))
def test_any_text_is_read(text: str) -> None:
    plain(text, NAMES), links(text), said_to(text, "U1")
