"""What people wrote of an incident: one row a section, as it reads now. What it read before, the ledger tells."""

from sqlalchemy import Connection, select

from bot.ledger.tables import retro
from bot.rules.model import Section, Written


def written(conn: Connection, incident_id: int) -> dict[Section, tuple[int, Written]]:
    """The rows with their ids, emptied ones too."""
    rows = conn.execute(select(retro).where(retro.c.incident_id == incident_id))
    found = {Section(row.section): row for row in rows}
    return {
        section: (found[section].id, Written(section, found[section].text, row.by, row.at, row.seq))
        for section in Section
        if (row := found.get(section)) is not None
    }


def retro_of(conn: Connection, incident_id: int) -> tuple[Written, ...]:
    """What there is to read, in the order of the sections."""
    return tuple(one for _, one in written(conn, incident_id).values() if one.text)
