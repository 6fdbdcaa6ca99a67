"""The golden files: what each form says of the recorded incidents. `python -m tests.report.golden` writes them anew."""

import asyncio
import hashlib
import tempfile
from pathlib import Path

from bot.forms import FORMS
from bot.ledger.migrate import upgrade
from bot.rules.report import Report
from tests.report import incidents

FOLDER = Path(__file__).parent / "golden"
PLAYS = {"quiet": incidents.quiet, "messy": incidents.messy, "large": incidents.large}
ENDINGS = {"json": "json", "markdown": "md", "html": "html", "csv": "csv"}
HASHED = {("large", "json"), ("large", "markdown")}


async def play(name: str, database: str) -> Report:
    book = incidents.Book(database)
    try:
        await PLAYS[name](book)
        return await book.report()
    finally:
        await book.close()


def rendered(report: Report, form: str) -> str:
    """A form with each hash of the ledger's, which its salts make another at each play, by its entry's number."""
    text = FORMS[form](report)
    for line in report.lines if form == "json" else report.lines[-1:]:
        text = text.replace(line.hash, f"hash of entry {line.seq}")
    return text


def golden(report: Report, name: str, form: str) -> str:
    """What the golden file holds: of what is too large to read, its SHA-256."""
    text = rendered(report, form)
    return f"{hashlib.sha256(text.encode()).hexdigest()}\n" if (name, form) in HASHED else text


def file_of(name: str, form: str) -> Path:
    return FOLDER / (f"{name}.{ENDINGS[form]}" + (".sha256" if (name, form) in HASHED else ""))


def main() -> None:
    for name in PLAYS:
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite+aiosqlite:///{folder}/ledger.sqlite"
            upgrade(url)
            report = asyncio.run(play(name, url))
        for form in FORMS:
            file_of(name, form).write_text(golden(report, name, form), encoding="utf-8", newline="")


if __name__ == "__main__":
    main()
