import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.git.message import Message, Reverted, parse_message, trailers

A, B, C = "a" * 40, "b" * 40, "c" * 40


@pytest.mark.parametrize(
    "text",
    [
        "Raise the pool\n\nReconciles: INC-42#7\n",
        "Raise the pool\n\nReconciles: INC-42#7",
        "Raise the pool\r\n\r\nReconciles: INC-42#7\r\n",
        "Raise the pool\n\nreconciles: inc-42#7\n",
        "Raise the pool\n\nRECONCILES :INC-42 #7\n",
        "Raise the pool (#12)\n\n* Raise the pool\n\n  Reconciles: INC-42#7\n\n* Tidy up\n\nCo-authored-by: x\n",
        "Raise the pool (#12)\n\n* Reconciles: INC-42#7\n",
        "Raise the pool\n\n\tReconciles: INC-42#7 (as asked)\n",
        "Raise the pool\n\nReconciles: INC-42#7.\nMore words that are no trailer.\n",
        "Reconciles: INC-42#7",
    ],
)
def test_an_action_is_claimed_anywhere_at_the_start_of_a_line(text: str) -> None:
    assert parse_message(text).reconciles == ((42, 7),)


def test_what_was_done_outside_any_incident_is_claimed_too() -> None:
    assert parse_message("Raise the pool\n\nReconciles: INC-0#7\n").reconciles == ((0, 7),)


@pytest.mark.parametrize(
    "text",
    [
        "Talk\n\n> Reconciles: INC-42#7\n",
        "Talk\n\n  > Reconciles: INC-42#7\n",
        "Talk\n\nReconciles: INC-42#7 is still to do\n",
        "Talk\n\nReconciles: INC-42#7-draft\n",
        "Talk\n\nReconciles: INC-42#7x\n",
        "Talk\n\nReconciles: INC-42\n",
        "Talk\n\nReconciles: #7\n",
        "Talk\n\nReconciles: INC-00#7\n",
        "Talk\n\nReconciles: INC-42#0\n",
        "Talk\n\nReconciles: INC-42#7, soon\n",
        "Talk\n\nReconciles: INC-99999999999999999999#7\n",
        "Talk\n\nReconciles: XINC-42#7\n",
        "Talk\n\nThis Reconciles: INC-42#7\n",
        "Talk\n\nReconciles INC-42#7\n",
        "Talk\n\nReconciles:\nINC-42#7\n",
        "Incident: INC-42#7\n",
        "Reconciles: INC-४२#७\n",
    ],
)
def test_no_action_is_claimed(text: str) -> None:
    assert parse_message(text).reconciles == ()


def test_several_actions_on_one_line_and_on_many() -> None:
    text = "x\n\nReconciles: INC-42#7, INC-42#8 and INC-43#1\nReconciles: INC-42#9; INC-42#7\n"
    assert parse_message(text).reconciles == ((42, 7), (42, 8), (43, 1), (42, 9))


def test_an_incident_is_named_without_a_claim() -> None:
    assert parse_message("x\n\nIncident: INC-42\n") == Message(incidents=(42,))
    assert parse_message("x\n\nIncident: INC-42#7, INC-43\n") == Message(incidents=(42, 43))


def test_a_report_of_hotwash_itself_names_no_incident() -> None:
    assert parse_message("Report\n\nIncident: INC-42\nHotwash-Ledger: 12 9f2c\n") == Message()


def test_a_squash_of_a_report_and_a_fix_still_claims_the_fix() -> None:
    text = "All (#3)\n\n* Report\n\nIncident: INC-42\nHotwash-Ledger: 12 9f2c\n\n* Fix\n\nReconciles: INC-42#7\n"
    assert parse_message(text) == Message(reconciles=((42, 7),), pull=3)


@pytest.mark.parametrize(
    ("text", "reverts"),
    [
        (f'Revert "x"\n\nThis reverts commit {A}.\n', (Reverted(A),)),
        (f'Revert "x"\n\nThis reverts commit {A}, reversing\nchanges made to {B}.\n', (Reverted(A, B),)),
        (f'Reapply "x"\n\nThis reverts commit {A}.\n', (Reverted(A),)),
        (f"Back out\n\nThis reverts commits {A}, {B} and {C}.\n", (Reverted(A), Reverted(B), Reverted(C))),
        ("Revert\n\nThis reverts commit ABCDEF1 (pool, 2026-11-24).\n", (Reverted("abcdef1"),)),
        (f"Two (#4)\n\n* This reverts commit {A}.\n\n* This reverts commit {B}.\n", (Reverted(A), Reverted(B))),
        (f"Talk\n\n> This reverts commit {A}.\n", ()),
        ("Talk\n\nThis reverts commit abc.\n", ()),
        ("Talk\n\nThis reverts commit of mine.\n", ()),
    ],
)
def test_what_a_message_reverts(text: str, reverts: tuple[Reverted, ...]) -> None:
    assert parse_message(text).reverts == reverts


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ('Revert "x (#12)" (#13)\n\nReverts acme/shop#12\n', (12,)),
        ("Revert\n\nReverts #12\n", (12,)),
        ("Revert\n\nThis reverts merge request !12\n", (12,)),
        ("Talk\n\nIt reverts #12\n", ()),
    ],
)
def test_which_pull_request_a_message_reverts(text: str, numbers: tuple[int, ...]) -> None:
    assert parse_message(text).reverts_pull == numbers


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Merge pull request #12 from acme/hotfix\n\nRaise the pool\n", 12),
        ("Raise the pool (#12)\n", 12),
        ('Revert "Raise the pool (#12)" (#13)\n', 13),
        ("Merge branch 'x' into 'main'\n\nRaise the pool\n\nSee merge request acme/shop!12\n", 12),
        ("Merged in hotfix (pull request #12)\n", 12),
        ("Fix #12\n", None),
        ("Raise the pool (#12) again\n", None),
    ],
)
def test_which_pull_request_a_commit_merges(text: str, number: int | None) -> None:
    assert parse_message(text).pull == number


def test_where_a_commit_was_picked_from() -> None:
    assert parse_message(f"x\n\n(cherry picked from commit {A})\n").picked == (A,)


@given(
    st.integers(1, 999_999_999),
    st.lists(st.integers(1, 999_999_999), min_size=1, max_size=5, unique=True),
    st.text(alphabet=st.characters(blacklist_characters="\n\r\x1f\0"), max_size=60),
    st.sampled_from(["", "  ", "\t", "* ", "  - "]),
)
def test_what_is_written_is_read_again(incident: int, actions: list[int], subject: str, indent: str) -> None:
    lines = trailers(incident, tuple(actions)).splitlines()
    text = f"Subject {subject}\n\n" + "".join(f"{indent}{line}\n" for line in lines)
    said = parse_message(text)
    assert said.incidents == (incident,)
    assert said.reconciles == tuple((incident, action) for action in actions)


_PIECES = st.sampled_from(
    ["Reconciles:", "Incident:", "INC-42", "#7", ",", " ", "\n", "> ", "* ", "This reverts commit ", A, "and",
     "reversing changes made to ", "(cherry picked from commit ", "Reverts #", "12", ")", "(#", "Merge pull request #"]
)  # fmt: skip


@given(st.one_of(st.text(), st.lists(_PIECES, max_size=40).map("".join)))
def test_no_message_is_too_strange(text: str) -> None:
    said = parse_message(text)
    assert all(incident > 0 and action > 0 for incident, action in said.reconciles)


@pytest.mark.parametrize(
    "piece",
    [
        "\n",
        " ",
        "\t\n",
        "This reverts commit ",
        f"This reverts commit {A} , ",
        "Reconciles: ",
        "INC-42#7,",
        "> ",
        "(#1) ",
    ],
)
def test_a_hostile_message_costs_no_more_than_its_length(piece: str) -> None:
    text = "Reconciles: " + piece * (1_000_000 // len(piece))
    started = time.perf_counter()
    parse_message(text)
    parse_message(f"This reverts commit {A}" + text)
    assert time.perf_counter() - started < 3
