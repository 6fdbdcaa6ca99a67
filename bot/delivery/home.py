"""The Home tab of one person: what they own first, then what they lead, then what is going on."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, func, select

from bot.delivery import store
from bot.delivery.hand import Hand
from bot.ledger import load
from bot.ledger.tables import actions, incidents, people
from bot.rules.checklist import Item, checklist, urgency
from bot.rules.model import Action, ActionState, Incident, IncidentState, Person
from bot.slack.blocks import Block
from bot.slack.blocks.home import ACTIVE, CLOSED, LED, MINE, Home
from bot.slack.blocks.home import home as view

_ACTIVE = (IncidentState.OPEN.value, IncidentState.RESOLVED.value)
_UNSETTLED = [state.value for state in ActionState if not state.reconciled]


async def home(hand: Hand) -> None:
    """Publish it to somebody who opened it once; to publish the same again does no harm."""
    shown = await hand.read(lambda conn: _shown(conn, hand))
    if shown is not None:
        slack_id, tab = shown
        await hand.call(hand.slack.views_publish, user_id=slack_id, view=tab)


def _shown(conn: Connection, hand: Hand) -> tuple[str, Block] | None:
    row = conn.execute(select(people.c.home_at, people.c.home_page).where(people.c.id == int(hand.effect.key))).one()
    if row.home_at is None:
        return None
    viewer, now = load.person(conn, int(hand.effect.key)), hand.now()
    workspace = hand.effect.workspace_id
    seen = (incidents.c.workspace_id == workspace, load.visible_to(viewer))
    theirs = func.coalesce(incidents.c.lead_id, incidents.c.opened_by) == viewer.id
    mine = _drift(conn, now, *seen, actions.c.owner_id == viewer.id)
    led = _drift(conn, now, *seen, actions.c.owner_id != viewer.id, theirs)
    page = min(row.home_page, max(1, -(-len(mine) // MINE)))
    kinds = (incidents.c.standing.is_(False), incidents.c.state.in_(_ACTIVE))
    active = load.incidents_where(conn, workspace, viewer, *kinds, most=ACTIVE)
    many = conn.scalar(select(func.count()).select_from(incidents).where(*seen, *kinds)) or 0
    closed = _last_closed(conn, workspace, viewer)
    leads = load.people_by_id(conn, {one.lead_id for one in active if one.lead_id})
    tab = Home(
        mine=_told(conn, mine[(page - 1) * MINE : page * MINE], now),
        owned=len(mine),
        page=page,
        led=_told(conn, led[:LED], now),
        leading=len(led),
        active=[(one, leads.get(one.lead_id or 0)) for one in active],
        going_on=many,
        closed=closed,
    )
    return viewer.slack_id, view(tab, now, hand.policy.nudges.snooze_hours)


def _drift(conn: Connection, now: int, *where: ColumnElement[bool]) -> list[Action]:
    """What is not reconciled, the most urgent first. `where` may name columns of `incidents`."""
    of = select(actions.c.id).join(incidents, incidents.c.id == actions.c.incident_id)
    found = load.actions_where(conn, actions.c.id.in_(of.where(actions.c.state.in_(_UNSETTLED), *where)))
    return sorted(found, key=lambda action: urgency(action, now))


def _told(conn: Connection, some: Sequence[Action], now: int) -> list[tuple[Item, Incident]]:
    """The same actions with what they rest on, in the same order."""
    items: dict[int, tuple[Item, Incident]] = {}
    for incident_id in {action.incident_id for action in some}:
        numbers = [action.number for action in some if action.incident_id == incident_id]
        room = store.part_of_room(conn, incident_id, numbers)
        items |= {item.action.id: (item, room.incident) for item in checklist(room, now).left}
    return [items[action.id] for action in some]


def _last_closed(conn: Connection, workspace: int, viewer: Person) -> list[Incident]:
    ended = func.coalesce(incidents.c.closed_at, incidents.c.resolved_at)
    over = [IncidentState.CLOSED.value, IncidentState.CANCELLED.value]
    ids = conn.scalars(
        select(incidents.c.id)
        .where(incidents.c.workspace_id == workspace, load.visible_to(viewer), incidents.c.state.in_(over))
        .order_by(ended.desc(), incidents.c.number.desc())
        .limit(CLOSED)
    ).all()
    by_id = load.incidents_by_id(conn, ids)
    return [by_id[one] for one in ids]
