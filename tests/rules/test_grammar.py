"""What people type, and the typed command or the answer that comes of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules import commands as ask
from bot.rules.commands import Command
from bot.rules.grammar import Mistyped, parse_hotfix, parse_incident
from bot.rules.model import ActionKind
from bot.rules.usage import USAGES, Usage

SEVERITIES = ("sev1", "sev2", "sev3", "sev4")


def incident(text: str) -> Command:
    return parse_incident(text, SEVERITIES)


def escaped(text: str) -> str:
    """As Slack sends what somebody typed."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("", ask.Help()),
        ("  ", ask.Help()),
        ("help", ask.Help()),
        ("Help Link", ask.Help("link")),
        ("--help", ask.Help()),
        ("open checkout answers 502", ask.Open("checkout answers 502")),
        ("open  checkout\n answers   502", ask.Open("checkout answers 502")),
        ("open sev1 checkout answers 502", ask.Open("checkout answers 502", "sev1")),
        ("open SEV-1 x", ask.Open("x", "sev1")),
        ("open Sev 1: x", ask.Open("x", "sev1")),
        ("open severity 2 x", ask.Open("x", "sev2")),
        ("open s1 x", ask.Open("x", "sev1")),
        ("open P2: x", ask.Open("x", "sev2")),
        ("open --severity sev2 x", ask.Open("x", "sev2")),
        ("open \u2014sev=2 x", ask.Open("x", "sev2")),
        ("open s3 is down", ask.Open("s3 is down")),
        ("open -- sev1 is what we call it", ask.Open("sev1 is what we call it")),
        ("open p99 latency doubled", ask.Open("p99 latency doubled")),
        ("open a &lt; b &amp;&amp; c", ask.Open("a < b && c")),
        ("declare x", ask.Open("x")),
        ("status", ask.Status()),
        ("status INC-42", ask.Status(42)),
        ("INC-42 status", ask.Status(42)),
        ("inc-42: status", ask.Status(42)),
        ("INC-42", ask.Status(42)),
        ("status INC-0", ask.Status(0)),
        ("update all is well\n  again ", ask.Post("all is well\n  again ")),
        ("update INC-42 all is well", ask.Post("all is well", 42)),
        ("INC-42 update all is well", ask.Post("all is well", 42)),
        ("INC-42 update INC-41 is back", ask.Post("INC-41 is back", 42)),
        ("update #7 is in review", ask.Post("#7 is in review")),
        ("severity sev2", ask.Severity("sev2")),
        ("severity p2 INC-42", ask.Severity("sev2", 42)),
        ("severity INC-42 SEV-2", ask.Severity("sev2", 42)),
        ("severity s3", ask.Severity("sev3")),
        ("severity 2", ask.Severity("sev2")),
        ("lead <@U123|ana>", ask.Lead("U123")),
        ("lead <@U123> INC-42", ask.Lead("U123", 42)),
        ("INC-42 lead <@W1|Ana Li>", ask.Lead("W1", 42)),
        ("link a79f427", ask.LinkTo("a79f427")),
        ("link a79f427 #7", ask.LinkTo("a79f427", 7)),
        ("link #7 `a79f427`", ask.LinkTo("a79f427", 7)),
        ("link a79f427 to INC-42#7", ask.LinkTo("a79f427", 7, 42)),
        ("link <https://git.example.com/a/b/pull/7> #7", ask.LinkTo("https://git.example.com/a/b/pull/7", 7)),
        ("link hotfix/pool INC-42 #7", ask.LinkTo("hotfix/pool", 7, 42)),
        ("link inc-42 #7", ask.LinkTo("inc-42", 7)),
        ("INC-42 link inc-42 #7", ask.LinkTo("inc-42", 7, 42)),
        ("resolve", ask.Resolve()),
        ("resolve INC-42 back since 14:20", ask.Resolve("back since 14:20", 42)),
        ("close", ask.Close()),
        ("end INC-42 all done", ask.Close("all done", 42)),
        ("reopen INC-42", ask.Reopen(42)),
        ("cancel false alarm", ask.Cancel("false alarm")),
        ("timeline", ask.Timeline()),
        ("timeline INC-42 2", ask.Timeline(2, 42)),
        ("timeline page 3", ask.Timeline(3)),
        ("list", ask.ListIncidents()),
        ("list 2", ask.ListIncidents(2)),
        ("drift", ask.Drift()),
        ("find INC-42 pool", ask.Find("INC-42 pool")),
        ("log --on web-1 did x", ask.Log("did x", target="web-1")),
        ("INC-42 log did x", ask.Log("did x", incident=42)),
        ("log INC-42 did x", ask.Log("did x", incident=42)),
        ("log #7 undone", ask.Undone(7)),
        ("#7 undone", ask.Undone(7)),
        ("INC-42 #7 waive it goes away", ask.Waive(7, "it goes away", 42)),
        ("<#C1|7> undone", ask.Undone(7)),
    ],
)
def test_incident_commands(text: str, command: Command) -> None:
    assert incident(text) == command


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("did x", ask.Log("did x")),
        ("did x\n\n  and  y ", ask.Log("did x\n\n  and  y ")),
        ("docker build --file X .", ask.Log("docker build --file X .")),
        ("--file Y docker build --file X .", ask.Log("docker build --file X .", path="Y")),
        ("--on web-1 --file=/etc/a.conf --repo shop x", ask.Log("x", target="web-1", path="/etc/a.conf", repo="shop")),
        (
            "\u2014on web-1 \u2013\u2013file=/etc/a.conf x \u2014 y",
            ask.Log("x \u2014 y", target="web-1", path="/etc/a.conf"),
        ),
        ("--on \u201cthe big box\u201d x \u201cy\u201d", ask.Log("x \u201cy\u201d", target="the big box")),
        ("--on='the big box' x", ask.Log("x", target="the big box")),
        ("--at \u201cyesterday 9:00\u201d x", ask.Log("x", at="yesterday 9:00")),
        ("--at 14:05 --until 18:00 x", ask.Log("x", at="14:05", until="18:00")),
        ("--until 2026\u201311\u201324 x", ask.Log("x", until="2026-11-24")),
        ("--kind database x", ask.Log("x", kind=ActionKind.DATABASE)),
        ("--Kind Data x", ask.Log("x", kind=ActionKind.DATABASE)),
        ("--ephemeral systemctl restart nginx", ask.Log("systemctl restart nginx", ephemeral=True)),
        ("--by <@U1|Bo Li> x", ask.Log("x", by="U1")),
        ("--on <http://web-1.example.com|web-1.example.com> x", ask.Log("x", target="web-1.example.com")),
        ("-on web-1 x", ask.Log("x", target="web-1")),
        ("--host web-1 x", ask.Log("x", target="web-1")),
        ("-- --on web-1", ask.Log("--on web-1")),
        ("--on web-1 -- #7 was me", ask.Log("#7 was me", target="web-1")),
        ("--- a/x\n+++ b/x", ask.Log("--- a/x\n+++ b/x")),
        ("- first this", ask.Log("- first this")),
        ("-1 replica", ask.Log("-1 replica")),
        ("7 undone", ask.Log("7 undone")),
        ("INC-42 did x", ask.Log("did x", incident=42)),
        ("INC-42 --on web-1 did x", ask.Log("did x", target="web-1", incident=42)),
        ("a &lt;b&gt; &amp;&amp; c &amp;lt;", ask.Log("a <b> && c &lt;")),
        ("told <@U1|ana> and <@U2> in <#C1|ops> and <#C2>", ask.Log("told @ana and @U2 in #ops and #C2")),
        ("told <!subteam^S1|@dba>, <!subteam^S2> and <!here>", ask.Log("told @dba, @S2 and @here")),
        (
            "see <https://a.example/x?b=1&amp;c=2|the board> on <http://a.example|a.example>",
            ask.Log("see https://a.example/x?b=1&c=2 on a.example"),
        ),
        ("mail <mailto:a@b.example|a@b.example>", ask.Log("mail a@b.example")),
        ("psql < fix.sql > out", ask.Log("psql < fix.sql > out")),
        ("status was wrong", ask.Log("status was wrong")),
        ("-- status", ask.Log("status")),
        ("help", ask.Help("hotfix")),
        ("#7 undone", ask.Undone(7)),
        ("#7 undone scaled back", ask.Undone(7, why="scaled back")),
        ("INC-42#7 undone", ask.Undone(7, 42)),
        ("inc-0#7: undone", ask.Undone(7, 0)),
        ("#7 waive the host\ngoes away", ask.Waive(7, "the host\ngoes away")),
        ("#7 Ephemeral", ask.Ephemeral(7)),
        ("#7 strike logged twice", ask.Strike(7, "logged twice")),
        ("#7 confirm", ask.Confirm(7)),
        ("#7 link a79f427", ask.LinkTo("a79f427", 7)),
        ("#7 owner <@U1|ana>", ask.Owner(7, slack_id="U1")),
        ("#7 owner <!subteam^S1|@dba>", ask.Owner(7, group="S1")),
        ("#7 edit pool = 90", ask.Edit(7, text="pool = 90")),
        ("#7 edit --file /etc/a.conf --kind file", ask.Edit(7, path="/etc/a.conf", kind=ActionKind.FILE)),
        ("#7 edit --on web-2 -- --on", ask.Edit(7, text="--on", target="web-2")),
    ],
)
def test_hotfix_commands(text: str, command: Command) -> None:
    assert parse_hotfix(text) == command


@pytest.mark.parametrize(
    ("typed", "says", "paste"),
    [
        ("/incident sttus INC-42", "Did you mean `status`?", "/incident status INC-42"),
        ("/incident INC-42 sttus", "Did you mean `status`?", "/incident INC-42 status"),
        ("/incident clsoe", "Did you mean `close`?", "/incident close"),
        ("/incident db is down", "Did you mean `open`?", "/incident open db is down"),
        ("/incident INC-42 all is well", "Did you mean `update`?", "/incident INC-42 update all is well"),
        ("/incident sev1 db is down", "Did you mean `open`?", "/incident open sev1 db is down"),
        ("/incident sev2", "Did you mean `severity`?", "/incident severity sev2"),
        ("/incident open", "needs a title", None),
        ("/incident open sev1", "needs a title", None),
        ("/incident open sev9 x", "There is no severity `sev9`. Did you mean `sev", None),
        ("/incident severity", "Which severity? There are sev1, sev2, sev3, sev4.", None),
        ("/incident severity high", "There is no severity `high`", None),
        ("/incident update", "What is the update?", None),
        ("/incident update INC-42", "What is the update?", None),
        ("/incident cancel", "needs a reason", None),
        ("/incident lead", "Who?", None),
        ("/incident lead @bo", "did not recognise `@bo`", None),
        ("/incident lead <@U1|bo> please", "does not take `please`", None),
        ("/incident link", "Which commit, URL or branch?", None),
        ("/incident link #7", "Which commit, URL or branch?", None),
        ("/incident link a b", "One commit, URL or branch at a time", None),
        ("/incident link --upload-pack=x", "is no commit, URL or branch", None),
        ("/incident status #7", "does not take `#7`", None),
        ("/incident status INC-42 INC-43", "does not take `INC-43`", None),
        ("/incident INC-42 list", "is not about one incident", None),
        ("/incident list all", "takes only a page number", None),
        ("/incident list 0", "takes only a page number", None),
        ("/incident find", "What should be found?", None),
        ("/incident #7 was restarted", "After `#7` stands one of", "/hotfix -- #7 was restarted"),
        ("/incident log", "What did you do?", None),
        ("/incident log #7 was restarted", "After `#7` stands one of", "/incident log -- #7 was restarted"),
        ("/incident INC-42 log --fil x y", "Did you mean `--file`?", "/incident INC-42 log --file x y"),
        ("/hotfix", "What did you do?", None),
        ("/hotfix INC-42", "What did you do?", None),
        ("/hotfix --on web-1", "What did you do?", None),
        ("/hotfix --on", "`--on` needs a value", None),
        ("/hotfix --on --file x y", "`--on` needs a value", None),
        ("/hotfix --on= x", "`--on` needs a value", None),
        ('/hotfix --on "" x', "`--on` needs a value", None),
        ('/hotfix --on "web 1 x', "The quote after `--on` is not closed", None),
        ("/hotfix --on a --on b x", "`--on` stands twice", None),
        ("/hotfix --ephemeral=yes x", "`--ephemeral` takes no value", None),
        ("/hotfix --fil /etc/a x", "Did you mean `--file`?", "/hotfix --file /etc/a x"),
        ("/hotfix --on a --fil=b x", "Did you mean `--file`?", "/hotfix --on a --file=b x"),
        ("/hotfix --zzz x", "There is no option `--zzz`", "/hotfix -- --zzz x"),
        ("/hotfix --kind databse x", "There is no kind `databse`. There are file, config, database", None),
        ("/hotfix --by bo x", "did not recognise `bo`", None),
        ("/hotfix status", "is a command of `/incident`", "/incident status"),
        ("/hotfix #7", "After `#7` stands one of undone, waive", None),
        ("/hotfix #7 was restarted by hand", "After `#7` stands one of", "/hotfix -- #7 was restarted by hand"),
        ("/hotfix #7 undne x", "Did you mean `undone`?", "/hotfix #7 undone x"),
        ("/hotfix undone #7", "The action stands first", "/hotfix #7 undone"),
        ("/hotfix waive INC-42#7 it goes", "The action stands first", "/hotfix INC-42#7 waive it goes"),
        ("/hotfix #7 waive", "A waiver needs a reason", None),
        ("/hotfix #7 strike", "needs a reason", None),
        ("/hotfix #7 ephemeral it was a restart", "does not take `it`", None),
        ("/hotfix #7 edit", "What should change?", None),
        ("/hotfix #7 edit --by <@U1> x", "There is no option `--by`", None),
        ("/hotfix #7 owner", "Who?", None),
    ],
)
def test_a_mistyped_command_is_answered_with_what_to_type(typed: str, says: str, paste: str | None) -> None:
    command, _, text = typed.partition(" ")
    with pytest.raises(Mistyped) as mistyped:
        incident(text) if command == "/incident" else parse_hotfix(text)
    assert says in mistyped.value.sentence
    assert " for example `/" in mistyped.value.sentence
    if paste is not None:
        assert mistyped.value.paste == paste
        pasted_command, _, pasted_text = paste.partition(" ")
        assert incident(pasted_text) if pasted_command == "/incident" else parse_hotfix(pasted_text)


def test_a_policy_with_other_severities() -> None:
    assert parse_incident("open critical db is down", ("critical", "minor")) == ask.Open("db is down", "critical")
    assert parse_incident("open sev1 x", ("p1", "p2")) == ask.Open("x", "p1")
    assert parse_incident("open s3 x", ("s1", "s2", "s3")) == ask.Open("x", "s3")
    assert parse_incident("severity Critical", ("critical", "minor")) == ask.Severity("critical")


@pytest.mark.parametrize("usage", USAGES, ids=lambda usage: f"{usage.where} {usage.name}")
def test_every_example_is_a_command_and_every_alias_is_its_name(usage: Usage) -> None:
    command, _, text = usage.example.replace("@ana", "<@U1|ana>").partition(" ")
    parse = incident if command == "/incident" else parse_hotfix
    meant = parse(text)
    assert isinstance(meant, ask.Log) == (usage.name in ("log", "hotfix"))
    for alias in usage.aliases:
        assert parse(text.replace(usage.name, alias, 1)) == meant


typed_pieces = st.lists(
    st.one_of(
        st.sampled_from(
            [
                *(word for usage in USAGES for word in (usage.name, *usage.aliases)),
                *(
                    "INC-42",
                    "#7",
                    "INC-42#7",
                    "sev1",
                    "--on",
                    "--on=x",
                    "--by",
                    "--",
                    "\u2014",
                    "\u2014on",
                    "\u201c",
                    '"',
                    "'",
                ),
                *("<@U1|ana>", "<!subteam^S1>", "<#C1|7>", "<http://a.b|a.b>", "&lt;", "&amp;lt;", "<", ">", "\n", "7"),
            ]
        ),
        st.text(max_size=6),
    ),
    max_size=7,
)
typed_texts = st.tuples(typed_pieces, st.sampled_from([" ", "", "\n "])).map(lambda both: both[1].join(both[0]))


@given(typed_texts)
def test_any_text_is_a_command_or_answered_with_all_of_it(text: str) -> None:
    for parse in (incident, parse_hotfix):
        try:
            command = parse(text)
        except Mistyped as mistyped:
            assert mistyped.typed.partition(" ")[2] in str(mistyped)
            if not any(sign in text for sign in "<>&"):  # shown as the person saw them
                assert "".join(text.split()) in "".join(str(mistyped).split())
        else:
            assert isinstance(command, Command)


texts = st.text(min_size=1, max_size=60).map(str.lstrip).filter(bool)
values = st.text(
    st.characters(exclude_characters="\"\u201c\u201d\u201e'\u2018\u2019\u201a\u2014\u2013"), min_size=1, max_size=20
)


@given(texts, values)
def test_text_behind_options_comes_back_byte_for_byte(text: str, value: str) -> None:
    command = parse_hotfix(f'--on "{escaped("x" + value)}" \u2014ephemeral -- {escaped(text)}')
    assert command == ask.Log(text, target="x" + value, ephemeral=True)


@given(texts.filter(lambda text: text[0] not in "-\u2013\u2014"))
def test_text_needs_no_mark_where_it_does_not_look_like_an_option(text: str) -> None:
    assert parse_hotfix(f"--on=web-1 {escaped(text)}") == ask.Log(text, target="web-1")


@given(texts)
def test_an_update_is_kept_byte_for_byte(text: str) -> None:
    assert incident(f"INC-42 update {escaped(text)}") == ask.Post(text, 42)
