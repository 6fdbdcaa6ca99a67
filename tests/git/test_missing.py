from pathlib import Path

import pytest

from bot.git.changes import change_to_live
from bot.git.missing import missing_patch
from bot.git.parts import Change
from bot.git.prove import prove
from bot.rules.model import Verdict
from tests.git.repos import Work

BASE = "".join(f"option_{n} = {n}\n" for n in range(40))
LIVE = BASE.replace("option_5 = 5\n", "option_5 = 50\n").replace("option_20 = 20\n", "").replace("_30 = 30", "_30 = 3")


@pytest.fixture
def shop(tmp_path: Path) -> Work:
    work = Work(tmp_path / "shop")
    work.commit("Start", {"etc/größe.conf": BASE, "gone": "x\n", "run": "x\n", "bin": b"\0one"})
    return work


def _mended(work: Work, *changes: Change) -> Verdict:
    """The verdict after what is missing was applied to upstream by `git apply`."""
    git_dir = work.path / ".git"
    objects = sorted(git_dir.rglob("*"))
    patch = missing_patch(git_dir, prove(git_dir, work.head(), changes), changes)
    assert sorted(git_dir.rglob("*")) == objects
    assert patch
    file = work.path.with_name("missing.patch")
    file.write_bytes(patch)
    work.git("apply", "--index", str(file))
    work.commit("Mend", {"another": "another file\n"})
    return prove(git_dir, work.head(), changes).verdict


def _change(work: Work, path: str, live: str | bytes | None, mode: str | None = None) -> Change:
    content = live.encode() if isinstance(live, str) else live
    return change_to_live(work.path / ".git", work.head(), path, content, mode)


def test_all_of_it(shop: Work) -> None:
    assert _mended(shop, _change(shop, "etc/größe.conf", LIVE)) is Verdict.LANDED


def test_only_what_is_missing_at_the_place_where_it_is_now(shop: Work) -> None:
    change = _change(shop, "etc/größe.conf", LIVE)
    text = "first = 1\n" + BASE.replace("option_5 = 5\n", "option_5 = 50\n").replace("option_21 = 21\n", "other = 1\n")
    (shop.path / "deploy").mkdir()
    shop.git("mv", "etc/größe.conf", "deploy/app.conf")
    shop.commit("Move and edit", {"deploy/app.conf": text})
    assert _mended(shop, change) in (Verdict.LANDED, Verdict.PARTLY)
    mended = (shop.path / "deploy/app.conf").read_text()
    assert mended == text.replace("option_20 = 20\n", "").replace("_30 = 30", "_30 = 3")


def test_new_deleted_binary_files_and_modes(shop: Work) -> None:
    changes = (
        _change(shop, "new/file", "hello\n"),
        _change(shop, "new/empty", ""),
        _change(shop, "gone", None),
        _change(shop, "run", "x\n", "100755"),
        _change(shop, "bin", b"\0two"),
    )
    assert _mended(shop, *changes) is Verdict.LANDED


def test_what_diverged_is_not_overwritten(shop: Work) -> None:
    change = _change(shop, "etc/größe.conf", LIVE)
    shop.commit("Another value", {"etc/größe.conf": BASE.replace("option_5 = 5\n", "option_5 = 55\n")})
    assert _mended(shop, change) is Verdict.PARTLY
    assert "option_5 = 55\n" in (shop.path / "etc/größe.conf").read_text()


def test_nothing_missing_is_no_patch(shop: Work) -> None:
    change = _change(shop, "etc/größe.conf", LIVE)
    shop.commit("Fix", {"etc/größe.conf": LIVE})
    proof = prove(shop.path / ".git", shop.head(), [change])
    assert missing_patch(shop.path / ".git", proof, [change]) == b""
