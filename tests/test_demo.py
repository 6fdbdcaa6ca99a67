"""`hotwash demo` as a newcomer runs it: a process of its own, with an empty home."""

import asyncio
import json
import os
import re
import signal
import socket
import sys
from pathlib import Path

import httpx
import pytest

from bot.playground import Client, Person

ROOT = Path(__file__).parents[1]

# Under `pytest -n auto` these run side by side with everything else, on few cores.
pytestmark = pytest.mark.timeout(180)


async def started(home: Path, *args: str, **variables: str) -> asyncio.subprocess.Process:
    """Nothing of the caller's environment but the way to programs: no settings, no git configuration."""
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "TMPDIR": str(home), "COLUMNS": "400", **variables}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "demo", *args,
        cwd=ROOT, env=env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def played(home: Path, *args: str, **variables: str) -> tuple[int, str, str]:
    """Exit status, transcript, standard error."""
    process = await started(home, *args, **variables)
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def line_with(process: asyncio.subprocess.Process, wanted: str) -> str:
    """The next line of the transcript that has `wanted` in it."""
    assert process.stdout is not None
    async for line in process.stdout:
        if wanted in line.decode():
            return line.decode()
    raise AssertionError(f"{wanted!r} was not printed")


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


MILESTONES = (
    r"maya  /incident open sev1",
    r"Logged INC-1#1 · cluster",
    r"Recorded as ephemeral",
    r"Logged INC-1#3 · database",
    r"Logged INC-1#4 · flag",
    r"Logged INC-1#5 · file",
    r"4 drifting · .* 1 ephemeral",
    r"#3 in review",
    r"#3 claimed by [0-9a-f]{7}",
    r"sam  presses \[Confirm\]",
    r"#3 landed .*confirmed by @sam",
    r"in the thread of #5",
    r"priya recorded the change of #5: nginx/checkout.conf, \+1 −1, made to [0-9a-f]{7} in shop",
    r"#5 drifting · none of it is there; missing: checkout.conf line 3",
    r"INC-1#1 is now undone",
    r"#4 waived by @maya",
    r"maya  /incident resolve",
    r"to priya directly",
    r"quiet until",
    r"INC-1, which you lead",
    r"maya  /incident close the last one is followed up",
    r"INC-1 · reconciliation checklist",
    r"priya  \$ git push origin main",
    r"proven · [0-9a-f]{7}",
    r"Everything of INC-1 is reconciled",
    r"Ledger entry \d+ · [0-9a-f]{64}",
    r"INC-1: \d+ entries, the chain holds; anchored up to entry \d+, 0 unanchored",
    r"# INC-1: Checkout answers 502",
)


async def test_story_is_told_to_its_end_and_every_call_recorded(tmp_path: Path) -> None:
    home, record = tmp_path / "home", tmp_path / "calls.jsonl"
    home.mkdir()
    status, transcript, errors = await played(home, "--once", "--record", str(record))
    assert (status, errors) == (0, ""), transcript

    told = 0
    for milestone in MILESTONES:
        found = re.compile(milestone).search(transcript, told)
        assert found, f"{milestone!r} does not come in its turn:\n{transcript}"
        told = found.end()
    assert "\x1b" not in transcript  # plain where no terminal is
    assert list(home.iterdir()) == []

    calls = [json.loads(line) for line in record.read_text().splitlines()]
    assert all(call.keys() == {"method", "args", "response"} for call in calls)
    assert all(call["response"]["ok"] for call in calls), [call for call in calls if not call["response"]["ok"]]
    updates = [call["args"]["text"] for call in calls if call["method"] == "chat.update"]
    assert "INC-1 checklist: everything is reconciled" in updates
    posts = [call["args"]["text"] for call in calls if call["method"] == "chat.postMessage"]
    [summary] = [place for place, text in enumerate(posts) if text.startswith("INC-1 closed after")]
    [checklist] = [place for place, text in enumerate(posts) if text.startswith("INC-1 checklist")]
    assert summary < checklist  # each posted once, and in the order in which they are read


async def test_commands_that_do_not_arrive_end_it_with_what_was_seen(tmp_path: Path) -> None:
    port, record = free_port(), tmp_path / "calls.jsonl"
    process = await started(tmp_path, "--once", "--port", str(port), "--record", str(record))
    async with Client(f"http://127.0.0.1:{port}") as client:
        while True:
            try:
                await client.fault("slash_commands", "lost", times=None)
                break
            except httpx.TransportError:  # it isn't up yet
                assert process.returncode is None
                await asyncio.sleep(0.02)
    out, errors = await process.communicate()
    assert process.returncode == 1
    assert errors == b""
    stopped = out.decode().partition("The story stopped here")[2]
    assert "maya typed '/" in stopped or "sam typed '/" in stopped
    assert "operation_timeout" in stopped
    assert json.loads(record.read_text().splitlines()[0])["method"] == "auth.test"


async def test_fix_that_never_reaches_upstream_is_not_told_as_landed(tmp_path: Path) -> None:
    real = next(path for folder in os.environ["PATH"].split(":") if (path := Path(folder, "git")).exists())
    git = tmp_path / "bin" / "git"
    git.parent.mkdir()
    git.write_text(f'#!/bin/sh\n[ "$*" = "push origin main" ] && exit 0\nexec {real} "$@"\n')
    git.chmod(0o755)
    status, transcript, errors = await played(tmp_path, "--once", PATH=f"{git.parent}:{os.environ['PATH']}")
    assert (status, errors) == (1, "")
    told, _, stopped = transcript.partition("The story stopped here")
    assert told.rstrip().endswith("sam  $ git push origin main")
    assert re.search("maya did not see .*claimed by [0-9a-f]{7}.* within 20 s, but:", stopped)
    assert "#3 in review" in stopped  # what was seen instead


@pytest.mark.postgresql_only
async def test_it_stays_for_the_reader_on_their_database(tmp_path: Path, database_url: str) -> None:
    """The reader takes a fix out of upstream as the last lines say, and sees it regress."""
    process = await started(tmp_path, DATABASE_URL=database_url)
    address = (await line_with(process, "http://")).strip()
    revert = (await line_with(process, "revert --no-edit HEAD")).strip().removeprefix("$ ")
    await line_with(process, "Ctrl-C")
    page, _, room = address.partition("/?as=maya&in=")
    async with httpx.AsyncClient() as http:
        assert (await http.get(address)).headers["Content-Type"].startswith("text/html")
        async with http.stream("GET", f"{page}/_play/stream") as tab:  # opened, and closed again
            assert await anext(tab.aiter_lines()) == ": hello"

    by_hand = await asyncio.create_subprocess_shell(revert, env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)})
    assert await by_hand.wait() == 0
    async with Client(page) as client:
        await Person(client, "maya").wait_for(f"#{room}", r"(?s)reconciliation checklist.*#5.*regressed", within=60)

    process.send_signal(signal.SIGINT)
    _, errors = await process.communicate()
    assert (process.returncode, errors) == (0, b"")
    assert not list(tmp_path.glob("hotwash-demo-*"))

    status, transcript, errors = await played(tmp_path, DATABASE_URL=database_url)
    assert (status, errors) == (1, "")
    assert "holds incidents" in transcript  # and may be a team's


async def test_taken_port_is_said(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        status, transcript, errors = await played(tmp_path, "--once", "--port", str(port))
    assert (status, errors) == (1, "")
    assert f"Port {port} can't be had" in transcript
