"""`/incident open --here`: a channel that is there already becomes the room."""

from tests.warroom.conftest import War, said


async def test_the_channel_becomes_the_room_and_keeps_its_name_and_topic(war: War) -> None:
    maya, sam = war.person("maya"), war.person("sam")
    await maya.do("create", name="payments")
    await maya.do("topic", channel="#payments", topic="all about money")
    answer = said(await maya.command("#payments", "/incident open --here sev1 checkout answers 502"))
    assert "INC-1 (sev1) is recorded. This channel is its room" in answer
    assert "Logged INC-1#1" in said(await maya.command("#payments", "/hotfix kubectl scale deploy/web --replicas=8"))
    await war.settled()
    await maya.wait_for("#payments", "Manual changes")
    await war.echo(maya, "#payments", 1)
    announced = await sam.wait_for("#incidents", r"(?s)INC-1 .*open.*checkout answers 502")
    assert "#payments" in announced.text
    said(await maya.command("#payments", "/incident severity sev2"))
    await war.settled()
    channel = (await war.pg.client.get("people/maya/channels/payments"))["channel"]
    assert channel["topic"] == "all about money"
    assert not any(name.startswith("inc-") for name in await maya.channels())


async def test_a_channel_is_one_room_only(war: War) -> None:
    maya = war.person("maya")
    await maya.do("create", name="payments")
    said(await maya.command("#payments", "/incident open --here first"))
    answer = said(await maya.command("#payments", "/incident open --here second"))
    assert "the room of INC-1 already" in answer
    said(await maya.command("#general", "/hotfix restarted something"))  # makes INC-0, shown in #incidents
    await war.settled()
    assert "can't be a room" in said(await maya.command("#incidents", "/incident open --here third"))
    assert "INC-2" not in said(await maya.command("#general", "/incident list"))


async def test_no_direct_conversation_and_no_private_incident(war: War) -> None:
    maya = war.person("maya")
    bot = (await war.pg.client.get("people"))["bot"]
    assert "A direct conversation can't be" in said(await maya.command(bot, "/incident open --here checkout"))
    assert "a channel of its own" in said(await maya.command("#general", "/incident open --here --private checkout"))
    assert "No incident has been opened yet" in said(await maya.command("#general", "/incident list"))


async def test_a_private_channel_waits_until_somebody_brings_hotwash_in(war: War) -> None:
    maya = war.person("maya")
    bot = (await war.pg.client.get("people"))["bot"]
    await maya.do("create", name="war-room", private=True)
    said(await maya.command("#war-room", "/incident open --here sev2 checkout"))
    assert "Logged INC-1#1" in said(await maya.command("#war-room", "/hotfix restarted web"))
    await war.settled()
    assert any("I am not in its channel" in m.text for m in await maya.dms())
    await maya.do("invite", channel="#war-room", user=bot)
    await maya.wait_for("#war-room", "Manual changes", within=10)
    await war.echo(maya, "#war-room", 1)
