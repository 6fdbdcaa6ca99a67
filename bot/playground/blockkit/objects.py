"""Composition objects of Block Kit: text, options, confirmation dialogs, filters.

Shapes are typed dictionaries, so that a checked payload stays the plain JSON it came as. A key that is
`NotRequired` may be left out but may not be null, as in Slack. Lengths count characters.
Limits: https://docs.slack.dev/reference/block-kit/composition-objects
"""

from collections.abc import Callable
from typing import Annotated, Any, Generic, Literal, NotRequired

from annotated_types import Len
from pydantic import AfterValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict, TypeVar

STRICT = ConfigDict(extra="forbid", strict=True)

Str24 = Annotated[str, Len(1, 24)]
Str30 = Annotated[str, Len(1, 30)]
Str50 = Annotated[str, Len(1, 50)]
Str75 = Annotated[str, Len(1, 75)]
Str100 = Annotated[str, Len(1, 100)]
Str150 = Annotated[str, Len(1, 150)]
Str200 = Annotated[str, Len(1, 200)]
Str255 = Annotated[str, Len(1, 255)]
Str300 = Annotated[str, Len(1, 300)]
Str2000 = Annotated[str, Len(1, 2000)]
Str3000 = Annotated[str, Len(1, 3000)]

Url = Annotated[str, StringConstraints(min_length=1, max_length=3000, pattern=r"^[A-Za-z][A-Za-z0-9+.-]*:\S+$")]
WebUrl = Annotated[str, StringConstraints(min_length=1, max_length=3000, pattern=r"^https?://\S+$")]
UserId = Annotated[str, StringConstraints(pattern=r"^[UW][A-Z0-9]+$")]
ChannelId = Annotated[str, StringConstraints(pattern=r"^[CG][A-Z0-9]+$")]
ConversationId = Annotated[str, StringConstraints(pattern=r"^[CGDUW][A-Z0-9]+$")]

S = TypeVar("S", bound=str)


def broken(at: str, message: str) -> PydanticCustomError:
    """The error of a rule that spans several keys; `at` is a JSON pointer below the checked object."""
    return PydanticCustomError("rule", "{message}", {"message": message, "at": at})


def only_one(*keys: str) -> Callable[[Any], Any]:
    """A validator: exactly one of `keys` is there."""
    names = " or ".join(f"`{key}`" for key in keys)

    def check(value: Any) -> Any:
        present = sum(key in value for key in keys)
        if present != 1:
            raise broken("", f"must define {'only one of' if present else 'either'} {names}")
        return value

    return check


class PlainText(TypedDict, Generic[S]):
    __pydantic_config__ = STRICT  # type: ignore[misc]
    type: Literal["plain_text"]
    text: S
    emoji: NotRequired[bool]


class Mrkdwn(TypedDict, Generic[S]):
    __pydantic_config__ = STRICT  # type: ignore[misc]
    type: Literal["mrkdwn"]
    text: S
    verbatim: NotRequired[bool]


Text300 = Annotated[PlainText[Str300] | Mrkdwn[Str300], Field(discriminator="type")]
Text75 = Annotated[PlainText[Str75] | Mrkdwn[Str75], Field(discriminator="type")]
Text2000 = Annotated[PlainText[Str2000] | Mrkdwn[Str2000], Field(discriminator="type")]
Text3000 = Annotated[PlainText[Str3000] | Mrkdwn[Str3000], Field(discriminator="type")]


class Confirm(TypedDict):
    __pydantic_config__ = STRICT  # type: ignore[misc]
    title: PlainText[Str100]
    text: Text300
    confirm: PlainText[Str30]
    deny: PlainText[Str30]
    style: NotRequired[Literal["primary", "danger"]]


class Option(TypedDict):
    """An option of a select menu."""

    __pydantic_config__ = STRICT  # type: ignore[misc]
    text: PlainText[Str75]
    value: Str150
    description: NotRequired[PlainText[Str75]]


class OverflowOption(Option):
    __pydantic_config__ = STRICT  # type: ignore[misc]
    url: NotRequired[Url]


class ChoiceOption(TypedDict):
    """An option of check boxes or radio buttons, which alone may use mrkdwn."""

    __pydantic_config__ = STRICT  # type: ignore[misc]
    text: Text75
    value: Str150
    description: NotRequired[Text75]


class OptionGroup(TypedDict):
    __pydantic_config__ = STRICT  # type: ignore[misc]
    label: PlainText[Str75]
    options: Annotated[list[Option], Len(1, 100)]


class DispatchActionConfig(TypedDict):
    __pydantic_config__ = STRICT  # type: ignore[misc]
    trigger_actions_on: Annotated[list[Literal["on_enter_pressed", "on_character_entered"]], Len(1, 2)]


class _ConversationFilter(TypedDict):
    __pydantic_config__ = STRICT  # type: ignore[misc]
    include: NotRequired[Annotated[list[Literal["im", "mpim", "private", "public"]], Len(1, 4)]]
    exclude_external_shared_channels: NotRequired[bool]
    exclude_bot_users: NotRequired[bool]


def _filters_something(value: _ConversationFilter) -> _ConversationFilter:
    if not value:
        raise broken("", "must define at least one filter")
    return value


ConversationFilter = Annotated[_ConversationFilter, AfterValidator(_filters_something)]


class _SlackFile(TypedDict):
    __pydantic_config__ = STRICT  # type: ignore[misc]
    id: NotRequired[Annotated[str, StringConstraints(pattern=r"^F[A-Z0-9]+$")]]
    url: NotRequired[WebUrl]


SlackFile = Annotated[_SlackFile, AfterValidator(only_one("id", "url"))]
