"""Block elements: what can be pressed, picked or filled in, and where Slack allows each.

Limits: https://docs.slack.dev/reference/block-kit/block-elements
"""

from datetime import date
from typing import Annotated, Any, Literal, NotRequired
from zoneinfo import available_timezones

from annotated_types import Ge, Interval, Len
from pydantic import AfterValidator, Field, StringConstraints
from typing_extensions import TypedDict

from bot.playground.blockkit.objects import (
    STRICT,
    ChannelId,
    ChoiceOption,
    Confirm,
    ConversationFilter,
    ConversationId,
    DispatchActionConfig,
    Option,
    OptionGroup,
    OverflowOption,
    PlainText,
    SlackFile,
    Str75,
    Str150,
    Str255,
    Str2000,
    Str3000,
    Url,
    UserId,
    WebUrl,
    broken,
    only_one,
)


def _is_date(value: str) -> str:
    try:
        date.fromisoformat(value)
    except ValueError:
        raise broken("", "must be a date of the form YYYY-MM-DD") from None
    return value


def _is_time_zone(value: str) -> str:
    if value not in available_timezones():
        raise broken("", "must be an IANA time zone")
    return value


Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$"), AfterValidator(_is_date)]
Time = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Seconds = Annotated[int, Interval(ge=1_000_000_000, le=9_999_999_999)]
Number = Annotated[str, StringConstraints(pattern=r"^-?\d+(\.\d+)?$")]


class _Element(TypedDict):
    __pydantic_config__ = STRICT  # type: ignore[misc]
    action_id: NotRequired[Str255]


class _Focusable(_Element):
    focus_on_load: NotRequired[bool]


class _Confirmed(_Focusable):
    confirm: NotRequired[Confirm]


class _Menu(_Confirmed):
    placeholder: NotRequired[PlainText[Str150]]


class _MultiMenu(_Menu):
    max_selected_items: NotRequired[Annotated[int, Ge(1)]]


class _TextField(_Focusable):
    placeholder: NotRequired[PlainText[Str150]]
    dispatch_action_config: NotRequired[DispatchActionConfig]


class Button(_Element):
    type: Literal["button"]
    text: PlainText[Str75]
    url: NotRequired[Url]
    value: NotRequired[Str2000]
    style: NotRequired[Literal["primary", "danger"]]
    confirm: NotRequired[Confirm]
    accessibility_label: NotRequired[Str75]


class _ImageElement(TypedDict):
    __pydantic_config__ = STRICT  # type: ignore[misc]
    type: Literal["image"]
    image_url: NotRequired[WebUrl]
    slack_file: NotRequired[SlackFile]
    alt_text: Str2000


def _options(element: Any) -> list[Any]:
    """All options of a select, grouped or not, or of check boxes or radio buttons."""
    groups = element.get("option_groups", [{"options": element.get("options", [])}])
    return [option for group in groups for option in group["options"]]


def _initial_among_options(element: Any) -> Any:
    """What is chosen at first must be one of the options, key for key, as Slack compares it."""
    if "initial_option" in element and element["initial_option"] not in _options(element):
        raise broken("/initial_option", "must be one of the options")
    for index, option in enumerate(element.get("initial_options", [])):
        if option not in _options(element):
            raise broken(f"/initial_options/{index}", "must be one of the options")
    return element


def _at_most_selected(element: Any) -> Any:
    for key in ("initial_options", "initial_users", "initial_conversations", "initial_channels"):
        if len(element.get(key, [])) > element.get("max_selected_items", len(element.get(key, []))):
            raise broken(f"/{key}", f"no more than {element['max_selected_items']} items allowed")
    return element


class _StaticSelect(_Menu):
    type: Literal["static_select"]
    options: NotRequired[Annotated[list[Option], Len(1, 100)]]
    option_groups: NotRequired[Annotated[list[OptionGroup], Len(1, 100)]]
    initial_option: NotRequired[Option]


class _MultiStaticSelect(_MultiMenu):
    type: Literal["multi_static_select"]
    options: NotRequired[Annotated[list[Option], Len(1, 100)]]
    option_groups: NotRequired[Annotated[list[OptionGroup], Len(1, 100)]]
    initial_options: NotRequired[Annotated[list[Option], Len(1, 100)]]


class ExternalSelect(_Menu):
    type: Literal["external_select"]
    initial_option: NotRequired[Option]
    min_query_length: NotRequired[Annotated[int, Ge(0)]]


class _MultiExternalSelect(_MultiMenu):
    type: Literal["multi_external_select"]
    initial_options: NotRequired[Annotated[list[Option], Len(1, 100)]]
    min_query_length: NotRequired[Annotated[int, Ge(0)]]


class UsersSelect(_Menu):
    type: Literal["users_select"]
    initial_user: NotRequired[UserId]


class _MultiUsersSelect(_MultiMenu):
    type: Literal["multi_users_select"]
    initial_users: NotRequired[Annotated[list[UserId], Len(1)]]


class ConversationsSelect(_Menu):
    type: Literal["conversations_select"]
    initial_conversation: NotRequired[ConversationId]
    default_to_current_conversation: NotRequired[bool]
    response_url_enabled: NotRequired[bool]
    filter: NotRequired[ConversationFilter]


class _MultiConversationsSelect(_MultiMenu):
    type: Literal["multi_conversations_select"]
    initial_conversations: NotRequired[Annotated[list[ConversationId], Len(1)]]
    default_to_current_conversation: NotRequired[bool]
    filter: NotRequired[ConversationFilter]


class ChannelsSelect(_Menu):
    type: Literal["channels_select"]
    initial_channel: NotRequired[ChannelId]
    response_url_enabled: NotRequired[bool]


class _MultiChannelsSelect(_MultiMenu):
    type: Literal["multi_channels_select"]
    initial_channels: NotRequired[Annotated[list[ChannelId], Len(1)]]


class Overflow(_Element):
    type: Literal["overflow"]
    options: Annotated[list[OverflowOption], Len(1, 5)]
    confirm: NotRequired[Confirm]


class _Checkboxes(_Confirmed):
    type: Literal["checkboxes"]
    options: Annotated[list[ChoiceOption], Len(1, 10)]
    initial_options: NotRequired[Annotated[list[ChoiceOption], Len(1, 10)]]


class _RadioButtons(_Confirmed):
    type: Literal["radio_buttons"]
    options: Annotated[list[ChoiceOption], Len(1, 10)]
    initial_option: NotRequired[ChoiceOption]


class DatePicker(_Menu):
    type: Literal["datepicker"]
    initial_date: NotRequired[Day]


class TimePicker(_Menu):
    type: Literal["timepicker"]
    initial_time: NotRequired[Time]
    timezone: NotRequired[Annotated[str, AfterValidator(_is_time_zone)]]


class DateTimePicker(_Confirmed):
    type: Literal["datetimepicker"]
    initial_date_time: NotRequired[Seconds]


class _PlainTextInput(_TextField):
    type: Literal["plain_text_input"]
    initial_value: NotRequired[Annotated[str, Len(0, 3000)]]
    multiline: NotRequired[bool]
    min_length: NotRequired[Annotated[int, Interval(ge=0, le=3000)]]
    max_length: NotRequired[Annotated[int, Interval(ge=1, le=3000)]]


def _lengths_in_order(element: Any) -> Any:
    if element.get("min_length", 0) > element.get("max_length", 3000):
        raise broken("/min_length", "must be no more than `max_length`")
    return element


class EmailInput(_TextField):
    type: Literal["email_text_input"]
    initial_value: NotRequired[Str3000]


class UrlInput(_TextField):
    type: Literal["url_text_input"]
    initial_value: NotRequired[Url]


class _NumberInput(_TextField):
    type: Literal["number_input"]
    is_decimal_allowed: bool
    initial_value: NotRequired[Number]
    min_value: NotRequired[Number]
    max_value: NotRequired[Number]


def _values_in_order(element: Any) -> Any:
    if "min_value" in element and "max_value" in element and float(element["min_value"]) > float(element["max_value"]):
        raise broken("/min_value", "must be no more than `max_value`")
    return element


class RichTextInput(_TextField):
    type: Literal["rich_text_input"]
    initial_value: NotRequired[dict[str, Any]]


class FileInput(_Element):
    type: Literal["file_input"]
    filetypes: NotRequired[Annotated[list[Annotated[str, Len(1)]], Len(1)]]
    max_files: NotRequired[Annotated[int, Interval(ge=1, le=10)]]


_one_kind_of_options = only_one("options", "option_groups")
ImageElement = Annotated[_ImageElement, AfterValidator(only_one("image_url", "slack_file"))]
StaticSelect = Annotated[_StaticSelect, AfterValidator(_one_kind_of_options), AfterValidator(_initial_among_options)]
MultiStaticSelect = Annotated[
    _MultiStaticSelect,
    AfterValidator(_one_kind_of_options),
    AfterValidator(_initial_among_options),
    AfterValidator(_at_most_selected),
]
MultiExternalSelect = Annotated[_MultiExternalSelect, AfterValidator(_at_most_selected)]
MultiUsersSelect = Annotated[_MultiUsersSelect, AfterValidator(_at_most_selected)]
MultiConversationsSelect = Annotated[_MultiConversationsSelect, AfterValidator(_at_most_selected)]
MultiChannelsSelect = Annotated[_MultiChannelsSelect, AfterValidator(_at_most_selected)]
Checkboxes = Annotated[_Checkboxes, AfterValidator(_initial_among_options)]
RadioButtons = Annotated[_RadioButtons, AfterValidator(_initial_among_options)]
PlainTextInput = Annotated[_PlainTextInput, AfterValidator(_lengths_in_order)]
NumberInput = Annotated[_NumberInput, AfterValidator(_values_in_order)]

# Where Slack allows what: "Works with block types" on each element's reference page.
_Menus = (
    StaticSelect
    | ExternalSelect
    | UsersSelect
    | ConversationsSelect
    | ChannelsSelect
    | MultiStaticSelect
    | MultiExternalSelect
    | MultiUsersSelect
    | MultiConversationsSelect
    | MultiChannelsSelect
)
_Choices = Checkboxes | RadioButtons | DatePicker | TimePicker
AccessoryElement = Annotated[
    Button | ImageElement | _Menus | Overflow | _Choices,
    Field(discriminator="type"),
]
ActionElement = Annotated[
    Button | _Menus | Overflow | _Choices | DateTimePicker,
    Field(discriminator="type"),
]
InputElement = Annotated[
    PlainTextInput
    | EmailInput
    | UrlInput
    | NumberInput
    | RichTextInput
    | FileInput
    | _Menus
    | _Choices
    | DateTimePicker,
    Field(discriminator="type"),
]
