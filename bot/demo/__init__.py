"""`hotwash demo`: a whole incident on a Slack and a Git of its own, played through what people see and do."""

import asyncio
import json
import signal
import sys
from pathlib import Path

from rich.console import Console

from bot import logs
from bot.demo import story
from bot.demo.shell import DidNotRun
from bot.demo.stage import stage
from bot.demo.transcript import Transcript
from bot.playground import Client, NotSeen, Refused

_PIPED_WIDTH = 110  # columns, where no terminal says how wide it is


async def run(*, once: bool, record: Path | None, port: int) -> int:
    """Play the story, then stay up for the reader unless `once`. The exit status: 0, or 1 if a step did not happen.

    At the end `record` gets every Web API call, a JSON line each: `{method, args, response}`, the response null where
    none was given. Raises what starting the bot raises, and OSError where `record` can't be written.
    """
    logs.configure("error")  # on standard error; the transcript says the rest
    transcript = Transcript(Console(highlight=False, width=None if sys.stdout.isatty() else _PIPED_WIDTH))
    if record is not None:
        await asyncio.to_thread(record.touch)  # refused now rather than after the story
    try:
        async with stage(port) as scene:
            try:
                await story.play(scene, transcript)
                if not once:
                    story.hand_over(scene, transcript)
                    await _interrupted()
            except asyncio.CancelledError:
                logs.configure("critical")  # Ctrl-C: what it cuts off has not failed
                raise
            finally:
                if record is not None:
                    lines = await _recorded(scene.playground.client)
                    await asyncio.to_thread(record.write_text, lines, encoding="utf-8")
    except (NotSeen, Refused, DidNotRun) as missing:
        transcript.stopped(str(missing))
        return 1
    return 0


async def _recorded(client: Client) -> str:
    kept = ("method", "args", "response")
    calls = ({name: call[name] for name in kept} for call in await client.calls())
    return "".join(f"{json.dumps(call, ensure_ascii=False)}\n" for call in calls)


async def _interrupted() -> None:
    """Wait for Ctrl-C, or to be told to end."""
    ending = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, ending.set)
    await ending.wait()
