"""The story: a sale, a checkout that answers 502, five changes by hand, and what becomes of each.

Every step waits for what a person sees; where that does not come, NotSeen says what was seen instead.
"""

import asyncio
import re
import sys
from datetime import timedelta

from bot.demo.stage import Stage
from bot.demo.transcript import Transcript
from bot.playground import NotSeen, Person, Seen

STEP = 20.0  # seconds that a step may take

_EDGE_DIFF = """\
--- /etc/nginx/conf.d/checkout.conf
+++ /etc/nginx/conf.d/checkout.conf
@@ -1,4 +1,4 @@
 location /checkout {
     proxy_pass http://checkout;
-    proxy_read_timeout 5s;
+    proxy_read_timeout 30s;
 }
"""


class Play:
    """People act on the stage, and the transcript shows what came of it."""

    def __init__(self, stage: Stage, transcript: Transcript) -> None:
        self.stage, self.transcript = stage, transcript
        self.maya, self.sam, self.priya = map(stage.playground.person, ("maya", "sam", "priya"))
        self.real_names: dict[str, str] = {}
        self.bot = ""  # its user id: a direct conversation with it goes by that
        self.room = "#incidents"  # where people type; the incident's own channel once there is one

    def later(self, title: str, why: str, *, hour: int, minute: int, days: int = 0) -> None:
        """The clock moves on to that time (UTC) of the day on which the story began, or of a later one."""
        at = (self.stage.begins + timedelta(days=days)).replace(hour=hour, minute=minute)
        self.stage.move_to(at)
        self.transcript.chapter(at, title, why)

    def pause(self, minutes: int) -> None:
        self.stage.move_to(self.stage.now() + timedelta(minutes=minutes))

    async def types(self, who: Person, line: str, wanted: str) -> None:
        """Type a command, and read the answer, which nobody else sees."""
        self.transcript.does(who.name, line)
        answer = await who.command(self.room, line)
        if answer.message is None or not re.search(wanted, answer.text):
            raise NotSeen(f"{who.name} typed {line!r} to read {wanted!r}, and read: {answer.text or 'nothing'}")
        self.transcript.shows(f"to {who.name} alone", answer.message)

    async def presses(self, who: Person, message: Seen, button: str) -> None:
        self.transcript.does(who.name, f"presses [{button}]")
        failure = await who.press(message, button)
        if failure:
            raise NotSeen(f"{who.name} pressed [{button}], and Slack said: {failure}")

    async def sees(
        self, who: Person, wanted: str, title: str, *, where: str | None = None, thread: Seen | None = None
    ) -> Seen:
        """Wait for a message, in the room unless `where` names another place. `title` tells the reader what it is."""
        seen = await who.wait_for(where or self.room, wanted, thread=thread, within=STEP)
        self.transcript.shows(title, seen)
        return seen

    async def echo(self, number: int, wanted: str) -> Seen:
        """The message that stands for an action in the room, once it reads so."""
        return await self.maya.wait_for(self.room, rf"(?s)^\W+(?:INC-1)?#{number}\b.*{wanted}", within=STEP)

    async def git(self, who: Person, *args: str) -> None:
        self.transcript.runs(who.name, " ".join(("git", *args)))
        await self.stage.shop.git(*args, by=self.real_names[who.name])

    async def commits(self, who: Person, path: str, edit: tuple[str, str], message: str) -> str:
        """Change one place in a file, and commit it; the commit's short name."""
        shop = self.stage.shop
        await shop.edit(path, *edit)
        await shop.git("commit", "--quiet", f"--message={message}", "--", path, by=self.real_names[who.name])
        self.transcript.runs(who.name, f"git commit {path}", message)
        return await shop.git("rev-parse", "--short=7", "HEAD")


async def play(stage: Stage, transcript: Transcript) -> None:
    """Raises NotSeen, Refused, DidNotRun at the first step that does not happen."""
    it = Play(stage, transcript)
    await _meet(it)
    await _open(it)
    await _change_by_hand(it)
    await _bring_one_into_git(it)
    await _settle_two(it)
    await _remind(it)
    await _close(it)
    await _reconcile(it)
    await _check(it)


async def _meet(it: Play) -> None:
    it.transcript.title(
        "Hotwash: an incident from open to reconciled",
        "The Slack is a local one; the bot, its database and the Git repository are real. Every message below is what "
        "a person sees in that Slack at that moment. Only the clock is helped along.",
    )
    for person, role in ((it.maya, "leads"), (it.sam, "site reliability"), (it.priya, "payments")):
        me = (await person.overview())["me"]
        it.real_names[person.name] = me["real_name"]
        it.transcript.person(person.name, f"{me['real_name']}, {role}", it.stage.begins, me["tz"])
    while not (seen := await it.maya.overview())["app"]["connected"]:
        await it.stage.playground.client.get("changes", after=seen["seq"], timeout=0.1)
    it.bot = seen["app"]["user"]


async def _open(it: Play) -> None:
    it.later("The shop is on fire", "The sale is an hour old, and checkout answers 502.", hour=14, minute=2)
    await it.types(it.maya, "/incident open sev1 Checkout answers 502", r"INC-1 \(sev1\) is recorded")
    announced = await it.sees(it.maya, r"(?s)INC-1 .*#inc-1-\S+", "in #incidents, for everybody else")
    it.room = re.findall(r"#inc-1-\S+", announced.text)[0]
    await it.sees(it.maya, "(?s)^INC-1 · .*open.*none logged", f"in {it.room}, pinned: the card")
    for person in (it.sam, it.priya):
        it.transcript.does(person.name, f"joins {it.room}")
        await person.do("join", channel=it.room)


async def _change_by_hand(it: Play) -> None:
    it.later(
        "Five changes by hand",
        "Typed where people talk anyway. It is on disk before the answer says “Logged”.",
        hour=14,
        minute=5,
    )
    await it.types(it.sam, "/hotfix kubectl -n shop scale deploy/checkout --replicas=12", "Logged INC-1#1 · cluster")
    it.pause(2)
    await it.types(it.sam, "/hotfix --ephemeral --on db-1 systemctl restart pgbouncer", "(?s)INC-1#2.*ephemeral")
    it.pause(2)
    role = '/hotfix psql -h orders-db -c "ALTER ROLE checkout CONNECTION LIMIT 160"'
    await it.types(it.priya, role, "Logged INC-1#3 · database")
    it.pause(2)
    await it.types(it.maya, "/hotfix turned feature flag cart-recommendations off", "Logged INC-1#4 · flag")
    it.pause(2)
    it.transcript.note("Priya has both hands on edge-1. Maya logs for her, and the change is Priya's all the same:")
    edge = (
        "/hotfix --by @priya --on edge-1 "
        "sed -i 's/proxy_read_timeout 5s/proxy_read_timeout 30s/' /etc/nginx/conf.d/checkout.conf"
    )
    await it.types(it.maya, edge, "(?s)Logged INC-1#5 · file.*priya")
    update = "/incident update 502s are down from 38 % to 1 %. The pool holds, the edge waits for slow payments."
    await it.types(it.maya, update, "update posted")
    await it.sees(it.sam, "Update from @maya", f"in {it.room}")
    await it.sees(it.maya, "(?s)^INC-1 · .*4 drifting.*1 ephemeral", "the card, now")
    it.transcript.note(
        "Elsewhere the story ends when the graphs turn green. Here four changes are drifting: live in production, with "
        "nothing in Git that carries them. The next deploy may take them out."
    )


async def _bring_one_into_git(it: Play) -> None:
    it.later("The first fix reaches Git", "Priya puts the connection limit where it belongs.", hour=14, minute=16)
    branch = "fix/connection-limit"
    await it.git(it.priya, "switch", "--create", branch)
    sha = await it.commits(
        it.priya,
        "db/roles.sql",
        ("checkout CONNECTION LIMIT 40", "checkout CONNECTION LIMIT 160"),
        "Let checkout hold 160 connections\n\nAt 40 it answered 502 in the sale.\n\n"
        "Incident: INC-1\nReconciles: INC-1#3",
    )
    await it.git(it.priya, "push", "origin", branch)
    await it.types(it.priya, f"/incident link {sha} #3", "is linked to commit")
    it.transcript.shows(f"in {it.room}, where #3 stands", await it.echo(3, "in review"))
    it.pause(3)
    await it.git(it.sam, "switch", "main")
    await it.git(it.sam, "merge", "--no-ff", "--no-edit", branch)
    await it.git(it.sam, "push", "origin", "main")
    claimed = await it.echo(3, f"claimed by {sha}")
    it.transcript.shows("the same message, once the merge is upstream", claimed)
    it.transcript.note(
        "The commit says that it reconciles #3. That is a claim; Sam reads the commit and stands for it:"
    )
    await it.presses(it.sam, claimed, "Confirm")
    it.transcript.shows("a person's word, by name, and never shown as proof", await it.echo(3, "confirmed by @sam"))


async def _settle_two(it: Play) -> None:
    it.later(
        "A quiet reminder",
        "For 15 minutes nobody is disturbed. Then one line, to its owner, in the action's own thread.",
        hour=14,
        minute=31,
    )
    edge = await it.echo(5, "drifting")
    await it.sees(it.priya, "@priya this is live", "in the thread of #5", thread=edge)
    it.transcript.note("Priya answers with the change itself. From now on it is compared with what upstream has:")
    it.transcript.does(it.priya.name, "answers in the thread of #5 with a diff")
    await it.priya.say(it.room, f"```\n{_EDGE_DIFF}```", thread=edge)
    await it.sees(it.priya, "recorded the change of #5", "in the thread of #5", thread=edge)
    it.transcript.shows(f"in {it.room}, where #5 stands", await it.echo(5, "none of it is there"))
    it.transcript.note("Not everything belongs in Git. Sam takes #1 back, and Maya decides to leave #4:")
    await it.types(it.sam, "/hotfix #1 undone back to 6 replicas, the backlog is gone", "INC-1#1 is now undone")
    await it.presses(it.maya, await it.echo(4, "drifting"), "Waive…")
    await it.maya.wait_for_modal("Why may the difference stay", within=STEP)
    why = "the flag goes away with its experiment on Friday"
    it.transcript.does(it.maya.name, f"fills in why: {why}")
    errors = await it.maya.submit(why=why)
    if errors:
        raise NotSeen(f"maya filled in why #4 is waived, and the form said: {errors}")
    it.transcript.shows(f"in {it.room}, where #4 stands", await it.echo(4, "waived by @maya"))
    it.pause(9)
    await it.types(it.maya, "/incident resolve No 502 since 14:20, checkout answers in 180 ms", "INC-1: resolved")
    await it.sees(it.maya, "(?s)^INC-1 · .*resolved.*1 drifting", "the card, now")
    await it.maya.wait_for(it.room, "set the channel topic: INC-1 · sev1 · resolved", within=STEP)


async def _remind(it: Play) -> None:
    it.later(
        "Ten in the morning in Kolkata",
        "Service was back at 20:10 on Priya's clock, so her evening stayed quiet. One message a working day, about all "
        "that she owns:",
        days=1,
        hour=4,
        minute=31,
    )
    told = await it.sees(it.priya, "(?s)INC-1#5.*Snooze", "to priya directly", where=it.bot)
    await it.presses(it.priya, told, "Snooze 4 h")
    await it.sees(it.priya, "(?s)INC-1#5.*quiet until", "the same message", where=it.bot)


async def _close(it: Play) -> None:
    it.later(
        "A day after", "It is still drifting, so the lead hears of it. She closes the incident.",
        days=1, hour=14, minute=45,
    )  # fmt: skip
    await it.sees(it.maya, "(?s)INC-1, which you lead.*INC-1#5", "to maya directly", where=it.bot)
    await it.types(it.maya, "/incident close the last one is followed up", "INC-1: closed. 1 action left")
    await it.sees(it.maya, "(?s)^INC-1 closed.*What is left", f"in {it.room}: the summary")
    await it.sees(it.maya, "(?s)^INC-1 · reconciliation.*Drifting.*#5", f"in {it.room}: the checklist")
    await it.maya.wait_for(it.room, "set the channel topic: INC-1 · sev1 · closed", within=STEP)


async def _reconcile(it: Play) -> None:
    it.later(
        "The last one",
        "Closing doesn't stop the reminders; reconciling does. Yesterday's message is gone, and today's is here.",
        days=2,
        hour=7,
        minute=42,
    )
    await it.sees(it.priya, "(?s)INC-1#5.*live for 1 d", "to priya directly", where=it.bot)
    sha = await it.commits(
        it.priya,
        "nginx/checkout.conf",
        ("proxy_read_timeout 5s", "proxy_read_timeout 30s"),
        "Give checkout 30 s to answer\n\nThe edge hung up while the payment was still under way.",
    )
    await it.git(it.priya, "push", "origin", "main")
    it.transcript.note(
        "The commit says nothing of INC-1, and nobody tells the bot. It finds in upstream what Priya changed by hand, "
        "and nothing is left to confirm:"
    )
    await it.sees(it.maya, f"(?s)^INC-1 · reconciliation.*proven · {sha}", "the checklist, now")
    await it.sees(it.maya, "(?s)Everything of INC-1 is reconciled.*Ledger entry", f"in {it.room}")
    await it.sees(it.priya, "Nothing of this drifts any more", "to priya, in place of the reminder", where=it.bot)


async def _check(it: Play) -> None:
    it.transcript.title("The record", "Each entry is chained to the one before, and its last hash is posted in Slack.")
    verified, exported = await asyncio.gather(it.stage.hotwash("verify", "INC-1"), it.stage.hotwash("export", "INC-1"))
    it.transcript.runs("operator", "hotwash verify INC-1", verified)
    summary, _, rest = exported.partition("\n## Checklist")
    it.transcript.runs("operator", "hotwash export INC-1", f"{summary}\n… and {rest.count(chr(10))} more lines")


def hand_over(stage: Stage, transcript: Transcript) -> None:
    """Say where the reader can go on by hand."""
    git = f"git -C {stage.shop.clone}"
    transcript.title(
        "It is all still running, and yours now", "Look at it in a browser, as Maya; be anybody else there:"
    )
    transcript.address(f"{stage.playground.url}/?as=maya&in=inc-1-checkout-answers-502")
    transcript.note("Type /hotfix and what you did, or /incident help. Take the last fix out, and see #5 regress:")
    transcript.runs("", f"{git} revert --no-edit HEAD && {git} push")
    transcript.note("Read the whole record:")
    transcript.runs("", f"DATABASE_URL={stage.settings.database_url} {sys.executable} -m bot export INC-1")
    transcript.note("Ctrl-C ends it and takes everything away.")
