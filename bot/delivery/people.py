"""What only Slack knows: who somebody is, who the bot is, where incidents are announced."""

from collections.abc import Callable

from sqlalchemy import Connection

from bot.delivery import store
from bot.delivery.channels import find_channel
from bot.delivery.hand import Hand, Refused
from bot.ledger import load
from bot.rules.clean import redact
from bot.rules.model import PersonKind
from bot.slack.people import facts_of

Learn = Callable[[Connection], None]


async def workspace(hand: Hand) -> Learn:
    """The bot's own id, the announce channel and the standing incident's channel."""
    me = await hand.call(hand.slack.auth_test)
    policy, workspace_id = hand.policy, hand.effect.workspace_id
    announce = await find_channel(hand, policy.announce_name) if policy.announce_name else None
    named = policy.standing.channel
    standing = await find_channel(hand, named) if named else announce  # what is logged is echoed where others see it

    def learn(conn: Connection) -> None:
        store.learn_bot(conn, workspace_id, me["user_id"], redact(me["team"]).text)
        if announce is not None:
            store.learn_announce_channel(conn, workspace_id, announce[0])
        if standing is not None:
            store.learn_standing_channel(conn, workspace_id, *standing)

    return learn


async def person(hand: Hand) -> Learn:
    """Name, time zone and kind of a person. One whom Slack doesn't know counts as gone."""
    known = await hand.read(lambda conn: load.person(conn, int(hand.effect.key)))
    at = hand.now()
    try:
        user = (await hand.call(hand.slack.users_info, user=known.slack_id))["user"]
    except Refused as refused:
        if refused.error not in ("user_not_found", "user_not_visible", "users_not_found"):
            raise
        return lambda conn: store.learn_person(conn, known.id, None, None, PersonKind.GONE, at)
    name, tz, kind = facts_of(user, hand.effect.team_id)
    return lambda conn: store.learn_person(conn, known.id, redact(name).text, tz, kind, at)
