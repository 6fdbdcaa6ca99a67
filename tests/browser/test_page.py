"""The playground's page in a real Chromium, with a real bot behind it: what a person does and sees."""

import re

import pytest
from playwright.async_api import Locator, Page, expect

from bot.playground import Playground
from tests.browser.echo_bot import EchoBot

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def type_in(window: Page, text: str) -> None:
    await window.get_by_label("Message #general").fill(text)
    await window.keyboard.press("Enter")


async def become(window: Page, name: str) -> None:
    await window.get_by_role("button", name="Switch person").click()
    await window.get_by_role("menuitem", name=name).click()
    await expect(window.get_by_role("button", name=f"Viewing as {name}")).to_be_visible()


def message(window: Page, text: str) -> Locator:
    return window.get_by_role("article").filter(has_text=text)


async def test_command_answers_its_author_alone_and_posts_to_all(window: Page) -> None:
    await type_in(window, "/echo the disk is full")
    answer = message(window, "Only you read this: the disk is full")
    await expect(answer).to_contain_text("Only visible to you")
    await expect(message(window, "the disk is full")).to_have_count(2)

    await become(window, "Sam Okafor")
    await expect(message(window, "the disk is full")).to_have_count(1)
    await expect(window.get_by_text("Only visible to you")).to_have_count(0)

    await become(window, "Maya Lindqvist")
    await answer.get_by_role("button", name="Dismiss message").click()
    await expect(answer).to_have_count(0)


async def test_failed_command_is_said_and_what_was_typed_stays(window: Page, playground: Playground) -> None:
    await playground.client.fault("slash_commands", "lost")
    await playground.client.post("app", ack_seconds=0.2)
    await type_in(window, "/echo hello")
    await expect(window.get_by_role("status")).to_contain_text("operation_timeout")
    await expect(window.get_by_label("Message #general")).to_have_value("/echo hello")


async def test_button_asks_before_it_acts(window: Page, echo: EchoBot) -> None:
    await type_in(window, "/card")
    card = message(window, "Delete all")
    await card.get_by_role("button", name="Delete all").click()
    dialog = window.get_by_role("dialog", name="Delete all?")
    await expect(dialog).to_contain_text("There is no way back.")
    await dialog.get_by_role("button", name="Keep").click()
    await expect(dialog).to_have_count(0)
    assert echo.heard == []

    await card.get_by_role("button", name="Delete all").click()
    await dialog.get_by_role("button", name="Delete", exact=True).click()
    await expect(card).to_contain_text("confirm: pressed")
    assert [body["user"]["username"] for body in echo.heard] == ["maya"]


async def test_selects_and_overflow_send_what_was_picked(window: Page) -> None:
    await type_in(window, "/card")
    card = message(window, "Delete all")
    await card.get_by_role("combobox").first.select_option("Blue")
    await expect(card).to_contain_text("pick: blue")
    await card.get_by_role("button", name="More actions").first.click()
    await window.get_by_role("menuitem", name="Archive").click()
    await expect(card).to_contain_text("more: archive")
    await card.get_by_role("combobox").last.select_option("Priya Raman")
    await expect(card).to_contain_text("who: U0000PRIYA")


async def test_form_is_refused_then_taken(window: Page, echo: EchoBot) -> None:
    await type_in(window, "/form")
    form = window.get_by_role("dialog", name="Log a hotfix")
    what = form.get_by_label("What did you do?")
    await expect(what).to_be_focused()

    await form.get_by_role("button", name="Log").click()
    await expect(form.get_by_role("alert").first).to_have_text("Please complete this required field.")
    await what.fill("nothing")
    await form.get_by_role("button", name="Log").click()
    await expect(form.get_by_role("alert").first).to_have_text("Say what you did.")

    await what.fill("restarted edge-3")
    await form.get_by_label("Kind").select_option("Database")
    await form.get_by_label("Owner").select_option("Alex Novak")
    await form.get_by_label("Service").click()
    await window.get_by_label("Search options").fill("pay")
    await window.get_by_role("menuitemcheckbox", name="Payments").click()
    await form.get_by_label("Tags").click()
    await window.get_by_role("menuitemcheckbox", name="Edge").click()
    await window.get_by_role("menuitemcheckbox", name="Payments").click()
    await window.keyboard.press("Escape")
    await form.get_by_label("High").check()
    await form.get_by_label("Support").check()
    await form.get_by_label("Day").fill("2026-11-24")
    await form.get_by_label("Time").fill("14:05")
    await form.get_by_label("Diff").set_input_files(
        {"name": "fix.diff", "mimeType": "text/plain", "buffer": b"+pool = 80\n"}
    )
    await expect(form.get_by_label("Diff")).to_be_enabled()
    await form.get_by_role("button", name="Log").click()

    await expect(form).to_have_count(0)
    await expect(message(window, "@maya logged: restarted edge-3")).to_be_visible()
    [values] = echo.heard
    assert values["kind"]["selected_option"]["value"] == "database"
    assert values["owner"]["selected_user"] == "U0000ALEX1"
    assert values["service"]["selected_option"]["value"] == "payments"
    assert [option["value"] for option in values["tags"]["selected_options"]] == ["edge", "payments"]
    assert values["risk"]["selected_option"]["value"] == "high"
    assert [option["value"] for option in values["told"]["selected_options"]] == ["support"]
    assert values["day"]["selected_date"] == "2026-11-24"
    assert values["time"]["selected_time"] == "14:05"
    assert len(values["file"]["files"]) == 1


async def test_closed_form_is_gone_and_sends_nothing(window: Page, echo: EchoBot) -> None:
    await type_in(window, "/form")
    form = window.get_by_role("dialog", name="Log a hotfix")
    await form.get_by_label("What did you do?").fill("restarted edge-3")
    await window.keyboard.press("Escape")
    await expect(form).to_have_count(0)
    assert echo.heard == []


async def test_reactions_are_shared_and_taken_back(window: Page) -> None:
    await type_in(window, "errors are dropping")
    row = message(window, "errors are dropping")
    await row.hover()
    await row.get_by_role("button", name="React with eyes").click()
    eyes = row.get_by_role("button", name="eyes, 1")
    await expect(eyes).to_have_attribute("aria-pressed", "true")

    await become(window, "Sam Okafor")
    await expect(eyes).to_have_attribute("aria-pressed", "false")
    await eyes.click()
    both = row.get_by_role("button", name="eyes, 2")
    await expect(both).to_have_attribute("title", "maya, sam reacted with :eyes:")
    await both.click()
    await expect(eyes).to_be_visible()

    await row.hover()
    await row.get_by_role("button", name="Add reaction").first.click()
    await window.get_by_label("Reaction", exact=True).fill("fire_ext")
    await window.keyboard.press("Enter")
    await expect(row.get_by_role("button", name="fire_extinguisher, 1")).to_be_visible()


async def test_thread_takes_replies_and_no_commands(window: Page) -> None:
    await type_in(window, "who scaled payments?")
    row = message(window, "who scaled payments?")
    await row.hover()
    await row.get_by_role("button", name="Reply in thread").click()
    panel = window.get_by_role("complementary", name="Details")
    reply = panel.get_by_label("Reply…")
    await expect(reply).to_be_focused()
    await reply.fill("I did, to 12")
    await window.keyboard.press("Enter")
    await expect(panel.get_by_role("article")).to_have_count(2)
    await reply.fill("/echo not here")
    await window.keyboard.press("Enter")
    await expect(panel.get_by_role("article").last).to_contain_text("/echo not here")
    await expect(row.get_by_role("button", name="2 replies")).to_be_visible()
    assert "/echo not here" not in await window.get_by_role("log", name="Messages").inner_text()


async def test_message_shortcut_reaches_the_app(window: Page, playground: Playground) -> None:
    note = {"name": "Note this", "type": "message", "callback_id": "note", "description": "Keeps it"}
    await playground.client.post(
        "app",
        manifest={
            "display_information": {"name": "Echo"},
            "features": {"shortcuts": [note], "slash_commands": []},
            "oauth_config": {"scopes": {"bot": ["commands", "chat:write", "channels:join"]}},
        },
    )
    await type_in(window, "flag new-cart is off")
    row = message(window, "flag new-cart is off")
    await row.hover()
    await row.get_by_role("button", name="More actions").click()
    await window.get_by_role("menuitem", name="Note this").click()
    await row.get_by_role("button", name="1 reply").click()
    panel = window.get_by_role("complementary", name="Details")
    await expect(panel.get_by_role("article").last).to_have_text(re.compile("Noted: flag new-cart is off"))


async def test_own_message_is_edited_and_deleted(window: Page) -> None:
    await type_in(window, "I asked @sam & <nobody>")
    row = window.get_by_role("article")
    await expect(row).to_contain_text("I asked @sam & <nobody>")
    await row.hover()
    await row.get_by_role("button", name="More actions").click()
    await window.get_by_role("menuitem", name="Edit message").click()
    await expect(row.get_by_label("Edit message")).to_have_value("I asked @sam & <nobody>")
    await row.get_by_label("Edit message").fill("I asked @priya")
    await window.keyboard.press("Enter")
    await expect(row).to_contain_text("I asked @priya (edited)")

    await row.hover()
    await row.get_by_role("button", name="More actions").click()
    await window.get_by_role("menuitem", name="Delete message").click()
    await window.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(row).to_have_count(0)


HOSTILE = [
    "<script>window.owned = 1</script>",
    "<img src=x onerror='window.owned = 1'>",
    "<svg/onload=window.owned=1>",
    "</div><iframe srcdoc='<script>parent.owned=1</script>'>",
    "{{constructor.constructor('window.owned=1')()}}",
]


async def test_what_people_and_bots_write_stays_text(window: Page, echo: EchoBot) -> None:
    for text in HOSTILE:
        await type_in(window, text)
        await expect(message(window, text)).to_have_count(1)
    for text in HOSTILE:  # as an app sends it: neither escaped by Slack nor checked for anything
        raw = f"unescaped {text}"
        blocks = [
            {"type": "header", "text": {"type": "plain_text", "text": raw[:150]}},
            {"type": "section", "text": {"type": "mrkdwn", "text": f"{raw} `{text}` ```{text}```"}},
            {"type": "context", "elements": [{"type": "mrkdwn", "text": f"*{text}* _{text}_"}]},
        ]
        await echo.client.chat_postMessage(channel="C000000001", text=raw, blocks=blocks)
    link = "<javascript:window.owned=1|press me> <data:text/html,<script>|and me> <https://x.test/'onclick=1|fine>"
    await echo.client.chat_postMessage(channel="C000000001", text=link)
    await echo.client.conversations_setTopic(channel="C000000001", topic=HOSTILE[1])
    await expect(message(window, "press me")).to_be_visible()
    await message(window, "press me").get_by_text("press me").click()

    assert await window.evaluate("window.owned") is None
    schemes = await window.eval_on_selector_all("a", "links => [...new Set(links.map((a) => a.protocol))]")
    assert schemes == ["https:"]
    assert await window.locator("#conversation :is(script, iframe, svg, img)").count() == 0


async def test_dates_are_in_the_readers_time_zone(window: Page, echo: EchoBot) -> None:
    stamp = "<!date^1700000000^{date_num} {time}|fallback>"  # 2023-11-14 22:13:20 UTC
    await echo.client.chat_postMessage(channel="C000000001", text=f"since {stamp}")
    await expect(message(window, "since 2023-11-14 23:13")).to_be_visible()
    await become(window, "Kenji Mori")
    await expect(message(window, "since 2023-11-15 07:13")).to_be_visible()


async def test_mrkdwn_reads_as_in_slack(window: Page, echo: EchoBot) -> None:
    text = "*bold* _italic_ ~struck~ `code` a*b*c :fire: <@U0000MAYA1> <#C000000002> <!here> &lt;3\n&gt; quoted"
    await echo.client.chat_postMessage(channel="C000000001", text=text)
    row = message(window, "bold")
    await expect(row).to_contain_text("bold italic struck code a*b*c 🔥 @maya #incidents @here <3quoted")
    for tag, words in {"strong": "bold", "em": "italic", "s": "struck", "code": "code", "blockquote": "quoted"}.items():
        await expect(row.locator(f".text {tag}")).to_have_text(words)
    await expect(row.locator(".mention.own").first).to_have_text("@maya")
    await row.get_by_role("button", name="#incidents").click()
    await expect(window.get_by_role("heading", name="#incidents")).to_be_visible()


async def test_rich_text_and_tables(window: Page, echo: EchoBot) -> None:
    span = {"type": "text", "text": "edge-3", "style": {"bold": True, "code": True}}
    item = {"type": "rich_text_section", "elements": [span, {"type": "user", "user_id": "U0000SAM01"}]}
    steps = {"type": "rich_text_list", "style": "ordered", "elements": [item]}
    head, row = ({"type": "raw_text", "text": text} for text in ("Action", "nginx.conf"))
    blocks = [{"type": "rich_text", "elements": [steps]}, {"type": "table", "rows": [[head], [row]]}]
    await echo.client.chat_postMessage(channel="C000000001", text="Steps", blocks=blocks)
    await expect(window.get_by_role("article").get_by_role("listitem")).to_have_text("edge-3@sam")
    await expect(window.locator("li code strong, li strong code")).to_have_text("edge-3")
    await expect(window.get_by_role("columnheader")).to_have_text("Action")
    await expect(window.get_by_role("cell")).to_have_text("nginx.conf")


async def test_file_is_shared_and_comes_back_whole(window: Page) -> None:
    diff = {"name": "fix <b>.diff", "mimeType": "text/x-diff", "buffer": b"+pool = 80\n"}
    await window.locator(".composer input[type=file]").set_input_files(diff)
    shared = window.get_by_role("article").get_by_role("link", name="fix <b>.diff")
    await expect(shared).to_contain_text("11 bytes")
    async with window.expect_download() as download:
        await shared.click()
    assert (await (await download.value).path()).read_bytes() == b"+pool = 80\n"


async def test_guest_is_shown_only_what_they_may_see(window: Page) -> None:
    await window.get_by_role("button", name="incidents").click()
    await expect(window.get_by_role("heading", name="#incidents")).to_be_visible()
    await become(window, "Gwen Hale")
    await expect(window.get_by_role("heading", name="#general")).to_be_visible()
    await expect(window.get_by_role("button", name="incidents")).to_have_count(0)


async def test_news_shows_in_the_sidebar_until_read(window: Page, echo: EchoBot) -> None:
    await echo.client.conversations_join(channel="C000000002")
    await echo.client.chat_postMessage(channel="C000000002", text="INC-1 is open")
    direct = (await echo.client.conversations_open(users="U0000MAYA1"))["channel"]["id"]
    await echo.client.chat_postMessage(channel=direct, text="You own one action")
    conversations = window.get_by_role("navigation", name="Conversations")
    incidents = conversations.get_by_role("button", name="incidents")
    await expect(incidents).to_have_class(re.compile("unread"))
    await incidents.click()
    await expect(message(window, "INC-1 is open")).to_be_visible()
    await conversations.get_by_role("button", name="general").click()
    await expect(window.get_by_role("heading", name="#general")).to_be_visible()
    await expect(incidents).not_to_have_class(re.compile("unread"))

    app = conversations.get_by_role("button", name="Echo")
    await expect(app).to_contain_text("1")
    await app.click()
    await expect(message(window, "You own one action")).to_be_visible()
    await window.get_by_role("button", name="Home", exact=True).click()
    await expect(window.get_by_role("heading", name="Your drift")).to_be_visible()


async def test_pins_and_bookmarks(window: Page, echo: EchoBot) -> None:
    card = await echo.client.chat_postMessage(channel="C000000001", text="The card")
    await echo.client.pins_add(channel="C000000001", timestamp=card["ts"])
    await echo.client.bookmarks_add(
        channel_id="C000000001", title="Dashboard", type="link", link="https://x.test/", emoji=":bar_chart:"
    )
    await window.get_by_role("button", name="1 pinned").click()
    await window.get_by_role("menuitem", name="The card").click()
    await expect(message(window, "The card")).to_be_focused()
    await expect(window.get_by_role("link", name="Dashboard")).to_have_attribute("href", "https://x.test/")


async def test_permalink_leads_to_its_message(window: Page, echo: EchoBot) -> None:
    await echo.client.conversations_join(channel="C000000002")
    parent = await echo.client.chat_postMessage(channel="C000000002", text="INC-7 is open")
    reply = await echo.client.chat_postMessage(channel="C000000002", thread_ts=parent["ts"], text="looking")
    for ts, text in ((parent["ts"], "INC-7 is open"), (reply["ts"], "looking")):
        link = await echo.client.chat_getPermalink(channel="C000000002", message_ts=ts)
        await window.goto(link["permalink"])
        await expect(message(window, text)).to_be_focused()


async def test_fault_is_ordered_and_cleared(window: Page, playground: Playground) -> None:
    await window.get_by_role("button", name="Faults").click()
    panel = window.get_by_role("complementary", name="Details")
    await panel.get_by_label("Call or delivery").fill("chat.postMessage")
    await panel.get_by_label("What happens").select_option("HTTP 500")
    await panel.get_by_label("How many times").fill("2")
    await panel.get_by_role("button", name="Order fault").click()
    await expect(panel.get_by_role("listitem")).to_contain_text("2 more")
    ordered = (await playground.client.get("faults"))["faults"]
    assert [(fault["method"], fault["kind"], fault["times"]) for fault in ordered] == [
        ("chat.postMessage", "http_500", 2)
    ]
    await panel.get_by_role("button", name="Clear chat.postMessage").click()
    await expect(panel.get_by_text("Nothing is ordered")).to_be_visible()

    await panel.get_by_label("Slack's rate limits").uncheck()
    assert (await playground.client.get("app"))["app"]["rate_limits"] is False


async def test_calls_of_the_app_are_listed(window: Page, echo: EchoBot) -> None:
    await window.get_by_role("button", name="API calls").click()
    await echo.client.chat_postMessage(channel="C000000001", text="counted")
    panel = window.get_by_role("complementary", name="Details")
    newest = panel.get_by_role("group").first
    await expect(newest).to_contain_text("chat.postMessage")
    await newest.click()
    await expect(newest).to_contain_text('"text": "counted"')


async def test_composer_completes_and_keeps_drafts(window: Page) -> None:
    composer = window.get_by_label("Message #general")
    await composer.press_sequentially("ask @pri")
    await expect(window.get_by_role("option")).to_have_text(re.compile("@priya"))
    await window.keyboard.press("Enter")
    await expect(composer).to_have_value("ask @priya ")
    await window.get_by_role("button", name="incidents").click()
    await expect(window.get_by_label("Message #incidents")).to_have_value("")
    await window.get_by_role("button", name="general").click()
    await expect(composer).to_have_value("ask @priya ")
    await window.keyboard.press("Shift+Enter")


async def test_everything_by_keyboard(window: Page) -> None:
    await type_in(window, "first")
    await become(window, "Sam Okafor")
    await type_in(window, "second")
    await expect(message(window, "second")).to_be_visible()
    await message(window, "second").focus()
    await window.keyboard.press("ArrowUp")
    await expect(message(window, "first")).to_be_focused()
    await window.keyboard.press("Tab")
    await expect(message(window, "first").get_by_role("button", name="React with white_check_mark")).to_be_focused()
    await window.keyboard.press("Enter")
    await expect(message(window, "first").get_by_role("button", name="white_check_mark, 1")).to_be_visible()


async def test_every_control_has_a_name(window: Page) -> None:
    await type_in(window, "/card")
    await expect(message(window, "Delete all")).to_be_visible()
    await window.get_by_role("button", name="Faults").click()
    nameless = await window.evaluate(
        """() => [...document.querySelectorAll("button, input, select, textarea, a")]
            .filter((control) => !control.hidden && !control.closest("[hidden]"))
            .filter((control) => !(control.ariaLabel || control.textContent.trim() || control.labels?.length
                || control.ariaLabelledByElements?.length))
            .map((control) => control.outerHTML)"""
    )
    assert nameless == []


async def test_narrow_window_shows_one_column_at_a_time(window: Page) -> None:
    await window.set_viewport_size({"width": 420, "height": 780})
    sidebar = window.get_by_role("navigation", name="Conversations")
    await expect(sidebar).to_be_hidden()
    await window.get_by_role("button", name="Show channels").click()
    await sidebar.get_by_role("button", name="incidents").click()
    await expect(sidebar).to_be_hidden()
    await expect(window.get_by_role("heading", name="#incidents")).to_be_visible()
    assert await window.evaluate("document.documentElement.scrollWidth") <= 420


async def test_channels_are_made_filled_archived_and_left(window: Page) -> None:
    await window.get_by_role("button", name="Join or create a channel").click()
    await window.get_by_label("Name of a new channel").fill("war-room")
    await window.keyboard.press("Enter")
    await expect(window.get_by_role("heading", name="#war-room")).to_be_visible()
    menu = window.get_by_role("button", name="Channel menu")
    await menu.click()
    await window.get_by_role("menuitem", name="Add people…").click()
    await window.get_by_role("menuitem", name="Kenji Mori").click()
    await expect(window.get_by_text("maya and kenji joined.")).to_be_visible()

    await menu.click()
    await window.get_by_role("menuitem", name="Rename…").click()
    await window.get_by_label("New name").fill("war-room-2")
    await window.get_by_role("button", name="Rename").click()
    await expect(window.get_by_role("heading", name="#war-room-2")).to_be_visible()

    await menu.click()
    await window.get_by_role("menuitem", name="Archive channel").click()
    await window.get_by_role("dialog").get_by_role("button", name="Archive").click()
    await expect(window.get_by_text("#war-room-2 is archived")).to_be_visible()
    await window.get_by_role("button", name="Unarchive").click()
    await expect(window.get_by_label("Message #war-room-2")).to_be_visible()

    await menu.click()
    await window.get_by_role("menuitem", name="Leave channel").click()
    await window.get_by_role("button", name="Join channel").click()
    await expect(window.get_by_label("Message #war-room-2")).to_be_visible()


async def test_page_comes_back_with_the_playground(window: Page, playground: Playground) -> None:
    await type_in(window, "before")
    await expect(message(window, "before")).to_be_visible()
    port = int(playground.url.rpartition(":")[2])
    await playground.stop()
    await expect(window.get_by_role("status")).to_contain_text("The connection to the playground is lost")
    async with Playground(port=port) as again:
        await expect(message(window, "before")).to_have_count(0)
        for number in range(3):
            await again.person("sam").say("#general", f"after {number}")
            await expect(message(window, f"after {number}")).to_be_visible()


async def test_page_keeps_its_place_when_it_is_loaded_again(window: Page) -> None:
    await become(window, "Sam Okafor")
    await window.get_by_role("button", name="incidents").click()
    await expect(window.get_by_role("heading", name="#incidents")).to_be_visible()
    await window.reload()
    await expect(window.get_by_role("heading", name="#incidents")).to_be_visible()
    await expect(window.get_by_role("button", name="Viewing as Sam Okafor")).to_be_visible()
