"""Every message is one that Slack takes, whatever goes in; and says what it has to say."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from bot.playground.blockkit import check_blocks, check_view
from bot.rules.catchup import catch_up
from bot.rules.checklist import How, Item, checklist, counts
from bot.rules.clean import Clean
from bot.rules.decision import Answer, Button, Menu
from bot.rules.model import DAY, HOUR, MINUTE, ActionKind, ActionState, IncidentState, LinkKind, Ruling, WarRoom
from bot.rules.policy import Policy
from bot.rules.summary import summary
from bot.slack.blocks import Message, modals, phrases
from bot.slack.blocks import nudge as nudges
from bot.slack.blocks.action import echo, struck
from bot.slack.blocks.announcement import announcement, topic
from bot.slack.blocks.answer import answer
from bot.slack.blocks.card import card
from bot.slack.blocks.catchup import catchup
from bot.slack.blocks.checklist import checklist as checklist_message
from bot.slack.blocks.drill import as_drill
from bot.slack.blocks.note import anchor, note
from bot.slack.blocks.summary import summary as summary_message
from tests.blocks.cases import HOSTILE, empty, hostile, of_every_state, of_many
from tests.rules.builders import ADA, BEN, NOON, PEOPLE, action, line, link, ruled

NOW = NOON + 2 * DAY


def items(room: WarRoom) -> list[Item]:
    listed = checklist(room, NOW)
    return [*listed.left, *listed.reconciled]


def told(room: WarRoom) -> list[tuple[Item, Any]]:
    return [(item, room.incident) for item in items(room)]


def all_messages(room: WarRoom) -> Iterator[tuple[str, Message]]:
    """Each message there is, of this incident."""
    title = str(room.incident.title)
    lines = [
        line(1, "incident.opened", ADA, title=title, severity="sev2"),
        line(2, "incident.update", ADA, text=title),
        line(3, "incident.severity", ADA, before="sev2", after="sev1"),
        line(4, "incident.lead", ADA, before=None, after=BEN.id),
        line(5, "incident.resolved", ADA, text=title),
        line(6, "incident.reopened", ADA),
        line(7, "incident.cancelled", ADA, why=title),
        line(8, "incident.reconciled", None),
        line(12, "incident.role", ADA, role="scribe", before=None, after=BEN.id),
        line(13, "incident.renamed", ADA, before="x", after=title),
        line(14, "incident.duplicate", ADA, of=41, channel="C41", open=2),
        line(9, "evidence.lost", None, action=1, repo="shop", commit="a" * 40, by=None, landed=True),
        line(10, "delivery.refused", None, effect="invite", key="1", error="user_is_restricted"),
        replace(line(11, "incident.update", ADA), payload=None),
    ]
    yield "card", card(room, counts(room), Policy())
    yield "announcement", announcement(room, counts(room))
    yield "checklist", checklist_message(checklist(room, NOW))
    yield "summary", summary_message(summary(room, lines, NOW), room)
    for each in lines:
        yield f"note {each.kind}", note(each, room)
    yield "anchor", anchor(lines[0], room)
    yield "catch up", catchup(catch_up(room, lines, NOW), room.incident)
    yield "update due", nudges.update_due(BEN, 40 * MINUTE, room.incident)
    yield "update given", nudges.update_given()
    yield "drill", as_drill(checklist_message(checklist(room, NOW)))
    listed = items(room)
    for item in listed[:15]:
        yield f"echo {item.action.state}", echo(item, room)
        yield f"thread {item.action.state}", nudges.in_thread(item, room)
        yield f"alarm {item.action.state}", nudges.alarm(item, room, BEN)
    for one in room.actions:
        if one.state is ActionState.STRUCK:
            yield "struck", struck(one, room)
    if listed:
        yield "direct", nudges.direct(told(room), NOW, 4)
        yield "lead", nudges.to_lead(listed, room)
        yield "everybody", nudges.to_everybody(listed, room)
    buttons = (Button("ephemeral", title, "42#7"), Button("drift", "More", "2", "primary"))
    menu = Menu("kind", "Kind", "42#7", tuple(ActionKind), ActionKind.CONFIG)
    yield "answer", answer(Answer(title, buttons, menu))
    yield "bare answer", answer(Answer(title))


def full() -> WarRoom:
    """A hundred of each group, each as long as it gets."""
    text = Clean("UPDATE settings SET value = '" + "x" * 300)
    url = Clean("https://git.example/" + "x" * 180)
    drifting = [action(number, text=text, until=NOON) for number in range(1, 101)]
    review = [action(number, text=text, until=NOON, state=ActionState.IN_REVIEW) for number in range(101, 201)]
    waived = [ruled(number, Ruling.WAIVED, text=text, ruled_why=text) for number in range(201, 301)]
    links = [link(one.number, one, kind=LinkKind.PULL_REQUEST, ref=Clean("x" * 300), url=url) for one in review]
    people = {person.id: replace(person, name="n" * 80) for person in PEOPLE.values()}
    return replace(of_many(1), actions=(*drifting, *review, *waived), links=tuple(links), people=people)


def in_review(room: WarRoom) -> WarRoom:
    return replace(room, links=tuple(link(one.number, one) for one in room.actions))


ROOMS: dict[str, Callable[[], WarRoom]] = {
    "of every state": of_every_state,
    "empty": empty,
    "full": full,
    "200 drifting": lambda: of_many(200),
    "200 long": lambda: of_many(200, "restart the pool " * 200),
    "200 in review": lambda: in_review(of_many(200, state=ActionState.IN_REVIEW)),
    "200 reconciled": lambda: replace(
        of_many(1), actions=tuple(ruled(number, Ruling.UNDONE) for number in range(1, 201))
    ),
    "open": lambda: replace(of_every_state(), incident=replace(of_every_state().incident, state=IncidentState.OPEN)),
    **{f"hostile: {name}": lambda text=text: hostile(text) for name, text in HOSTILE.items()},
}


@pytest.mark.parametrize("name", ROOMS)
def test_slack_takes_every_message(name: str) -> None:
    for what, message in all_messages(ROOMS[name]()):
        assert check_blocks(message.blocks, "message") == [], what
        assert 0 < len(message.text) <= 300, what
        assert message.text.strip(), what
        assert sum(len(text["text"]) for text in texts_of(message.blocks)) < 40_000, what  # Slack's limit for a text


@pytest.mark.parametrize("name", [name for name in HOSTILE if name in ("channel", "markup", "at")])
def test_what_people_typed_pings_nobody(name: str) -> None:
    for what, message in all_messages(hostile(HOSTILE[name])):
        for text in [message.text, *mrkdwn_in(message.blocks)]:
            assert "<!channel>" not in text and "<!here>" not in text, what
            assert "<@U0000SAM01>" not in text and "evil.example|safe>" not in text, what
        for block in message.blocks:
            for element in texts_of(block):
                if element["type"] == "mrkdwn":
                    assert element["verbatim"] is True, what  # else Slack finds @channel in plain words


def texts_of(part: Any) -> Iterator[dict[str, Any]]:
    """Every text object of a payload."""
    if isinstance(part, dict):
        if part.get("type") in ("mrkdwn", "plain_text"):
            yield part
        for value in part.values():
            yield from texts_of(value)
    elif isinstance(part, list):
        for value in part:
            yield from texts_of(value)


def mrkdwn_in(blocks: Any) -> list[str]:
    return [text["text"] for text in texts_of(blocks) if text["type"] == "mrkdwn"]


def shown(message: Message) -> str:
    """All that a reader sees, as one text."""
    rich = json.dumps([block for block in message.blocks if block["type"] == "rich_text"], ensure_ascii=False)
    return "\n".join([*(text["text"] for text in texts_of(message.blocks)), rich])


def buttons_of(message: Message) -> dict[str, str]:
    """action_id → value of every button and menu."""

    def walk(part: Any) -> Iterator[tuple[str, str]]:
        if isinstance(part, dict):
            if "action_id" in part:
                yield part["action_id"], part.get("value", "")
            for value in part.values():
                yield from walk(value)
        elif isinstance(part, list):
            for value in part:
                yield from walk(value)

    return dict(walk(message.blocks))


def item_of(room: WarRoom, number: int) -> Item:
    return next(item for item in items(room) if item.action.number == number)


def test_the_card_says_where_the_incident_stands() -> None:
    room = of_every_state()
    message = card(replace(room, incident=replace(room.incident, state=IncidentState.OPEN)), counts(room), Policy())
    text = shown(message)
    for part in ("INC-42 · checkout answers 502", "open", "sev2", "@Ben", "1 regressed", "3 drifting", "✅ 1 proven"):
        assert part in text
    assert "☑️ 1 confirmed" in text and "landed" not in text
    assert "struck" not in text  # counted nowhere
    assert buttons_of(message) == {
        "hotwash.log": "42", "hotwash.update": "42", "hotwash.resolve": "42", "hotwash.role": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("state", "verbs"),
    [
        (IncidentState.OPEN, {"log", "update", "resolve", "role"}),
        (IncidentState.RESOLVED, {"log", "close"}),
        (IncidentState.CLOSED, {"log", "reopen"}),
        (IncidentState.CANCELLED, {"log", "reopen"}),
    ],
)
def test_the_card_offers_what_the_state_allows(state: IncidentState, verbs: set[str]) -> None:
    room = empty()
    message = card(replace(room, incident=replace(room.incident, state=state)), {}, Policy())
    assert set(buttons_of(message)) == {f"hotwash.{verb}" for verb in verbs}


def test_an_incident_without_lead_or_actions_says_so() -> None:
    text = shown(card(empty(), {}, Policy()))
    assert "nobody yet" in text and "none logged" in text


@pytest.mark.parametrize(
    ("number", "phrase"),
    [
        (1, "drifting · no commit carries it yet"),
        (2, "regressed · `2000000` is no longer upstream: taken out by `bbbbbbb`"),
        (3, "claimed by `a79f427`, not confirmed"),
        (4, "landed · *confirmed by* @Chitra · `a79f427`"),
        (5, "landed · *proven* · `c0ffee1`"),
        (6, "in review · `branch fix/pool-size` is not upstream yet"),
        (7, "in review · <https://git.example/shop/pull/17|PR #17> is not upstream yet"),
        (8, "undone, says @Ben"),
        (9, "waived by @Ben: the host goes away on Friday"),
        (10, "ephemeral · nothing to reconcile"),
        (
            13,
            "drifting · `d00d000` says it carries it, but 1 of 3 parts landed in a79f427; "
            "missing: nginx.conf line 18; different: nginx.conf lines 30–32",
        ),
        (14, "landed but for white space · not confirmed"),
    ],
)
def test_each_state_says_what_it_rests_on(number: int, phrase: str) -> None:
    room = of_every_state()
    assert phrases.state(item_of(room, number)) == phrase
    assert phrase in shown(echo(item_of(room, number), room))


def test_the_ways_to_be_reconciled_are_never_shown_alike() -> None:
    room = of_every_state()
    said = {
        item.basis.how: phrases.state(item).replace("`a79f427`", "").replace("`c0ffee1`", "") for item in items(room)
    }
    assert set(said) == set(How)
    assert len(set(said.values())) == len(How)
    assert [how for how, text in said.items() if "proven" in text] == [How.PROVEN]
    assert [how for how, text in said.items() if "confirmed by" in text] == [How.CONFIRMED]


def test_an_echo_has_the_command_character_for_character() -> None:
    typed = "sed -i 's/a<b & c>`x`/*y*/' /etc/app.conf\n\tsecond line"
    room = replace(of_every_state(), actions=(action(1, text=Clean(typed)),), links=(), evidence=())
    (rich,) = [block for block in echo(item_of(room, 1), room).blocks if block["type"] == "rich_text"]
    (part,) = rich["elements"]
    assert part["type"] == "rich_text_preformatted"
    assert part["elements"] == [{"type": "text", "text": typed}]


@pytest.mark.parametrize(
    "typed", ["turned the new checkout off for everybody", "restarted it, twice", "made it faster"]
)
def test_prose_is_not_shown_as_code(typed: str) -> None:
    room = replace(of_every_state(), actions=(action(1, text=Clean(typed)),), links=(), evidence=())
    (rich,) = [block for block in echo(item_of(room, 1), room).blocks if block["type"] == "rich_text"]
    assert rich["elements"][0]["type"] == "rich_text_section"


def test_an_echo_pings_its_owner_only_where_somebody_else_logged_it() -> None:
    room = of_every_state()
    own, others = echo(item_of(room, 1), room), echo(item_of(room, 7), room)
    assert "<@" not in shown(own)
    assert "<@U03>" in shown(others) and "logged by @Ben" in shown(others)


@pytest.mark.parametrize(
    ("number", "verbs"),
    [
        (1, ["link", "undone", "waive"]),
        (3, ["confirm", "link", "undone", "waive"]),
        (12, ["undone", "link", "waive"]),
        (5, []),
        (9, []),
    ],
)
def test_an_echo_offers_what_would_settle_it(number: int, verbs: list[str]) -> None:
    room = of_every_state()
    expected = {f"hotwash.{verb}:{number}": f"42#{number}" for verb in verbs}
    assert buttons_of(echo(item_of(room, number), room)) == expected


def test_the_checklist_groups_and_offers_the_likeliest_way_out() -> None:
    message = checklist_message(checklist(of_every_state(), NOW))
    text = shown(message)
    places = [text.index(part) for part in ("8 actions left", "*Drifting* (4)", "*In review* (4)", "*Reconciled* (5)")]
    assert places == sorted(places)
    assert text.index("*#2*") < text.index("*#1*")  # what regressed comes first
    assert "*#11*" not in text  # struck
    assert buttons_of(message)["hotwash.confirm:3"] == "42#3"
    assert buttons_of(message)["hotwash.link:1"] == "42#1"
    assert "time to undo it" in text


def test_a_huge_checklist_says_how_many_it_leaves_out() -> None:
    message = checklist_message(checklist(of_many(200), NOW))
    assert len(message.blocks) <= 50
    assert len(buttons_of(message)) == 20
    assert "and 160 more" in shown(message)
    assert shown(message).count("live for") == 40


def test_everything_reconciled_reads_so() -> None:
    room = replace(of_many(1), actions=(ruled(1, Ruling.UNDONE),))
    assert "Everything is reconciled" in shown(checklist_message(checklist(room, NOW)))
    assert "Nothing was changed by hand" in shown(checklist_message(checklist(empty(), NOW)))


def test_the_summary_has_the_facts() -> None:
    room = of_every_state()
    facts = summary(room, [line(1, "incident.opened", ADA, title="x", severity="sev2")], NOW)
    text = shown(summary_message(facts, room))
    for part in (
        "2 h", "*Time to resolve*\n1 h", "sev2", "@Ada, @Chitra", "1 regressed", "`a79f427` in shop for #3, #4",
        "*Oldest drift*", "8 actions left", "ab" * 32,
    ):  # fmt: skip
        assert part in text


def test_the_announcement_leads_to_the_room() -> None:
    assert "<#C042>" in shown(announcement(of_every_state(), {}))


def test_a_topic_fits_and_is_escaped() -> None:
    room = hostile(HOSTILE["ampersands"])
    assert len(topic(room)) <= 250
    assert topic(of_every_state()) == "INC-42 · sev2 · closed · lead: @Ben · checkout answers 502"


def test_an_update_is_told_in_full() -> None:
    text = "line one\n" + "word " * 200
    assert text.strip() in shown(note(line(2, "incident.update", ADA, text=text), of_every_state()))


def test_a_reconciled_incident_is_sealed_with_the_hash_of_that_entry() -> None:
    entry = line(8, "incident.reconciled", None)
    assert entry.hash in shown(note(entry, of_every_state()))


def test_a_purged_entry_shows_nothing_of_what_it_said() -> None:
    text = shown(note(replace(line(2, "incident.update", ADA), payload=None), of_every_state()))
    assert "[purged]" in text


def test_a_direct_message_names_all_and_offers_all() -> None:
    room = of_many(3)
    other = replace(of_many(1).incident, number=43)
    everything = [*told(room), *[(item_of(of_many(1), 1), other)]]
    message = nudges.direct(everything, NOW, 4)
    text = shown(message)
    assert "4 changes that you own are live in production" in text
    for name in ("INC-42#1", "INC-42#2", "INC-42#3", "INC-43#1"):
        assert name in text
    pressed = buttons_of(message)
    assert pressed["hotwash.link:42.1"] == "42#1" and pressed["hotwash.link:43.1"] == "43#1"
    assert "hotwash.snooze" in pressed
    assert message.text == "4 changes that you own are not in Git yet: INC-42#1, INC-42#2, INC-42#3, INC-43#1"


def test_a_direct_message_whose_last_action_is_settled_lets_go() -> None:
    room = replace(of_many(1), actions=(ruled(1, Ruling.UNDONE),))
    message = nudges.direct(told(room), NOW, 4)
    assert "Nothing of this drifts any more" in shown(message)
    assert buttons_of(message) == {}


def test_a_snoozed_action_says_until_when() -> None:
    room = of_many(1, snoozed_until=NOW + 4 * HOUR)
    assert "quiet until" in shown(nudges.direct(told(room), NOW, 4))


def test_a_private_incident_s_lead_is_mentioned_where_the_announce_channel_would_be_told() -> None:
    room = of_many(1)
    private = replace(room, incident=replace(room.incident, private=True))
    assert "<@U02>" in shown(nudges.to_everybody(items(private), private))
    assert "<@U02>" not in shown(nudges.to_everybody(items(room), room))


def test_a_digest_says_that_it_is_one() -> None:
    room = of_many(1)
    told = [(item, room.incident) for item in items(room)]
    assert "Once a week" in shown(nudges.digest(told))
    assert "Once a week" not in shown(nudges.to_lead(items(room), room))


def test_an_alarm_mentions_who_can_act() -> None:
    room = of_every_state()
    text = shown(nudges.alarm(item_of(room, 2), room, BEN))
    assert "Regression in INC-42" in text and "<@U01>" in text and "<@U02>" in text


def test_an_answer_keeps_code_and_carries_its_menu() -> None:
    menu = Menu("kind", "Kind", "42#7", ("file", "config"), "config")
    message = answer(Answer("Logged INC-42#7.\nTry `/hotfix #7 undone`.", (Button("strike", "Strike…", "42#7"),), menu))
    assert "`/hotfix #7 undone`" in shown(message)
    (select, button) = message.blocks[-1]["elements"]
    assert select["initial_option"]["value"] == "42#7 config"
    assert [option["value"] for option in select["options"]] == ["42#7 file", "42#7 config"]
    assert (button["action_id"], button["value"]) == ("hotwash.strike:0", "42#7")


def test_a_very_long_answer_says_that_there_is_more() -> None:
    message = answer(Answer("\n".join(f"line {number} " + "x" * 200 for number in range(400))))
    assert check_blocks(message.blocks, "message") == []
    assert "and more" in shown(message)


@pytest.mark.parametrize("text", [*HOSTILE.values(), "raised the pool size"], ids=[*HOSTILE, "plain"])
def test_slack_takes_every_form(text: str) -> None:
    room = hostile(text)
    one = room.actions[0]
    for view in (
        modals.link(room.incident, one),
        modals.waive(room.incident, one),
        modals.strike(room.incident, one),
        modals.edit(room.incident, one),
        modals.log(room.incident, text),
        modals.log(None),
        modals.update(room.incident),
    ):
        assert check_view(view) == [], view["callback_id"]


def test_a_form_knows_what_it_is_about() -> None:
    room = of_every_state()
    view = modals.edit(room.incident, room.actions[0])
    assert (view["callback_id"], view["private_metadata"]) == ("hotwash.edit", "42#1")
    fields = {block["block_id"]: block for block in view["blocks"] if block["type"] == "input"}
    assert fields["text"]["element"]["initial_value"] == "kubectl scale deploy/web --replicas=8"
    assert fields["kind"]["element"]["initial_option"]["value"] == "cluster"
    assert modals.log(None)["private_metadata"] == ""


def test_a_text_too_long_for_the_form_is_kept_unless_replaced() -> None:
    one = action(1, text=Clean("x" * 3001))
    view = modals.edit(of_every_state().incident, one)
    (field,) = [block for block in view["blocks"] if block.get("block_id") == "text"]
    assert field["optional"] is True and "initial_value" not in field["element"]
