"""Asking somebody about a message that they wrote in an incident's room: once a message, and never twice about the same
words or the same link in one incident. Nothing is asked of people who said that they don't want it."""

import hashlib
from collections.abc import Iterable

from sqlalchemy import Connection, select, update

from bot.git.links import Linked, parse_link
from bot.ledger import load, outbox
from bot.ledger.tables import actions, incidents, links, offers, people
from bot.rules import words
from bot.rules.clean import Clean
from bot.rules.commands import Offers
from bot.rules.decision import Answer, Button, Menu
from bot.rules.likely import likely
from bot.rules.model import Incident, LinkKind, PersonKind
from bot.rules.policy import Repository
from bot.warroom.scope import Scope

_NOT_FOR_ME = Button("offers", "Not for me", "off")
_MOST = 20  # actions to choose from


def to_log(scope: Scope, channel: str, ts: str, slack_id: str, text: str) -> Answer | None:
    """Ask whether a message that reads like a manual change is to be logged. `text` is what people saw."""
    incident = _room(scope, channel, slack_id)
    if incident is None or load.logged_from(scope.conn, scope.workspace, channel, ts) is not None:
        return None
    said = scope.redactor(text).text
    same = load.actions_where(scope.conn, actions.c.incident_id == incident.id, actions.c.text == said)
    offer = None if same else _claim(scope, incident, channel, ts, " ".join(said.casefold().split()))
    if offer is None:
        return None
    return Answer(words.offer_to_log(), (Button("logit", "Log it", str(offer), "primary"), _NOT_FOR_ME))


def pasted(urls: Iterable[str], repositories: Iterable[Repository]) -> Linked | None:
    """The first of these addresses that leads to a commit or a pull request."""
    watched = list(repositories)
    for url in urls:
        found = parse_link(url, watched)
        if found is not None and found.kind in (LinkKind.PULL_REQUEST, LinkKind.COMMIT):
            return found
    return None


def to_link(scope: Scope, channel: str, ts: str, slack_id: str, text: str, found: Linked) -> Answer | None:
    """Ask whether a commit or pull request that somebody pasted carries an action, the likeliest first."""
    incident = _room(scope, channel, slack_id)
    if incident is None:
        return None
    everything = load.actions_where(scope.conn, actions.c.incident_id == incident.id)
    linked = load.links_where(scope.conn, links.c.incident_id == incident.id)
    if any((link.kind, link.repo, link.ref) == (found.kind, found.repo, found.ref) for link in linked):
        return None
    chosen = likely(everything, {link.action_id for link in linked}, scope.person(slack_id).id, text)[:_MOST]
    if not chosen:
        return None
    name = f"{found.kind} {found.repo or found.url} {found.ref}"
    offer = _claim(scope, incident, channel, ts, name, scope.redactor(found.url or found.ref).text)
    if offer is None:
        return None
    what = f"pull request {found.ref}" if found.kind is LinkKind.PULL_REQUEST else f"commit {found.ref[:7]}"
    first, *others = chosen
    options = tuple(f"#{action.number} {words.short(action.text, 60)}" for action in others)
    return Answer(
        words.offer_to_link(what, incident, first),
        (Button("reconciles", f"Yes, #{first.number}", f"{offer} #{first.number}", "primary"), _NOT_FOR_ME),
        Menu("reconciles", "Another action", str(offer), options) if options else None,
    )


def stop(scope: Scope, command: Offers) -> Answer:
    """Whether the person is asked from now on."""
    scope.conn.execute(update(people).where(people.c.id == scope.actor.id).values(offers=command.on))
    return Answer(words.offers(command.on))


def message_of(conn: Connection, workspace: int, offer: int) -> tuple[str, str]:
    """Channel and ts of the message that was asked about."""
    row = conn.execute(select(offers).where(offers.c.workspace_id == workspace, offers.c.id == offer)).one()
    return row.channel_id, row.ts


def link_of(conn: Connection, workspace: int, offer: int) -> tuple[str, int]:
    """The address or hash that was asked about, and the number of the incident."""
    row = conn.execute(
        select(offers.c.link, incidents.c.number)
        .join(incidents, incidents.c.id == offers.c.incident_id)
        .where(offers.c.workspace_id == workspace, offers.c.id == offer)
    ).one()
    return row.link, row.number


def _room(scope: Scope, channel: str, slack_id: str) -> Incident | None:
    """The incident whose room it is, if this person may be asked there."""
    of_room = (incidents.c.workspace_id == scope.workspace, incidents.c.channel_id == channel)
    incident = load.incident(scope.conn, *of_room, incidents.c.standing.is_(False), lock=True)
    if incident is None:
        return None
    person = scope.person(slack_id)
    wanted = scope.conn.scalar(select(people.c.offers).where(people.c.id == person.id))
    return incident if wanted and person.kind is PersonKind.MEMBER else None


def _claim(
    scope: Scope, incident: Incident, channel: str, ts: str, about: str, link: Clean | None = None
) -> int | None:
    """The offer's id; None if this message or the same words were asked about before."""
    row = {
        "workspace_id": scope.workspace,
        "incident_id": incident.id,
        "channel_id": channel,
        "ts": ts,
        "fingerprint": hashlib.sha256(about.encode()).hexdigest(),
        "link": link,
    }
    claim = outbox.upsert(scope.conn.dialect, offers).values(row).on_conflict_do_nothing().returning(offers.c.id)
    made: int | None = scope.conn.scalar(claim)
    return made
