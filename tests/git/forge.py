"""The part of GitHub's and of GitLab's API that opens pull requests, as both document it, with faults to order.

https://docs.github.com/en/rest/pulls/pulls, https://docs.gitlab.com/api/merge_requests/
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from tests.git.hosting import READ, WRITE

Json = dict[str, Any]
Fault = Callable[[web.Request, Callable[[], web.Response]], Any]


class Forge:
    """Holds the pull requests of `acme/shop`. `faults` are taken one a request, of the method they are for; `head`
    gives the commit of a branch, None where there is no such branch."""

    def __init__(self, head: Callable[[str], str | None]) -> None:
        self.pulls: list[Json] = []
        self.calls: list[tuple[str, str, dict[str, str]]] = []  # method, path as it was sent, headers in small letters
        self.sent: list[Json] = []
        self.faults: list[tuple[str, Fault]] = []
        self._head = head

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/api/v3/repos/acme/shop/pulls", self._served(self._list_github)),
            web.post("/api/v3/repos/acme/shop/pulls", self._served(self._open_github)),
            web.get("/api/v4/projects/{project}/merge_requests", self._served(self._list_gitlab)),
            web.post("/api/v4/projects/{project}/merge_requests", self._served(self._open_gitlab)),
        ]

    def _served(self, do: Callable[[web.Request, Json], web.Response]) -> Any:
        async def serve(request: web.Request) -> web.StreamResponse:
            self.calls.append((request.method, request.raw_path, {k.lower(): v for k, v in request.headers.items()}))
            body: Json = await request.json() if request.method == "POST" else {}
            fault = next((one for one in self.faults if one[0] == request.method), None)
            if fault is not None:
                self.faults.remove(fault)
                return await fault[1](request, lambda: do(request, body))  # type: ignore[no-any-return]
            return do(request, body)

        return serve

    def _list_github(self, request: web.Request, _: Json) -> web.Response:
        if (no := _github_no(request)) is not None:
            return no
        asked = request.query
        return web.json_response([
            _as_github(one) for one in self.pulls
            if (f"acme:{one['branch']}", one["base"], one["state"]) == (asked["head"], asked["base"], asked["state"])
        ])  # fmt: skip

    def _open_github(self, request: web.Request, body: Json) -> web.Response:
        if (no := _github_no(request)) is not None:
            return no
        why = self._refuses(body["head"], body["base"])
        if why is not None:
            said = {"message": "Validation Failed", "errors": [{"resource": "PullRequest", "message": why}]}
            return web.json_response(said, status=422)
        web_url = f"https://{request.host}/acme/shop/pull/"
        return web.json_response(
            _as_github(self._new(body, body["head"], body["base"], body["body"], web_url)), status=201
        )

    def _list_gitlab(self, request: web.Request, _: Json) -> web.Response:
        if (no := _gitlab_no(request)) is not None:
            return no
        asked = request.query
        assert asked["state"] == "opened"
        return web.json_response([
            _as_gitlab(one) for one in self.pulls
            if (one["branch"], one["base"], one["state"]) == (asked["source_branch"], asked["target_branch"], "open")
        ])  # fmt: skip

    def _open_gitlab(self, request: web.Request, body: Json) -> web.Response:
        if (no := _gitlab_no(request)) is not None:
            return no
        why = self._refuses(body["source_branch"], body["target_branch"])
        if why is not None:
            return web.json_response({"message": [why]}, status=409)
        web_url = f"https://{request.host}/acme/shop/-/merge_requests/"
        made = self._new(body, body["source_branch"], body["target_branch"], body["description"], web_url)
        return web.json_response(_as_gitlab(made), status=201)

    def _refuses(self, branch: str, base: str) -> str | None:
        if self._head(branch) is None:
            return "the head is invalid"
        there = [one for one in self.pulls if (one["branch"], one["base"], one["state"]) == (branch, base, "open")]
        return f"A pull request already exists for acme:{branch}." if there and not there[0].get("fork") else None

    def _new(self, sent: Json, branch: str, base: str, body: str, web_url: str) -> Json:
        self.sent.append(sent)
        number = len(self.pulls) + 1
        made = {
            "number": number, "title": sent["title"], "body": body, "branch": branch, "base": base, "state": "open",
            "sha": self._head(branch), "url": f"{web_url}{number}",
            "at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }  # fmt: skip
        self.pulls.append(made)
        return made


def _github_no(request: web.Request) -> web.Response | None:
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return _no(token, {"message": "Bad credentials"}, {"message": "Resource not accessible by personal access token"})


def _gitlab_no(request: web.Request) -> web.Response | None:
    if request.raw_path.split("/")[4] != "acme%2Fshop":
        return web.json_response({"message": "404 Project Not Found"}, status=404)
    return _no(request.headers.get("PRIVATE-TOKEN", ""), {"message": "401 Unauthorized"}, {"message": "403 Forbidden"})


def _no(token: str, unknown: Json, forbidden: Json) -> web.Response | None:
    if token == WRITE:
        return None
    return web.json_response(forbidden, status=403) if token == READ else web.json_response(unknown, status=401)


def _as_github(one: Json) -> Json:
    return {
        "number": one["number"], "title": one["title"], "body": one["body"], "html_url": one["url"],
        "state": one["state"], "draft": False, "merged_at": None, "merge_commit_sha": None, "updated_at": one["at"],
        "head": {"ref": one["branch"], "sha": one["sha"], "label": f"acme:{one['branch']}"},
        "base": {"ref": one["base"]},
    }  # fmt: skip


def _as_gitlab(one: Json) -> Json:
    return {
        "iid": one["number"], "id": 9000 + one["number"], "title": one["title"], "description": one["body"],
        "web_url": one["url"], "state": "opened", "draft": False, "source_branch": one["branch"],
        "target_branch": one["base"], "source_project_id": 8 if one.get("fork") else 7, "target_project_id": 7,
        "sha": one["sha"], "merge_commit_sha": None, "updated_at": one["at"].replace("Z", ".123Z"),
    }  # fmt: skip


def status(code: int, **headers: str) -> Fault:
    """Answers so, and does nothing."""

    async def answer(request: web.Request, do: Callable[[], web.Response]) -> web.Response:
        return web.json_response(
            {"message": "no"}, status=code, headers={k.replace("_", "-"): v for k, v in headers.items()}
        )

    return answer


def slow(seconds: float) -> Fault:
    """Does it, and answers only when nobody listens any more."""

    async def answer(request: web.Request, do: Callable[[], web.Response]) -> web.Response:
        done = do()
        await asyncio.sleep(seconds)
        return done

    return answer


async def drop(request: web.Request, do: Callable[[], web.Response]) -> web.Response:
    """Does it, and hangs up."""
    done = do()
    assert request.transport is not None
    request.transport.abort()
    return done
