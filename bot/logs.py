"""Structured logs: one line an event, for people on a terminal and as JSON elsewhere."""

import logging
import sys
from collections.abc import Callable

import orjson
import structlog

NOISY = ("apscheduler", "aiosqlite", "slack_bolt", "slack_sdk", "httpx", "uvicorn.access")


def configure(level: str) -> None:
    """Everything that logs goes through structlog, to standard error; levels are `debug` to `error`."""
    chosen = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    human = sys.stderr.isatty()
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if human else structlog.processors.JSONRenderer(_json)
    )
    structlog.configure(
        processors=[*shared, renderer],
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(chosen),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(chosen)
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)  # a ring that is still being answered is no news
    for noisy in NOISY:
        logging.getLogger(noisy).setLevel(max(chosen, logging.WARNING))
    handler.addFilter(_of_use)


def _of_use(record: logging.LogRecord) -> bool:
    """Bolt gives its loggers the root's level again, and at `debug` writes all that Slack sends: what was typed."""
    return record.levelno >= logging.WARNING or not record.name.startswith(NOISY)


def _json(event: object, default: Callable[[object], object], **_: object) -> str:
    """One line of JSON, a good part of which is written while somebody waits for an answer."""
    return orjson.dumps(event, default).decode()
