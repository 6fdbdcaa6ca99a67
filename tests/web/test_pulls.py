"""Pull requests: what is shown of them, what they link, and that no order of deliveries matters."""

from itertools import permutations
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.git.hosts.told import PullTold
from bot.ledger.pulls import linked
from bot.rules.clean import Clean
from bot.rules.model import Link, LinkKind, Pull, PullState, Review, ReviewState
from bot.warroom.pulls import named, newest
from tests.warroom.conftest import War, said
from tests.warroom.repo import Upstream
from tests.web import hosts
from tests.web.test_webhooks import looked

NOON = "2026-11-23T12:00:{:02}Z"


async def sent(http: httpx.AsyncClient, event: str, told: hosts.Json) -> None:
    response = await hosts.github(event, told).sent(http)
    assert (response.status_code, response.json()) == (202, {"said": "Recorded for shop."})


async def test_from_the_pull_request_to_the_claim(war: War, http: httpx.AsyncClient, upstream: Upstream) -> None:
    maya, url = war.person("maya"), upstream.url
    room = await war.open(maya)
    await war.logged(maya, room, "vim /etc/app/db.conf: pool 80")
    await looked(war)
    body = {"body": "It was too small.\n\nReconciles: INC-1#1"}
    await sent(http, "pull_request", hosts.pull(url, NOON.format(1), **body, draft=True))
    await war.echo(maya, room, 1, "in review · PR #12, still a draft")
    await sent(http, "pull_request", hosts.pull(url, NOON.format(2), **body))
    await war.echo(maya, room, 1, "in review · PR #12, waiting for review")
    await sent(http, "pull_request_review", hosts.review(url, NOON.format(3), "approved"))
    await war.echo(maya, room, 1, "PR #12, approved")
    await sent(http, "pull_request_review", hosts.review(url, NOON.format(4), "changes_requested", by="bo"))
    await war.echo(maya, room, 1, "PR #12, changes requested")
    await sent(http, "pull_request_review", hosts.review(url, NOON.format(5), "approved", by="bo"))
    await war.echo(maya, room, 1, "PR #12, approved")

    squashed = upstream.commit("Raise the pool")  # neither trailer nor number: only the host knows whose merge it is
    upstream.push()
    await sent(http, "pull_request", hosts.merged(url, NOON.format(6), squashed, **body))
    await war.echo(maya, room, 1, f"claimed by {squashed[:7]}, not confirmed", within=15)
    kinds = [(one.kind, one.actor_id) for one in await war.ledger(1) if one.kind.startswith(("action.", "evidence."))]
    assert [kind for kind, _ in kinds] == ["action.logged", "action.linked", "action.linked", "evidence.found"]
    assert kinds[1][1] is None  # Hotwash itself


async def test_given_up_and_taken_up_again(war: War, http: httpx.AsyncClient, upstream: Upstream) -> None:
    maya, url = war.person("maya"), upstream.url
    room = await war.open(maya)
    await war.logged(maya, room, "vim /etc/app/db.conf: pool 80")
    await sent(http, "pull_request", hosts.pull(url, NOON.format(1), title="Raise it", head=head("hotwash/INC-1-1")))
    await war.echo(maya, room, 1, "in review")
    closed = hosts.pull(url, NOON.format(2), title="Raise it", state="closed")
    await sent(http, "pull_request", closed)
    await war.echo(maya, room, 1, "drifting · no commit carries it: PR #12 was closed without being merged")
    await sent(http, "pull_request", hosts.pull(url, NOON.format(3), title="Raise it"))
    await war.echo(maya, room, 1, "in review")
    kinds = [one.kind for one in await war.ledger(1)]
    assert kinds[-3:] == ["action.linked", "pull.closed", "pull.reopened"]
    timeline = said(await maya.command(room, "/incident timeline"))
    assert "Pull request 12 was closed without being merged: #1 has nothing from it" in timeline


async def test_what_names_no_action_of_ours_is_only_kept(war: War, http: httpx.AsyncClient, upstream: Upstream) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    await war.logged(maya, room, "vim /etc/app/db.conf: pool 80")
    body = "Reconciles: INC-9#1\nReconciles: INC-1#7\n> Reconciles: INC-1#1\nThis reconciles: INC-1#1, they say"
    await sent(http, "pull_request", hosts.pull(upstream.url, NOON.format(1), body=body))
    await war.settled()
    assert "action.linked" not in [one.kind for one in await war.ledger(1)]


async def test_late_deliveries_change_nothing(war: War, http: httpx.AsyncClient, upstream: Upstream) -> None:
    """Opened, looked at twice, merged: each order on a pull request of its own."""
    await looked(war)
    url = upstream.url
    for number, order in enumerate(permutations(range(4)), start=1):
        deliveries = [
            ("pull_request", hosts.pull(url, NOON.format(1), number)),
            ("pull_request_review", hosts.review(url, NOON.format(2), "changes_requested", number=number)),
            ("pull_request_review", hosts.review(url, NOON.format(3), "approved", number=number)),
            ("pull_request", hosts.merged(url, NOON.format(4), "a" * 40, number)),
        ]
        for i in order:
            await sent(http, *deliveries[i])
    links = [Link(1, 1, LinkKind.PULL_REQUEST, "shop", str(number), None, 0) for number in range(1, 25)]
    known = await war.db.read(lambda conn: linked(conn, 1, links))
    assert len(known) == 24
    assert {(one.state, one.review, one.merge_commit) for one in known} == {
        (PullState.MERGED, ReviewState.APPROVED, "a" * 40)
    }


def head(ref: str) -> dict[str, str]:
    return {"ref": ref, "sha": "ec26c3e57ca3a959ca5aad62de7213c562f8c821"}


@pytest.mark.parametrize(
    ("ref", "title", "found"),
    [
        ("hotwash/INC-42-7", "", {(42, 7)}),
        ("maya/fix/inc-42#7", "", {(42, 7)}),
        ("INC-42-7", "Reconciles: INC-1#2, INC-3#4", {(42, 7), (1, 2), (3, 4)}),
        ("INC-42-7-again", "", set()),
        ("XINC-42-7", "INC-1#2", set()),
        ("hotwash/INC-0-3", "", {(0, 3)}),
        ("INC-00-3", "", set()),
        ("INC-1-0", "", set()),
    ],
)
def test_what_a_pull_request_says_it_carries(ref: str, title: str, found: set[tuple[int, int]]) -> None:
    told = PullTold(12, title, "", "", PullState.OPEN, ref, "a" * 40, 0, None)
    assert named(told) == found


def told(at: int, state: PullState, reviews: dict[str, Review]) -> Pull:
    return Pull("shop", 12, Clean(f"at {at}"), Clean(""), state, Clean("x"), f"{at:040}", at, None, reviews)


SAID = st.sampled_from([ReviewState.APPROVED, ReviewState.CHANGES, ReviewState.DISMISSED])
REVIEWS = st.dictionaries(
    st.sampled_from(["ada", "bo"]), st.builds(Review, SAID, st.integers(0, 3)), max_size=2
)  # fmt: skip


@given(
    st.lists(st.tuples(st.sampled_from(list(PullState)), REVIEWS), min_size=1, max_size=6),
    st.randoms(use_true_random=False),
)
def test_any_order_comes_to_the_same(history: list[tuple[PullState, dict[str, Review]]], random: Any) -> None:
    """A host's history, each delivery with a time of its own; what one reviewer said at one time is one thing."""
    unmistakable = {
        (who, one.at): one for _, reviews in history for who, one in reviews.items()
    }  # fmt: skip
    deliveries = [
        told(at, state, {who: unmistakable[who, one.at] for who, one in reviews.items()})
        for at, (state, reviews) in enumerate(history)
    ]
    in_order: Pull | None = None
    for one in deliveries:
        in_order = newest(in_order, one)
    shuffled = [*deliveries, *deliveries[:2]]
    random.shuffle(shuffled)
    mixed: Pull | None = None
    for one in shuffled:
        mixed = newest(mixed, one)
    assert mixed == in_order
    assert in_order is not None and in_order.state is history[-1][0]
