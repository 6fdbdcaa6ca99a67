"""How pull requests and deployments read, and that Slack takes the warning whatever stands in it."""

import json
from dataclasses import replace

import pytest

from bot.playground.blockkit import check_blocks
from bot.rules.checklist import Item, checklist
from bot.rules.clean import Clean
from bot.rules.model import DAY, Deployed, Pull, PullState, Review, ReviewState, WarRoom
from bot.slack.blocks import phrases
from bot.slack.blocks.deployment import undoing
from tests.blocks.cases import HOSTILE, hostile, of_every_state, of_many
from tests.rules.builders import ADA, NOON

APPROVED = {"ada": Review(ReviewState.APPROVED, 1)}
ASKED = {**APPROVED, "bo": Review(ReviewState.CHANGES, 1)}
GITHUB, GITLAB = "https://git.example/shop/pull/17", "https://git.example/shop/-/merge_requests/17"


def items(room: WarRoom) -> dict[int, Item]:
    listed = checklist(room, NOON + 2 * DAY)
    return {item.action.number: item for item in (*listed.left, *listed.reconciled)}


@pytest.mark.parametrize(
    ("state", "reviews", "url", "said"),
    [
        (PullState.OPEN, {}, GITHUB, f"in review · <{GITHUB}|PR #17>, waiting for review"),
        (PullState.OPEN, {"cy": Review(ReviewState.DISMISSED, 1)}, GITHUB, "PR #17>, waiting for review"),
        (PullState.OPEN, APPROVED, GITHUB, "PR #17>, approved"),
        (PullState.OPEN, ASKED, GITHUB, "PR #17>, changes requested"),
        (PullState.DRAFT, APPROVED, GITHUB, "PR #17>, still a draft"),
        (PullState.MERGED, APPROVED, GITHUB, "PR #17>, merged, not seen upstream yet"),
        (PullState.OPEN, {}, GITLAB, f"<{GITLAB}|MR !17>, waiting for review"),
    ],
)
def test_where_a_pull_request_stands(state: PullState, reviews: dict[str, Review], url: str, said: str) -> None:
    room = of_every_state()
    links = tuple(replace(one, url=Clean(url)) if one.ref == "17" else one for one in room.links)
    repo = next(one.repo for one in links if one.ref == "17")
    assert repo is not None
    pull = Pull(repo, 17, Clean("Raise it"), Clean(url), state, Clean("x"), "a" * 40, 1, None, reviews)
    other = replace(pull, number=18, state=PullState.CLOSED)
    room = replace(room, links=links, pulls=(other, pull))
    assert said in phrases.state(items(room)[7])


def test_a_landed_action_says_where_it_runs() -> None:
    room = of_every_state()
    landed = items(room)[5].action
    drifting = items(room)[1].action
    deployed = tuple(
        Deployed(one.id, environment, "c" * 40, since)
        for one in (landed, drifting)
        for environment, since in (("production", NOON), ("<eu>", None))
    )
    room = replace(room, deployed=deployed)
    said = phrases.state(items(room)[5])
    assert said.startswith("landed · *proven* · `c0ffee1` · in production since <!date^")
    assert said.endswith(", not deployed to &lt;eu&gt; yet")
    assert "production" not in phrases.state(items(room)[1])
    assert "production" not in phrases.state(items(room)[4])


SAID = {"commit": "1f3c2ab" + "0" * 33, "environment": "production", "live": False}


def test_a_warning_to_an_owner_has_the_buttons_that_settle_it() -> None:
    room = of_every_state()
    one = items(room)[1]
    to_owner = undoing([one], SAID, room, ADA)
    assert to_owner.text == "Deploying 1f3c2ab to production will undo INC-42#1"
    assert "Link commit" in json.dumps(to_owner.blocks)
    to_all = undoing([one], SAID, room, None)
    assert "<@U" in json.dumps(to_all.blocks) and "Link commit" not in json.dumps(to_all.blocks)
    live = undoing([one], SAID | {"live": True}, room, None)
    assert live.text == "1f3c2ab was deployed to production and undoes INC-42#1"


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_slack_takes_it_whatever_was_typed(text: str) -> None:
    room = hostile(text)
    for reader in (None, ADA):
        message = undoing(list(items(room).values()), SAID | {"environment": text[:100]}, room, reader)
        assert check_blocks(message.blocks, "message") == []
        assert "<!channel>" not in json.dumps(message.blocks) + message.text


def test_a_deploy_that_undoes_a_thousand() -> None:
    room = of_many(1000)
    message = undoing(list(items(room).values()), SAID, room, None)
    assert check_blocks(message.blocks, "message") == []
    assert message.text.endswith("INC-42#5 and 995 more")
