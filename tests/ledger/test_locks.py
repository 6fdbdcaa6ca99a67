"""What waits for an incident that is locked for appending, and what doesn't."""

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from bot.ledger import load, outbox
from bot.ledger.tables import incidents
from bot.rules.decision import Effect, EffectKind
from tests.ledger.build import engine_for, open_incident

pytestmark = pytest.mark.postgresql_only


def impatient(conn: Connection) -> None:
    conn.execute(text("SET lock_timeout = '300ms'"))


def test_delivery_puts_off_an_effect_while_a_command_holds_its_incident(database_url: str) -> None:
    engine = engine_for(database_url)
    with engine.begin() as conn:
        place = open_incident(conn)
        conn.execute(incidents.update().values(channel_id="C1"))
        outbox.ask(conn, place.workspace_id, [Effect(EffectKind.CARD, place.incident_id)])
    with engine.begin() as command, engine.begin() as delivery:
        load.incident_by_id(command, place.incident_id, lock=True)
        impatient(delivery)
        (leased,) = outbox.lease(delivery, "worker", 1)
        outbox.again(delivery, leased, "worker", 1_000_000, "paced", unsure=False)
    engine.dispose()


def test_appends_to_one_incident_wait_for_each_other(database_url: str) -> None:
    engine = engine_for(database_url)
    with engine.begin() as conn:
        place = open_incident(conn)
    with engine.begin() as first, engine.connect() as second:
        load.incident_by_id(first, place.incident_id, lock=True)
        impatient(second)
        with pytest.raises(OperationalError, match="lock timeout"):
            load.incident_by_id(second, place.incident_id, lock=True)
    engine.dispose()
