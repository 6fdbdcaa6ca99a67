"""Socket Mode: the app's websockets. Each envelope goes to one of them, in turn."""

import asyncio
import contextlib
import itertools
import secrets
import uuid
from collections.abc import Callable
from typing import Any, Literal

import orjson
from aiohttp import WSMsgType, web

from bot.playground.envelope import DeliveryFailed, Envelope

DisconnectReason = Literal["warning", "refresh_requested", "link_disabled", "too_many_websockets"]
MAX_CONNECTIONS = 10
LEAVE_SECONDS = 10.0


class SocketMode:
    """Open connections and the acknowledgements that they owe."""

    def __init__(self, on_change: Callable[[], None]) -> None:
        self._on_change = on_change  # a connection came or went
        self.connections: list[web.WebSocketResponse] = []
        self.ever_connected = False
        self._requests: dict[web.WebSocketResponse, web.Request] = {}
        self._tickets: set[str] = set()
        self._turn = itertools.count()
        self._waiting: dict[str, tuple[web.WebSocketResponse, asyncio.Future[Any]]] = {}

    def new_ticket(self) -> str:
        """What `apps.connections.open` puts into its URL; good for one connection."""
        ticket = str(uuid.uuid4())
        self._tickets.add(ticket)
        return ticket

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """Serve one websocket until it closes."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            raise web.HTTPForbidden(text="unknown ticket: ask apps.connections.open for a new URL")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        if len(self.connections) >= MAX_CONNECTIONS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return socket
        hello = {
            "type": "hello",
            "num_connections": len(self.connections) + 1,
            "connection_info": {"app_id": request.query.get("app_id", "")},
            "debug_info": {"host": "playground", "approximate_connection_time": 18060},
        }
        await socket.send_json(hello)
        self.connections.append(socket)
        self._requests[socket] = request
        self.ever_connected = True
        self._on_change()
        try:
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    self._acknowledge(frame.data)
        finally:
            if socket in self.connections:
                self.connections.remove(socket)
            del self._requests[socket]
            self._on_change()
            for owner, waiter in self._waiting.values():
                if owner is socket and not waiter.done():
                    waiter.set_exception(DeliveryFailed("dispatch_failed", "socket_closed"))
        return socket

    def _acknowledge(self, text: str) -> None:
        with contextlib.suppress(ValueError, AttributeError):
            ack = orjson.loads(text)
            _, waiter = self._waiting.get(ack.get("envelope_id"), (None, None))
            if waiter is not None and not waiter.done():
                waiter.set_result(ack.get("payload"))

    async def send(self, envelope: Envelope) -> Any:
        """Send to the next connection and wait for its acknowledgement."""
        if not self.connections:
            raise DeliveryFailed("dispatch_failed", "connection_failed")
        socket = self.connections[next(self._turn) % len(self.connections)]
        envelope_id = str(uuid.UUID(bytes=secrets.token_bytes(16)))
        frame: dict[str, Any] = {
            "envelope_id": envelope_id,
            "type": envelope.type,
            "payload": envelope.payload,
            "accepts_response_payload": envelope.type != "events_api",
        }
        if envelope.type == "events_api":
            frame |= {"retry_attempt": envelope.retry_attempt, "retry_reason": envelope.retry_reason}
        waiter: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = (socket, waiter)
        try:
            await socket.send_str(orjson.dumps(frame).decode())
            return await waiter
        except ConnectionError:
            raise DeliveryFailed("dispatch_failed", "socket_closed") from None
        finally:
            del self._waiting[envelope_id]

    async def disconnect(self, reason: DisconnectReason) -> int:
        """Ask every connection to go, as Slack does before it refreshes one. Returns how many were told.

        A `warning` comes ahead of that and changes nothing. Else nothing more is sent to the connection; the app
        closes it once it has a new one, or is cut off after 10 s.
        """
        told = list(self.connections)
        for socket in told:
            if reason != "warning":
                self.connections.remove(socket)
                asyncio.get_running_loop().call_later(LEAVE_SECONDS, self._cut, socket)
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "playground"}})
        return len(told)

    def drop(self) -> int:
        """Cut every connection without a word, as a lost network does. Returns how many were cut."""
        cut = list(self.connections)
        for socket in cut:
            self._cut(socket)
        return len(cut)

    def _cut(self, socket: web.WebSocketResponse) -> None:
        request = self._requests.get(socket)
        if request is not None and request.transport is not None:
            request.transport.abort()

    async def stop(self) -> None:
        for socket in list(self._requests):
            await socket.close()
