import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.git.links import Linked, linked_ref, parse_link
from bot.git.names import valid_branch
from bot.git.urls import commit_url
from bot.rules.model import LinkKind
from bot.rules.policy import Repository

COMMIT, BRANCH, PULL = LinkKind.COMMIT, LinkKind.BRANCH, LinkKind.PULL_REQUEST
WATCHED = [
    Repository(name="shop", url="git@github.com:acme/shop.git"),
    Repository(name="shop-extra", url="https://github.com/acme/shop-extra.git"),
    Repository(name="pay", url="https://gitlab.example.com/money/team/pay.git"),
    Repository(name="pool", url="ssh://git@codeberg.org/acme/pool.git"),
    Repository(name="tea", url="https://tea.example.com:3000/acme/tea"),
    Repository(name="cloud", url="git@bitbucket.org:acme/cloud.git"),
    Repository(name="center", url="https://git.example.com/scm/OPS/center.git"),
    Repository(name="mine", url="ssh://git@git.example.com:7999/~ada/mine.git"),
    Repository(name="local", url="/srv/git/local.git"),
]
SHA = "a79f427c0ffee00000000000000000000000dead"


@pytest.mark.parametrize(
    ("text", "kind", "ref", "repo"),
    [
        ("a79f427", COMMIT, "a79f427", None),
        (" A79F427 ", COMMIT, "a79f427", None),
        (SHA, COMMIT, SHA, None),
        ("a" * 64, COMMIT, "a" * 64, None),
        ("a79f42", BRANCH, "a79f42", None),  # six digits name no commit
        ("a" * 41, BRANCH, "a" * 41, None),
        ("hotfix/pool", BRANCH, "hotfix/pool", None),
        ("origin/hotfix/pool", BRANCH, "hotfix/pool", None),
        ("refs/heads/hotfix/pool", BRANCH, "hotfix/pool", None),
        ("remotes/origin/hotfix", BRANCH, "hotfix", None),
        ("shop@a79f427", COMMIT, "a79f427", "shop"),
        ("shop@hotfix/pool", BRANCH, "hotfix/pool", "shop"),
        ("ada@home", BRANCH, "ada@home", None),
        (f"https://github.com/acme/shop/commit/{SHA}", COMMIT, SHA, "shop"),
        ("https://github.com/Acme/Shop/commit/A79F427#diff-0", COMMIT, "a79f427", "shop"),
        ("https://www.github.com/acme/shop/commit/a79f427.patch", COMMIT, "a79f427", "shop"),
        ("https://github.com/acme/shop/pull/12", PULL, "12", "shop"),
        ("https://github.com/acme/shop/pull/12/files?w=1", PULL, "12", "shop"),
        ("https://github.com/acme/shop/pull/12.diff", PULL, "12", "shop"),
        (f"https://github.com/acme/shop/pull/12/commits/{SHA}", COMMIT, SHA, "shop"),
        ("https://github.com/acme/shop/tree/hotfix/pool", BRANCH, "hotfix/pool", "shop"),
        ("https://github.com/acme/shop/tree/hotfix%2Fp%C3%B6l", BRANCH, "hotfix/pöl", "shop"),
        (f"https://github.com/acme/shop/tree/{SHA}", COMMIT, SHA, "shop"),
        ("https://github.com/acme/shop/commits/hotfix", BRANCH, "hotfix", "shop"),
        ("https://github.com/acme/shop/compare/main...hotfix?expand=1", BRANCH, "hotfix", "shop"),
        ("https://github.com/acme/shop-extra/commit/a79f427", COMMIT, "a79f427", "shop-extra"),
        ("https://gitlab.example.com/money/team/pay/-/commit/a79f427", COMMIT, "a79f427", "pay"),
        ("https://gitlab.example.com/money/team/pay/-/merge_requests/4/diffs", PULL, "4", "pay"),
        ("https://gitlab.example.com/money/team/pay/merge_requests/4", PULL, "4", "pay"),
        ("https://gitlab.example.com/money/team/pay/-/tree/fix/x?ref_type=heads", BRANCH, "fix/x", "pay"),
        ("https://codeberg.org/acme/pool/pulls/3/files", PULL, "3", "pool"),
        ("https://codeberg.org/acme/pool/src/branch/fix/x", BRANCH, "fix/x", "pool"),
        ("https://codeberg.org/acme/pool/commits/branch/fix", BRANCH, "fix", "pool"),
        (f"https://codeberg.org/acme/pool/src/commit/{SHA}/app.conf", COMMIT, SHA, "pool"),
        ("https://tea.example.com:3000/acme/tea/commit/a79f427", COMMIT, "a79f427", "tea"),
        ("https://tea.example.com/acme/tea/commit/a79f427", COMMIT, "a79f427", None),  # another port
        ("https://bitbucket.org/acme/cloud/commits/a79f427", COMMIT, "a79f427", "cloud"),
        ("https://bitbucket.org/acme/cloud/pull-requests/9/diff", PULL, "9", "cloud"),
        ("https://bitbucket.org/acme/cloud/branch/fix/x", BRANCH, "fix/x", "cloud"),
        (f"https://git.example.com/projects/OPS/repos/center/commits/{SHA}", COMMIT, SHA, "center"),
        ("https://git.example.com/projects/OPS/repos/center/pull-requests/5/overview", PULL, "5", "center"),
        ("https://git.example.com/projects/OPS/repos/center/browse?at=refs%2Fheads%2Ffix", BRANCH, "fix", "center"),
        ("https://git.example.com/users/ada/repos/mine/pull-requests/5", PULL, "5", "mine"),
        ("https://github.com/other/thing/commit/a79f427", COMMIT, "a79f427", None),
        ("https://gitlab.com/a/b/c/-/merge_requests/8", PULL, "8", None),
        (f"<https://github.com/acme/shop/commit/{SHA}>", COMMIT, SHA, "shop"),
        (f"<https://github.com/acme/shop/commit/{SHA}|a79f427>", COMMIT, SHA, "shop"),
    ],
)  # fmt: skip
def test_what_people_paste(text: str, kind: LinkKind, ref: str, repo: str | None) -> None:
    linked = parse_link(text, WATCHED)
    assert linked is not None
    assert (linked.kind, linked.ref, linked.repo) == (kind, ref, repo)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "two words",
        "-x",
        "--upload-pack=touch x",
        "HEAD",
        "main~1",
        "main..fix",
        "a:b",
        "@{-1}",
        "https://github.com/acme/shop",
        "https://github.com/acme/shop/releases/tag/v1",
        "https://github.com/acme/shop/pull/0",
        "https://github.com/acme/shop/issues/12",
        "https://github.com/acme/shop/tree/-x",
        "https://github.com/acme/shop/compare/main...ada:fix",
        "https://[::1/x/y/commit/a79f427",
        "https://github.com:x/acme/shop/commit/a79f427",
        "<https://>",
        "shop@-x",
    ],
)
def test_what_is_no_link(text: str) -> None:
    assert parse_link(text, WATCHED) is None


def test_a_kept_url_holds_no_password_and_no_query() -> None:
    linked = parse_link("https://ada:secret@github.com/acme/shop/pull/12?token=secret#x", WATCHED)
    assert linked == Linked(PULL, "12", "shop", "https://github.com/acme/shop/pull/12")


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("a79f427", None),
        (SHA, SHA),
        ("hotfix/pool", "refs/heads/hotfix/pool"),
        ("https://github.com/acme/shop/pull/12", "refs/pull/12/head"),
        ("https://codeberg.org/acme/pool/pulls/12", "refs/pull/12/head"),
        ("https://gitlab.example.com/money/team/pay/-/merge_requests/12", "refs/merge-requests/12/head"),
        ("https://git.example.com/projects/OPS/repos/center/pull-requests/12", "refs/pull-requests/12/from"),
    ],
)
def test_the_name_that_the_remote_has_for_it(text: str, ref: str | None) -> None:
    linked = parse_link(text, WATCHED)
    assert linked is not None
    assert linked_ref(linked.kind, linked.ref, linked.url) == ref


_HOSTS = st.sampled_from(
    [
        "https://github.com/acme/shop/",
        "https://gitlab.example.com/money/team/pay/-/",
        "https://x.example/a/b/",
        "shop@",
        "",
    ]
)
_PAGES = st.sampled_from(["commit/", "commits/", "pull/", "tree/", "compare/a...", "src/branch/", "?at=", ""])


@given(st.one_of(st.text(), st.builds("{}{}{}".format, _HOSTS, _PAGES, st.text())))
def test_nothing_that_is_pasted_breaks_it(text: str) -> None:
    linked = parse_link(text, WATCHED)
    if linked is not None and linked.kind is BRANCH:
        assert valid_branch(linked.ref)
    if linked is not None and linked.kind is PULL:
        assert linked.ref.isascii() and linked.ref.isdigit()


@given(st.text("0123456789abcdef", min_size=7, max_size=40), st.sampled_from(WATCHED[:6]))
def test_the_page_of_a_commit_is_read_back(sha: str, repository: Repository) -> None:
    linked = parse_link(commit_url(repository.url, sha) or "", WATCHED)
    assert linked is not None
    assert (linked.kind, linked.ref, linked.repo) == (COMMIT, sha, repository.name)


@given(st.text("abcxyz019-_./é", min_size=1, max_size=30))
def test_a_branch_is_read_back(name: str) -> None:
    linked = parse_link(name, WATCHED)
    if linked is not None and linked.kind is BRANCH and not name.startswith(("refs/", "remotes/", "origin/")):
        assert linked == Linked(BRANCH, name)
