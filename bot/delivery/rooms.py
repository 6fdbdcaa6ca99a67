"""An incident's channel: made, filled, labelled. Whatever is there already counts as done."""

from collections.abc import Callable
from contextlib import suppress

from sqlalchemy import Connection

from bot.delivery import store
from bot.delivery.channels import own_channels
from bot.delivery.hand import Hand, Refused, Wait
from bot.ledger import load, outbox
from bot.ledger.tables import incidents
from bot.rules.decision import Effect, EffectKind
from bot.rules.model import Incident
from bot.slack.blocks.announcement import topic
from bot.slack.blocks.refusal import no_room
from bot.warroom.open import furnishing, room_name

Learn = Callable[[Connection], None]

_NAMES = 20  # how often to number on when a name is taken
_INVITED_AT_ONCE = 1000  # Slack's limit
_THERE = ("already_in_channel", "cant_invite_self")


async def room(hand: Hand) -> Learn | None:
    """Create the channel. A name is taken for ever, so the next is numbered; a channel of that name that an earlier
    try of ours made is adopted instead."""
    incident = await hand.read(lambda conn: _incident(conn, hand))
    if incident.borrowed:
        return await _come_in(hand, incident)
    if incident.channel_id is not None:
        return None
    name = room_name(hand.policy, incident)
    try:
        channel_id, name = await _make(hand, name, private=incident.private)
    except Refused as refused:
        await _tell_opener(hand, incident, refused.error)
        raise
    return lambda conn: store.learn_room(conn, incident.id, channel_id, name)


async def _come_in(hand: Hand, incident: Incident) -> Learn:
    """Come into the channel that is to be the room, and then ask for what makes it one. Into a private channel the bot
    has to be brought by somebody."""
    channel_id = incident.channel_id
    assert channel_id is not None, hand.effect.lane  # it was there before the incident
    try:
        with suppress(Refused):  # it may be in, or only people can bring it in: what Slack says of the channel tells
            await hand.call(hand.slack.conversations_join, channel=channel_id)
        channel = (await hand.call(hand.slack.conversations_info, channel=channel_id))["channel"]
        if not channel.get("is_member"):
            raise Refused("not_in_channel")
    except Refused as refused:
        await _tell_opener(hand, incident, refused.error)
        raise

    def learn(conn: Connection) -> None:
        store.learn_room(conn, incident.id, channel_id, channel["name"])
        outbox.ask(conn, incident.workspace_id, furnishing(incident, hand.policy))
        outbox.revive(conn, incident.id)

    return learn


async def _make(hand: Hand, name: str, *, private: bool) -> tuple[str, str]:
    ours = await _made_before(hand) if hand.unsure else {}
    for number in range(1, _NAMES + 1):
        tried = name if number == 1 else f"{name}-{number}"
        channel_id = ours.get(tried) or await _create(hand, tried, private=private)
        if channel_id is not None:
            return channel_id, tried
    raise Refused("name_taken")


async def _create(hand: Hand, name: str, *, private: bool) -> str | None:
    try:
        answer = await hand.call(hand.slack.conversations_create, once=True, name=name, is_private=private)
    except Refused as refused:
        if refused.error != "name_taken":
            raise
        return None
    return str(answer["channel"]["id"])


async def _made_before(hand: Hand) -> dict[str, str]:
    """Channels that this bot made and that are no incident's room: name → id."""
    workspace = hand.effect.workspace_id
    rooms, bot = await hand.read(lambda conn: (store.room_channels(conn, workspace), store.bot_user(conn, workspace)))
    bot = bot or (await hand.call(hand.slack.auth_test))["user_id"]
    return {
        channel["name"]: channel["id"]
        async for channel in own_channels(hand)
        if channel["creator"] == bot and channel["id"] not in rooms
    }


async def _tell_opener(hand: Hand, incident: Incident, error: str) -> None:
    """Say it at most once, where it can be said: there is no room to say it in."""
    opener = await hand.read(lambda conn: load.person(conn, incident.opened_by))
    message = no_room(incident, error)
    with suppress(Wait, Refused):
        channel = await hand.direct(opener.slack_id)
        await hand.post(channel, message, None, hand.metadata())


async def invite(hand: Hand) -> None:
    channel, person = await hand.read(lambda conn: (_channel(conn, hand), load.person(conn, int(hand.effect.key))))
    try:
        await hand.call(hand.slack.conversations_invite, channel=channel, users=[person.slack_id])
    except Refused as refused:
        if refused.error not in _THERE:
            raise


async def responders(hand: Hand) -> None:
    """Invite whom the policy names for the severity and the service, a thousand at a time. Who can't be invited keeps
    nobody else out; a private incident's people are named one by one instead."""
    incident = await hand.read(lambda conn: _incident(conn, hand))
    if incident.private:
        return
    people, groups = hand.policy.responders(incident.severity, incident.service)
    wanted, refused = dict.fromkeys(people), []
    for group in groups:
        try:
            wanted |= dict.fromkeys((await hand.call(hand.slack.usergroups_users_list, usergroup=group))["users"])
        except Refused as no:
            refused.append(no.error)
    everybody = list(wanted)
    for start in range(0, len(everybody), _INVITED_AT_ONCE):
        some = everybody[start : start + _INVITED_AT_ONCE]
        try:
            answer = await hand.call(
                hand.slack.conversations_invite, channel=incident.channel_id, users=some, force=True
            )
            refused += [each["error"] for each in answer.get("errors") or []]
        except Refused as no:  # not one of them got in; this is why the first did not
            refused.append(no.error)
    for error in refused:
        if error not in _THERE:
            raise Refused(error)


async def set_topic(hand: Hand) -> None:
    """A channel that was there before keeps the topic that it has."""
    shown = await hand.read(lambda conn: load.war_room(conn, hand.incident_id))
    if shown.incident.borrowed or shown.incident.room is None:
        return
    await hand.call(hand.slack.conversations_setTopic, channel=shown.incident.channel_id, topic=topic(shown))


async def rename(hand: Hand) -> Learn | None:
    """Let the channel's name follow the title, if it is ours; numbered where the name is taken."""
    incident = await hand.read(lambda conn: _incident(conn, hand))
    channel_id = incident.room
    if incident.borrowed or channel_id is None:
        return None
    wanted = room_name(hand.policy, incident)
    for number in range(1, _NAMES + 1):
        name = wanted if number == 1 else f"{wanted}-{number}"
        if name == incident.channel_name:
            return None
        try:
            await hand.call(hand.slack.conversations_rename, channel=channel_id, name=name)
        except Refused as refused:
            if refused.error != "name_taken":
                raise
            continue
        break
    else:
        raise Refused("name_taken")
    return lambda conn: store.learn_room(conn, incident.id, channel_id, name)


async def archive(hand: Hand) -> None:
    """Only a channel that we made; a bot can't take it back, so the incident is asked once more."""
    incident = await hand.read(lambda conn: _incident(conn, hand))
    if incident.borrowed or incident.archived_at is None:
        return
    try:
        await hand.call(hand.slack.conversations_archive, channel=incident.channel_id)
    except Refused as refused:
        if refused.error not in ("already_archived", "channel_not_found"):  # by then the bot is out of a private one
            raise


async def bookmark(hand: Hand) -> None:
    """Ways from the room: to where incidents are announced, to the call, to the repository of the service."""
    incident, announce = await hand.read(
        lambda conn: (_incident(conn, hand), store.announce_channel(conn, hand.effect.workspace_id))
    )
    title, link = {
        "bridge": ("Call", hand.policy.bridge),
        "repository": ("Repository", hand.policy.repository_page(incident.service)),
    }.get(hand.effect.key, ("All incidents", _announced_in(hand, incident, announce)))
    if link is None:
        return
    if hand.unsure:
        there = await hand.call(hand.slack.bookmarks_list, channel_id=incident.channel_id)
        if any(each.get("link") == link for each in there["bookmarks"]):
            return
    await hand.call(
        hand.slack.bookmarks_add,
        once=True,
        channel_id=incident.channel_id,
        title=title,
        type="link",
        link=link,
    )


def _announced_in(hand: Hand, incident: Incident, announce: str | None) -> str | None:
    if announce is None or incident.private:
        return None
    return f"https://slack.com/app_redirect?team={hand.effect.team_id}&channel={announce}"


async def pin(hand: Hand) -> None:
    """Pin the card. One that was deleted meanwhile is posted anew at the next change, and pinned then."""
    card = Effect(EffectKind.CARD, hand.incident_id)
    place = await hand.read(lambda conn: outbox.place(conn, hand.effect.workspace_id, card.lane))
    if place is None:
        return
    try:
        await hand.call(hand.slack.pins_add, channel=place[0], timestamp=place[1])
    except Refused as refused:
        if refused.error not in ("already_pinned", "message_not_found"):
            raise


def _incident(conn: Connection, hand: Hand) -> Incident:
    found = load.incident(conn, incidents.c.id == hand.incident_id)
    assert found is not None, hand.effect.lane
    return found


def _channel(conn: Connection, hand: Hand) -> str:
    channel_id = _incident(conn, hand).channel_id
    assert channel_id is not None, hand.effect.lane  # such effects are leased only once there is a room
    return channel_id
