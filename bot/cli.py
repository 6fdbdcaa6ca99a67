"""The `hotwash` command."""

import asyncio
import gc
import json
import os
import re
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer

from bot import __version__
from bot.rules.decision import CannotRun, Refusal
from bot.rules.model import Role
from bot.settings import Settings, check_for_serving, load_settings

T = TypeVar("T")

cli = typer.Typer(
    help="Hotwash: which of the changes that we made by hand are not in Git yet?",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=True,
)


class Format(StrEnum):
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"
    CSV = "csv"


def main() -> None:
    """Run the command; failures that a person can do something about are a sentence on standard error."""
    try:
        cli()
    except (CannotRun, Refusal) as error:
        _fail(str(error))
    except Exception as error:
        from sqlalchemy.exc import OperationalError

        if not isinstance(error, OperationalError):
            raise
        _fail(f"The database cannot be reached: {error.orig}")


def _fail(said: str, code: int = 2) -> NoReturn:
    print(f"hotwash: {said}", file=sys.stderr)
    raise SystemExit(code)


def _run(work: Callable[[Settings], Coroutine[Any, Any, T]]) -> T:
    return asyncio.run(work(load_settings()))


def _number(name: str) -> int:
    found = re.fullmatch(r"(?:INC-)?(\d+)", name, re.IGNORECASE)
    if found is None:
        raise typer.BadParameter(f"{name!r} is not an incident: write INC-42")
    return int(found[1])


def _in_a_child(work: Callable[[], object]) -> None:
    """Do something that leaves much in memory (Alembic takes 8 MB), where a process can be forked. Whether it went well
    is for who does it again to find out: with nothing left to do, or with the error."""
    if not hasattr(os, "fork"):
        return
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            work()
        os._exit(0)
    os.waitpid(child, 0)


@cli.command()
def serve() -> None:
    """Run the bot: Slack, the outbox, the clock, and HTTP on $PORT."""
    gc.disable()  # what is imported stays: looking through it again and again takes a fifth of the start
    sys.modules["rich"] = None  # type: ignore[assignment]  # structlog takes it along: 5 MB for tracebacks in colour
    import structlog  # noqa: F401
    import uvicorn

    del sys.modules["rich"]
    from bot import logs
    from bot.app import prepare, web_app

    settings = load_settings()
    check_for_serving(settings, dict(os.environ))
    _in_a_child(lambda: prepare(settings))
    prepare(settings)  # again in the application's lifespan, where a failure would be a traceback
    logs.configure(settings.log_level)
    gc.collect()
    gc.freeze()
    gc.enable()
    uvicorn.run(
        web_app(settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=5,
    )


@cli.command()
def migrate() -> None:
    """Bring the database's schema up to date."""
    from bot.ledger import migrate as migrations

    settings = load_settings()
    migrations.upgrade(settings.database_url)
    print(f"The database is at {migrations.current(settings.database_url)}.")


@cli.command()
def playground(
    port: Annotated[int, typer.Option(help="where it listens, on this machine only")] = 8700,
) -> None:
    """Run a Slack of your own, with a page to try any bot on."""
    from bot.playground import serve as serve_playground

    print(f"A Slack of your own: http://127.0.0.1:{port} (Ctrl-C ends it)")
    with suppress(KeyboardInterrupt):
        asyncio.run(serve_playground("127.0.0.1", port))


@cli.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="end after the story instead of staying up")] = False,
    record: Annotated[Path | None, typer.Option(help="write every Web API call to this file, as JSON lines")] = None,
    port: Annotated[int, typer.Option(help="where the page listens; 0 takes any free port")] = 0,
) -> None:
    """Watch a whole incident, on a Slack and a Git of its own."""
    from bot.demo import run as run_demo

    raise SystemExit(asyncio.run(run_demo(once=once, record=record, port=port)))


@cli.command()
def manifest(
    url: Annotated[
        str | None, typer.Option(help="where the bot can be reached over HTTP; without it, Socket Mode")
    ] = None,
) -> None:
    """Print the Slack app's manifest."""
    from bot.slack.manifest import manifest as the_manifest

    print(json.dumps(the_manifest(url), indent=2))


@cli.command()
def doctor(
    policy: Annotated[Path | None, typer.Option(help="check only this policy file")] = None,
) -> None:
    """Check tokens, scopes, channel, database, repositories and clock, and say what to do about each."""
    from bot.doctor import run as examine

    raise SystemExit(examine(policy))


@cli.command()
def export(
    incident: Annotated[str, typer.Argument(help="INC-42")],
    format: Annotated[Format, typer.Option(help="json, markdown, html, or csv: its actions")] = Format.MARKDOWN,
) -> None:
    """Print the close-out report of an incident, made now."""
    from bot import ops

    print(_run(lambda settings: ops.export(settings, _number(incident), format.value)))


@cli.command()
def share(
    incident: Annotated[str, typer.Argument(help="INC-42")],
    days: Annotated[int, typer.Option(min=1, max=90, help="how long it opens")] = 7,
) -> None:
    """Print a link that shows the report of one incident to whoever has it."""
    from bot import ops

    print(_run(lambda settings: ops.share(settings, _number(incident), days)))


@cli.command()
def verify(
    incident: Annotated[str | None, typer.Argument(help="INC-42; without it, all")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="don't read anchors back from Slack")] = False,
    against: Annotated[Path | None, typer.Option(help="a clone of the repository with the reports")] = None,
) -> None:
    """Walk the ledger's chain and its anchors, and name the first entry that does not fit."""
    from bot import ops

    number = _number(incident) if incident else None
    said, fits = _run(lambda settings: ops.verify(settings, number, offline=offline, against=against))
    print(said)
    raise SystemExit(0 if fits else 1)


@cli.command()
def backup(file: Annotated[Path, typer.Argument(help="a file that is not there yet")]) -> None:
    """Copy a SQLite database into one file, while the bot runs, and verify the copy."""
    from bot.backup import backup as make_backup

    _verified(*make_backup(load_settings().database_url, file))


@cli.command()
def restore(file: Annotated[Path, typer.Argument(help="what `hotwash backup` wrote")]) -> None:
    """Put a backup where DATABASE_URL says, where no database is yet, and verify it."""
    from bot.backup import restore as put_back

    _verified(*put_back(load_settings().database_url, file))


def _verified(said: str, fits: bool) -> NoReturn:
    print(said)
    raise SystemExit(0 if fits else 1)


@cli.command()
def purge(
    incident: Annotated[str, typer.Argument(help="INC-42")],
    entry: Annotated[int, typer.Option(help="the entry's number, as the timeline and the export show it")],
    why: Annotated[str, typer.Option(help="goes on record")],
) -> None:
    """Blank one entry's text everywhere that Hotwash holds it. The chain still verifies."""
    from bot import ops

    for line in _run(lambda settings: ops.purge(settings, _number(incident), entry, why)):
        print(line)


@cli.command()
def erase(slack_id: Annotated[str, typer.Argument(help="the person's Slack id, U…")]) -> None:
    """Erase a person's name and Slack id. What they did stays, by someone."""
    from bot import ops

    for line in _run(lambda settings: ops.erase(settings, slack_id)):
        print(line)


@cli.command()
def prove(
    upstream: Annotated[str, typer.Option(help="the branch or commit to look in, for example origin/main")],
    repo: Annotated[Path, typer.Option(help="the repository")] = Path(),
    base: Annotated[str | None, typer.Option(help="the commit that the change was made to; found for a diff")] = None,
    path: Annotated[str | None, typer.Option(help="the changed file, as the repository calls it")] = None,
    live: Annotated[Path | None, typer.Option(help="that file as it is in production")] = None,
    deleted: Annotated[bool, typer.Option("--deleted", help="or that it was deleted there")] = False,
    diff: Annotated[Path | None, typer.Option(help="or the change as a diff")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Is a change in Git? Exit status 0: landed, 1: not, 3: cannot tell."""
    from bot.prove import run as run_prove

    raise SystemExit(run_prove(repo, upstream, base, path, live, diff, deleted=deleted, as_json=as_json))


@cli.command()
def redact(
    check: Annotated[bool, typer.Option("--check", help="print no text; exit status 1 if there is a secret")] = False,
) -> None:
    """Take the secrets out of standard input, by the rules that hold for what is logged. What was found is named on
    standard error."""
    from bot.rules.clean import redact as take_out

    redacted = take_out(sys.stdin.buffer.read().decode(errors="replace"), load_settings().key_bytes)
    if redacted.found:
        print(f"hotwash: found {', '.join(redacted.found)}", file=sys.stderr)
    if check:
        raise SystemExit(1 if redacted.found else 0)
    sys.stdout.buffer.write(redacted.text.encode())


token = typer.Typer(help="Make, list and revoke the tokens of the REST surface.", no_args_is_help=True)
cli.add_typer(token, name="token")


@token.command("create")
def create_token(
    name: Annotated[str, typer.Option(help="what it is called in the list, for example ci")],
    role: Annotated[Role, typer.Option(help="what it may do")],
    days: Annotated[int, typer.Option(min=1, max=3650, help="how long")] = 90,
) -> None:
    """Make a token. It is printed, and kept nowhere."""
    from bot import ops

    print(_run(lambda settings: ops.create_token(settings, name, role, days)))


@token.command("list")
def list_tokens() -> None:
    """Print the tokens by name, with what became of them."""
    from bot import ops

    for line in _run(ops.list_tokens):
        print(line)


@token.command("revoke")
def revoke_token(name: Annotated[str, typer.Argument(help="as it is called in the list")]) -> None:
    """Let a token do nothing from now on."""
    from bot import ops

    _run(lambda settings: ops.revoke_token(settings, name))
    print(f"The token {name} is revoked.")


@cli.command()
def version() -> None:
    """Print the version."""
    print(__version__)


if __name__ == "__main__":
    main()
