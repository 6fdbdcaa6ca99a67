"""Act as a person in a playground, over its `/_play/` API; for tests and demos. Waiting is by events, not by polling.

maya = pg.person("maya")
await maya.command("#incidents", "/incident open sev1 Checkout is down")
card = await maya.wait_for("#incidents", r"INC-1")
await maya.press(card, label="Resolve")
"""

import base64
import re
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import httpx

Json = dict[str, Any]

PATIENCE = 20.0  # seconds to wait for what is to come: a busy machine takes its time


class Refused(Exception):
    """The playground would not do it; the text is its sentence."""


class NotSeen(AssertionError):
    """What was waited for did not come; the text lists what was seen instead."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A message as one person sees it: `text` is the plain text of all its parts, `raw` what the API said."""

    raw: Json

    @property
    def channel(self) -> str:
        return str(self.raw["channel"])

    @property
    def ts(self) -> str:
        return str(self.raw["ts"])

    @property
    def text(self) -> str:
        return str(self.raw["shown"])

    @property
    def author(self) -> str:
        return str(self.raw["author"]["name"])

    @property
    def only_visible_to_you(self) -> bool:
        return bool(self.raw["only_visible_to_you"])

    @property
    def thread_ts(self) -> str | None:
        return self.raw.get("thread_ts")

    def __str__(self) -> str:
        return f"[{self.author}{' (only you)' if self.only_visible_to_you else ''}] {self.text}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command was answered with at once: `failure` as Slack words it, `message` if the app said something."""

    failure: str | None
    message: Seen | None

    @property
    def text(self) -> str:
        return self.failure or (self.message.text if self.message else "")


Wanted = str | Callable[[Seen], bool]


class Client:
    """The playground's JSON API. Use as a context manager, or call `close`."""

    def __init__(self, url: str) -> None:
        # A playground is plain HTTP: reading the world's certificates would cost 25 ms for nothing.
        no_certificates = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._http = httpx.AsyncClient(base_url=url, timeout=70, trust_env=False, verify=no_certificates)

    async def get(self, path: str, **query: Any) -> Json:
        """Raises Refused with the playground's sentence."""
        params = {name: value for name, value in query.items() if value is not None}
        return _checked(await self._http.get(f"/_play/{path}", params=params))

    async def post(self, path: str, **body: Any) -> Json:
        return _checked(await self._http.post(f"/_play/{path}", json=body))

    async def fault(self, method: str, kind: str, **more: Any) -> Json:
        """Order a fault: see `bot.playground.faults.Fault`."""
        return dict((await self.post("faults", method=method, kind=kind, **more))["fault"])

    async def clear_faults(self, fault_id: int | None = None) -> None:
        """Clear one fault, or all."""
        query = {} if fault_id is None else {"id": fault_id}
        _checked(await self._http.delete("/_play/faults", params=query))

    async def calls(self, method: str | None = None, after: int = 0) -> list[Json]:
        """The Web API calls that were made, oldest first."""
        return list((await self.get("calls", method=method, after=after))["calls"])

    async def close(self) -> None:
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()


def _checked(response: httpx.Response) -> Json:
    if response.status_code == 404:
        raise Refused(response.text)
    answer: Json = response.json()
    if not answer.get("ok"):
        raise Refused(answer.get("error", response.text))
    return answer


class Person:
    """One person. Channels are given as `#name`, an id, or `@handle` for a direct conversation."""

    def __init__(self, client: Client, name: str) -> None:
        self.client = client
        self.name = name

    async def _do(self, order: str, **body: Any) -> Json:
        given = {name: value for name, value in body.items() if value is not None}
        return await self.client.post(f"people/{self.name}/{order}", **given)

    async def say(self, channel: str, text: str, *, thread: Seen | None = None, files: list[str] | None = None) -> Seen:
        answer = await self._do("say", channel=channel, text=text, thread_ts=_ts(thread), files=files)
        return Seen(answer["message"])

    async def edit(self, message: Seen, text: str) -> None:
        await self._do("edit", channel=message.channel, ts=message.ts, text=text)

    async def delete(self, message: Seen) -> None:
        await self._do("delete", channel=message.channel, ts=message.ts)

    async def command(self, channel: str, line: str) -> Answer:
        """Run `/command text`; what came with the acknowledgement. Later answers: `wait_for`."""
        answer = await self._do("command", channel=channel, text=line)
        return Answer(answer["failure"], Seen(answer["message"]) if answer["message"] else None)

    async def press(
        self, message: Seen, label: str | None = None, *, action_id: str | None = None, value: Any = None
    ) -> str | None:
        """Press a button or pick `value` from a menu. What Slack shows if the app didn't take it."""
        answer = await self._do(
            "press", channel=message.channel, ts=message.ts, label=label, action_id=action_id, value=value
        )
        return answer["failure"]  # type: ignore[no-any-return]

    async def press_in(
        self, view: str, label: str | None = None, *, action_id: str | None = None, value: Any = None
    ) -> str | None:
        """The same in the open `"modal"` or on the `"home"` tab."""
        answer = await self._do("press", view=view, label=label, action_id=action_id, value=value)
        return answer["failure"]  # type: ignore[no-any-return]

    async def submit(self, **values: Any) -> dict[str, str]:
        """Fill in and submit the open modal. Errors by block id; empty when it was taken."""
        return dict((await self._do("submit", values=values))["errors"])

    async def close_modal(self, *, all_of_them: bool = False) -> None:
        await self._do("close", all=all_of_them)

    async def shortcut(self, callback_id: str, message: Seen | None = None) -> str | None:
        channel = message.channel if message else None
        answer = await self._do("shortcut", callback_id=callback_id, channel=channel, ts=_ts(message))
        return answer["failure"]  # type: ignore[no-any-return]

    async def react(self, message: Seen, emoji: str) -> None:
        await self._do("react", channel=message.channel, ts=message.ts, name=emoji)

    async def unreact(self, message: Seen, emoji: str) -> None:
        await self._do("unreact", channel=message.channel, ts=message.ts, name=emoji)

    async def upload(self, name: str, content: bytes, mimetype: str = "application/octet-stream") -> str:
        """Upload a file; its id, for `say(files=…)` or a modal's `file_input`."""
        encoded = base64.b64encode(content).decode()
        return str((await self._do("upload", name=name, content=encoded, mimetype=mimetype))["file"])

    async def do(self, order: str, **body: Any) -> Json:
        """Any other order by name: join, leave, invite, remove, create, archive, rename, topic, pin, home, profile."""
        return await self._do(order, **body)

    async def overview(self) -> Json:
        return await self.client.get(f"people/{self.name}")

    async def channels(self) -> list[str]:
        """Names of the channels that this person is in."""
        return [c["name"] for c in (await self.overview())["channels"] if c["is_member"]]

    async def sees(self, channel: str, thread: Seen | None = None) -> list[Seen]:
        """The messages of a channel or thread, oldest first."""
        return (await self._look(channel, _ts(thread)))[0]

    async def dms(self) -> list[Seen]:
        """The direct messages with the app."""
        bot = (await self.client.get("people"))["bot"]
        return await self.sees(bot)

    async def modal(self) -> Json | None:
        return (await self.overview())["modal"]  # type: ignore[no-any-return]

    async def home(self) -> Json | None:
        return (await self.overview())["home"]  # type: ignore[no-any-return]

    async def _look(self, channel: str, thread_ts: str | None) -> tuple[list[Seen], int]:
        quoted = channel.replace("#", "%23")
        seen = await self.client.get(f"people/{self.name}/channels/{quoted}", thread_ts=thread_ts)
        return [Seen(message) for message in seen["messages"]], seen["seq"]

    async def wait_for(
        self,
        channel: str,
        wanted: Wanted,
        *,
        thread: Seen | None = None,
        after: Seen | None = None,
        within: float = PATIENCE,
    ) -> Seen:
        """The first message that matches: a regular expression searched in its text, or a predicate.

        `after` ignores that message and all before. Raises NotSeen after `within` seconds.
        """
        fits = wanted if callable(wanted) else _matcher(wanted)
        deadline = time.monotonic() + within
        while True:
            messages, seq = await self._look(channel, _ts(thread))
            for message in messages:
                if (after is None or message.ts > after.ts) and fits(message):
                    return message
            left = deadline - time.monotonic()
            if left <= 0:
                listed = "\n".join(f"  {message}" for message in messages) or "  nothing"
                raise NotSeen(f"{self.name} did not see {wanted!r} in {channel} within {within:g} s, but:\n{listed}")
            await self.client.get("changes", after=seq, timeout=left)

    async def wait_for_modal(self, wanted: str = "", *, within: float = PATIENCE) -> Json:
        """The open modal once its text matches. Raises NotSeen."""
        return await self._wait_for_view("modal", wanted, within)

    async def wait_for_home(self, wanted: str = "", *, within: float = PATIENCE) -> Json:
        return await self._wait_for_view("home", wanted, within)

    async def _wait_for_view(self, which: str, wanted: str, within: float) -> Json:
        deadline = time.monotonic() + within
        while True:
            overview = await self.overview()
            view = overview[which]
            if view and re.search(wanted, view["shown"]):
                return dict(view)
            left = deadline - time.monotonic()
            if left <= 0:
                seen = view["shown"] if view else "nothing"
                raise NotSeen(f"{self.name} saw no {which} with {wanted!r} within {within:g} s, but: {seen}")
            await self.client.get("changes", after=overview["seq"], timeout=left)


def _ts(message: Seen | None) -> str | None:
    return message.ts if message else None


def _matcher(pattern: str) -> Callable[[Seen], bool]:
    compiled = re.compile(pattern)
    return lambda message: compiled.search(message.text) is not None
