"""`/healthz`: the process runs. `/readyz`: it can do its work."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Response

Check = Callable[[], Awaitable[str | None]]


def router(checks: dict[str, Check]) -> APIRouter:
    """`checks`: name → None if all is well, else what is wrong."""
    routes = APIRouter()

    @routes.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @routes.get("/readyz")
    async def readyz(response: Response) -> dict[str, object]:
        said = {name: await check() for name, check in checks.items()}
        ready = not any(said.values())
        response.status_code = 200 if ready else 503
        return {"status": "ready" if ready else "not ready", "checks": {k: v or "ok" for k, v in said.items()}}

    return routes
