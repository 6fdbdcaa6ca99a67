"""Layout blocks and views, with the rules that span a whole message or view.

Limits: https://docs.slack.dev/reference/block-kit/blocks and https://docs.slack.dev/reference/views
"""

from typing import Annotated, Any, Literal, NotRequired

from annotated_types import Len
from pydantic import AfterValidator, Field
from typing_extensions import TypedDict

from bot.playground.blockkit.elements import AccessoryElement, ActionElement, ImageElement, InputElement
from bot.playground.blockkit.objects import (
    STRICT,
    Mrkdwn,
    PlainText,
    SlackFile,
    Str24,
    Str50,
    Str150,
    Str200,
    Str255,
    Str2000,
    Str3000,
    Text2000,
    Text3000,
    WebUrl,
    broken,
    only_one,
)
from bot.playground.blockkit.rich_text import RichTextPart


class _Block(TypedDict):
    __pydantic_config__ = STRICT  # type: ignore[misc]
    block_id: NotRequired[Str255]


class Actions(_Block):
    type: Literal["actions"]
    elements: Annotated[list[ActionElement], Len(1, 25)]


class Context(_Block):
    type: Literal["context"]
    elements: Annotated[
        list[Annotated[ImageElement | PlainText[Str3000] | Mrkdwn[Str3000], Field(discriminator="type")]],
        Len(1, 10),
    ]


class Divider(_Block):
    type: Literal["divider"]


class Header(_Block):
    type: Literal["header"]
    text: PlainText[Str150]


class _Image(_Block):
    type: Literal["image"]
    image_url: NotRequired[WebUrl]
    slack_file: NotRequired[SlackFile]
    alt_text: Str2000
    title: NotRequired[PlainText[Str2000]]


Image = Annotated[_Image, AfterValidator(only_one("image_url", "slack_file"))]


class Input(_Block):
    type: Literal["input"]
    label: PlainText[Str2000]
    element: InputElement
    dispatch_action: NotRequired[bool]
    hint: NotRequired[PlainText[Str2000]]
    optional: NotRequired[bool]


class Markdown(_Block):
    type: Literal["markdown"]
    text: Annotated[str, Len(1, 12_000)]


class RichText(_Block):
    type: Literal["rich_text"]
    elements: Annotated[list[RichTextPart], Len(1)]


class _Section(_Block):
    type: Literal["section"]
    text: NotRequired[Text3000]
    fields: NotRequired[Annotated[list[Text2000], Len(1, 10)]]
    accessory: NotRequired[AccessoryElement]
    expand: NotRequired[bool]


def _says_something(section: _Section) -> _Section:
    if "text" not in section and "fields" not in section:
        raise broken("", "must define either `text` or `fields`")
    return section


Section = Annotated[_Section, AfterValidator(_says_something)]


class RawText(TypedDict):
    __pydantic_config__ = STRICT  # type: ignore[misc]
    type: Literal["raw_text"]
    text: Annotated[str, Len(1)]


class ColumnSettings(TypedDict):
    __pydantic_config__ = STRICT  # type: ignore[misc]
    align: NotRequired[Literal["left", "center", "right"]]
    is_wrapped: NotRequired[bool]


class Table(_Block):
    type: Literal["table"]
    rows: Annotated[
        list[Annotated[list[Annotated[RawText | RichText, Field(discriminator="type")]], Len(1, 20)]],
        Len(1, 100),
    ]
    column_settings: NotRequired[Annotated[list[ColumnSettings | None], Len(0, 20)]]


class Video(_Block):
    type: Literal["video"]
    alt_text: Str2000
    title: PlainText[Str200]
    thumbnail_url: WebUrl
    video_url: WebUrl
    author_name: NotRequired[Str50]
    description: NotRequired[PlainText[Str200]]
    provider_icon_url: NotRequired[WebUrl]
    provider_name: NotRequired[str]
    title_url: NotRequired[WebUrl]


ViewBlock = Annotated[
    Actions | Context | Divider | Header | Image | Input | RichText | Section | Video,
    Field(discriminator="type"),
]
MessageBlock = Annotated[
    Actions | Context | Divider | Header | Image | Input | Markdown | RichText | Section | Table | Video,
    Field(discriminator="type"),
]


def _elements(block: Any) -> list[tuple[str, Any]]:
    """The interactive elements of a block, each with its JSON pointer inside the block."""
    if block["type"] == "actions":
        return [(f"/elements/{index}", element) for index, element in enumerate(block["elements"])]
    return [(f"/{key}", block[key]) for key in ("accessory", "element") if key in block]


def _ids_unique(blocks: Any) -> Any:
    """`block_id` is unique in the message or view, `action_id` in its block."""
    block_ids: set[str] = set()
    for index, block in enumerate(blocks):
        block_id = block.get("block_id", "")
        if block_id in block_ids:
            raise broken(f"/{index}/block_id", f'block_id "{block_id}" already exists')
        if block_id:
            block_ids.add(block_id)
        action_ids: set[str] = set()
        for at, element in _elements(block):
            action_id = element.get("action_id", "")
            if action_id in action_ids:
                raise broken(f"/{index}{at}/action_id", f'action_id "{action_id}" already exists in this block')
            if action_id:
                action_ids.add(action_id)
    return blocks


def _fit_a_message(blocks: Any) -> Any:
    if sum(len(block["text"]) for block in blocks if block["type"] == "markdown") > 12_000:
        raise broken("", "all markdown blocks together must be less than 12001 characters")
    tables = [index for index, block in enumerate(blocks) if block["type"] == "table"]
    if len(tables) > 1:
        raise broken(f"/{tables[1]}", "no more than 1 table allowed")
    for index, block in enumerate(blocks):
        for at, element in _elements(block):
            if element["type"] == "file_input":
                raise broken(f"/{index}{at}/type", "unsupported type: file_input")
            _only_in_modals(f"/{index}{at}", element)
    return blocks


def _only_in_modals(at: str, element: Any) -> None:
    if "response_url_enabled" in element:
        raise broken(f"{at}/response_url_enabled", "only allowed in input blocks of a modal")


def _fit_a_home_tab(blocks: Any) -> Any:
    for index, block in enumerate(blocks):
        for at, element in _elements(block):
            _only_in_modals(f"/{index}{at}", element)
    return _one_focus(blocks)


def _one_focus(blocks: Any) -> Any:
    focused = [
        f"/{index}{at}/focus_on_load"
        for index, block in enumerate(blocks)
        for at, element in _elements(block)
        if element.get("focus_on_load")
    ]
    if len(focused) > 1:
        raise broken(focused[1], "only one element can have focus_on_load")
    return blocks


MessageBlocks = Annotated[list[MessageBlock], Len(0, 50), AfterValidator(_ids_unique), AfterValidator(_fit_a_message)]
HomeBlocks = Annotated[list[ViewBlock], Len(0, 100), AfterValidator(_ids_unique), AfterValidator(_fit_a_home_tab)]
ModalBlocks = Annotated[list[ViewBlock], Len(0, 100), AfterValidator(_ids_unique), AfterValidator(_one_focus)]


class _View(TypedDict):
    __pydantic_config__ = STRICT  # type: ignore[misc]
    callback_id: NotRequired[Annotated[str, Len(0, 255)]]
    external_id: NotRequired[Annotated[str, Len(0, 255)]]
    private_metadata: NotRequired[Annotated[str, Len(0, 3000)]]


class _Modal(_View):
    type: Literal["modal"]
    title: PlainText[Str24]
    blocks: ModalBlocks
    submit: NotRequired[PlainText[Str24]]
    close: NotRequired[PlainText[Str24]]
    clear_on_close: NotRequired[bool]
    notify_on_close: NotRequired[bool]
    submit_disabled: NotRequired[bool]


def _inputs_need_submit(modal: _Modal) -> _Modal:
    if "submit" not in modal and any(block["type"] == "input" for block in modal["blocks"]):
        raise broken("", "missing required field: submit (a modal with input blocks needs one)")
    return modal


Modal = Annotated[_Modal, AfterValidator(_inputs_need_submit)]


class Home(_View):
    type: Literal["home"]
    blocks: HomeBlocks


View = Annotated[Modal | Home, Field(discriminator="type")]
