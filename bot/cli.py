"""The `hotwash` command."""

import asyncio
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
from bot.ledger.database import DatabaseError
from bot.rules.policy import PolicyError
from bot.settings import Settings, SettingsError, check_for_serving, load_settings

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


def main() -> None:
    """Run the command; failures that a person can do something about are a sentence on standard error."""
    from bot.app import CannotServe
    from bot.ledger.migrate import MigrationFailed

    try:
        cli()
    except (SettingsError, PolicyError, DatabaseError, CannotServe, MigrationFailed) as error:
        _fail(str(error))


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


@cli.command()
def serve() -> None:
    """Run the bot: Slack, the outbox, the clock, and HTTP on $PORT."""
    import uvicorn

    from bot import logs
    from bot.app import web_app

    settings = load_settings()
    check_for_serving(settings, dict(os.environ))
    logs.configure(settings.log_level)
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
def export(
    incident: Annotated[str, typer.Argument(help="INC-42")],
    format: Annotated[Format, typer.Option(help="json or markdown")] = Format.MARKDOWN,
) -> None:
    """Print the record of an incident."""
    from bot.warroom.export import export as the_export

    text = _run(lambda settings: the_export(settings.database_url, _number(incident), format.value))
    if text is None:
        _fail(f"there is no INC-{_number(incident)} in this database.", 1)
    print(text)


@cli.command()
def version() -> None:
    """Print the version."""
    print(__version__)


if __name__ == "__main__":
    main()
