"""Run a command as a person at a shell would."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

_TIMEOUT = 20.0  # seconds


class DidNotRun(Exception):
    """A command, or a part of the stage, did not run; the text says which and what it said."""


async def output(*command: str, env: Mapping[str, str], cwd: Path | None = None) -> str:
    """What it printed. Raises DidNotRun."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=cwd,
            env=env,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
    except OSError as error:
        raise DidNotRun(f"{command[0]} could not be started: {error.strerror}.") from error
    try:
        async with asyncio.timeout(_TIMEOUT):
            printed, _ = await process.communicate()
    except TimeoutError:
        raise DidNotRun(f"{' '.join(command)}: not done after {_TIMEOUT:g} s.") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    said = printed.decode(errors="replace").strip()
    if process.returncode != 0:
        raise DidNotRun(f"{' '.join(command)}: exit status {process.returncode}\n{said}")
    return said
