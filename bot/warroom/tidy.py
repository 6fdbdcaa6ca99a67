"""What is kept for a while only. The ledger is not among it."""

from sqlalchemy import Connection, delete

from bot.ledger.tables import pacing, receipts
from bot.rules.model import DAY, HOUR

RECEIPTS = 2 * DAY  # Slack repeats a request for an hour at most


def run(conn: Connection, at: int, db_now: int) -> None:
    """Drop receipts of requests that nobody repeats any more (`at`: business time, as they carry) and the pacing of
    channels in which nothing was said for an hour (`db_now`: the database's clock)."""
    conn.execute(delete(receipts).where(receipts.c.at < at - RECEIPTS))
    conn.execute(delete(pacing).where(pacing.c.next_at < db_now - HOUR))
