"""Which recorded changes a move of upstream concerns, and what proving many of them keeps, in a real repository."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.git.mirror import Fetched
from bot.git.moves import newest
from bot.git.run import GitError
from bot.ledger.proofs import Watched
from bot.rules.clean import Clean, redact, secret_lines, veil
from bot.rules.model import PartState, Proof, RecordedChange, Verdict
from bot.warroom.proving import due, prove_some
from tests.git.repos import Work

KEY = b"a key of the team's"
LINES = "".join(f"line {n}\n" for n in range(1, 21))
FIXED = LINES.replace("line 5\n", "line five\n").replace("line 15\n", "line fifteen\n")


@pytest.fixture
def shop(tmp_path: Path) -> Work:
    work = Work(tmp_path / "shop")
    work.commit("Start", {f"etc/{name}.conf": LINES for name in ("a", "b", "c")})
    return work


def change(shop: Work, action: int, name: str, live: bytes = FIXED.encode(), **given: Any) -> RecordedChange:
    path, base = Clean(f"etc/{name}.conf"), shop.git("rev-list", "--max-parents=0", "HEAD")
    made = RecordedChange(
        action, action, 1, "shop", path, base, "100644", LINES.encode(), "100644", live, {}, path, by=1, at=1
    )
    return replace(made, **given)


def watched(action: int, *paths: str, looked: bool = True) -> Watched:
    return Watched(action, action, looked, frozenset(paths))


def proven(
    shop: Work, *changes: RecordedChange, before: dict[int, Proof] | None = None, **given: Any
) -> dict[int, Proof]:
    asked: dict[str, Any] = {"name_all": True, "redactor": partial(redact, key=KEY), "key": KEY, "at": 7}
    found = prove_some(shop.path / ".git", shop.head(), changes, before or {}, **(asked | given))
    return {one.proof.action_id: one.proof for one in found}


def moves(shop: Work, old: str | None, *, forced: bool = False) -> list[int]:
    """The actions that a move from `old` to the head concerns, of four: by their paths, and one never looked at."""
    asked = [
        watched(1, "etc/a.conf"),
        watched(2, "etc/b.conf", "conf/b.conf"),
        watched(3, "etc/c.conf", ""),  # nowhere
        watched(4, "etc/z.conf", looked=False),
    ]
    fetched = Fetched(old, shop.head(), forced, {}, ())
    return [one.action_id for one in due(shop.path / ".git", asked, old, fetched)]


def test_a_move_concerns_the_actions_whose_files_it_touched(shop: Work) -> None:
    start = shop.head()
    assert moves(shop, start) == [4]
    assert moves(shop, None) == moves(shop, start, forced=True) == [1, 2, 3, 4]
    shop.write("etc/a.conf", FIXED)
    shop.git("commit", "-q", "-a", "-m", "Edit")
    assert moves(shop, start) == [1, 4]
    edited = shop.head()
    shop.git("mv", "etc/a.conf", "etc/moved.conf")
    shop.git("commit", "-q", "-m", "Rename")
    assert moves(shop, edited) == [1, 3, 4]  # what is nowhere may be back under a new name
    renamed = shop.head()
    shop.commit("The other name", {"conf/b.conf": "x\n"})
    assert moves(shop, renamed) == [2, 3, 4]
    with_b = shop.head()
    shop.git("mv", "etc", "ops")
    shop.git("commit", "-q", "-m", "Move the folder")
    assert moves(shop, with_b) == [2, 3, 4]


def test_many_name_commits_only_where_the_finding_changed(shop: Work) -> None:
    changes = [change(shop, 1, "a"), change(shop, 2, "b"), change(shop, 3, "c")]
    one = shop.commit("Fix a", {"etc/a.conf": FIXED})
    first = proven(shop, *changes)
    assert [first[n].verdict for n in (1, 2, 3)] == [Verdict.LANDED, Verdict.MISSING, Verdict.MISSING]
    assert first[1].commit == one
    two = shop.commit("Fix b, tidy a", {"etc/b.conf": FIXED, "etc/a.conf": FIXED + "more\n"})
    before = {**first, 1: replace(first[1], commit="named before")}
    then = proven(shop, *changes, before=before, name_all=False)
    assert (then[1].verdict, then[1].commit, then[1].tip) == (Verdict.LANDED, "named before", two)
    assert (then[2].verdict, then[2].commit) == (Verdict.LANDED, two)
    assert then[3] == replace(first[3], tip=two)
    assert then == proven(shop, *changes, before={**first, 1: then[1]}, name_all=False)
    named = proven(shop, *changes)
    assert {n: replace(named[n], commit=then[n].commit) for n in named} == then


def test_several_commits_are_all_named_and_the_newest_is_the_commit(shop: Work) -> None:
    half = shop.commit("One", {"etc/a.conf": LINES.replace("line 5\n", "line five\n")})
    rest = shop.commit("Two", {"etc/a.conf": FIXED})
    (found,) = proven(shop, change(shop, 1, "a")).values()
    assert [part.commit for part in found.files[0].parts] == [half, rest]
    assert found.commit == rest
    shop.branch("side", half)
    side = shop.commit("Aside")
    shop.checkout("main")
    merged = shop.merge("side")
    git_dir = shop.path / ".git"
    assert newest(git_dir, []) is None and newest(git_dir, [half]) == half
    assert newest(git_dir, [half, rest, half]) == rest and newest(git_dir, [rest, side]) == side
    assert newest(git_dir, [side, merged, rest]) == merged


def test_lines_with_secrets_are_compared_by_what_stands_for_them(shop: Work) -> None:
    live = LINES.replace("line 5\n", "password = hunter2secret\n").encode()
    hidden = secret_lines(live, KEY).lines
    recorded = change(shop, 1, "a", veil(live, hidden, KEY), veil=hidden)
    assert recorded.live_content is not None and b"hunter2" not in recorded.live_content
    shop.commit("What stands for it", {"etc/a.conf": recorded.live_content})
    assert proven(shop, recorded)[1].verdict is Verdict.DIVERGED  # whoever commits what was shown has not the secret
    shop.commit("Another secret", {"etc/a.conf": live.replace(b"hunter2", b"hunter3")})
    assert proven(shop, recorded)[1].verdict is Verdict.DIVERGED
    fix = shop.commit("The secret", {"etc/a.conf": live})
    assert (proven(shop, recorded)[1].verdict, proven(shop, recorded)[1].commit) == (Verdict.LANDED, fix)
    assert proven(shop, recorded, key=b"another key")[1].verdict is Verdict.DIVERGED
    without = proven(shop, replace(recorded, veil=None))[1]
    assert without.verdict is Verdict.UNKNOWN and "HOTWASH_KEY" in without.why


def test_what_stands_instead_is_cut_short(shop: Work) -> None:
    long = LINES.replace("line 5\n", "x" * 500 + "\n" + "y\n" * 20)
    shop.commit("Something else", {"etc/a.conf": long})
    (found,) = proven(shop, change(shop, 1, "a")).values()
    part = found.files[0].parts[0]
    assert part.state is PartState.DIVERGED and part.stands is not None
    assert part.stands.splitlines() == ["x" * 159 + "…", *["y"] * 5, "…"]


def test_what_git_fails_on_keeps_nothing_else_from_being_proven(shop: Work) -> None:
    fix = shop.commit("Fix", {"etc/b.conf": FIXED})
    nameless = change(shop, 1, "a", path=Clean(""))
    found = proven(shop, nameless, change(shop, 2, "b"), change(shop, 3, "c"))
    assert [found[n].verdict for n in (1, 2, 3)] == [Verdict.UNKNOWN, Verdict.LANDED, Verdict.MISSING]
    assert "git could not compare it" in found[1].why and found[2].commit == fix
    for git_dir, tip in ((shop.path / "gone", fix), (shop.path / ".git", "1" * 40)):
        with pytest.raises(GitError):  # nothing is said of anything where the commit itself cannot be read
            prove_some(
                git_dir,
                tip,
                [change(shop, 2, "b")],
                {},
                name_all=True,
                redactor=partial(redact, key=KEY),
                key=KEY,
                at=7,
            )
