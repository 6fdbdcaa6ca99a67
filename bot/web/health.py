"""`/healthz`: the process runs. `/readyz`: it can do its work."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Response

Check = Callable[[], Awaitable[str | None]]


def router(checks: dict[str, Check], notes: Callable[[], Awaitable[dict[str, str]]]) -> APIRouter:
    """`checks`: name → None if all is well, else what is wrong. `notes` are said beside them where all is well: they
    take nobody out of service, since a bot that Slack or Git keeps waiting still logs."""
    routes = APIRouter()

    @routes.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @routes.get("/readyz")
    async def readyz(response: Response) -> dict[str, object]:
        said = {name: await check() for name, check in checks.items()}
        ready = not any(said.values())
        response.status_code = 200 if ready else 503
        shown: dict[str, object] = {"status": "ready" if ready else "not ready"}
        shown["checks"] = {name: wrong or "ok" for name, wrong in said.items()}
        return shown | (await notes() if ready else {})

    return routes
