"""Statements that are made once and run at each command.

One thread writes to SQLite, and what SQLAlchemy does around a statement costs that thread three times what SQLite does
for it; a `/hotfix` has eight. So there a prepared statement is compiled once, and then goes to the driver itself, with
the conversions that its types ask for (which hold `Clean` to its word). Elsewhere it runs as any other statement.
"""

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect, Executable
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

Values = Mapping[str, Any]


class Prepared:
    """A statement whose values come by name, in the way of `Connection.execute`. All rows of one call have the same
    names. Raises what `execute` raises."""

    def __init__(self, statement: Executable, postgresql: Executable | None = None) -> None:
        """`postgresql` where that database spells it differently."""
        self._statement, self._postgresql = statement, statement if postgresql is None else postgresql
        self._compiled: dict[tuple[str, ...], _Compiled] = {}

    def run(self, conn: Connection, values: Values) -> None:
        if not _writing(conn):
            conn.execute(self._statement_for(conn), values)
            return
        compiled = self._for(conn, values)
        compiled.execute(conn, compiled.bound(values))

    def run_each(self, conn: Connection, rows: Sequence[Values]) -> None:
        """Run it once a row; not at all where there are none."""
        if not rows:
            return
        if not _writing(conn):
            conn.execute(self._statement_for(conn), rows)
            return
        compiled = self._for(conn, rows[0])
        compiled.execute_each(conn, [compiled.bound(values) for values in rows])

    def first(self, conn: Connection, values: Values) -> Any:
        """The first row, with its columns as attributes; None if there is none."""
        if not _writing(conn):
            return conn.execute(self._statement_for(conn), values).first()
        compiled = self._for(conn, values)
        return compiled.row(compiled.execute(conn, compiled.bound(values)).fetchone())

    def _statement_for(self, conn: Connection) -> Any:
        return self._postgresql if conn.dialect.name == "postgresql" else self._statement

    def _for(self, conn: Connection, values: Values) -> "_Compiled":
        names = tuple(values)
        found = self._compiled.get(names)
        if found is None:
            found = self._compiled[names] = _Compiled(self._statement, conn.dialect, names)
        return found


class _Compiled:
    """A statement in SQLite's words, and how values go in and come out."""

    def __init__(self, statement: Any, dialect: Dialect, names: Sequence[str]) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=list(names))
        self.sql = str(compiled)
        self._fixed = {name: value for name, value in compiled.params.items() if name not in names}
        self._ins = [(name, _going_in(compiled.binds[name].type, dialect)) for name in compiled.positiontup]
        columns = list(getattr(statement, "exported_columns", ()))
        self._outs = [
            (i, convert) for i, column in enumerate(columns) if (convert := _coming_out(column.type, dialect))
        ]
        self._row = _row_of([column.key for column in columns])

    def bound(self, values: Values) -> list[Any]:
        fixed = self._fixed
        return [
            value if convert is None else convert(value)
            for value, convert in ((fixed[name] if name in fixed else values[name], to) for name, to in self._ins)
        ]

    def execute(self, conn: Connection, bound: Sequence[Any]) -> sqlite3.Cursor:
        try:
            cursor: sqlite3.Cursor = _driver(conn).execute(self.sql, bound)
        except sqlite3.Error as error:
            raise self._as_sqlalchemy(error, conn) from error
        return cursor

    def execute_each(self, conn: Connection, bound: Iterable[Sequence[Any]]) -> None:
        try:
            _driver(conn).executemany(self.sql, bound)
        except sqlite3.Error as error:
            raise self._as_sqlalchemy(error, conn) from error

    def row(self, found: Sequence[Any] | None) -> Any:
        if found is None:
            return None
        values = list(found)
        for i, convert in self._outs:
            values[i] = convert(values[i])
        return self._row(values)

    def _as_sqlalchemy(self, error: sqlite3.Error, conn: Connection) -> BaseException:
        """What `Connection.execute` would have raised; the values, which may be secret, stay out of its text."""
        return DBAPIError.instance(self.sql, None, error, sqlite3.Error, hide_parameters=True, dialect=conn.dialect)


def _writing(conn: Connection) -> bool:
    """Whether it is the connection of SQLite's writing thread: that of its readers is not the driver's own."""
    return conn.dialect.driver == "pysqlite"


def _driver(conn: Connection) -> Any:
    return conn.connection.driver_connection


def _row_of(names: Sequence[str]) -> Callable[[Iterable[Any]], Any]:
    """What makes a row with those attributes."""
    row = namedtuple("row", names)  # type: ignore[misc]  # the names are data
    return row._make


def _going_in(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _coming_out(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    return kind.dialect_impl(dialect).result_processor(dialect, None)
