"""What the app is sent: commands, interactions and events, over signed HTTP or Socket Mode, with Slack's retries."""

import asyncio
from typing import Any

from bot.playground.app import App
from bot.playground.changes import Changes
from bot.playground.envelope import DeliveryFailed, Envelope
from bot.playground.faults import Faults
from bot.playground.http_delivery import HttpDelivery
from bot.playground.socket_mode import SocketMode
from bot.playground.world import Channel, Json, World


class Deliveries:
    """Sends to whichever transport the app is set to. Events are retried in the background; the rest is sent once."""

    def __init__(self, app: App, faults: Faults, changes: Changes) -> None:
        self.app = app
        self.http = HttpDelivery(app)
        self.socket = SocketMode(lambda: changes.add("app"))
        self._faults = faults
        self._tasks: set[asyncio.Task[None]] = set()

    async def send(self, envelope: Envelope) -> Any:
        """The app's answer, or None. Raises DeliveryFailed, `operation_timeout` after `ack_seconds`."""
        faults = self._faults.take(envelope.type, _fields(envelope.payload))
        try:
            async with asyncio.timeout(self.app.ack_seconds):
                for fault in faults:
                    if fault.kind == "latency":
                        await asyncio.sleep(fault.seconds)
                    elif fault.kind == "lost":
                        await asyncio.Event().wait()
                transport = self.http if self.app.request_url else self.socket
                answer = await transport.send(envelope)
                for fault in faults:
                    if fault.kind == "duplicate":
                        await transport.send(envelope)
                    elif fault.kind == "ack_lost":
                        await asyncio.Event().wait()
                return answer
        except TimeoutError:
            raise DeliveryFailed("operation_timeout", "http_timeout") from None

    def event(self, world: World, event: Json, channel: Channel | None) -> None:
        """Tell the app of an event if it subscribed to it and may see it; returns at once."""
        if not (self.app.request_url or self.socket.ever_connected):
            return
        if channel is not None and world.bot_user not in channel.members:
            return
        private = channel is not None and channel.kind == "private"
        if not self.app.hears(_subscription(event, channel), private=private):
            return
        payload: Json = {
            "token": "playground",
            "team_id": world.team_id,
            "context_team_id": world.team_id,
            "context_enterprise_id": None,
            "api_app_id": world.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": world.new_id("Ev"),
            "event_time": world.seconds(),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": world.team_id,
                    "user_id": world.bot_user,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
            "event_context": f"4-{world.team_id}-{world.app_id}",
        }
        task = asyncio.get_running_loop().create_task(self._send_event(payload))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send_event(self, payload: Json) -> None:
        attempt, reason = 0, ""
        for wait in (0.0, *self.app.retry_seconds):
            await asyncio.sleep(wait)
            try:
                await self.send(Envelope("events_api", payload, attempt, reason))
                return
            except DeliveryFailed as failed:
                if failed.final:
                    return
                attempt, reason = attempt + 1, failed.retry_reason

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.socket.stop()
        await self.http.stop()


def _fields(payload: Json) -> Json:
    """What a fault can be matched with: the payload's own fields, its event's, its view's, its first action's."""
    inner = (payload.get("view"), *payload.get("actions", [])[:1], payload.get("event"))
    return {name: value for part in (payload, *inner) if part for name, value in part.items()}


def _subscription(event: Json, channel: Channel | None) -> str:
    if event["type"] != "message" or channel is None:
        return str(event["type"])
    return {"public": "message.channels", "private": "message.groups"}.get(channel.kind, f"message.{channel.kind}")
