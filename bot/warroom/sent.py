"""What people send as the change itself, a diff or the live file: read, bounded, and with its secrets taken out before
anything else sees it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.git.changes import MOST_FILES, Unusable
from bot.git.objects import is_text
from bot.git.patch import FilePatch, Hunk, NoDiff, NoPatch, read_patch, write_patch
from bot.rules import words
from bot.rules.clean import Clean, redact, secret_lines, veil
from bot.rules.commands import Sent
from bot.rules.decision import Refusal

MOST_BYTES = 2_000_000  # of a diff or a file
MOST_LINES = 50_000  # of a diff


def read_diff(content: bytes, key: bytes | None) -> Sent:
    """A diff. Takes a second at worst: for a thread. Raises NoDiff if it is none, and Refusal for what can't be used,
    which says what to send instead."""
    _bounded(len(content))
    if content.count(b"\n") > MOST_LINES:
        raise Refusal(words.too_much("lines", content.count(b"\n"), MOST_LINES))
    try:
        patches = read_patch(content)
    except NoDiff:
        raise
    except NoPatch as error:
        raise Refusal(words.no_use(str(error))) from error
    if len(patches) > MOST_FILES:
        raise Refusal(words.too_much("files", len(patches), MOST_FILES))
    try:
        paths = tuple(clean_path(patch.paths[0]) for patch in patches)
        for patch in patches:
            for other in (*patch.paths, *filter(None, [patch.renamed_to])):
                clean_path(other)
    except Unusable as error:
        raise Refusal(words.no_use(str(error))) from error
    lines: dict[str, str] = {}
    found: list[str] = []
    for patch in patches:
        for side in ([hunk.old for hunk in patch.hunks], [hunk.new for hunk in patch.hunks]):
            secret = secret_lines(b"".join(line for one in side for line in one), key)
            lines |= secret.lines
            found += secret.found
    veiled = [_veiled(patch, lines, key) for patch in patches]
    kept = lines if key or not lines else None
    return Sent(write_patch(veiled), False, paths, kept, tuple(dict.fromkeys(found)))


def read_live(content: bytes, key: bytes | None) -> Sent:
    """The live file itself. Raises Refusal as `read_diff` does."""
    _bounded(len(content))
    lines, found = secret_lines(content, key)
    if found and not is_text(content):
        raise Refusal(words.no_use(f"it is binary and holds {', '.join(found)}, which can't be taken out of it"))
    return Sent(veil(content, lines, key), True, (), lines if key or not lines else None, found)


def clean_path(path: str) -> Clean:
    """Raises Unusable for a path that can't be kept."""
    try:
        path.encode()
    except UnicodeEncodeError as error:
        raise Unusable("the name of a file in it is not UTF-8") from error
    clean, found = redact(path)
    if found or clean != path:
        raise Unusable("the name of a file in it looks like a secret")
    return clean


def too_large(size: int) -> str | None:
    """The sentence for what has more than MOST_BYTES; None for what has not."""
    return words.too_much("bytes", size, MOST_BYTES) if size > MOST_BYTES else None


def _bounded(size: int) -> None:
    if why := too_large(size):
        raise Refusal(why)


def _veiled(patch: FilePatch, lines: Mapping[str, str], key: bytes | None) -> FilePatch:
    def hidden(side: Sequence[bytes]) -> tuple[bytes, ...]:
        return tuple(veil(line, lines, key) for line in side)

    return replace(patch, hunks=[Hunk(hunk.start, hidden(hunk.old), hidden(hunk.new)) for hunk in patch.hunks])
