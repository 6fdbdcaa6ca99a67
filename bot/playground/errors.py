"""How a call is refused, and how a person is."""

from typing import Any


class NotPossible(Exception):
    """Slack's client would not let this person do this. The text is a sentence that says why."""


class SlackError(Exception):
    """The call gets `{"ok": false, "error": code, **more}`; `status` and `headers` differ from 200 only for limits."""

    def __init__(self, code: str, *, status: int = 200, headers: dict[str, str] | None = None, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.headers = headers or {}
        self.more = more

    @property
    def body(self) -> dict[str, Any]:
        return {"ok": False, "error": self.code, **self.more}


def invalid_arguments(*messages: str) -> SlackError:
    return SlackError("invalid_arguments", response_metadata={"messages": list(messages)})
