"""A small bot on slack-bolt that uses every part of Block Kit a person can touch; the page is tested with it."""

from typing import Any

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def option(text: str) -> Json:
    return {"text": plain(text), "value": text.lower()}


def field(action_id: str, label: str, kind: str, *, optional: bool = True, **more: Any) -> Json:
    element = {"type": kind, "action_id": action_id, **more}
    return {"type": "input", "block_id": action_id, "label": plain(label), "element": element, "optional": optional}


FORM: Json = {
    "type": "modal",
    "callback_id": "form",
    "title": plain("Log a hotfix"),
    "submit": plain("Log"),
    "blocks": [
        field("what", "What did you do?", "plain_text_input", optional=False, multiline=True, focus_on_load=True),
        field("kind", "Kind", "static_select", options=[option("Config"), option("Database")]),
        field("owner", "Owner", "users_select"),
        field("service", "Service", "external_select", min_query_length=0),
        field("tags", "Tags", "multi_static_select", options=[option("Edge"), option("Payments")]),
        field("risk", "Risk", "radio_buttons", options=[option("Low"), option("High")]),
        field("told", "Told", "checkboxes", options=[option("Support"), option("Legal")]),
        field("day", "Day", "datepicker"),
        field("time", "Time", "timepicker"),
        field("file", "Diff", "file_input"),
    ],
}

CARD: list[Json] = [
    {"type": "header", "text": plain("Echo")},
    {
        "type": "actions",
        "block_id": "card",
        "elements": [
            {
                "type": "button",
                "action_id": "confirm",
                "text": plain("Delete all"),
                "style": "danger",
                "confirm": {
                    "title": plain("Delete all?"),
                    "text": plain("There is no way back."),
                    "confirm": plain("Delete"),
                    "deny": plain("Keep"),
                    "style": "danger",
                },
            },
            {"type": "static_select", "action_id": "pick", "options": [option("Red"), option("Blue")]},
            {"type": "overflow", "action_id": "more", "options": [option("Export"), option("Archive")]},
            {"type": "users_select", "action_id": "who"},
        ],
    },
]


class EchoBot:
    """Connects to the playground at `api_url`; `heard` collects what the app was sent."""

    def __init__(self, api_url: str) -> None:
        self.client = AsyncWebClient(token="xoxb-playground", base_url=api_url, retry_handlers=[])
        self.heard: list[Json] = []
        app = AsyncApp(client=self.client, process_before_response=True)
        app.command("/echo")(self.echo)
        app.command("/form")(self.form)
        app.command("/card")(self.card)
        for action_id in ("confirm", "pick", "more", "who"):
            app.action(action_id)(self.pressed)
        app.options("service")(self.services)
        app.view("form")(self.submitted)
        app.shortcut("note")(self.note)
        for event in ("message", "member_joined_channel"):
            app.event(event)(self.event)
        app.event("app_home_opened")(self.home)
        app_client = AsyncWebClient(base_url=api_url, retry_handlers=[])
        self._handler = AsyncSocketModeHandler(app, "xapp-playground", web_client=app_client)

    async def __aenter__(self) -> "EchoBot":
        await self._handler.connect_async()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._handler.close_async()

    async def echo(self, ack: Any, command: Json) -> None:
        await ack(f"Only you read this: {command['text']}")
        await self.client.chat_postMessage(channel=command["channel_id"], text=command["text"])

    async def card(self, ack: Any, command: Json) -> None:
        await ack()
        await self.client.chat_postMessage(channel=command["channel_id"], text="Echo", blocks=CARD)

    async def form(self, ack: Any, command: Json) -> None:
        await ack()
        await self.client.views_open(
            trigger_id=command["trigger_id"], view={**FORM, "private_metadata": command["channel_id"]}
        )

    async def pressed(self, ack: Any, body: Json) -> None:
        await ack()
        self.heard.append(body)
        [action] = body["actions"]
        chosen = action.get("selected_option", {}).get("value") or action.get("selected_user") or "pressed"
        await self.client.chat_update(
            channel=body["channel"]["id"],
            ts=body["message"]["ts"],
            text="Echo",
            blocks=[*CARD, {"type": "context", "elements": [plain(f"{action['action_id']}: {chosen}")]}],
        )

    async def services(self, ack: Any, payload: Json) -> None:
        known = ("Checkout", "Payments", "Search")
        await ack(options=[option(name) for name in known if payload["value"].lower() in name.lower()])

    async def submitted(self, ack: Any, view: Json, body: Json) -> None:
        values = {block: next(iter(inputs.values())) for block, inputs in view["state"]["values"].items()}
        if "nothing" in values["what"]["value"]:
            await ack(response_action="errors", errors={"what": "Say what you did."})
            return
        await ack()
        self.heard.append(values)
        await self.client.chat_postMessage(
            channel=view["private_metadata"], text=f"<@{body['user']['id']}> logged: {values['what']['value']}"
        )

    async def note(self, ack: Any, body: Json) -> None:
        await ack()
        await self.client.chat_postMessage(
            channel=body["channel"]["id"], thread_ts=body["message"]["ts"], text=f"Noted: {body['message']['text']}"
        )

    async def event(self, event: Json) -> None:
        """These need no answer; without a listener, they would be sent again."""

    async def home(self, event: Json) -> None:
        blocks = [{"type": "header", "text": plain("Your drift")}, {"type": "divider"}]
        await self.client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})
