"""What hosts send, read: real payloads, each host's own signature, and what is no delivery."""

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.git.hosts import gitea, github, gitlab
from bot.git.hosts.told import BadDelivery, Told
from bot.rules.model import DeploymentState, PullState, Review, ReviewState
from bot.rules.policy import Repository
from bot.warroom.hear import watched
from tests.web import hosts
from tests.web.hosts import SECRET

REAL = ("https://github.com/Codertocat/Hello-World.git", "git@github.com:Codertocat/Hello-World.git")
URL = "https://git.example.com/acme/shop.git"
AT = 1_557_933_655_000_000  # 2019-05-15T15:20:55Z
SHA = "f95f852bd8fca8fcc58a9a2d6c842781e32a215e"


def told(name: str) -> Told | None:
    return github.read({"x-github-event": name.partition(".")[0]}, json.loads(hosts.raw(name)))


@pytest.mark.parametrize("name", ["push", "push.tag_deleted", "release.published"])
def test_news_of_github(name: str) -> None:
    found = told(name)
    assert found is not None
    assert (found.repository[:2], found.moved, found.pull, found.deployment) == (REAL, True, None, None)


def test_a_ping_says_nothing() -> None:
    assert told("ping") is None


def test_a_pull_request_of_github() -> None:
    found = told("pull_request.opened")
    assert found is not None and found.pull is not None
    assert not found.moved
    assert (found.pull.number, found.pull.state, found.pull.head_ref) == (2, PullState.OPEN, "changes")
    assert found.pull.head_sha == "ec26c3e57ca3a959ca5aad62de7213c562f8c821"
    closed = told("pull_request.closed")
    assert closed is not None and closed.pull is not None
    assert (closed.pull.state, closed.moved) == (PullState.CLOSED, False)
    assert closed.pull.merge_commit is None  # though the payload names the trial merge
    assert closed.pull.at - found.pull.at == 45_000_000


def test_a_merged_pull_request_of_github_is_news() -> None:
    found = github.read({"x-github-event": "pull_request"}, hosts.merged(URL, "2026-11-23T12:00:00Z", SHA))
    assert found is not None and found.pull is not None
    assert (found.moved, found.pull.state, found.pull.merge_commit) == (True, PullState.MERGED, SHA)


def test_a_comment_is_no_review() -> None:
    found = told("pull_request_review.commented")
    assert found is not None and found.pull is not None
    assert found.pull.reviews == {}


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("approved", ReviewState.APPROVED),
        ("changes_requested", ReviewState.CHANGES),
        ("dismissed", ReviewState.DISMISSED),
    ],
)
def test_reviews_of_github(state: str, said: ReviewState) -> None:
    found = github.read({"x-github-event": "pull_request_review"}, hosts.review(URL, "2019-05-15T15:20:55Z", state))
    assert found is not None and found.pull is not None
    assert found.pull.reviews == {"ada": Review(said, AT)}


@pytest.mark.parametrize(
    ("name", "environment", "state", "at"),
    [
        ("deployment_status.success", "production", DeploymentState.LIVE, AT),
        ("deployment.created", "production", DeploymentState.PENDING, AT - 2_000_000),
        ("deployment_status.in_progress", "github-pages", DeploymentState.PENDING, 1_641_173_320_000_000),
    ],
)
def test_deployments_of_github(name: str, environment: str, state: DeploymentState, at: int) -> None:
    found = told(name)
    assert found is not None and found.deployment is not None
    assert found.moved
    assert (found.deployment.id, found.deployment.sha) == ("145988746", SHA)
    assert (found.deployment.environment, found.deployment.state, found.deployment.at) == (environment, state, at)


@pytest.mark.parametrize(
    ("changed", "state", "commit"),
    [
        ({}, PullState.OPEN, None),
        ({"draft": True}, PullState.DRAFT, None),
        ({"work_in_progress": True}, PullState.DRAFT, None),
        ({"state": "closed"}, PullState.CLOSED, None),
        ({"state": "merged", "merge_commit_sha": "a" * 40, "squash_commit_sha": "b" * 40}, PullState.MERGED, "a" * 40),
        ({"state": "merged", "squash_commit_sha": "b" * 40}, PullState.MERGED, "b" * 40),
        ({"state": "merged"}, PullState.MERGED, "ec26c3e57ca3a959ca5aad62de7213c562f8c821"),  # fast-forward
    ],
)
@pytest.mark.parametrize("at", ["2019-05-15T15:20:55Z", "2019-05-15 15:20:55 UTC", "2019-05-15 17:20:55 +0200"])
def test_a_merge_request_of_gitlab(changed: dict[str, Any], state: PullState, commit: str | None, at: str) -> None:
    found = gitlab.read({}, hosts.gitlab_pull(URL, at, **changed))
    assert found is not None and found.pull is not None
    assert (found.pull.number, found.pull.state, found.pull.merge_commit, found.pull.at) == (12, state, commit, AT)
    assert found.moved is (state is PullState.MERGED)


def test_reviews_of_gitlab() -> None:
    approved = gitlab.read({}, hosts.gitlab_pull(URL, "2019-05-15T15:20:55Z", action="approved"))
    assert approved is not None and approved.pull is not None
    assert approved.pull.reviews == {"ada": Review(ReviewState.APPROVED, AT)}
    asked = hosts.gitlab_pull(URL, "2019-05-15T15:20:55Z", action="update")
    asked["reviewers"] = [{"username": "bo", "state": "requested_changes"}, {"username": "cy", "state": "unreviewed"}]
    found = gitlab.read({}, asked)
    assert found is not None and found.pull is not None
    assert found.pull.reviews == {"bo": Review(ReviewState.CHANGES, AT)}


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("running", DeploymentState.PENDING),
        ("success", DeploymentState.LIVE),
        ("failed", DeploymentState.FAILED),
        ("canceled", DeploymentState.FAILED),
    ],
)
def test_a_deployment_of_gitlab(status: str, state: DeploymentState) -> None:
    sent = {
        "object_kind": "deployment", "status": status, "status_changed_at": "2019-05-15 17:20:55 +0200",
        "deployment_id": 15, "environment": "production", "short_sha": SHA[:8],
        "commit_url": f"{URL}/-/commit/{SHA}", "project": hosts.gitlab_project(URL),
    }  # fmt: skip
    found = gitlab.read({}, sent)
    assert found is not None and found.deployment is not None
    assert (found.deployment.id, found.deployment.sha, found.deployment.state) == ("15", SHA, state)
    assert found.deployment.at == AT


@pytest.mark.parametrize("brand", ["gitea", "forgejo"])
def test_reviews_of_gitea_and_forgejo(brand: str) -> None:
    sent = hosts.pull(URL, "2019-05-15T15:20:55Z") | {"sender": {"login": "ada"}}
    found = gitea.read({f"x-{brand}-event": "pull_request_rejected"}, sent)
    assert found is not None and found.pull is not None
    assert found.pull.reviews == {"ada": Review(ReviewState.CHANGES, AT)}


@pytest.mark.parametrize(
    ("url", "told", "same"),
    [
        ("git@github.com:acme/shop.git", "https://github.com/acme/shop.git", True),
        ("https://user:token@github.com/Acme/Shop", "https://github.com/acme/shop.git", True),
        ("ssh://git@git.example.com:2222/acme/shop.git", "https://git.example.com:8443/acme/shop.git", True),
        ("https://github.com/acme/shop", "https://github.com/acme/shop-2.git", False),
        ("https://github.com/acme/shop", "https://github.com.evil.example/acme/shop", False),
        ("https://github.com/acme/shop", "https://gitlab.com/acme/shop", False),
    ],
)
def test_a_repository_is_known_by_its_address(url: str, told: str, same: bool) -> None:
    assert watched(Told((told,)), [Repository(name="shop", url=url)]) == (["shop"] if same else [])


@pytest.mark.parametrize(
    ("event", "broken", "field"),
    [
        ("push", {"repository": {}}, "repository.clone_url"),
        ("push", {}, "repository"),
        ("pull_request", {"pull_request": {"number": -1}}, "pull_request"),
        ("pull_request", {"pull_request": {"updated_at": "yesterday"}}, "pull_request"),
        ("pull_request", {"pull_request": {"head": {"ref": "x", "sha": "--upload-pack=x"}}}, "pull_request"),
        ("deployment_status", {"deployment": None}, "deployment"),
        ("deployment_status", {"deployment_status": []}, "deployment_status"),
    ],
)
def test_a_payload_that_lacks_something_names_it(event: str, broken: dict[str, Any], field: str) -> None:
    names = {"push": "push", "pull_request": "pull_request.opened", "deployment_status": "deployment_status.success"}
    sent: dict[str, Any] = json.loads(hosts.raw(names[event]))
    for name, value in broken.items():
        sent[name] = {**sent[name], **value} if isinstance(value, dict) and value else value
    if not broken:
        del sent["repository"]
    if broken.get("repository") == {}:
        sent["repository"] = {}
    with pytest.raises(BadDelivery, match=field):
        github.read({"x-github-event": event}, sent)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
EVENTS = {
    "push": "push",
    "pull_request": "pull_request.opened",
    "pull_request_review": "pull_request_review.commented",
    "deployment_status": "deployment_status.success",
}


@settings(deadline=None)  # a busy machine says nothing about the code
@given(event=st.sampled_from(list(EVENTS)), data=st.data())
def test_whatever_stands_in_a_payload_is_read_or_refused(event: str, data: st.DataObject) -> None:
    """Any one value of a real payload is replaced by any other: nothing else is raised, and what is read can be
    stored."""
    sent: Any = json.loads(hosts.raw(EVENTS[event]))
    at = sent
    while isinstance(inner := at[key := data.draw(st.sampled_from(sorted(at)))], dict) and data.draw(st.booleans()):
        if not inner:
            break
        at = inner
    at[key] = data.draw(JSON)
    for host, header in ((github, "x-github-event"), (gitea, "x-gitea-event"), (gitlab, "x-gitlab-event")):
        try:
            found = host.read({header: event}, sent | {"object_kind": event})
        except BadDelivery as error:
            assert str(error).endswith(".")
            continue
        if found is not None and found.pull is not None:
            assert 0 < found.pull.number < 2**31 and abs(found.pull.at) < 2**63
            assert all(isinstance(one, str) for one in (found.pull.title, found.pull.body, found.pull.head_ref))


class TestSignatures:
    """Each host's own, made by `tests.web.hosts` from the rules that the hosts publish."""

    def test_real_payloads_signed(self) -> None:
        for name in ("push", "pull_request.opened", "deployment_status.success"):
            sent = hosts.github(name, hosts.raw(name))
            assert github.refused(sent.headers, sent.body, SECRET, 0) is None
            assert github.refused(sent.headers, sent.body + b" ", SECRET, 0) is not None
            assert github.refused(sent.headers, sent.body, SECRET + "x", 0) is not None

    def test_the_example_that_github_publishes(self) -> None:
        """Secret, body and signature as GitHub's page on validating deliveries gives them."""
        signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        headers = {"x-hub-signature-256": signature}
        assert github.refused(headers, b"Hello, World!", "It's a Secret to Everybody", 0) is None

    @pytest.mark.parametrize("given", ["", "sha256=", "sha1=757107", "sha256=\xe9", "sha256=" + "0" * 64])
    def test_no_signature_of_github(self, given: str) -> None:
        assert github.refused({"x-hub-signature-256": given}, b"{}", SECRET, 0) is not None

    @pytest.mark.parametrize("brand", ["gitea", "forgejo"])
    def test_gitea_and_forgejo(self, brand: str) -> None:
        sent = hosts.gitea("push", {}, brand=brand)
        assert gitea.refused(sent.headers, sent.body, SECRET, 0) is None
        assert gitea.refused(sent.headers, b"{ }", SECRET, 0) is not None
        assert gitea.refused({}, sent.body, SECRET, 0) is not None

    def test_gitlab(self) -> None:
        now = time.time()
        for sent in (hosts.gitlab({}), hosts.gitlab({}, signed=False), hosts.gitlab({}, age=290)):
            assert gitlab.refused(sent.headers, sent.body, SECRET, now) is None
        for late in (310, -310):
            old = hosts.gitlab({}, age=late)
            assert "5 minutes" in (gitlab.refused(old.headers, old.body, SECRET, now) or "")

    @pytest.mark.parametrize("header", ["webhook-id", "webhook-timestamp", "webhook-signature"])
    def test_gitlab_signs_the_headers_too(self, header: str) -> None:
        sent = hosts.gitlab({})
        headers = sent.headers | {header: sent.headers[header][:-1] + "x"}
        assert gitlab.refused(headers, sent.body, SECRET, time.time()) is not None
        assert gitlab.refused(headers | {"x-gitlab-token": SECRET}, sent.body, SECRET, time.time()) is not None

    def test_one_of_several_signatures_is_enough(self) -> None:
        """While a secret is changed, Standard Webhooks are signed with both."""
        sent = hosts.gitlab({})
        headers = sent.headers | {"webhook-signature": f"v1,AAAA {sent.headers['webhook-signature']}"}
        assert gitlab.refused(headers, sent.body, SECRET, time.time()) is None
