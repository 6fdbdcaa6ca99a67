"""`/incident stats`, over incidents that were lived through."""

from pathlib import Path

import pytest

from bot.ledger.tables import incidents
from tests.warroom.conftest import War, said
from tests.warroom.repo import Upstream


@pytest.fixture
def upstream(tmp_path: Path) -> Upstream:
    return Upstream(tmp_path)


class TestWithGit:
    @pytest.fixture
    def policy(self, upstream: Upstream) -> str:
        return upstream.policy

    async def test_time_to_git_runs_from_the_change_to_its_landing(self, war: War, upstream: Upstream) -> None:
        maya = war.person("maya")
        room = await war.open(maya)
        await war.logged(maya, room, "vim /etc/app/db.conf")
        await war.logged(maya, room, "kubectl scale deploy/web --replicas=8")
        await war.logged(maya, room, "--ephemeral systemctl restart nginx")
        war.move(minutes=40)
        said(await maya.command(room, "/incident resolve"))
        war.move(hours=2, minutes=20)
        upstream.commit("Raise the pool\n\nReconciles: INC-1#1")
        upstream.push()
        await war.echo(maya, room, 1, "claimed")
        assert "no change landed" in said(await maya.command(room, "/incident stats"))
        said(await maya.command(room, "/hotfix #1 confirm"))
        said(await maya.command(room, "/hotfix #2 waive the host goes away"))
        told = said(await maya.command("#general", "/incident stats"))
        assert "median 40 min, slowest 40 min: 1 incident resolved" in told
        assert "median 3 h, slowest 3 h: 1 change landed" in told
        assert "of 2 changes made: 1 confirmed (50 %), 1 waived (50 %)" in told
        assert "6 h of drift so far, summed over 2 changes" in told
        war.move(days=7)
        told = said(await maya.command("#general", "/incident stats 2"))
        assert "2 weeks up to now, from 23 Nov 2026" in told
        assert "30 Nov 2026: nothing" in told


@pytest.mark.parametrize("hidden", ["private", "drill"])
async def test_drills_count_nowhere_and_private_incidents_for_their_members_only(war: War, hidden: str) -> None:
    maya, sam = war.person("maya"), war.person("sam")
    room = await war.open(maya)
    await war.logged(maya, room, "vim /etc/motd")
    said(await maya.command(room, "/incident resolve"))
    assert "1 incident resolved" in said(await sam.command("#general", "/incident stats"))
    await war.db.write(lambda conn: conn.execute(incidents.update().values({hidden: True})))
    told = said(await sam.command("#general", "/incident stats"))
    assert "no incident that you can see was resolved, and no change by hand was made or landed" in told


async def test_a_number_of_weeks_is_all_it_takes(war: War) -> None:
    maya = war.person("maya")
    for typed in ("stats 0", "stats 53", "stats of me", "stats 8 9"):
        assert "1 to 52" in said(await maya.command("#general", f"/incident {typed}"))
