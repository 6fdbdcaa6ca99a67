"""What people paste when they link an action to Git: a sha, a URL, a branch. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, urlsplit

from bot.git.names import valid_branch
from bot.git.urls import location
from bot.rules.model import LinkKind
from bot.rules.policy import Repository

_SHA = re.compile(r"[0-9a-f]{7,40}\Z|[0-9a-f]{64}\Z", re.IGNORECASE)
_NUMBER = re.compile(r"[1-9][0-9]{0,9}\Z")

# The pages of GitHub, GitLab, Gitea and Forgejo, Bitbucket Cloud and Data Center, as what follows the
# repository.
_SHA_PAGE = r"(?P<sha>[0-9a-f]{7,64})"
_PAGES = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:pull|pulls|pull-requests|merge_requests)/\d+/commits/{_SHA_PAGE}(?:/.*)?\Z",
        r"(?:pull|pulls|pull-requests|merge_requests)/(?P<number>[1-9]\d{0,9})(?:\.diff|\.patch|/.*)?\Z",
        rf"commits?/{_SHA_PAGE}(?:\.diff|\.patch)?/?\Z",
        rf"src/commit/{_SHA_PAGE}(?:/.*)?\Z",
        r"(?:tree|src)/(?P<sha>[0-9a-f]{40}|[0-9a-f]{64})(?:/.*)?\Z",
        r"compare/.+?\.\.\.?(?P<branch>.+)\Z",
        r"browse/?\Z",  # Data Center, with ?at=refs/heads/…
        r"(?:tree|src/branch|commits/branch|commits|branch|src)/(?P<branch>.+)\Z",
    )
]
_UNWATCHED = re.compile(
    r"[^/]+/.+?/(?:-/)?"
    r"(?P<page>(?:(?:pull|pulls|pull-requests|merge_requests|commits?|src|tree|branch|compare)/.+|browse/?))\Z"
)
# Data Center serves scm/KEY/name.git for git, and projects/KEY/repos/name or users/NAME/repos/name for
# people.
_DATA_CENTER = [
    (re.compile(r"(?:(?<=/)|\A)scm/"), ""),
    (re.compile(r"(?:(?<=/)|\A)projects/([^/]+)/repos/"), r"\1/"),
    (re.compile(r"(?:(?<=/)|\A)users/([^/]+)/repos/"), r"~\1/"),
]


@dataclass(frozen=True, slots=True)
class Linked:
    """Something in Git that a person named. `ref` is a lower-case sha (perhaps abbreviated), a branch name,
    or the number of a pull or merge request; `repo` the name of a watched repository, None if none is named
    or it is not a watched one (then `url` says where it points)."""

    kind: LinkKind
    ref: str
    repo: str | None = None
    url: str | None = None


def parse_link(text: str, repositories: Iterable[Repository]) -> Linked | None:
    """Read what somebody pasted: `a79f427`, `hotfix/pool`, `shop@a79f427` (a watched repository before the
    `@`), or the address of a commit, branch, pull or merge request. None if it is none of these. Never
    raises.

    Hexadecimal words of 7 digits or more are taken for a sha, though a branch may be called so. The branch in
    a URL may be followed by a path in the repository, which nothing tells apart: `ref` then holds both.
    """
    word = text.strip()
    if word.startswith("<") and word.endswith(">"):  # Slack's form of a link
        word = word[1:-1].partition("|")[0]
    if re.match(r"https?://", word, re.IGNORECASE):
        return _parse_url(word, list(repositories))
    if _SHA.match(word):
        return Linked(LinkKind.COMMIT, word.lower())
    name, at, ref = word.partition("@")
    watched = next((repository.name for repository in repositories if at and repository.name == name), None)
    if watched:
        word = ref
        if _SHA.match(word):
            return Linked(LinkKind.COMMIT, word.lower(), watched)
    word = re.sub(r"\A(?:refs/heads/|(?:refs/)?remotes/origin/|origin/)", "", word)
    return Linked(LinkKind.BRANCH, word, watched) if valid_branch(word) else None


def linked_ref(kind: LinkKind, ref: str, url: str | None) -> str | None:
    """What the remote has for it, as `Mirror.fetch` takes it: a full ref name or a full sha; None for an
    abbreviated one. Which kind of ref a pull request has, its URL tells."""
    if kind is LinkKind.BRANCH:
        return f"refs/heads/{ref}"
    if kind is LinkKind.COMMIT:
        return ref if len(ref) in (40, 64) else None
    if "/merge_requests/" in (url or ""):
        return f"refs/merge-requests/{ref}/head"
    if "/pull-requests/" in (url or ""):
        return f"refs/pull-requests/{ref}/from"
    return f"refs/pull/{ref}/head"


def _parse_url(url: str, repositories: list[Repository]) -> Linked | None:
    place = location(url)
    if place is None:
        return None
    scheme, netloc, path = place
    repo, page = _repository_of(netloc, _plain(path), repositories)
    found = next((match for pattern in _PAGES if (match := pattern.match(page))), None)
    if found is None:
        return None
    groups = found.groupdict()
    shown = f"{scheme}://{netloc}/{quote(path, safe='/~@+')}"  # no password, no query
    if groups.get("number"):
        return Linked(LinkKind.PULL_REQUEST, groups["number"], repo, shown)
    if groups.get("sha") and _SHA.match(groups["sha"]):
        return Linked(LinkKind.COMMIT, groups["sha"].lower(), repo, shown)
    at = parse_qs(urlsplit(url).query).get("at", [""])[0]
    branch = (at or groups.get("branch") or "").removeprefix("refs/heads/")
    return Linked(LinkKind.BRANCH, branch, repo, shown) if valid_branch(branch) else None


def _repository_of(netloc: str, path: str, repositories: list[Repository]) -> tuple[str | None, str]:
    """The watched repository that a page belongs to, and the rest of the path; without one, the rest as it
    looks."""
    for repository in repositories:
        place = location(repository.url)
        if place is None:
            continue
        scheme, its_netloc, its_path = place
        same_host = its_netloc == (netloc.partition(":")[0] if scheme == "ssh" else netloc)
        prefix = f"{_plain(its_path)}/".lower()
        if same_host and f"{path}/".lower().startswith(prefix):
            return repository.name, path[len(prefix) :].removeprefix("-/")
    unwatched = _UNWATCHED.match(path)
    return None, unwatched["page"] if unwatched else ""


def _plain(path: str) -> str:
    for pattern, replacement in _DATA_CENTER:
        path = pattern.sub(replacement, path, count=1)
    return path
