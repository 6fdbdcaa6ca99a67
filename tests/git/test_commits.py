from collections.abc import Callable

import pytest

from bot.git.commits import Commit, find_pick, find_pull, find_same_patch, in_force, read_commit, walk
from bot.git.mirror import Mirror
from bot.git.run import GitError
from tests.git.repos import DAY, START, Work

CLAIM = "Raise the pool\n\nIncident: INC-42\nReconciles: INC-42#7\n"
FIX: dict[str, str | bytes] = {"app.conf": "pool = 80\n"}


def _new(mirror: Mirror, old_tip: str | None) -> list[Commit]:
    return list(walk(mirror, old_tip, mirror.fetch(old_tip).new_tip, since=0).commits)


def test_a_commit_with_all_that_is_told_of_it(work: Work, mirror: Mirror) -> None:
    first = work.head()
    fix = work.commit(CLAIM, FIX)
    work.commit("Nothing to say")
    new_tip = mirror.fetch(first).new_tip
    found = walk(mirror, first, new_tip, since=0)
    assert found.count == 2
    assert found.commits == (
        Commit(
            sha=fix,
            parents=(first,),
            committed_at=(START + 120) * 1_000_000,
            author="Ada",
            subject="Raise the pool",
            incidents=(42,),
            reconciles=((42, 7),),
        ),
    )
    assert read_commit(mirror, fix) == found.commits[0]


def test_nothing_new_is_nothing_read(work: Work, mirror: Mirror) -> None:
    assert walk(mirror, work.head(), work.head(), since=0).count == 0


def test_commits_of_a_merged_branch_are_read_oldest_first(work: Work, mirror: Mirror) -> None:
    first = work.head()
    work.branch("hotfix")
    one = work.commit("One\n\nReconciles: INC-42#1\n")
    two = work.commit("Two\n\nReconciles: INC-42#2\n")
    work.checkout("main")
    work.commit()
    work.merge("hotfix")
    assert [(c.sha, c.reconciles) for c in _new(mirror, first)] == [(one, ((42, 1),)), (two, ((42, 2),))]


def test_order_is_that_of_history_even_if_clocks_are_wrong(work: Work, mirror: Mirror) -> None:
    first = work.head()
    fix = work.commit(CLAIM, FIX)
    work.clock -= 10 * DAY
    back = work.revert(fix)
    work.clock += 20 * DAY
    again = work.revert(back)
    assert [c.sha for c in _new(mirror, first)] == [fix, back, again]


def test_a_squash_keeps_the_claims_of_its_commits(work: Work, mirror: Mirror) -> None:
    first = work.head()
    work.branch("hotfix")
    work.commit("One\n\nReconciles: INC-42#1\n", {"a": "1\n"})
    work.commit("Two\n\nReconciles: INC-42#2\n", {"b": "1\n"})
    work.checkout("main")
    body = "* One\n\nReconciles: INC-42#1\n\n* Two\n\nReconciles: INC-42#2\n\n---------\n\nCo-authored-by: Bo <b@x>\n"
    squash = work.squash("hotfix", f"Hotfix (#12)\n\n{body}")
    (found,) = _new(mirror, first)
    assert (found.sha, found.reconciles) == (squash, ((42, 1), (42, 2)))


def test_a_cherry_pick_claims_with_its_own_sha(work: Work, mirror: Mirror) -> None:
    first = work.head()
    work.branch("hotfix")
    fix = work.commit(CLAIM, FIX)
    work.checkout("main")
    work.commit()
    picked = work.cherry_pick("-x", fix)
    (found,) = _new(mirror, first)
    assert (found.sha, found.reconciles) == (picked, ((42, 7),))


def test_a_rebase_claims_with_its_new_sha(work: Work, mirror: Mirror) -> None:
    first = work.head()
    work.branch("hotfix")
    old = work.commit(CLAIM, FIX)
    work.checkout("main")
    work.commit()
    new = work.rebase("hotfix", "main")
    work.checkout("main")
    work.git("merge", "-q", "--ff-only", "hotfix")
    assert new != old
    assert [c.sha for c in _new(mirror, first)] == [new]


def test_a_revert_names_what_it_takes_back(work: Work, mirror: Mirror) -> None:
    first = work.head()
    fix = work.commit(CLAIM, FIX)
    back = work.revert(fix)
    again = work.revert(back)
    assert [(c.sha, c.reverts) for c in _new(mirror, first)] == [(fix, ()), (back, (fix,)), (again, (back,))]


def test_a_revert_in_a_later_walk_still_finds_the_commit(work: Work, mirror: Mirror) -> None:
    fix = work.commit(CLAIM, FIX)
    tip = mirror.fetch().new_tip
    back = work.revert(fix)
    assert [(c.sha, c.reverts) for c in _new(mirror, tip)] == [(back, (fix,))]


def test_the_revert_of_a_merge_takes_back_all_that_it_brought(work: Work, mirror: Mirror) -> None:
    first = work.head()
    work.branch("hotfix")
    one, two = work.commit("One"), work.commit("Two")
    work.checkout("main")
    work.commit("Beside", {"beside": "1\n"})
    merge = work.merge("hotfix")
    back = work.revert("-m", "1", merge)
    (found,) = _new(mirror, first)
    assert found.sha == back
    assert set(found.reverts) == {one, two, merge}


def test_the_revert_of_a_merge_against_its_other_parent(work: Work, mirror: Mirror) -> None:
    first = work.head()
    work.branch("hotfix")
    work.commit("On the branch", {"branch": "1\n"})
    work.checkout("main")
    beside = work.commit("On main", {"beside": "1\n"})
    merge = work.merge("hotfix")
    work.revert("-m", "2", merge)
    (found,) = _new(mirror, first)
    assert set(found.reverts) == {beside, merge}


def test_an_abbreviated_revert(work: Work, mirror: Mirror) -> None:
    first = work.head()
    fix = work.commit("Fix", FIX)
    work.commit(f"Back out\n\nThis reverts commit {fix[:10].upper()} (Fix).\n", {"app.conf": "pool = 20\n"})
    (found,) = _new(mirror, first)
    assert found.reverts == (fix,)


def test_a_revert_of_what_nobody_has_is_kept_without_facts(work: Work, mirror: Mirror) -> None:
    first = work.head()
    tree = work.head("HEAD^{tree}")
    work.commit(f"Revert\n\nThis reverts commit {'1' * 40}.\n\nThis reverts commit {tree}.\n")
    (found,) = _new(mirror, first)
    assert found.reverts == ()


@pytest.mark.parametrize(
    "merged", ["Fix the pool (#12)", "Merge branch 'x' into 'main'\n\nFix\n\nSee merge request acme/shop!12"]
)
@pytest.mark.parametrize("words", ["Reverts acme/shop#12", "This reverts merge request !12"])
def test_the_revert_of_a_pull_request_by_its_number(work: Work, mirror: Mirror, merged: str, words: str) -> None:
    work.commit("Another (#112)")
    fix = work.commit(f"{merged}\n", FIX)
    work.commit("Mentions #12 and !12 only")
    tip = mirror.fetch().new_tip
    work.commit(f'Revert "Fix the pool (#12)" (#13)\n\n{words}\n', {"app.conf": "pool = 20\n"})
    (found,) = _new(mirror, tip)
    assert found.reverts == (fix,)


def test_the_revert_of_a_merged_pull_request_takes_back_its_commits(work: Work, mirror: Mirror) -> None:
    work.branch("hotfix")
    fix = work.commit(CLAIM, FIX)
    work.checkout("main")
    merge = work.merge("hotfix", "Merge pull request #12 from acme/hotfix")
    tip = mirror.fetch().new_tip
    work.commit("Revert (#13)\n\nReverts acme/shop#12\n", {"app.conf": "pool = 20\n"})
    (found,) = _new(mirror, tip)
    assert set(found.reverts) == {fix, merge}


def test_what_was_linked_is_kept_when_it_comes(work: Work, mirror: Mirror) -> None:
    first = work.head()
    work.branch("hotfix")
    linked, unlinked, picked_only = (work.commit(name, {name: "1\n"}) for name in ("one", "two", "three"))
    work.checkout("main")
    work.git("merge", "-q", "--ff-only", unlinked)
    pick = work.cherry_pick("-x", picked_only)
    pull = work.commit("Fix (#12)\n")
    work.commit("Other (#13)\n")
    tip = mirror.fetch(first).new_tip
    found = walk(mirror, first, tip, since=0, linked={linked, picked_only}, pulls={12}).commits
    assert [(c.sha, c.picked, c.pull) for c in found] == [
        (linked, (), None),
        (pick, (picked_only,), None),
        (pull, (), 12),
    ]


def test_the_first_walk_goes_back_only_so_far(work: Work, mirror: Mirror) -> None:
    work.commit("Old\n\nReconciles: INC-1#1\n")
    work.clock += 30 * DAY
    new = work.commit("New\n\nReconciles: INC-42#7\n")
    tip = mirror.fetch().new_tip
    since = (work.clock - 14 * DAY) * 1_000_000
    for old_tip in (None, "1" * 40):  # nothing known, or a tip that a rewrite took away
        found = walk(mirror, old_tip, tip, since=since)
        assert (found.count, [c.sha for c in found.commits]) == (1, [new])


def test_a_known_tip_counts_for_more_than_the_look_back(work: Work, mirror: Mirror) -> None:
    first = work.head()
    work.commit("Old\n\nReconciles: INC-1#1\n")
    work.clock += 30 * DAY
    tip = mirror.fetch(first).new_tip
    assert walk(mirror, first, tip, since=work.clock * 1_000_000).count == 1


def test_after_a_rewrite_only_what_is_new_is_read(work: Work, mirror: Mirror) -> None:
    first = work.head()
    lost = work.commit(CLAIM, FIX)
    mirror.fetch(first)
    work.git("reset", "-q", "--hard", first)
    again = work.commit(CLAIM + "\nAgain.\n", FIX)
    fetched = mirror.fetch(lost)
    assert fetched.forced
    assert [c.sha for c in walk(mirror, lost, fetched.new_tip, since=0).commits] == [again]
    assert mirror.contained([lost, again], fetched.new_tip) == {again}


def test_strange_messages_and_names(work: Work, mirror: Mirror) -> None:
    first = work.head()
    work.commit("Latin\n\nReconciles: INC-42#1\n", {"x": b"\xff"})
    work.git("-c", "i18n.commitEncoding=ISO-8859-1", "-c", "user.name=J\x1fo", "commit", "-q", "--allow-empty",
             "-F", "-", input="Pr\xfcfung\n\nReconciles: INC-42#2\n")  # fmt: skip
    work.commit("\x1f\x1fOdd\x1f\n\nReconciles: INC-42#3\n")
    work.git("commit", "-q", "--allow-empty", "--allow-empty-message", "-m", "")
    found = _new(mirror, first)
    assert [c.reconciles for c in found] == [((42, 1),), ((42, 2),), ((42, 3),)]


def test_a_commit_without_a_date_stops_nothing(work: Work, mirror: Mirror) -> None:
    first = work.head()
    tree = work.head("HEAD^{tree}")
    raw = f"tree {tree}\nparent {first}\nauthor Ada <a@x>\ncommitter Ada <a@x>\n\nReconciles: INC-42#7\n"
    broken = work.git("hash-object", "-t", "commit", "-w", "--literally", "--stdin", input=raw)
    work.git("update-ref", "refs/heads/main", broken)
    (found,) = _new(mirror, first)
    assert (found.sha, found.committed_at, found.reconciles) == (broken, 0, ((42, 7),))


def test_a_merged_pull_request_is_found_by_its_number(work: Work, mirror: Mirror) -> None:
    pull = work.commit("Fix (#12)\n")
    work.commit("Mentions #12\n")
    work.clock += 30 * DAY
    work.commit()
    tip = mirror.fetch().new_tip
    assert find_pull(mirror, tip, 12, since=0) == pull
    assert find_pull(mirror, tip, 1, since=0) is None
    assert find_pull(mirror, tip, 12, since=(work.clock - 14 * DAY) * 1_000_000) is None


def test_a_cherry_pick_is_found_by_where_it_came_from(work: Work, mirror: Mirror) -> None:
    work.branch("hotfix")
    fix = work.commit("Fix", FIX)
    work.checkout("main")
    work.commit()
    pick = work.cherry_pick("-x", fix)
    tip = mirror.fetch().new_tip
    assert find_pick(mirror, tip, fix, since=0) == pick
    assert find_pick(mirror, tip, pick, since=0) is None


@pytest.mark.parametrize("how", ["cherry-pick", "rebase"])
def test_the_same_patch_under_another_sha_is_found(work: Work, mirror: Mirror, how: str) -> None:
    work.branch("hotfix")
    before = work.commit("Before", {"other": "1\n"})
    fix = work.commit("Fix", FIX)
    work.checkout("main")
    old_tip = work.commit()
    if how == "rebase":
        landed = work.rebase("hotfix", "main")
        work.checkout("main")
        work.git("merge", "-q", "--ff-only", "hotfix")
    else:
        landed = work.cherry_pick(fix)
    newer = work.commit()
    tip = mirror.fetch(None, [fix]).new_tip
    commit = read_commit(mirror, fix)
    assert find_same_patch(mirror, tip, commit) == landed
    assert find_same_patch(mirror, tip, commit, old_tip=old_tip) == landed
    assert find_same_patch(mirror, tip, commit, old_tip=landed) is None
    assert newer == tip
    if how == "cherry-pick":
        assert find_same_patch(mirror, tip, read_commit(mirror, before)) is None


def test_another_patch_is_not_the_same(work: Work, mirror: Mirror) -> None:
    work.branch("hotfix")
    fix = work.commit("Fix", FIX)
    work.checkout("main")
    work.commit("Fix", {"app.conf": "pool = 60\n"})
    tip = mirror.fetch(None, [fix]).new_tip
    assert find_same_patch(mirror, tip, read_commit(mirror, fix)) is None


def test_a_commit_that_is_not_there(mirror: Mirror) -> None:
    with pytest.raises(GitError):
        read_commit(mirror, "1" * 40)


def test_what_was_taken_back_is_not_in_force(work: Work, mirror: Mirror) -> None:
    def stands(sha: str) -> bool:
        tip = mirror.fetch().new_tip
        return in_force(mirror, tip, read_commit(mirror, sha))

    work.branch("hotfix")
    fix = work.commit("Fix", FIX)
    work.checkout("main")
    work.commit()
    merge = work.merge("hotfix")
    assert stands(fix)
    back = work.revert("-m", "1", merge)
    assert not stands(fix)
    assert stands(back)
    again = work.revert(back)
    assert stands(fix)
    work.revert(again)
    assert not stands(fix)
    assert not stands(merge)


def test_a_poll_costs_the_new_commits_only(
    work: Work, mirror_of: Callable[[Work], Mirror], git_calls: Callable[[], list[str]]
) -> None:
    work.fast_import(3000, subject="Old\n\nReconciles: INC-1#1\n")
    mirror = mirror_of(work)
    tip = mirror.tip()

    git_calls()
    assert mirror.fetch(tip).new_tip == tip
    idle = git_calls()
    assert len(idle) == 2, idle  # fetch and for-each-ref

    work.fast_import(200, subject="New\n\nReconciles: INC-1#2\n")
    git_calls()
    new_tip = mirror.fetch(tip).new_tip
    found = walk(mirror, tip, new_tip, since=0)
    busy = git_calls()
    assert (found.count, len(found.commits)) == (200, 200)
    assert len(busy) <= 7, busy


def test_the_number_of_processes_does_not_grow_with_the_commits(
    work: Work, mirror: Mirror, git_calls: Callable[[], list[str]]
) -> None:
    started = []
    for commits in (3, 15):
        old = mirror.fetch().new_tip
        for _ in range(commits):
            work.revert(work.commit())
        new = mirror.fetch(old).new_tip
        git_calls()
        found = walk(mirror, old, new, since=0)
        started.append(len(git_calls()))
        assert (found.count, len(found.commits)) == (2 * commits, commits)
    assert started[0] == started[1]
