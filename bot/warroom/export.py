"""`hotwash export`: the record of one incident, for whoever reads it a month later."""

import json
import time

from sqlalchemy import Connection, select

from bot.ledger import load
from bot.ledger.database import Database
from bot.ledger.tables import incidents
from bot.rules import export as forms


async def export(database_url: str, number: int, form: str) -> str | None:
    """The text in `form` (`json` or `markdown`), or None where there is no such incident."""
    db = Database(database_url)
    try:
        return await db.read(lambda conn: _export(conn, number, form, time.time_ns() // 1000))
    finally:
        await db.close()


def _export(conn: Connection, number: int, form: str, now: int) -> str | None:
    found = conn.scalar(select(incidents.c.id).where(incidents.c.number == number).order_by(incidents.c.id).limit(1))
    if found is None:
        return None
    lines = load.lines(conn, found)
    room = load.with_people(conn, load.war_room(conn, found), sorted(load.named_in(lines)))
    if form == "json":
        return json.dumps(forms.to_json(room, lines, now), indent=2, ensure_ascii=False)
    return forms.to_markdown(room, lines, now)
