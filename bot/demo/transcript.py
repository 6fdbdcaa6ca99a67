"""The story as it is read in a terminal: who does what, what the bot shows for it, and why that matters."""

from datetime import datetime
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.text import Text

from bot.playground import Seen

_NAMES = 9  # columns for who acts
_WIDEST = 110  # longer lines are hard to read
_COLOURS = {"maya": "yellow", "sam": "blue", "priya": "magenta"}
_BUTTON = r"\[[^\]\n]+\]"


class Transcript:
    def __init__(self, console: Console) -> None:
        self._console = console
        self._width = min(console.width, _WIDEST)
        self._shown: dict[tuple[str, str], set[str]] = {}  # channel and time of a message -> its lines when last shown

    def title(self, title: str, *paragraphs: str) -> None:
        self._console.print(Text(f"\n{title}", style="bold"))
        for each in paragraphs:
            self.note(each)

    def person(self, name: str, who: str, at: datetime, tz: str) -> None:
        """Someone of the cast, and what their clock says at that moment."""
        town = tz.partition("/")[2].replace("_", " ")
        self._line(Text(name, style=_COLOURS[name]), Text(f"{who}, {at.astimezone(ZoneInfo(tz)):%H:%M} in {town}"))

    def chapter(self, at: datetime, title: str, why: str) -> None:
        """A new stretch of time, and what it is about."""
        heading = Text.assemble((f"── {at:%A %H:%M} UTC ", "cyan"), (title, "bold"), " ")
        heading.append("─" * max(2, self._width - heading.cell_len), style="cyan")
        self._console.print()
        self._console.print(heading, soft_wrap=True)
        self.note(why)
        self._console.print()

    def note(self, text: str) -> None:
        for line in Text(text, style="italic").wrap(self._console, self._width):
            line.rstrip()
            self._console.print(line, soft_wrap=True)

    def does(self, who: str, what: str) -> None:
        """A person types or presses something."""
        self._line(Text(who, style=_COLOURS[who]), Text(what, style="bold"))

    def runs(self, who: str, command: str, quoted: str = "") -> None:
        """A person runs a command in a shell; `quoted` is what it printed, or was given."""
        self._line(Text(who, style=_COLOURS.get(who, "")), Text.assemble(("$ ", "dim"), (command, "bold")))
        self._quote(quoted.splitlines())

    def address(self, url: str) -> None:
        self._line(Text(), Text(url, style="bold"))

    def shows(self, where: str, message: Seen) -> None:
        """What the bot shows: the whole of a message, and of one that was shown before the lines that changed."""
        self._line(Text("Hotwash", style="green"), Text(where, style="dim"))
        lines = _lines(message)
        before = self._shown.get((message.channel, message.ts), set())
        self._quote([line for line in lines if line not in before])
        self._shown[message.channel, message.ts] = set(lines)

    def stopped(self, why: str) -> None:
        self._console.print(Text("\nThe story stopped here.", style="bold red"))
        self._console.print(Text(why), soft_wrap=True)

    def _quote(self, lines: list[str]) -> None:
        for line in lines:
            text = Text(line)
            text.highlight_regex(_BUTTON, "cyan")
            for part in text.wrap(self._console, self._width - _NAMES - 4):
                part.rstrip()
                self._line(Text(), Text.assemble(("│ ", "dim"), part))

    def _line(self, who: Text, what: Text) -> None:
        margin = " " * max(0, _NAMES - who.cell_len)
        self._console.print(Text.assemble(margin, who, "  ", what), soft_wrap=True)


def _lines(message: Seen) -> list[str]:
    """The message's lines, with a field's name and value on one: in Slack they stand in columns."""
    fields = [field["text"] for block in message.raw.get("blocks", []) for field in block.get("fields", [])]
    names = {field.partition("\n")[0].strip("*") for field in fields}
    lines: list[str] = []
    for line in message.text.splitlines():
        if lines and lines[-1] in names:
            lines[-1] += f": {line}"
        else:
            lines.append(line)
    return lines
