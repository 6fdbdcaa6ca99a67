"""The database's own refusal to change the ledger: triggers on `entries`, on both databases.

`bot.ledger.migrate` lays them at the end of every run, from the columns that the table then has: SQLite loses
a table's triggers when a migration makes the table anew, and a column added later is guarded from then on.
"""

from sqlalchemy import Connection, inspect

_DELETED = "entries are never deleted"
_REPLACED = "entries are never replaced"
_CHANGED = "entries never change; only a purge that was recorded first may blank a payload and its salt"

# A later entry of the same incident says that this one is purged.
_PURGE_RECORDED = """EXISTS (
    SELECT 1 FROM entries WHERE incident_id = OLD.incident_id
    AND seq > OLD.seq AND kind = 'entry.purged' AND ref_seq = OLD.seq
)"""


def _sqlite(columns: list[str]) -> list[str]:
    unchanged = " AND ".join(f'NEW."{name}" IS OLD."{name}"' for name in columns)
    return [
        f"""CREATE TRIGGER entries_no_delete BEFORE DELETE ON entries
        BEGIN SELECT RAISE(ABORT, '{_DELETED}'); END""",
        # INSERT OR REPLACE deletes without firing a DELETE trigger, unless the connection asks for
        # recursive_triggers; any tool that opens the file may not.
        f"""CREATE TRIGGER entries_no_replace BEFORE INSERT ON entries
        WHEN EXISTS (
            SELECT 1 FROM entries
            WHERE id = NEW.id OR (incident_id = NEW.incident_id AND seq = NEW.seq)
        )
        BEGIN SELECT RAISE(ABORT, '{_REPLACED}'); END""",  # noqa: S608 - the module's own constant
        f"""CREATE TRIGGER entries_no_change BEFORE UPDATE ON entries
        WHEN NOT (NEW.payload IS NULL AND NEW.salt IS NULL AND {unchanged} AND {_PURGE_RECORDED})
        BEGIN SELECT RAISE(ABORT, '{_CHANGED}'); END""",
    ]


def _postgresql(columns: list[str]) -> list[str]:
    unchanged = " AND ".join(f'NEW."{name}" IS NOT DISTINCT FROM OLD."{name}"' for name in columns)
    return [
        f"""CREATE FUNCTION entries_guard() RETURNS trigger
        LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
        BEGIN
            IF TG_OP <> 'UPDATE' THEN
                RAISE EXCEPTION '{_DELETED}';
            END IF;
            IF NOT (NEW.payload IS NULL AND NEW.salt IS NULL AND {unchanged} AND {_PURGE_RECORDED}) THEN
                RAISE EXCEPTION '{_CHANGED}';
            END IF;
            RETURN NEW;
        END $$""",
        """CREATE TRIGGER entries_no_change BEFORE UPDATE OR DELETE ON entries
        FOR EACH ROW EXECUTE FUNCTION entries_guard()""",
        """CREATE TRIGGER entries_no_truncate BEFORE TRUNCATE ON entries
        FOR EACH STATEMENT EXECUTE FUNCTION entries_guard()""",
        # ALWAYS: session_replication_role = replica switches ordinary triggers off
        "ALTER TABLE entries ENABLE ALWAYS TRIGGER entries_no_change",
        "ALTER TABLE entries ENABLE ALWAYS TRIGGER entries_no_truncate",
    ]


def lay(conn: Connection) -> None:
    """Make the guards of `entries` anew; where a downgrade dropped the table, clear what it left behind."""
    if conn.dialect.name == "sqlite":
        for name in ("entries_no_delete", "entries_no_replace", "entries_no_change"):
            conn.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        statements = _sqlite
    else:
        conn.exec_driver_sql("DROP FUNCTION IF EXISTS entries_guard() CASCADE")
        statements = _postgresql
    if not inspect(conn).has_table("entries"):
        return
    fixed = [
        column["name"] for column in inspect(conn).get_columns("entries") if column["name"] not in ("payload", "salt")
    ]
    for statement in statements(fixed):
        conn.exec_driver_sql(statement)
