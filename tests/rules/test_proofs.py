"""What is said of a proof, in one sentence."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.clean import Clean
from bot.rules.model import FileProof, PartProof, PartState, Proof, Verdict
from bot.rules.proofs import commits_of, finding, instead, lacking, parts_landed, together, verdict_of
from tests.rules.builders import action, proof

ONE = action()
A, B, C, D = (letter * 40 for letter in "abcd")


def landed(line: int, commit: str | None) -> PartProof:
    return PartProof((line, line), PartState.LANDED, commit)


def missing(first: int, last: int | None = None) -> PartProof:
    return PartProof((first, first if last is None else last), PartState.MISSING)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (
            proof(ONE, Verdict.PARTLY, *(landed(n, A) for n in (1, 2, 3)), missing(88), missing(112)),
            "3 of 5 parts landed in aaaaaaa; missing: nginx.conf lines 88 and 112",
        ),
        (
            proof(ONE, Verdict.PARTLY, landed(1, A), landed(2, B), missing(9, 8), missing(20, 22), commit=B),
            "2 of 4 parts landed in bbbbbbb, aaaaaaa; missing: nginx.conf lines 9 and 20–22",
        ),
        (
            proof(ONE, Verdict.PARTLY, *(landed(n, one) for n, one in enumerate((A, B, C, D))), missing(9), commit=A),
            "4 of 5 parts landed in aaaaaaa, bbbbbbb, ccccccc and 1 more; missing: nginx.conf line 9",
        ),
        (
            proof(ONE, Verdict.MISSING, *(missing(n) for n in range(1, 10))),
            "none of it is there; missing: nginx.conf lines 1, 2, 3, 4, 5 and 6 and 3 more",
        ),
        (
            proof(ONE, Verdict.MISSING, PartProof(None, PartState.MISSING)),
            "none of it is there; missing: nginx.conf",
        ),
        (proof(ONE, Verdict.DIVERGED), "something else stands there; different: nginx.conf line 8"),
        (proof(ONE, Verdict.WHITESPACE), "landed but for white space"),
        (proof(ONE, Verdict.UNKNOWN), "cannot tell: it is a submodule"),
        (proof(ONE, Verdict.LANDED), "every part landed in a79f427"),
    ],
)
def test_a_proof_in_one_sentence(found: Proof, said: str) -> None:
    assert finding([found]) == said


def test_files_of_one_name_are_told_apart_and_others_named_short() -> None:
    file = proof(ONE, Verdict.MISSING, missing(3)).files[0]
    other = replace(file, path=Clean("edge/nginx.conf"))
    script = FileProof(Clean("bin/run.sh"), Clean(""), Verdict.MISSING, Clean(""), (missing(7),))
    found = proof(ONE, Verdict.MISSING, files=(file, other, script))
    assert finding([found]).endswith("deploy/nginx.conf line 3, edge/nginx.conf line 3, run.sh line 7")


def test_several_repositories_are_one_finding() -> None:
    here, there = proof(ONE, Verdict.LANDED), proof(ONE, Verdict.MISSING, repo="infra")
    assert verdict_of([here, there]) is Verdict.PARTLY
    assert finding([here, there]) == "1 of 2 parts landed in a79f427; missing: infra:deploy/nginx.conf line 8"
    assert parts_landed([here, there]) == (1, 2)
    assert lacking([here, there]) == "1 of 2 parts is not there"
    assert verdict_of([here, proof(ONE, Verdict.UNKNOWN)]) is Verdict.UNKNOWN
    assert verdict_of([]) is None


def test_what_stands_there_instead_is_told_place_by_place() -> None:
    other = PartProof((88, 90), PartState.DIVERGED, stands=Clean("workers 4;"))
    gone = PartProof((99, 99), PartState.DIVERGED)  # nothing stands there
    assert instead([proof(ONE, Verdict.DIVERGED, other, gone, missing(3))]) == [
        ("nginx.conf lines 88–90", "workers 4;")
    ]


def test_the_newest_commit_comes_first_and_each_once() -> None:
    found = proof(ONE, Verdict.LANDED, landed(1, A), landed(2, B), landed(3, A), landed(4, None), commit=B)
    assert commits_of([found]) == (B, A)


@given(st.lists(st.sampled_from(list(Verdict)), min_size=1))
def test_a_whole_has_landed_only_if_every_piece_has(verdicts: list[Verdict]) -> None:
    whole = together(verdicts)
    assert (whole is Verdict.LANDED) == (set(verdicts) == {Verdict.LANDED})
    assert (whole is Verdict.UNKNOWN) == (Verdict.UNKNOWN in verdicts)
    assert together(reversed(verdicts)) is whole
