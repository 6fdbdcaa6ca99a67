"""`hotwash` with its edges counted, from outside of the package: a call to Slack, an acknowledgement to Slack, a commit
and a git process are two *points* each, just before and just after.

Each point is a line in the file $SOAK_POINTS. At the one that $SOAK_DIE_AT names, the process kills itself: `37` is
the thirty-seventh of this life, `slack chat.postMessage after 2` is what it says.
"""

import os
import signal
import sqlite3
import subprocess
import threading
from collections import Counter
from collections.abc import Callable
from functools import wraps
from typing import Any

from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import Engine, event
from sqlalchemy.engine.default import DefaultDialect

POINTS = os.open(os.environ["SOAK_POINTS"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
DIE_AT = os.environ.get("SOAK_DIE_AT")
BELL = 1  # seconds, instead of 15, so that a reminder is not waited for
INTERVAL = 50_000  # microseconds between two messages, instead of a second: this Slack takes them faster

_passed: Counter[str] = Counter()
_one_at_a_time = threading.Lock()


def point(what: str) -> None:
    with _one_at_a_time:
        _passed[what] += 1
        name = f"{what} {_passed[what]}"
        os.write(POINTS, f"{name}\n".encode())
        if DIE_AT in (name, str(_passed.total())):
            os.kill(os.getpid(), signal.SIGKILL)


def awaited(owner: type, method: str, name: Callable[..., str]) -> None:
    original = getattr(owner, method)

    @wraps(original)
    async def between(self: Any, *args: Any, **more: Any) -> Any:
        what = name(*args)
        point(f"{what} before")
        answer = await original(self, *args, **more)
        point(f"{what} after")
        return answer

    setattr(owner, method, between)


def commits() -> None:
    original = DefaultDialect.do_commit

    def between(self: DefaultDialect, dbapi_connection: Any) -> None:
        point("commit before")
        original(self, dbapi_connection)
        point("commit after")

    DefaultDialect.do_commit = between  # type: ignore[method-assign]


def traced(file: str) -> None:
    """A line for each COMMIT that SQLite says it ran: a second opinion on the count."""
    lines = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def statement(sql: str) -> None:
        if sql.startswith("COMMIT"):
            os.write(lines, b"COMMIT\n")

    @event.listens_for(Engine, "connect")
    def connected(connection: Any, _record: Any) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.set_trace_callback(statement)


class Counted(subprocess.Popen[Any]):
    """Any process that is started; all of them are git."""

    def __init__(self, args: list[str], *more: Any, **options: Any) -> None:
        words = args[3:] if "--git-dir" in args else args[1:]
        self.what = f"git {next(word for word in words if not word.startswith('-'))}"
        self.ended = False
        point(f"{self.what} before")
        super().__init__(args, *more, **options)

    def wait(self, timeout: float | None = None) -> int:
        code = super().wait(timeout)
        if not self.ended:
            self.ended = True
            point(f"{self.what} after")
        return code


if __name__ == "__main__":
    subprocess.Popen = Counted  # type: ignore[misc] # before anything inherits from it

    from bot import clock
    from bot.cli import main
    from bot.delivery import admit

    awaited(AsyncWebClient, "api_call", lambda method, *_: f"slack {method}")
    awaited(AsyncBaseSocketModeClient, "send_socket_mode_response", lambda *_: "ack")
    commits()
    if "SOAK_COMMITS" in os.environ:
        traced(os.environ["SOAK_COMMITS"])
    clock.BELL, admit.INTERVAL = BELL, INTERVAL
    main()
