"""Incidents to render: plain, empty, huge and hostile."""

from dataclasses import replace
from typing import Any

from bot.rules.clean import Clean
from bot.rules.model import (
    DAY,
    HOUR,
    Action,
    ActionKind,
    ActionState,
    IncidentState,
    LinkKind,
    PartProof,
    PartState,
    Ruling,
    Strength,
    Verdict,
    WarRoom,
)
from tests.rules.builders import ADA, BEN, CHITRA, NOON, PEOPLE, action, fact, incident, link, proof, resolved, ruled

HOSTILE = {
    "channel": "<!channel> <!here> <@U0000SAM01> everybody up",
    "at": "@channel @here #general",
    "markup": "*bold* _it_ ~no~ `code` ```block``` > quote <https://evil.example|safe> &lt;!here&gt;",
    "long": "x" * 3000,
    "long words": "restart the pool " * 200,
    "ampersands": "&" * 3000,
    "lines": "\n".join(f"line {n}" for n in range(300)),
    "rtl": "שלום \u202e עולם \u202d مرحبا",
    "emoji": "🔥" * 1500,
    "spaces": "   \n\t ",
    "zero width": "\u200b",
    "json": '{"text": "x"}',
}


def of_every_state() -> WarRoom:
    """One action of each state there is, with what it rests on."""
    claimed, confirmed, proven = (
        action(3, state=ActionState.CLAIMED),
        action(4, state=ActionState.LANDED, drifting_since=None, drifted=2 * HOUR),
        action(5, state=ActionState.LANDED, drifting_since=None, drifted=HOUR),
    )
    regressed, review = action(2, state=ActionState.REGRESSED), action(6, state=ActionState.IN_REVIEW)
    pulled = action(7, state=ActionState.IN_REVIEW, owner_id=CHITRA.id, logged_by=BEN.id)
    partly, spaced = action(13), action(14, state=ActionState.CLAIMED)
    actions = (
        action(1, text=Clean("kubectl scale deploy/web --replicas=8"), kind=ActionKind.CLUSTER, target=Clean("web")),
        regressed, claimed, confirmed, proven, review, pulled,
        ruled(8, Ruling.UNDONE),
        ruled(9, Ruling.WAIVED, ruled_why=Clean("the host goes away on Friday")),
        ruled(10, Ruling.EPHEMERAL, text=Clean("systemctl restart app")),
        ruled(11, Ruling.STRUCK, ruled_why=Clean("logged twice")),
        action(12, until=NOON + HOUR, owner_group="S01"),
        partly, spaced,
    )  # fmt: skip
    evidence = (
        fact(1, regressed, Strength.CLAIM, lost_at=NOON + DAY, lost_by="b" * 40),
        fact(2, regressed, Strength.WORD, by=BEN.id, lost_at=NOON + DAY, lost_by="b" * 40),
        fact(3, claimed, Strength.CLAIM, commit="a79f427" + "0" * 33),
        fact(4, confirmed, Strength.CLAIM),
        fact(5, confirmed, Strength.WORD, by=CHITRA.id, commit="a79f427" + "0" * 33),
        fact(6, proven, Strength.PROOF, commit="c0ffee1" + "0" * 33),
        fact(7, partly, Strength.CLAIM, commit="d00d000" + "0" * 33),
    )
    proofs = (
        proof(proven, Verdict.LANDED),
        proof(
            partly, Verdict.PARTLY,
            PartProof((8, 8), PartState.NEIGHBOURS, "a79f427" + "0" * 33),
            PartProof((18, 17), PartState.MISSING),
            PartProof((30, 32), PartState.DIVERGED, stands=Clean("worker_connections 512;\nuse <!channel>;\n")),
        ),
        proof(spaced, Verdict.WHITESPACE),
    )  # fmt: skip
    links = (
        link(1, review, kind=LinkKind.BRANCH, ref=Clean("fix/pool-size")),
        link(2, pulled, kind=LinkKind.PULL_REQUEST, ref=Clean("17"), url=Clean("https://git.example/shop/pull/17")),
    )
    room = incident(channel_id="C042", channel_name="inc-42-checkout", state=IncidentState.CLOSED)
    room = replace(room, resolved_at=NOON + HOUR, closed_at=NOON + 2 * HOUR)
    return WarRoom(room, actions, links, evidence, dict(PEOPLE), "ab" * 32, 31, proofs=proofs)


def of_many(number: int, text: str = "UPDATE settings SET value = 80", **given: Any) -> WarRoom:
    """`number` actions, all drifting unless `given` says otherwise."""
    actions: tuple[Action, ...] = tuple(action(n, text=Clean(text), **given) for n in range(1, number + 1))
    return WarRoom(resolved(NOON + HOUR, channel_id="C042"), actions, people=dict(PEOPLE), head_hash="ab" * 32)


def hostile(text: str) -> WarRoom:
    """The same text wherever people can type one."""
    typed = Clean(text)
    given: dict[str, Any] = {"text": typed, "target": typed, "repo": typed, "path": typed}
    people = {person.id: replace(person, name=text) for person in (ADA, BEN, CHITRA)}
    review, claimed = (
        action(2, state=ActionState.IN_REVIEW, **given),
        action(3, state=ActionState.CLAIMED, until=NOON + HOUR, **given),
    )
    actions = (
        action(1, owner_id=BEN.id, owner_group="S01", **given),
        review,
        claimed,
        ruled(4, Ruling.WAIVED, ruled_why=typed, **given),
        ruled(5, Ruling.STRUCK, ruled_why=typed, **given),
    )
    links = (link(1, review, kind=LinkKind.BRANCH, ref=typed, url=Clean(f"https://git.example/{text}")),)
    return WarRoom(
        replace(resolved(NOON + HOUR, title=typed, channel_id="C042"), severity="sev2"),
        actions, links, (fact(1, claimed, Strength.CLAIM, repo=text),), people, "ab" * 32, 9,
    )  # fmt: skip


def empty() -> WarRoom:
    """An incident in which nothing has happened, with every optional part left out."""
    return WarRoom(incident(lead_id=None), people=dict(PEOPLE))
