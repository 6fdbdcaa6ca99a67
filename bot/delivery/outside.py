"""The HTTP client for everything that is not Slack, made at its first use: few teams need it, and it takes 6 MB."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

TIMEOUT = 10.0  # seconds for one try


class Outside:
    """It follows no redirects: what is sent is for the host that the policy names."""

    def __init__(self) -> None:
        self._client: httpx.AsyncClient | None = None

    @property
    def client(self) -> "httpx.AsyncClient":
        if self._client is None:
            import httpx

            self._client = httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False)
        return self._client

    async def aclose(self) -> None:
        if self._client is not None:
            await self._client.aclose()
