"""Three incidents, played through the verbs and recorded in a real ledger: a quiet one, a large one, a messy one.

Times, people and commits are fixed, so that two plays differ in nothing but the salts, and with them the hashes.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from bot.forms.gather import report_of
from bot.ledger import deployments, load
from bot.ledger.database import Database
from bot.ledger.deployments import Deployment
from bot.ledger.tables import actions, changes, incidents, people
from bot.rules import commands as ask
from bot.rules.clean import Clean, redact
from bot.rules.decision import Entry
from bot.rules.model import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    DeploymentState,
    EvidenceKind,
    FileProof,
    PartProof,
    PartState,
    Proof,
    RecordedChange,
    Verdict,
)
from bot.rules.policy import Policy
from bot.rules.report import Report
from bot.warroom import place_change, upstream
from bot.warroom.handle import WarRooms
from bot.warroom.place_change import Placed
from bot.warroom.proving import Proven
from bot.warroom.scope import Request, Scope, know, know_workspace
from bot.warroom.upstream import Claim, Loss, Seen
from tests.rules.builders import at

TEAM = "T1"
START = at("2026-11-24 12:00")
POLICY = Policy.model_validate(
    {
        "repositories": [{"name": "shop", "url": "https://github.com/acme/shop.git"}],
        "report": {"revenue_per_minute": 120, "currency": "EUR"},
    }
)
PEOPLE = {"UADA": "Ada", "UBEN": "Ben", "UCHI": "Chitra", "UDAN": "Dan <b>"}
NGINX = b"worker_processes 4;\nevents {\n    worker_connections 1024;\n}\nhttp {\n    keepalive_timeout 65;\n}\n"
TIP = "7" * 40


def sha(n: int) -> str:
    return f"{n:07x}".ljust(40, "0")


class Book:
    """A ledger, and people who write in it. `now` moves by itself: a minute before each command."""

    def __init__(self, database: str) -> None:
        self.rooms = WarRooms(Database(database), POLICY, redact)
        self.now = START
        self.number = 1
        self._asked = 0

    async def close(self) -> None:
        await self.rooms.db.close()

    async def do(self, who: str, command: ask.Command, after: int = MINUTE) -> None:
        self.now += after
        self._asked += 1
        request = Request(TEAM, who, PEOPLE[who], "slash", f"r{self._asked}", self.now)
        await self.rooms.handle(request, command)

    async def alone(self, work: Any) -> None:
        await self.rooms.alone(1, TEAM, self.now, "git", work)

    async def meet(self) -> None:
        """Make everybody known, as delivery does once Slack was asked."""

        def named(conn: Connection) -> None:
            workspace = know_workspace(conn, TEAM, self.now)
            for slack_id, name in PEOPLE.items():
                person = know(conn, workspace, slack_id, name)
                conn.execute(people.update().where(people.c.id == person.id).values(kind="member", seen_at=self.now))

        await self.rooms.db.write(named)

    async def changed(self, contents: Mapping[int, tuple[str, bytes | None, bytes | None]]) -> None:
        """Record what actions did to files: number → path, base and live content."""

        def recorded(scope: Scope) -> None:
            mode: Any = {True: None, False: "100644"}
            known = {one.number: one for one in self._actions(scope)}
            place_change.record(
                scope,
                [
                    Placed(
                        known[number].incident_id, known[number].id, "shop", known[number].logged_by, self.now,
                        ref="hotfix", lines=(1, 1),
                        changes=(
                            RecordedChange(
                                0, known[number].id, known[number].incident_id, "shop", Clean(path), "b" * 40,
                                mode[base is None], base, mode[live is None], live, {}, Clean(path),
                                known[number].logged_by, self.now,
                            ),
                        ),
                    )
                    for number, (path, base, live) in contents.items()
                ],
            )  # fmt: skip

        await self.alone(recorded)

    async def seen(
        self,
        claims: Mapping[int, str] | None = None,
        lost: Mapping[str, str | None] | None = None,
        verdicts: Mapping[int, tuple[Verdict, tuple[PartProof, ...]]] | None = None,
    ) -> None:
        """A look at upstream. `claims`: number → commit; `lost`: commit → what took it out; `verdicts` by number."""
        facts: list[Claim | Loss] = [
            Claim(
                self.number,
                number,
                EvidenceKind.TRAILER,
                commit,
                "Rae Lin",
                f"Keep what was done by hand for #{number}",
            )
            for number, commit in (claims or {}).items()
        ]
        facts += [Loss(frozenset({commit}), by) for commit, by in (lost or {}).items()]

        def look(scope: Scope) -> None:
            known = {one.number: one for one in self._actions(scope)}
            newest = {row.action_id: row for row in scope.conn.execute(changes.select().order_by(changes.c.id))}
            proven = {
                known[number].id: self._proven(known[number], newest[known[number].id], verdict, parts)
                for number, (verdict, parts) in (verdicts or {}).items()
            }
            upstream.run(scope, Seen("shop", tuple(facts), proven=proven))

        self.now += MINUTE
        await self.alone(look)

    def _proven(self, action: Any, change: Any, verdict: Verdict, parts: tuple[PartProof, ...]) -> Proven:
        file = FileProof(change.path, change.path, verdict, Clean(""), parts)
        commit = next((part.commit for part in parts if part.commit), None)
        found = Proof(action.id, "shop", verdict, Clean(""), TIP, 1, (file,), commit, at=self.now)
        return Proven(action.incident_id, found, change.id, True, {})

    def _actions(self, scope: Scope) -> list[Any]:
        incident = load.incident(scope.conn, incidents.c.number == self.number)
        assert incident is not None
        return load.actions_where(scope.conn, actions.c.incident_id == incident.id)

    async def went_live(self, commit: str, when: int) -> None:
        def told(scope: Scope) -> None:
            live = Deployment(0, "shop", Clean("production"), commit[:9], commit, DeploymentState.LIVE, when, when)
            deployments.know(scope.conn, scope.workspace, live)

        await self.alone(told)

    async def report(self) -> Report:
        def made(conn: Any) -> Report:
            incident = load.incident(conn, incidents.c.number == self.number)
            assert incident is not None
            return report_of(conn, incident, POLICY, self.now)

        return await self.rooms.db.read(made)


async def quiet(book: Book) -> None:
    """Resolved in minutes, nothing changed by hand but a restart."""
    await book.meet()
    await book.do("UADA", ask.Open("search is slow", "sev3"))
    await book.do("UADA", ask.Log("systemctl restart search", ephemeral=True, incident=1), 4 * MINUTE)
    await book.do("UADA", ask.Resolve("the restart helped", 1), 5 * MINUTE)
    await book.do("UADA", ask.Close(incident=1), 2 * HOUR)
    book.now += DAY


async def messy(book: Book) -> None:
    """Private, renamed and raised; cancelled by mistake and reopened; a landed change that upstream lost and got back,
    one that is only partly there, one waived, one struck; and text that would like to be markup."""
    await book.meet()
    await book.do("UADA", ask.Open("<script>alert(1)</script> & *402s*", "sev3", private=True))
    await book.went_live(sha(1), book.now - 3 * HOUR)
    await book.went_live(sha(2), book.now - 20 * MINUTE)
    number = book.number
    await book.do("UADA", ask.Severity("sev1", number))
    await book.do("UADA", ask.Lead("UBEN", number))
    await book.do("UBEN", ask.Cancel("it was a test", number))
    await book.do("UBEN", ask.Reopen(number))
    await book.do("UBEN", ask.Log("vim /etc/nginx/nginx.conf", path="/etc/nginx/nginx.conf", incident=number))
    await book.do("UBEN", ask.Log("UPDATE plans SET quota = 80; -- `=cmd|' /C calc'!A0`", incident=number))
    await book.do("UADA", ask.Log('=HYPERLINK("http://evil.example")', incident=number))
    await book.do("UADA", ask.Log("typed twice", incident=number))
    await book.do("UBEN", ask.Log("edited run.sh", incident=number))
    await book.do("UADA", ask.Strike(4, "it stands there already", number))
    await book.changed(
        {
            1: ("deploy/nginx.conf", NGINX, NGINX.replace(b"1024", b"8192").replace(b"65", b"<15>")),
            5: ("run.sh", None, b"#!/bin/sh\nexec shop --retry\n"),
        }
    )
    landed = tuple(PartProof((n, n), PartState.LANDED, sha(0xA)) for n in (3, 6))
    half = (landed[0], PartProof((6, 6), PartState.MISSING, undone_by=sha(0xB)))
    await book.seen(claims={1: sha(0xA)}, verdicts={1: (Verdict.LANDED, landed)})
    await book.do("UBEN", ask.Resolve("", number), 30 * MINUTE)
    await book.do("UBEN", ask.Close("the rest follows tomorrow", number))
    await book.seen(lost={sha(0xA): sha(0xB)}, verdicts={1: (Verdict.PARTLY, half)})
    book.now += HOUR
    await book.seen(claims={1: sha(0xC)}, verdicts={1: (Verdict.LANDED, landed)})
    await book.seen(claims={2: sha(0xD)})
    await book.do("UADA", ask.Confirm(2, number))
    await book.seen(lost={sha(0xD): None})
    await book.do("UBEN", ask.Waive(3, "+1: that host is gone", number))
    book.now += DAY


async def large(book: Book) -> None:
    """200 actions with their changes, most of them proven, and 5,000 entries in all."""
    await book.meet()
    await book.do("UADA", ask.Open("the region is down", "sev1"))
    for n in range(200):
        await book.do(
            ("UADA", "UBEN", "UCHI")[n % 3], ask.Log(f"set pool {n} of web-{n % 9} to {n * 7}", incident=1), SECOND
        )
    await book.changed(
        {n + 1: (f"deploy/pool-{n}.conf", NGINX, NGINX.replace(b"1024", str(n * 7).encode())) for n in range(200)}
    )
    landed, missing = PartState.LANDED, PartState.MISSING
    await book.seen(
        claims={n: sha(0x1000 + n) for n in range(1, 181)},
        verdicts={
            n: (Verdict.LANDED, (PartProof((3, 3), landed, sha(0x1000 + n)),))
            if n <= 180
            else (Verdict.MISSING, (PartProof((3, 3), missing),))
            for n in range(1, 201)
        },
    )
    await book.do("UADA", ask.Resolve(incident=1))

    def fill(scope: Scope) -> None:
        incident = load.incident(scope.conn, incidents.c.number == 1, lock=True)
        assert incident is not None
        told: Sequence[Entry] = [
            Entry("incident.update", {"text": Clean(f"Checked zone {n}: latency is at {n % 90} ms and falling")})
            for n in range(5_000 - incident.last_seq - 1)
        ]
        scope.write(incident, told)

    await book.alone(fill)
    await book.do("UADA", ask.Close(incident=1))
    book.now += DAY
