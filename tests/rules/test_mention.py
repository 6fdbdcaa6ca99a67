"""What can be said to @Hotwash, with and without a thread that is about an action."""

import pytest

from bot.rules import commands as ask
from bot.rules.commands import Command
from bot.rules.grammar import Mistyped, parse_incident, parse_mention
from bot.rules.usage import USAGES, Usage

SEVERITIES = ("sev1", "sev2")
ABOUT = (42, 7)


@pytest.mark.parametrize(
    ("text", "about", "command"),
    [
        ("", None, ask.Help()),
        ("status", None, ask.Status()),
        ("INC-41 status", ABOUT, ask.Status(41)),
        ("update we are back", ABOUT, ask.Post("we are back")),
        ("log restarted web-1", ABOUT, ask.Log("restarted web-1")),
        ("log\nkubectl get pods &amp;", None, ask.Log("kubectl get pods &")),
        ("link a79f427", None, ask.LinkTo("a79f427")),
        ("link a79f427", ABOUT, ask.LinkTo("a79f427", 7, 42)),
        ("link a79f427 #3", ABOUT, ask.LinkTo("a79f427", 3)),
        ("link a79f427 INC-41#3", ABOUT, ask.LinkTo("a79f427", 3, 41)),
        ("#3 link a79f427", ABOUT, ask.LinkTo("a79f427", 3)),
        ("undone", ABOUT, ask.Undone(7, 42)),
        ("Undone: scaled back", ABOUT, ask.Undone(7, 42, "scaled back")),
        ("waive it goes away", ABOUT, ask.Waive(7, "it goes away", 42)),
        ("#3 waive it goes away", ABOUT, ask.Waive(3, "it goes away")),
        ("confirm", ABOUT, ask.Confirm(7, 42)),
        ("owner <@U1|ana>", ABOUT, ask.Owner(7, slack_id="U1", incident=42)),
        ("edit --on web-2", ABOUT, ask.Edit(7, target="web-2", incident=42)),
        ("ephemeral", ABOUT, ask.Ephemeral(7, 42)),
        ("strike logged twice", ABOUT, ask.Strike(7, "logged twice", 42)),
        ("offers off", None, ask.Offers(on=False)),
    ],
)
def test_reads(text: str, about: tuple[int, int] | None, command: Command) -> None:
    assert parse_mention(text, SEVERITIES, about) == command


@pytest.mark.parametrize("usage", [usage for usage in USAGES if usage.where == "/incident"], ids=lambda one: one.name)
def test_every_command_of_incident_reads_the_same_by_mention(usage: Usage) -> None:
    text = usage.example.removeprefix("/incident ").replace("@ana", "<@U1|ana>")
    assert parse_mention(text, SEVERITIES, None) == parse_incident(text, SEVERITIES)


@pytest.mark.parametrize(
    "verb", [usage.name for usage in USAGES if usage.where == "/hotfix #7" and usage.name != "link"]
)
def test_without_a_thread_an_action_has_to_be_named(verb: str) -> None:
    with pytest.raises(Mistyped, match="Which action"):
        parse_mention(f"{verb} x", SEVERITIES, None)


def test_what_cannot_be_read_is_to_be_pasted_as_a_mention() -> None:
    with pytest.raises(Mistyped) as wrong:
        parse_mention("resolvd &lt;now&gt;", SEVERITIES, None)
    assert (wrong.value.paste, wrong.value.typed) == ("@Hotwash resolve <now>", "@Hotwash resolvd <now>")
    with pytest.raises(Mistyped, match="On or off"):
        parse_mention("offers perhaps", SEVERITIES, None)
    with pytest.raises(Mistyped, match="not about one incident"):
        parse_mention("INC-3 offers on", SEVERITIES, None)
