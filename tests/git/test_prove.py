"""Real repositories for every way in which a fix may have got upstream, or not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.git.changes import change_to_live
from bot.git.compare import State
from bot.git.mirror import Mirror
from bot.git.parts import Change
from bot.git.prove import Proof, prove
from bot.rules.model import Verdict
from tests.git.repos import Work

PATH = "etc/app.conf"
BASE = "".join(f"option_{n} = {n}\n" for n in range(60))
LIVE = (
    BASE.replace("option_5 = 5\n", "option_5 = 500\n")
    .replace("option_20 = 20\n", "")
    .replace("option_40 = 40\n", "option_40 = 40\nextra_option = 1\n")
)


class Upstream(Work):
    """An upstream with the file as it was before the fix, and what was made of it by hand."""

    def __init__(self, path: Path, base: str | bytes = BASE, live: str | bytes = LIVE, name: str = PATH) -> None:
        super().__init__(path)
        self.name = name
        self.base = self.commit("Before the fire", {name: base, "other": "1\n"})
        self.live = live.encode() if isinstance(live, str) else live

    @property
    def text(self) -> str:
        return (self.path / self.name).read_text()

    def edit(self, old: str, new: str, message: str = "Edit") -> str:
        assert old in self.text
        return self.commit(message, {self.name: self.text.replace(old, new, 1)})

    def change(self, mode: str | None = None) -> Change:
        return change_to_live(self.path / ".git", self.base, self.name, self.live, mode)

    def prove(self, *changes: Change, name_commits: bool = True) -> Proof:
        return prove(self.path / ".git", self.head("main"), changes or (self.change(),), name_commits=name_commits)


@pytest.fixture
def upstream(tmp_path: Path) -> Upstream:
    return Upstream(tmp_path / "upstream")


def _hunks(proof: Proof) -> list[tuple[str, str | None, str | None]]:
    return [(hunk.state.value, hunk.commit, hunk.undone_by) for hunk in proof.files[0].hunks]


def _sure(proof: Proof, verdict: Verdict, rung: int | None) -> None:
    assert (proof.verdict, proof.rung) == (verdict, rung), proof.as_json()


# What landed


def test_the_file_itself(upstream: Upstream) -> None:
    landed = upstream.commit("Fix", {PATH: LIVE})
    proof = upstream.prove()
    _sure(proof, Verdict.LANDED, 1)
    assert _hunks(proof) == [("landed", landed, None)] * 3
    assert [hunk.base_lines for hunk in proof.files[0].hunks] == [(6, 6), (21, 21), (42, 41)]


@pytest.mark.parametrize("how", ["merge", "cherry-pick", "rebase", "squash"])
def test_by_whatever_way_it_came(upstream: Upstream, how: str) -> None:
    upstream.branch("hotfix")
    fix = upstream.commit("Fix", {PATH: LIVE})
    upstream.checkout("main")
    upstream.edit("option_55 = 55\n", "option_55 = 56\n")
    match how:
        case "merge":
            upstream.merge("hotfix")
            landed = fix
        case "cherry-pick":
            landed = upstream.cherry_pick(fix)
        case "rebase":
            landed = upstream.rebase("hotfix", "main")
            upstream.checkout("main")
            upstream.git("merge", "-q", "--ff-only", "hotfix")
        case _:
            landed = upstream.squash("hotfix", "Fix (#12)")
    proof = upstream.prove()
    _sure(proof, Verdict.LANDED, 2)
    assert _hunks(proof) == [("landed", landed, None)] * 3


def test_a_squash_of_several_fixes_next_to_each_other(upstream: Upstream) -> None:
    upstream.branch("hotfix")
    upstream.commit("Fix", {PATH: LIVE})
    upstream.edit("option_5 = 500\n", "option_5 = 500\nanother_fix = 1\n")
    upstream.edit("extra_option = 1\n", "extra_option = 1\nanother_extra = 1\n")
    upstream.edit("option_19 = 19\n", "option_19 = 1900\n")
    upstream.checkout("main")
    upstream.squash("hotfix", "All (#12)")
    proof = upstream.prove()
    # The deleted line 20 and its changed neighbour came in one commit: nobody can tell what became of which.
    assert [hunk.state for hunk in proof.files[0].hunks] == [State.NEIGHBOURS, State.DIVERGED, State.NEIGHBOURS]


def test_a_merge_of_several_fixes_next_to_each_other(upstream: Upstream) -> None:
    upstream.branch("hotfix")
    fix = upstream.commit("Fix", {PATH: LIVE})
    upstream.edit("option_5 = 500\n", "option_5 = 500\nanother_fix = 1\n")
    upstream.edit("option_19 = 19\n", "option_19 = 1900\n")
    upstream.checkout("main")
    upstream.commit("Aside")
    upstream.merge("hotfix")
    proof = upstream.prove()
    _sure(proof, Verdict.LANDED, 4)
    assert {hunk.commit for hunk in proof.files[0].hunks} == {fix}


def test_split_over_commits(upstream: Upstream) -> None:
    one = upstream.edit("option_5 = 5\n", "option_5 = 500\n")
    two = upstream.edit("option_20 = 20\n", "")
    proof = upstream.prove()
    _sure(proof, Verdict.PARTLY, None)
    assert proof.why == "2 of 3 parts landed"
    three = upstream.edit("option_40 = 40\n", "option_40 = 40\nextra_option = 1\n")
    proof = upstream.prove()
    _sure(proof, Verdict.LANDED, 1)
    assert [hunk.commit for hunk in proof.files[0].hunks] == [one, two, three]


@pytest.mark.parametrize("when", ["before", "with", "after"])
@pytest.mark.parametrize("target", ["etc/service.conf", "deploy/app.conf"])
def test_a_rename(upstream: Upstream, when: str, target: str) -> None:
    if when == "after":
        upstream.commit("Fix", {PATH: LIVE})
    (upstream.path / "deploy").mkdir()
    upstream.git("mv", PATH, target)
    upstream.commit("Move", {target: LIVE} if when == "with" else None)
    if when == "before":
        assert upstream.prove().verdict is Verdict.MISSING
        upstream.commit("Fix", {target: LIVE})
    proof = upstream.prove()
    _sure(proof, Verdict.LANDED, 1)
    assert proof.files[0].upstream_path == target
    assert all(hunk.commit for hunk in proof.files[0].hunks)


def test_a_rename_and_then_so_many_edits_that_one_look_does_not_see_it(upstream: Upstream) -> None:
    upstream.git("mv", PATH, "etc/new.conf")
    upstream.commit("Move")
    upstream.name = "etc/new.conf"
    upstream.commit("Fix", {"etc/new.conf": LIVE})
    rewritten = [
        line if not line.startswith("option_") or n % 8 == 0 else f"renamed_{n} = yes\n"
        for n, line in enumerate(LIVE.splitlines(keepends=True))
    ]
    keep = {"option_5 = 500\n", "extra_option = 1\n", "option_19 = 19\n", "option_21 = 21\n"}
    lines = [old if old in keep else new for old, new in zip(LIVE.splitlines(keepends=True), rewritten, strict=True)]
    upstream.commit("Rewrite", {"etc/new.conf": "".join(lines)})
    upstream.name = PATH
    proof = upstream.prove()
    assert proof.files[0].upstream_path == "etc/new.conf"
    _sure(proof, Verdict.LANDED, 4)


def test_a_whole_directory_moves(upstream: Upstream) -> None:
    upstream.commit("More", {f"etc/file_{n}": f"{n}\n" for n in range(50)})
    upstream.commit("Fix", {PATH: LIVE})
    upstream.git("mv", "etc", "config")
    upstream.commit("Move all")
    proof = upstream.prove()
    _sure(proof, Verdict.LANDED, 1)
    assert proof.files[0].upstream_path == "config/app.conf"


@pytest.mark.parametrize("first", ["the fix", "the neighbours"])
def test_neighbours_are_edited(upstream: Upstream, first: str) -> None:
    def neighbours() -> None:
        for n in (4, 6, 19, 21):
            upstream.edit(f"option_{n} = {n}\n", f"option_{n} = {n}  # checked\n")
        upstream.edit("option_41 = 41\n", "")

    if first == "the neighbours":
        neighbours()
    for old, new in (
        ("option_5 = 5\n", "option_5 = 500\n"),
        ("option_20 = 20\n", ""),
        ("option_40 = 40\n", "option_40 = 40\nextra_option = 1\n"),
    ):
        upstream.edit(old, new)
    if first == "the fix":
        neighbours()
    proof = upstream.prove()
    assert proof.verdict is Verdict.LANDED, proof.as_json()
    assert proof.rung == 4


def test_lines_are_put_next_to_it_and_into_it(upstream: Upstream) -> None:
    upstream.live = BASE.replace("option_5 = 5\n", "first = 1\nsecond = 2\n").encode()
    upstream.commit("Fix", {PATH: upstream.live})
    upstream.edit("first = 1\n", "zeroth = 0\nfirst = 1\nbetween = 1\n")
    _sure(upstream.prove(), Verdict.LANDED, 4)


# What did not


def test_nothing_at_all(upstream: Upstream) -> None:
    upstream.edit("option_50 = 50\n", "option_50 = 51\n")
    proof = upstream.prove()
    _sure(proof, Verdict.MISSING, None)
    assert _hunks(proof) == [("missing", None, None)] * 3


def test_a_trailer_that_lies(upstream: Upstream) -> None:
    upstream.edit("option_50 = 50\n", "option_50 = 51\n", "Fix\n\nReconciles: INC-42#7\n")
    assert upstream.prove().verdict is Verdict.MISSING


def test_another_value(upstream: Upstream) -> None:
    upstream.commit("Fix", {PATH: LIVE.replace("500", "800")})
    proof = upstream.prove()
    _sure(proof, Verdict.PARTLY, None)
    assert proof.files[0].hunks[0].state is State.DIVERGED
    assert proof.files[0].hunks[0].stands == (b"option_5 = 800\n",)


def test_the_old_line_stays_beside_the_new(upstream: Upstream) -> None:
    upstream.live = BASE.replace("option_5 = 5\n", "option_5 = 500\n").encode()
    upstream.edit("option_5 = 5\n", "option_5 = 500\noption_5 = 5\n")
    assert upstream.prove().verdict is Verdict.DIVERGED


def test_a_revert(upstream: Upstream) -> None:
    fix = upstream.commit("Fix", {PATH: LIVE})
    upstream.edit("option_55 = 55\n", "option_55 = 56\n")
    back = upstream.revert(fix)
    proof = upstream.prove()
    _sure(proof, Verdict.MISSING, None)
    assert _hunks(proof) == [("missing", None, back)] * 3


def test_a_reverted_merge(upstream: Upstream) -> None:
    upstream.branch("hotfix")
    upstream.commit("Fix", {PATH: LIVE})
    upstream.checkout("main")
    upstream.commit("Aside")
    merge = upstream.merge("hotfix")
    assert upstream.prove().verdict is Verdict.LANDED
    back = upstream.revert("-m", "1", merge)
    proof = upstream.prove()
    assert _hunks(proof) == [("missing", None, back)] * 3
    again = upstream.revert(back)
    proof = upstream.prove()
    _sure(proof, Verdict.LANDED, 1)
    assert _hunks(proof) == [("landed", again, None)] * 3


def test_undone_by_hand_in_part_after_neighbours_changed(upstream: Upstream) -> None:
    upstream.commit("Fix", {PATH: LIVE})
    upstream.edit("option_19 = 19\n", "option_19 = 1900\n")
    upstream.edit("option_4 = 4\n", "option_4 = 400\n")
    assert upstream.prove().verdict is Verdict.LANDED
    by_hand = upstream.edit("option_19 = 1900\n", "option_19 = 1900\noption_20 = 20\n")
    proof = upstream.prove()
    _sure(proof, Verdict.PARTLY, None)
    assert [hunk.undone_by for hunk in proof.files[0].hunks] == [None, by_hand, None]


def test_a_deleted_line_comes_back_a_little_different(upstream: Upstream) -> None:
    upstream.live = BASE.replace("option_20 = 20\n", "").encode()
    upstream.commit("Fix", {PATH: upstream.live})
    back = upstream.edit("option_21 = 21\n", "option_20 = 21\noption_21 = 21\n")
    proof = upstream.prove()
    assert proof.verdict is Verdict.DIVERGED
    assert proof.files[0].hunks[0].undone_by == back


def test_something_else_comes_where_a_line_was_deleted(upstream: Upstream) -> None:
    upstream.live = BASE.replace("option_20 = 20\n", "").encode()
    upstream.commit("Fix", {PATH: upstream.live})
    upstream.edit("option_21 = 21\n", "# The pool is set by the operator.\noption_21 = 21\n")
    _sure(upstream.prove(), Verdict.LANDED, 4)


def test_a_force_push_takes_it_away(upstream: Upstream) -> None:
    before = upstream.commit("Before")
    upstream.commit("Fix", {PATH: LIVE})
    assert upstream.prove().verdict is Verdict.LANDED
    upstream.git("reset", "-q", "--hard", before)
    upstream.commit("Another way")
    proof = upstream.prove()
    assert _hunks(proof) == [("missing", None, None)] * 3


def test_a_rewritten_history_that_keeps_it(upstream: Upstream) -> None:
    upstream.commit("Fix", {PATH: LIVE})
    upstream.git("checkout", "-q", "--orphan", "fresh")
    upstream.git("commit", "-q", "-m", "All of it, in one commit")
    upstream.git("branch", "-M", "fresh", "main")
    _sure(upstream.prove(), Verdict.LANDED, 1)


def test_the_file_is_gone_upstream(upstream: Upstream) -> None:
    upstream.git("rm", "-q", PATH)
    gone = upstream.commit("Remove")
    proof = upstream.prove()
    _sure(proof, Verdict.DIVERGED, None)
    assert (proof.files[0].upstream_path, proof.why) == (None, "the file is not upstream")
    upstream.commit("Bring it back, fixed", {PATH: LIVE})
    _sure(upstream.prove(), Verdict.LANDED, 1)
    assert gone


# Blocks that repeat

BLOCKS = "".join(f"server {{\n  name s{n};\n  pool 20;\n  timeout 5;\n}}\n" for n in range(4))


def _in_block(text: str, block: int, old: str, new: str) -> str:
    parts = text.split("server {\n")
    assert old in parts[block + 1]
    parts[block + 1] = parts[block + 1].replace(old, new, 1)
    return "server {\n".join(parts)


@pytest.mark.parametrize("block", range(4))
@pytest.mark.parametrize(("old", "new"), [("pool 20;", "pool 80;"), ("  pool 20;\n", ""), ("pool", "keep 9;\n  pool")])
def test_the_same_fix_in_another_block_is_not_the_fix(tmp_path: Path, block: int, old: str, new: str) -> None:
    upstream = Upstream(tmp_path / "upstream", BLOCKS, _in_block(BLOCKS, block, old, new))
    others = BLOCKS
    for other in range(4):
        if other != block:
            others = _in_block(others, other, old, new)
            upstream.commit("Fix another block", {PATH: others})
            assert upstream.prove().verdict is Verdict.MISSING
    upstream.commit("Fix the block", {PATH: _in_block(others, block, old, new)})
    assert upstream.prove().verdict is Verdict.LANDED


def test_the_same_fix_in_another_of_two_equal_blocks(tmp_path: Path) -> None:
    block = "begin\n  pool 20;\n  timeout 5;\nend\n"
    fixed = block.replace("20", "80")
    upstream = Upstream(tmp_path / "upstream", block * 3, fixed + block * 2)
    upstream.commit("Fix the second", {PATH: block + fixed + block})
    assert upstream.prove().verdict is Verdict.MISSING
    upstream.commit("Fix the first too", {PATH: fixed * 2 + block})
    assert upstream.prove().verdict is Verdict.LANDED


# Modes, new and deleted files, links, binary files


def test_a_mode_alone(upstream: Upstream) -> None:
    upstream.live = BASE.encode()
    change = upstream.change(mode="100755")
    proof = upstream.prove(change)
    _sure(proof, Verdict.MISSING, None)
    assert proof.files[0].hunks[0].base_lines is None
    upstream.edit("option_50 = 50\n", "option_50 = 51\n")
    upstream.git("update-index", "--chmod=+x", PATH)
    (upstream.path / PATH).chmod(0o755)
    landed = upstream.commit("Make it executable")
    proof = upstream.prove(change)
    _sure(proof, Verdict.LANDED, 2)
    assert proof.files[0].hunks[0].commit == landed


def test_content_without_its_mode_is_only_part(upstream: Upstream) -> None:
    upstream.commit("Fix", {PATH: LIVE})
    proof = upstream.prove(upstream.change(mode="100755"))
    _sure(proof, Verdict.PARTLY, None)
    assert [hunk.state.value for hunk in proof.files[0].hunks] == ["landed"] * 3 + ["missing"]


def test_a_new_file(upstream: Upstream) -> None:
    change = change_to_live(upstream.path / ".git", upstream.base, "new.conf", b"one\ntwo\nthree\n")
    assert upstream.prove(change).verdict is Verdict.MISSING
    landed = upstream.commit("Add", {"new.conf": "one\ntwo\nthree\n"})
    proof = upstream.prove(change)
    _sure(proof, Verdict.LANDED, 1)
    assert _hunks(proof) == [("landed", landed, None)]
    upstream.commit("More of it", {"new.conf": "zero\none\ntwo\nthree\nfour\n"})
    _sure(upstream.prove(change), Verdict.LANDED, 4)
    upstream.commit("Not that", {"new.conf": "zero\none\nTWO\nthree\nfour\n"})
    assert upstream.prove(change).verdict is Verdict.DIVERGED


def test_a_new_empty_file(upstream: Upstream) -> None:
    change = change_to_live(upstream.path / ".git", upstream.base, "empty", b"")
    assert upstream.prove(change).verdict is Verdict.MISSING
    upstream.commit("Add", {"empty": ""})
    _sure(upstream.prove(change), Verdict.LANDED, 1)


def test_a_deleted_file(upstream: Upstream) -> None:
    change = change_to_live(upstream.path / ".git", upstream.base, PATH, None)
    assert upstream.prove(change).verdict is Verdict.MISSING
    upstream.edit("option_50 = 50\n", "option_50 = 51\n")
    assert upstream.prove(change).verdict is Verdict.MISSING
    upstream.git("mv", PATH, "etc/new.conf")
    upstream.commit("Only moved")
    proof = upstream.prove(change)
    assert (proof.verdict, proof.files[0].upstream_path) == (Verdict.MISSING, "etc/new.conf")
    upstream.git("rm", "-q", "etc/new.conf")
    gone = upstream.commit("Remove")
    proof = upstream.prove(change)
    _sure(proof, Verdict.LANDED, 1)
    assert _hunks(proof) == [("landed", gone, None)]


def test_a_file_that_was_moved_by_hand(upstream: Upstream) -> None:
    git_dir = upstream.path / ".git"
    changes = (
        change_to_live(git_dir, upstream.base, PATH, None),
        change_to_live(git_dir, upstream.base, "new/app.conf", BASE.encode()),
    )
    assert upstream.prove(*changes).verdict is Verdict.MISSING
    (upstream.path / "new").mkdir()
    upstream.git("mv", PATH, "new/app.conf")
    upstream.commit("Move")
    _sure(upstream.prove(*changes), Verdict.LANDED, 1)


def test_a_binary_file(tmp_path: Path) -> None:
    upstream = Upstream(tmp_path / "upstream", b"\0one", b"\0two")
    assert upstream.prove().verdict is Verdict.MISSING
    upstream.commit("Other", {PATH: b"\0three"})
    assert upstream.prove().verdict is Verdict.DIVERGED
    landed = upstream.commit("Fix", {PATH: b"\0two"})
    proof = upstream.prove()
    _sure(proof, Verdict.LANDED, 1)
    assert _hunks(proof) == [("landed", landed, None)]


def test_a_symbolic_link(upstream: Upstream) -> None:
    link = upstream.path / "current"
    link.symlink_to("v1")
    upstream.base = upstream.commit("Link")
    change = change_to_live(upstream.path / ".git", upstream.base, "current", b"v2")
    assert upstream.prove(change).verdict is Verdict.MISSING
    link.unlink()
    link.symlink_to("v2")
    upstream.commit("Point to v2")
    _sure(upstream.prove(change), Verdict.LANDED, 1)


def test_a_file_becomes_a_link(upstream: Upstream) -> None:
    (upstream.path / PATH).unlink()
    (upstream.path / PATH).symlink_to("elsewhere")
    upstream.commit("Link")
    assert upstream.prove().verdict is Verdict.DIVERGED


# Line ends and white space


def test_line_ends_of_another_system(upstream: Upstream) -> None:
    upstream.live = LIVE.replace("\n", "\r\n").encode()
    upstream.commit("Fix", {PATH: LIVE})
    _sure(upstream.prove(), Verdict.WHITESPACE, 5)
    upstream.commit("As live", {PATH: upstream.live})
    _sure(upstream.prove(), Verdict.LANDED, 1)


def test_a_file_with_carriage_returns(tmp_path: Path) -> None:
    base, live = (text.replace("\n", "\r\n").encode() for text in (BASE, LIVE))
    upstream = Upstream(tmp_path / "upstream", base, live)
    assert upstream.prove().verdict is Verdict.MISSING
    upstream.commit("Fix and more", {PATH: live.replace(b"option_50 = 50", b"option_50 = 51")})
    _sure(upstream.prove(), Verdict.LANDED, 2)


def test_lone_carriage_returns_end_no_line(tmp_path: Path) -> None:
    upstream = Upstream(tmp_path / "upstream", b"a\rb\nc\rd\n", b"a\rb\nc\rX\n")
    assert upstream.prove().verdict is Verdict.MISSING
    upstream.commit("Fix", {PATH: b"a\rY\nc\rX\n"})
    assert upstream.prove().verdict is Verdict.LANDED


def test_the_last_line_without_its_end(tmp_path: Path) -> None:
    upstream = Upstream(tmp_path / "upstream", "one\ntwo", "one\nthree")
    assert upstream.prove().verdict is Verdict.MISSING
    upstream.commit("Fix, and end the line", {PATH: "one\nthree\n"})
    _sure(upstream.prove(), Verdict.WHITESPACE, 5)
    upstream.commit("Fix", {PATH: "zero\none\nthree"})
    _sure(upstream.prove(), Verdict.LANDED, 2)


@pytest.mark.parametrize(
    "reformatted",
    [
        LIVE.replace(" = ", "="),
        LIVE.replace(" = ", "\t=\t"),
        "".join(f"    {line}" for line in LIVE.splitlines(keepends=True)),
        LIVE.replace("\n", "  \n"),
    ],
)
def test_reformatted(upstream: Upstream, reformatted: str) -> None:
    upstream.commit("Fix, in another style", {PATH: reformatted})
    proof = upstream.prove()
    _sure(proof, Verdict.WHITESPACE, 5)
    assert {hunk.state for hunk in proof.files[0].hunks} <= {State.WHITESPACE, State.LANDED, State.NEIGHBOURS}


def test_reformatted_without_the_fix(upstream: Upstream) -> None:
    upstream.commit("Another style", {PATH: BASE.replace(" = ", "=")})
    assert upstream.prove().verdict in (Verdict.MISSING, Verdict.DIVERGED)


@pytest.mark.parametrize("name", ["app.py", "values.yaml", "ci.yml", "Makefile", "rules.mk", "Makefile.inc"])
def test_where_white_space_means_something_it_is_never_offered(tmp_path: Path, name: str) -> None:
    upstream = Upstream(tmp_path / "upstream", name=name)
    upstream.commit("Indented", {name: "".join(f"  {line}" for line in LIVE.splitlines(keepends=True))})
    proof = upstream.prove()
    _sure(proof, Verdict.DIVERGED, None)
    assert proof.why == "it differs only in white space, which means something in this file"


def test_a_fix_of_white_space_alone_is_not_waved_through(upstream: Upstream) -> None:
    upstream.live = BASE.replace("option_5 = 5\n", "  option_5 = 5\n").encode()
    assert upstream.prove().verdict is Verdict.MISSING
    upstream.edit("option_5 = 5\n", "\toption_5 = 5\n")
    assert upstream.prove().verdict is Verdict.DIVERGED
    upstream.edit("\toption_5 = 5\n", "  option_5 = 5\n")
    assert upstream.prove().verdict is Verdict.LANDED


# What cannot be looked at


def test_a_submodule(upstream: Upstream) -> None:
    upstream.git("update-index", "--add", "--cacheinfo", f"160000,{upstream.base},vendor")
    upstream.git("commit", "-q", "-m", "Submodule")
    upstream.base = upstream.head()
    change = change_to_live(upstream.path / ".git", upstream.base, "vendor", b"x")
    proof = upstream.prove(change)
    _sure(proof, Verdict.UNKNOWN, None)
    assert "submodule" in proof.why


@pytest.mark.parametrize("where", ["base", "tip"])
def test_a_file_in_lfs(tmp_path: Path, where: str) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"
    upstream = Upstream(tmp_path / "upstream", pointer if where == "base" else BASE)
    upstream.commit("Fix", {PATH: pointer})
    proof = upstream.prove()
    _sure(proof, Verdict.UNKNOWN, None)
    assert "LFS" in proof.why


def test_a_sha256_repository(tmp_path: Path) -> None:
    work = Work(tmp_path / "upstream", object_format="sha256")
    base = work.commit("Before", {PATH: BASE})
    change = change_to_live(work.path / ".git", base, PATH, LIVE.encode())
    proof = prove(work.path / ".git", work.head(), [change])
    _sure(proof, Verdict.UNKNOWN, None)
    assert "SHA-256" in proof.why


def test_a_file_too_large_to_compare(upstream: Upstream) -> None:
    upstream.commit("Large", {PATH: "x" * 10_000_001})
    proof = upstream.prove()
    _sure(proof, Verdict.UNKNOWN, None)
    assert "10 MB" in proof.why


def test_no_change_is_no_proof(upstream: Upstream) -> None:
    upstream.live = BASE.encode()
    _sure(upstream.prove(), Verdict.UNKNOWN, None)


# Several files, names, mirrors


def test_several_files_count_together(upstream: Upstream) -> None:
    upstream.base = upstream.commit("More", {"one": "1\n", "two": "2\n"})
    git_dir = upstream.path / ".git"
    one = change_to_live(git_dir, upstream.base, "one", b"10\n")
    two = change_to_live(git_dir, upstream.base, "two", b"20\n")
    assert upstream.prove(one, two).verdict is Verdict.MISSING
    upstream.commit("One", {"one": "10\n"})
    proof = upstream.prove(one, two)
    _sure(proof, Verdict.PARTLY, None)
    assert [file.verdict for file in proof.files] == [Verdict.LANDED, Verdict.MISSING]
    upstream.commit("Two", {"two": "20\nmore\n"})
    _sure(upstream.prove(one, two), Verdict.LANDED, 4)
    upstream.commit("Large", {"two": "x" * 10_000_001})
    _sure(upstream.prove(one, two), Verdict.UNKNOWN, None)


@pytest.mark.parametrize("name", ["etc/größe.conf", "a b/c d.conf", ":(glob)*.conf", "-x", 'quo"te', "*", "ta\tb"])
def test_strange_names(tmp_path: Path, name: str) -> None:
    upstream = Upstream(tmp_path / "upstream", name=name)
    assert upstream.prove().verdict is Verdict.MISSING
    landed = upstream.commit("Fix", {name: LIVE})
    proof = upstream.prove()
    assert _hunks(proof) == [("landed", landed, None)] * 3
    upstream.git("mv", "--", name, "moved.conf")
    upstream.commit("Move")
    assert upstream.prove().files[0].upstream_path == "moved.conf"


def test_in_a_mirror_and_without_a_trace_in_it(upstream: Upstream, mirror_of: Callable[[Work], Mirror]) -> None:
    upstream.edit("option_5 = 5\n", "option_5 = 500\n")
    upstream.edit("option_4 = 4\n", "option_4 = 400\n")
    mirror = mirror_of(upstream)

    def listed() -> list[Path]:
        return sorted(path for path in mirror.directory.rglob("*") if path.is_file())

    before = listed()
    proof = prove(mirror.directory, mirror.tip(), [upstream.change()])
    _sure(proof, Verdict.PARTLY, None)
    assert listed() == before


def test_the_base_is_not_in_the_repository_any_more(upstream: Upstream) -> None:
    change = upstream.change()
    lost = Change(change.path, "1" * 40, change.base, change.live)
    assert upstream.prove(lost).verdict is Verdict.MISSING
    upstream.commit("Fix", {PATH: LIVE})
    proof = upstream.prove(lost)
    _sure(proof, Verdict.LANDED, 1)
    assert _hunks(proof) == [("landed", None, None)] * 3


def test_the_verdict_is_the_same_without_names_of_commits(upstream: Upstream) -> None:
    upstream.commit("Fix", {PATH: LIVE})
    for old, new in (("option_19 = 19", "option_19 = 1900"), ("option_4 = 4", "option_4 = 40"), ("500", "800")):
        upstream.edit(f"{old}\n", f"{new}\n")
        with_names, without = upstream.prove(), upstream.prove(name_commits=False)
        assert (with_names.verdict, with_names.rung) == (without.verdict, without.rung)
        assert [h.state for h in with_names.files[0].hunks] == [h.state for h in without.files[0].hunks]


def test_the_shape_that_is_printed(upstream: Upstream) -> None:
    landed = upstream.edit("option_5 = 5\n", "option_5 = 500\n")
    assert upstream.prove().as_json() == {
        "verdict": "partly",
        "rung": None,
        "why": "1 of 3 parts landed",
        "files": [
            {
                "path": PATH,
                "upstream_path": PATH,
                "verdict": "partly",
                "rung": None,
                "why": "1 of 3 parts landed",
                "hunks": [
                    {"base_lines": [6, 6], "state": "landed", "commit": landed, "undone_by": None},
                    {"base_lines": [21, 21], "state": "missing", "commit": None, "undone_by": None},
                    {"base_lines": [42, 41], "state": "missing", "commit": None, "undone_by": None},
                ],
            }
        ],
    }
