"""`hotwash doctor`, against the playground and real repositories: each thing well, and each thing broken."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.doctor import examine
from bot.ledger import migrate
from bot.playground import Playground
from bot.rules.policy import Policy
from bot.slack.manifest import SCOPES
from tests.warroom.repo import Upstream

ROOT = Path(__file__).parents[1]


@pytest.fixture
async def pg() -> AsyncIterator[Playground]:
    async with Playground() as playground:
        yield playground


@pytest.fixture
def upstream(tmp_path: Path) -> Upstream:
    return Upstream(tmp_path)


@pytest.fixture
def policy(tmp_path: Path, upstream: Upstream) -> Path:
    file = tmp_path / "hotwash.toml"
    file.write_text(upstream.policy)
    return file


@pytest.fixture
def sound(monkeypatch: pytest.MonkeyPatch, pg: Playground, policy: Path, database_url: str) -> None:
    """An environment in which all is well."""
    for name, value in {
        "SLACK_BOT_TOKEN": "xoxb-playground",
        "SLACK_APP_TOKEN": "xapp-playground",
        "SLACK_API_URL": pg.api_url,
        "DATABASE_URL": database_url,
        "HOTWASH_POLICY": str(policy),
        "HOTWASH_ALLOW_FILE_REMOTES": "true",
    }.items():
        monkeypatch.setenv(name, value)


async def findings(ahead: float = 0) -> dict[str, str]:
    """What is said of each thing, the whole line."""
    return {finding.what: str(finding) async for finding in examine(lambda: time.time() + ahead)}


def failing(found: dict[str, str]) -> list[str]:
    return [what for what, line in found.items() if line.startswith("FAIL")]


async def test_where_all_is_well(sound: None, pg: Playground) -> None:
    await pg.client.post("app", scopes=sorted(SCOPES))
    found = await findings()
    assert failing(found) == []
    assert list(found) == [
        "settings", "policy", "database", "bot token", "scopes", "clock", "way in", "announce channel", "git",
        "repository shop",
    ]  # fmt: skip
    assert "Hotwash joins it" in found["announce channel"]
    assert "as in the manifest" in found["scopes"] and "not needed" not in found["scopes"]


@pytest.mark.sqlite_only
class TestBroken:
    async def test_tokens(self, sound: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-wrong")
        found = await findings()
        assert failing(found) == ["way in"]
        assert "invalid_auth" in found["way in"] and "connections:write" in found["way in"]
        monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-wrong")
        found = await findings()
        assert failing(found) == ["bot token"] and "repository shop" in found
        assert "SLACK_BOT_TOKEN" in found["bot token"]

    async def test_nothing_set(self, sound: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("SLACK_BOT_TOKEN")
        found = await findings()
        assert list(found) == ["settings"] and "SLACK_BOT_TOKEN" in found["settings"]

    async def test_scopes(self, sound: None, pg: Playground) -> None:
        await pg.client.post("app", scopes=sorted({*SCOPES, "team:read"} - {"pins:write", "im:write"}))
        found = await findings()
        assert failing(found) == ["scopes"] and "im:write, pins:write were not granted" in found["scopes"]
        await pg.client.post("app", scopes=sorted({*SCOPES, "team:read"}))
        found = await findings()
        assert failing(found) == [] and "not needed: team:read" in found["scopes"]

    @pytest.mark.parametrize(("ahead", "said"), [(400, "ahead of"), (-400, "behind")])
    async def test_clock(self, sound: None, ahead: float, said: str) -> None:
        found = await findings(ahead)
        assert failing(found) == ["clock"] and said in found["clock"]

    async def test_announce_channel(self, sound: None, policy: Path) -> None:
        policy.write_text('announce = "nowhere"\n')
        found = await findings()
        assert failing(found) == ["announce channel"] and "Create #nowhere" in found["announce channel"]

    async def test_slack_away(self, sound: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SLACK_API_URL", "http://127.0.0.1:9/api/")
        found = await findings()
        assert failing(found) == ["Slack"] and "repository shop" in found

    async def test_signing_secret(self, sound: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("SLACK_APP_TOKEN")
        monkeypatch.setenv("SLACK_SIGNING_SECRET", "playground")
        found = await findings()
        assert failing(found) == [] and "signing secret is set" in found["way in"]

    async def test_repositories(self, sound: None, policy: Path, upstream: Upstream) -> None:
        policy.write_text(upstream.policy + 'branch = "gone"\n')
        found = await findings()
        assert failing(found) == ["repository shop"] and "no branch gone" in found["repository shop"]
        policy.write_text(upstream.policy.replace("shop.git", "nothing.git"))
        found = await findings()
        assert failing(found) == ["repository shop"]
        assert "nothing.git' does not appear to be a git repository" in found["repository shop"]
        policy.write_text('[[repositories]]\nname = "shop"\nurl = "https://x.example/a.git"\ntoken_env = "NO_SUCH"\n')
        found = await findings()
        assert "NO_SUCH is not set" in found["repository shop"]
        policy.write_text('[[repositories]]\nname = "shop"\nurl = "ext::sh -c date"\n')
        assert failing(await findings()) == ["repository shop"]

    async def test_policy(self, sound: None, policy: Path) -> None:
        policy.write_text("announce = 3\n")
        found = await findings()
        assert failing(found) == ["policy"] and "announce" in found["policy"]

    async def test_database(self, sound: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/new.db")
        found = await findings()
        assert failing(found) == [] and "makes it" in found["database"]
        assert not (tmp_path / "new.db").exists()
        migrate.upgrade(f"sqlite:///{tmp_path}/new.db")
        with sqlite3.connect(tmp_path / "new.db") as conn:
            conn.execute("UPDATE alembic_version SET version_num = '9999'")
        found = await findings()
        assert failing(found) == ["database"] and "newer Hotwash" in found["database"]
        monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
        found = await findings()
        assert failing(found) == ["database"] and "DATABASE_URL" in found["database"]
        monkeypatch.setenv("DATABASE_URL", "nonsense")
        assert failing(await findings()) == ["database"]


def doctor(*args: str) -> tuple[int, str]:
    """The command itself: its exit status and what it printed."""
    done = subprocess.run([sys.executable, "-m", "bot", "doctor", *args], cwd=ROOT, capture_output=True, text=True)
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_a_policy_alone(tmp_path: Path) -> None:
    file = tmp_path / "team.toml"
    file.write_text('announce = "ops"\n[[repositories]]\nname = "shop"\nurl = "https://x.example/a.git"\n')
    assert doctor("--policy", str(file)) == (0, f"ok   policy: {file} is valid and watches shop\n")
    file.write_text("poll_seconds = 0\n")
    code, said = doctor("--policy", str(file))
    assert code == 1 and said.startswith("FAIL policy:") and "poll_seconds" in said and len(said.splitlines()) == 1
    code, said = doctor("--policy", str(tmp_path / "missing.toml"))
    assert code == 1 and "cannot be read" in said


def test_the_defaults_announce_somewhere() -> None:
    assert Policy().announce_name == "incidents"  # which the playground has, and `test_where_all_is_well` found
