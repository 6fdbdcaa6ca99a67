"""Short ways to say "an action that …" in tests: what a test does not name has a plain default."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.rules.clean import Clean
from bot.rules.model import (
    HOUR,
    SECOND,
    Action,
    ActionKind,
    ActionState,
    Evidence,
    EvidenceKind,
    FileProof,
    Incident,
    IncidentState,
    Line,
    Link,
    LinkKind,
    PartProof,
    PartState,
    Person,
    PersonKind,
    Proof,
    Ruling,
    Strength,
    Verdict,
)


def at(wall: str, tz: str = "UTC") -> int:
    """`2026-11-24 14:05` on a clock in `tz`, in microseconds."""
    return int(datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(tz)).timestamp()) * SECOND


def wall(us: int, tz: str = "UTC") -> str:
    """The reverse of `at`, with the day of the week in front."""
    return f"{datetime.fromtimestamp(us // SECOND, ZoneInfo(tz)):%a %Y-%m-%d %H:%M}"


NOON = at("2026-11-24 12:00")  # a Tuesday

ADA = Person(1, "U01", "Ada", "Europe/Berlin", PersonKind.MEMBER)
BEN = Person(2, "U02", "Ben", "America/New_York", PersonKind.MEMBER)
CHITRA = Person(3, "U03", "Chitra", "Asia/Kolkata", PersonKind.MEMBER)
PEOPLE = {person.id: person for person in (ADA, BEN, CHITRA)}


def incident(**given: Any) -> Incident:
    made = Incident(
        id=1,
        workspace_id=1,
        number=42,
        title=Clean("checkout answers 502"),
        severity="sev2",
        state=IncidentState.OPEN,
        opened_by=ADA.id,
        opened_at=NOON,
        lead_id=BEN.id,
    )
    return replace(made, **given)


def resolved(when: int, **given: Any) -> Incident:
    return incident(state=IncidentState.RESOLVED, resolved_at=when, **given)


def action(number: int = 1, **given: Any) -> Action:
    """A drifting action of Ada's, logged at noon unless the test says otherwise; it drifts since it was logged."""
    logged_at = given.get("logged_at", NOON)
    made = Action(
        id=100 + number,
        incident_id=1,
        number=number,
        kind=ActionKind.CONFIG,
        text=Clean("raised the pool size to 80"),
        state=ActionState.DRIFTING,
        logged_by=ADA.id,
        logged_at=logged_at,
        done_at=logged_at,
        owner_id=ADA.id,
        drifting_since=logged_at,
    )
    return replace(made, **given)


def ruled(number: int, ruling: Ruling, **given: Any) -> Action:
    """An action that Ben decided about an hour after it was logged."""
    made = action(number, state=ActionState(ruling.value), ruling=ruling, ruled_by=BEN.id, drifting_since=None)
    defaults = {"ruled_at": made.logged_at + HOUR, "drifted": HOUR}
    return replace(made, **{**defaults, **given})


def fact(id: int, of: Action, strength: Strength, **given: Any) -> Evidence:
    kind = {
        Strength.CLAIM: EvidenceKind.TRAILER,
        Strength.WORD: EvidenceKind.CONFIRMED,
        Strength.PROOF: EvidenceKind.PROVEN,
    }[strength]
    made = Evidence(id, of.id, kind, strength, at=NOON + id * SECOND, repo="shop", commit=f"{id:x}".ljust(40, "0"))
    return replace(made, **given)


def link(id: int, of: Action, **given: Any) -> Link:
    made = Link(id, of.id, LinkKind.COMMIT, "shop", ref=f"{id:x}".ljust(40, "0"), by=CHITRA.id, at=NOON + id * SECOND)
    return replace(made, **given)


def proof(of: Action, verdict: Verdict, *parts: PartProof, **given: Any) -> Proof:
    """What was found of a change to `deploy/nginx.conf`; by default one part of it, whose state goes with `verdict`."""
    states = {
        Verdict.LANDED: [PartState.LANDED],
        Verdict.PARTLY: [PartState.LANDED, PartState.MISSING],
        Verdict.WHITESPACE: [PartState.WHITESPACE],
        Verdict.MISSING: [PartState.MISSING],
        Verdict.DIVERGED: [PartState.DIVERGED],
        Verdict.UNKNOWN: [],
    }[verdict]
    path = Clean("deploy/nginx.conf")
    found = parts or tuple(
        PartProof((10 * n + 8, 10 * n + 8), state, commit="a79f427".ljust(40, "0") if state.in_place else None)
        for n, state in enumerate(states)
    )
    commit = next((part.commit for part in found if part.commit), None)
    file = FileProof(path, path, verdict, Clean(""), found)
    made = Proof(of.id, "shop", verdict, Clean("it is a submodule"), "7" * 40, files=(file,), commit=commit, at=NOON)
    return replace(made, **given)


def line(seq: int, kind: str, actor: Person | None, /, **payload: Any) -> Line:
    return Line(seq, NOON + seq * SECOND, kind, actor and actor.id, "slack", payload, f"{seq:064x}")
