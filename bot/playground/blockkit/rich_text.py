"""The rich_text block's inner structure.

Source: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

from typing import Annotated, Literal, NotRequired

from annotated_types import Interval, Len
from pydantic import Field, StringConstraints
from typing_extensions import TypedDict

from bot.playground.blockkit.objects import STRICT, ChannelId, Url, UserId


class Style(TypedDict):
    __pydantic_config__ = STRICT  # type: ignore[misc]
    bold: NotRequired[bool]
    italic: NotRequired[bool]
    strike: NotRequired[bool]
    underline: NotRequired[bool]
    code: NotRequired[bool]
    highlight: NotRequired[bool]
    client_highlight: NotRequired[bool]
    unlink: NotRequired[bool]


class _Span(TypedDict):
    __pydantic_config__ = STRICT  # type: ignore[misc]
    style: NotRequired[Style]


class TextSpan(_Span):
    type: Literal["text"]
    text: Annotated[str, Len(1)]


class LinkSpan(_Span):
    type: Literal["link"]
    url: Url
    text: NotRequired[str]
    unsafe: NotRequired[bool]


class UserSpan(_Span):
    type: Literal["user"]
    user_id: UserId


class UserGroupSpan(_Span):
    type: Literal["usergroup"]
    usergroup_id: Annotated[str, StringConstraints(pattern=r"^S[A-Z0-9]+$")]


class ChannelSpan(_Span):
    type: Literal["channel"]
    channel_id: ChannelId


class EmojiSpan(_Span):
    type: Literal["emoji"]
    name: Annotated[str, Len(1)]
    unicode: NotRequired[str]
    skin_tone: NotRequired[Annotated[int, Interval(ge=1, le=6)]]


class BroadcastSpan(_Span):
    type: Literal["broadcast"]
    range: Literal["here", "channel", "everyone"]


class ColorSpan(_Span):
    type: Literal["color"]
    value: Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$")]


class DateSpan(_Span):
    type: Literal["date"]
    timestamp: int
    format: Annotated[str, Len(1)]
    url: NotRequired[Url]
    fallback: NotRequired[str]


Span = Annotated[
    TextSpan | LinkSpan | UserSpan | UserGroupSpan | ChannelSpan | EmojiSpan | BroadcastSpan | ColorSpan | DateSpan,
    Field(discriminator="type"),
]


class RichTextSection(TypedDict):
    __pydantic_config__ = STRICT  # type: ignore[misc]
    type: Literal["rich_text_section"]
    elements: list[Span]


class RichTextList(TypedDict):
    __pydantic_config__ = STRICT  # type: ignore[misc]
    type: Literal["rich_text_list"]
    style: Literal["bullet", "ordered"]
    elements: Annotated[list[RichTextSection], Len(1)]
    indent: NotRequired[Annotated[int, Interval(ge=0, le=8)]]
    offset: NotRequired[Annotated[int, Interval(ge=0)]]
    border: NotRequired[Literal[0, 1]]


class RichTextPreformatted(TypedDict):
    __pydantic_config__ = STRICT  # type: ignore[misc]
    type: Literal["rich_text_preformatted"]
    elements: list[Span]
    border: NotRequired[Literal[0, 1]]
    language: NotRequired[str]


class RichTextQuote(TypedDict):
    __pydantic_config__ = STRICT  # type: ignore[misc]
    type: Literal["rich_text_quote"]
    elements: list[Span]
    border: NotRequired[Literal[0, 1]]


RichTextPart = Annotated[
    RichTextSection | RichTextList | RichTextPreformatted | RichTextQuote, Field(discriminator="type")
]
