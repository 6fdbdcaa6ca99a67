"""The hunt for a false *landed*: random histories whose outcome is known because we made them, never by comparing.

A file is a row of segments: gaps, in which upstream edits what it likes, and hunks, each of which holds either the
old lines or those of the fix. Upstream edits the gaps, puts hunks in and takes them out again; the oracle only keeps
count of which are in.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.git.compare import IN_PLACE, State
from bot.git.objects import File
from bot.git.parts import Change
from bot.git.prove import FileProof, prove
from bot.rules.model import Verdict
from tests.git.repos import Work

_names = count()


@dataclass
class Hunk:
    old: list[str]
    new: list[str]
    landed: bool = False
    brought: int | None = None  # the commit, by its number
    undone: int | None = None


@dataclass
class Story:
    """A file, its fix, and what upstream did to it. `contents` are its versions, the base first."""

    segments: list[list[str] | Hunk]
    contents: list[bytes] = field(default_factory=list)
    live: bytes = b""

    @property
    def hunks(self) -> list[Hunk]:
        return [segment for segment in self.segments if isinstance(segment, Hunk)]

    @property
    def gaps(self) -> list[list[str]]:
        return [segment for segment in self.segments if isinstance(segment, list)]

    def text(self) -> bytes:
        lines: list[str] = []
        for segment in self.segments:
            if isinstance(segment, Hunk):
                lines += segment.new if segment.landed else segment.old
            else:
                lines += segment
        return "".join(lines).encode()

    def begin(self) -> None:
        for hunk in self.hunks:
            hunk.landed = True
        self.live = self.text()
        for hunk in self.hunks:
            hunk.landed = False
        self.contents = [self.text()]

    def commit(self) -> None:
        self.contents.append(self.text())

    def turn(self, hunk: Hunk) -> None:
        """Put a hunk in, or take it out again, in the commit that comes next."""
        hunk.landed = not hunk.landed
        number = len(self.contents)
        hunk.brought, hunk.undone = (number, None) if hunk.landed else (None, number)


class _Lines:
    """Lines of which no two are alike."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def take(self, number: int) -> list[str]:
        return [f"{self._random.randbytes(8).hex()}\n" for _ in range(number)]


@st.composite
def _stories(draw: st.DrawFn, most_at_once: int) -> Story:
    """Distinct lines; in each commit up to so many things happen."""
    lines = _Lines(draw(st.integers(0, 1 << 32)))
    segments: list[list[str] | Hunk] = [lines.take(draw(st.integers(0, 4)))]
    for _ in range(draw(st.integers(1, 3))):
        old, new = draw(st.sampled_from([(0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (2, 0), (2, 1), (3, 2)]))
        segments += [Hunk(lines.take(old), lines.take(new)), lines.take(draw(st.integers(1, 4)))]
    story = Story(segments)
    story.begin()
    for _ in range(draw(st.integers(1, 8))):
        turned: list[Hunk] = []
        for _ in range(draw(st.integers(1, most_at_once))):
            if draw(st.booleans()):
                hunk = draw(st.sampled_from(story.hunks))
                if not any(hunk is one for one in turned):
                    story.turn(hunk)
                    turned.append(hunk)
            else:
                _edit(draw, draw(st.sampled_from(story.gaps)), lines)
        story.commit()
    return story


def _edit(draw: st.DrawFn, gap: list[str], lines: _Lines) -> None:
    at = draw(st.integers(0, len(gap)))
    what = draw(st.sampled_from(["insert", "replace", "delete"]))
    if what == "insert" or at == len(gap):
        gap[at:at] = lines.take(draw(st.integers(1, 2)))
    else:
        gap[at : at + 1] = lines.take(1) if what == "replace" else []


@st.composite
def _repeating(draw: st.DrawFn) -> Story:
    """Blocks that are alike but for their first line. The fix is in one; upstream makes the same edit in others, puts
    new ones between them, takes some out, and writes notes."""
    body = draw(
        st.sampled_from(
            [
                ["  listen 80;\n", "  pool 20;\n", "  timeout 5;\n"],
                ["  pool 20;\n", "  pool 20;\n"],
                ["  pool 20;\n"],
                ["  {\n", "    pool 20;\n", "  }\n", "  {\n", "    pool 20;\n", "  }\n"],
            ]
        )
    )
    at = draw(st.integers(0, len(body) - 1))
    end = at + draw(st.integers(0, 1))
    new = draw(st.sampled_from([["  pool 80;\n"], ["  keep 9;\n"], [], body[at:end] * 2]))
    if new == body[at:end]:
        new = ["  another 1;\n"]
    numbers = count()

    def block(fixed: bool = False) -> list[str]:
        inside = body[:at] + (new if fixed else body[at:end]) + body[end:]
        return [f"server s{next(numbers)} {{\n", *inside, "}\n"]

    before = [line for _ in range(draw(st.integers(0, 3))) for line in block()]
    first = f"server s{next(numbers)} {{\n"
    segments: list[list[str] | Hunk] = [[*before, first, *body[:at]], Hunk(body[at:end], new)]
    segments.append([*body[end:], "}\n", *(line for _ in range(draw(st.integers(0, 3))) for line in block())])
    story = Story(segments)
    story.begin()
    for _ in range(draw(st.integers(1, 6))):
        what = draw(st.sampled_from(["block", "fixed block", "note", "remove", "turn"]))
        gap = story.gaps[draw(st.integers(0, 1))]
        # The block of the fix itself is left alone: what stands between its first line and its last.
        starts = [n for n, line in enumerate(gap) if line.startswith("server") and line != first]
        if what == "turn":
            story.turn(story.hunks[0])
        elif what == "remove" and starts:
            start = draw(st.sampled_from(starts))
            del gap[start : gap.index("}\n", start) + 1]
        elif gap is story.gaps[0]:
            place = draw(st.sampled_from([*starts, gap.index(first)]))
            gap[place:place] = [f"# {next(numbers)}\n"] if what == "note" else block(what == "fixed block")
        else:
            place = draw(st.sampled_from([*starts, len(gap)]))
            gap[place:place] = [f"# {next(numbers)}\n"] if what == "note" else block(what == "fixed block")
        story.commit()
    return story


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Work]:
    yield Work(tmp_path_factory.mktemp("hunt") / "upstream")


def _proved(repository: Work, story: Story) -> tuple[FileProof, list[str]]:
    name = f"file-{next(_names)}"
    shas = repository.history(name, story.contents)
    change = Change(name, shas[0], File("100644", story.contents[0]), File("100644", story.live))
    (proof,) = prove(repository.path / ".git", shas[-1], [change]).files
    return proof, shas


@settings(max_examples=25, deadline=None)
@given(_stories(most_at_once=1))
def test_one_thing_at_a_time_is_told_exactly(repository: Work, story: Story) -> None:
    proof, shas = _proved(repository, story)
    number = {sha: n for n, sha in enumerate(shas)} | {None: None}
    told = [(h.state in IN_PLACE, number[h.commit], number[h.undone_by]) for h in proof.hunks]
    assert told == [(hunk.landed, hunk.brought, hunk.undone) for hunk in story.hunks]
    landed = sum(hunk.landed for hunk in story.hunks)
    if landed == len(told):
        assert proof.verdict is Verdict.LANDED
    else:
        assert proof.verdict in ((Verdict.PARTLY,) if landed else (Verdict.MISSING, Verdict.DIVERGED))


@settings(max_examples=25, deadline=None)
@given(_stories(most_at_once=4))
def test_many_things_at_once_are_never_told_wrong(repository: Work, story: Story) -> None:
    proof, _ = _proved(repository, story)
    for told, hunk in zip(proof.hunks, story.hunks, strict=True):
        if told.state in IN_PLACE:
            assert hunk.landed
        if told.state is State.MISSING:
            assert not hunk.landed


@settings(max_examples=25, deadline=None)
@given(_repeating())
def test_the_same_lines_elsewhere_are_never_taken_for_the_fix(repository: Work, story: Story) -> None:
    proof, _ = _proved(repository, story)
    if proof.verdict in (Verdict.LANDED, Verdict.PARTLY):
        assert story.hunks[0].landed or story.contents[-1] == story.live
