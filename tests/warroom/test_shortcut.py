"""The message shortcut: the log form, filled in from the message."""

from tests.warroom.conftest import War, said

LOG_MESSAGE = "hotwash.log_message"


async def test_the_form_is_filled_in_and_logs_the_message(war: War) -> None:
    maya, sam = war.person("maya"), war.person("sam")
    room = await war.open(maya)
    await sam.do("join", channel=room)
    message = await sam.say(room, "did this on @maya's order:\n```kubectl scale deploy/web --replicas=8```")
    war.move(minutes=9)
    assert await maya.shortcut(LOG_MESSAGE, message) is None
    form = await maya.wait_for_modal("From the message of")
    assert (
        form["state"]["values"]["text"]["text"]["value"]
        == "did this on @maya's order:\nkubectl scale deploy/web --replicas=8"
    )
    assert await maya.submit(target="web-1") == {}
    echo = await war.echo(maya, room, 1, "kubectl scale deploy/web --replicas=8")
    for wanted in ("did this on @maya's order", "@sam", "logged by @maya", "web-1", "cluster", "message"):
        assert wanted in echo.text, wanted
    await maya.wait_for(room, "Logged INC-1#1")
    (logged,) = [entry for entry in await war.ledger(1) if entry.kind == "action.logged"]
    assert logged.via == "shortcut" and f'"ts":"{message.ts}"' in logged.payload and '"url":"http' in logged.payload
    assert f'"done_at":{round(float(message.ts) * 1_000_000)}' in logged.payload


async def test_another_owner_time_and_text_can_be_given(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    message = await maya.say(room, "raised it")
    await maya.shortcut(LOG_MESSAGE, message)
    await maya.wait_for_modal("From the message of")
    assert await maya.submit(text="pool = 80", owner="sam", at="12:30", until="18:00") == {}
    echo = await war.echo(maya, room, 1, "pool = 80")
    for wanted in ("@sam", "12:30", "18:00"):
        assert wanted in echo.text


async def test_an_error_stands_on_the_form_and_what_was_typed_stays(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    message = await maya.say(room, "raised the pool")
    await maya.shortcut(LOG_MESSAGE, message)
    await maya.wait_for_modal("From the message of")
    errors = await maya.submit(text="pool = 80", at="half past never")
    assert "is no time that can be read" in errors["at"]
    assert "pool = 80" in str((await maya.modal() or {})["state"])
    assert await maya.submit(at="5m") == {}
    await war.echo(maya, room, 1, "pool = 80")


async def test_a_message_is_logged_once_by_shortcut_and_reaction_together(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    message = await maya.say(room, "restarted web-1")
    await maya.shortcut(LOG_MESSAGE, message)
    await maya.wait_for_modal("From the message of")
    await maya.react(message, "wrench")
    await war.echo(maya, room, 1)
    assert "That message is INC-1#1 already" in (await maya.submit())["text"]


async def test_where_the_form_cannot_open_a_sentence_says_what_to_do(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    message = await maya.say(room, "restarted web-1 & web-2")
    await war.pg.client.fault("views.open", "error", error="expired_trigger_id")
    assert await maya.shortcut(LOG_MESSAGE, message) is None
    told = await maya.wait_for(room, "(?s)Slack did not open the form.*/hotfix restarted web-1 & web-2")
    assert told.only_visible_to_you
    assert said(await maya.command(room, "/hotfix restarted web-1 & web-2"))


async def test_a_message_that_is_longer_than_a_form_holds_is_logged_whole(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    message = await maya.say(room, "kubectl apply -f - <<E\n" + "x" * 6000)
    await maya.shortcut(LOG_MESSAGE, message)
    await maya.wait_for_modal("leave empty to log all of it")
    assert await maya.submit() == {}
    await war.echo(maya, room, 1, "kubectl apply")
    (logged,) = [entry for entry in await war.ledger(1) if entry.kind == "action.logged"]
    assert "x" * 6000 in logged.payload


async def test_markup_is_logged_as_people_saw_it(war: War) -> None:
    maya = war.person("maya")
    room = await war.open(maya)
    text = "<!channel> *bold* `code` & <https://example.com|label> 😀"
    message = await maya.say(room, text)
    assert await maya.shortcut(LOG_MESSAGE, message) is None
    await maya.wait_for_modal("From the message of")
    assert await maya.submit() == {}
    await war.echo(maya, room, 1, text)


async def test_where_the_bot_is_not_the_change_is_logged_outside_any_incident(war: War) -> None:
    maya = war.person("maya")
    message = await maya.say("#general", "restarted the print server")
    assert await maya.shortcut(LOG_MESSAGE, message) is None
    await maya.wait_for_modal("From the message of")
    assert await maya.submit() == {}
    assert "INC-0#1 drifting" in said(await maya.command("#general", "/incident drift"))
