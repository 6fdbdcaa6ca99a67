"""Opening pull requests: what GitHub and GitLab are asked, and what they answer. Pure; delivery makes the calls.

GitHub: https://docs.github.com/en/rest/pulls/pulls. GitLab: https://docs.gitlab.com/api/merge_requests/.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import BaseModel, Field

from bot.git.hosts import github
from bot.git.hosts.told import Micros, PullTold, Sha, as_read
from bot.git.urls import location
from bot.rules.model import PullState
from bot.rules.policy import Repository


@dataclass(frozen=True, slots=True)
class Offer:
    """A pull request that is to be: of `branch`, into `base`."""

    branch: str
    base: str
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class GitHub:
    """`url` lists a repository's pull requests, and takes new ones."""

    url: str
    owner: str

    def headers(self, token: str) -> dict[str, str]:
        return {
            "accept": "application/vnd.github+json",
            "authorization": f"Bearer {token}",
            "x-github-api-version": "2022-11-28",
        }

    def query(self, offer: Offer) -> dict[str, str]:
        """Which open ones are the one that is to be."""
        return {"head": f"{self.owner}:{offer.branch}", "base": offer.base, "state": "open"}

    def body(self, offer: Offer) -> dict[str, str]:
        return {"title": offer.title, "body": offer.body, "head": offer.branch, "base": offer.base}

    def read(self, answer: Any) -> PullTold:
        """One of them. Raises BadDelivery."""
        return as_read(github.Pull, answer).told({})

    def found(self, answers: Sequence[Any], offer: Offer) -> PullTold | None:
        """Of what the query found, the one that is to be. Raises BadDelivery."""
        told = map(self.read, answers)
        return next((one for one in told if one.head_ref == offer.branch), None)


class _MergeRequest(BaseModel):
    iid: Annotated[int, Field(gt=0, lt=2**31)]
    title: str
    description: str | None = None
    web_url: str
    draft: bool = False
    source_branch: str
    sha: Sha
    updated_at: Micros
    source_project_id: int
    target_project_id: int

    @property
    def is_from_here(self) -> bool:
        return self.source_project_id == self.target_project_id

    def told(self) -> PullTold:
        """As one that is open."""
        return PullTold(
            number=self.iid, title=self.title, body=self.description or "", url=self.web_url,
            state=PullState.DRAFT if self.draft else PullState.OPEN, head_ref=self.source_branch, head_sha=self.sha,
            at=self.updated_at, merge_commit=None,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class GitLab:
    """`url` lists a project's merge requests, and takes new ones."""

    url: str

    def headers(self, token: str) -> dict[str, str]:
        return {"accept": "application/json", "private-token": token}

    def query(self, offer: Offer) -> dict[str, str]:
        return {"source_branch": offer.branch, "target_branch": offer.base, "state": "opened"}

    def body(self, offer: Offer) -> dict[str, str]:
        return {
            "title": offer.title,
            "description": offer.body,
            "source_branch": offer.branch,
            "target_branch": offer.base,
        }

    def read(self, answer: Any) -> PullTold:
        """One that is open. Raises BadDelivery."""
        return as_read(_MergeRequest, answer).told()

    def found(self, answers: Sequence[Any], offer: Offer) -> PullTold | None:
        """Of what the query found, the one that is to be: a fork may have a branch of that name. Raises BadDelivery."""
        ours = (one for one in (as_read(_MergeRequest, answer) for answer in answers) if one.is_from_here)
        return next((one.told() for one in ours if one.source_branch == offer.branch), None)


def host_of(repository: Repository) -> GitHub | GitLab | None:
    """Where the pull requests of a repository are opened, on the very host that its branches are pushed to: github.com
    and gitlab.com are known, any other by what the policy says of it. None where nobody said, or without a token."""
    place = location(repository.url)
    if place is None or not repository.push or place[0] != "https":
        return None
    _, netloc, path = place
    known = {"github.com": "github", "gitlab.com": "gitlab"}
    match repository.host or known.get(netloc):
        case "github" if path.count("/") == 1:
            api = "https://api.github.com" if netloc == "github.com" else f"https://{netloc}/api/v3"
            return GitHub(f"{api}/repos/{quote(path)}/pulls", owner=path.partition("/")[0])
        case "gitlab":
            return GitLab(f"https://{netloc}/api/v4/projects/{quote(path, safe='')}/merge_requests")
    return None
