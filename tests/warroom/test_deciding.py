"""What a look means for one action: claims, losses and proofs of the same look are one change of state."""

from dataclasses import replace
from typing import Any

import pytest

from bot.rules.clean import Clean
from bot.rules.decision import Decision, Insert, Update
from bot.rules.model import ActionState, Evidence, EvidenceKind, PartState, Proof, Strength, Verdict
from bot.warroom.upstream import Claim, Loss, Seen, decide
from tests.rules.builders import NOON, action, fact, incident, proof

ONE = action()
FIX, REVERT, OTHER = (letter * 40 for letter in "abc")
CLAIM = Claim(42, 1, EvidenceKind.TRAILER, FIX, "Ada", "Fix")
REVERTED = Loss(frozenset({FIX}), REVERT)

MISSING = proof(ONE, Verdict.MISSING)
LANDED = proof(ONE, Verdict.LANDED, commit=FIX)
GONE = proof(ONE, Verdict.MISSING, undone_by=REVERT)
SPACED, UNKNOWN = proof(ONE, Verdict.WHITESPACE), proof(ONE, Verdict.UNKNOWN)
PENDING = replace(UNKNOWN, tip="", files=())

CLAIMED = fact(1, ONE, Strength.CLAIM, commit=FIX)
CONFIRMED = fact(2, ONE, Strength.WORD, commit=FIX)
PROVEN = fact(3, ONE, Strength.PROOF, commit=FIX)


def decided(
    *facts: Claim | Loss,
    evidence: tuple[Evidence, ...] = (),
    known: Proof | None = None,
    found: Proof | None = None,
    **given: Any,
) -> Decision | None:
    before, after = [[one] if one else [] for one in (known, found or known)]
    return decide(incident(), replace(ONE, **given), [], evidence, before, after, Seen("shop", facts), NOON)


def state(decision: Decision) -> ActionState:
    (moved,) = [one for one in decision.changes if isinstance(one, Update) and one.table == "actions"]
    return ActionState(moved.values["state"])


@pytest.mark.parametrize(
    ("facts", "evidence", "known", "found", "kinds", "now", "alarms"),
    [
        # No change is recorded: claims, and losses by reverts.
        ((CLAIM,), (), None, None, ["evidence.found"], ActionState.CLAIMED, 0),
        ((CLAIM, REVERTED), (), None, None, ["evidence.found", "evidence.lost"], ActionState.DRIFTING, 0),
        ((REVERTED,), (CLAIMED, CONFIRMED), None, None, ["evidence.lost"], ActionState.REGRESSED, 1),
        ((REVERTED, Loss(frozenset({REVERT}), OTHER)), (CLAIMED, CONFIRMED), None, None,
         ["evidence.lost", "evidence.restored"], ActionState.LANDED, 0),
        # One is recorded, and its first proof comes.
        ((), (), PENDING, MISSING, ["proof.found"], ActionState.DRIFTING, 0),
        ((), (), PENDING, LANDED, ["proof.found"], ActionState.LANDED, 0),
        ((), (), PENDING, SPACED, ["proof.found"], ActionState.CLAIMED, 0),
        ((), (CLAIMED,), PENDING, UNKNOWN, ["proof.found"], ActionState.CLAIMED, 0),
        ((), (CLAIMED, CONFIRMED), PENDING, MISSING, ["proof.found", "evidence.lost"], ActionState.REGRESSED, 1),
        # Upstream moved.
        ((CLAIM,), (), MISSING, LANDED, ["evidence.found", "proof.found"], ActionState.LANDED, 0),
        ((CLAIM,), (), MISSING, None, ["evidence.found"], ActionState.DRIFTING, 0),
        ((), (PROVEN,), LANDED, GONE, ["proof.found", "evidence.lost"], ActionState.REGRESSED, 1),
        ((REVERTED,), (CLAIMED, PROVEN), LANDED, GONE, ["evidence.lost", "proof.found"], ActionState.REGRESSED, 1),
        ((REVERTED,), (CLAIMED, PROVEN), LANDED, None, ["evidence.lost"], ActionState.LANDED, 0),
        ((), (PROVEN,), LANDED, SPACED, ["proof.found", "evidence.lost"], ActionState.CLAIMED, 0),
        ((), (PROVEN,), LANDED, UNKNOWN, ["proof.found", "evidence.lost"], ActionState.DRIFTING, 0),
        ((), (CONFIRMED,), SPACED, GONE, ["proof.found", "evidence.lost"], ActionState.REGRESSED, 1),
        ((), (CONFIRMED,), SPACED, LANDED, ["proof.found"], ActionState.LANDED, 0),
        ((), (PROVEN,), LANDED, replace(LANDED, commit=OTHER), ["proof.found"], ActionState.LANDED, 0),
    ],
)  # fmt: skip
def test_a_look_changes_the_state_once(
    facts: tuple[Claim | Loss, ...],
    evidence: tuple[Evidence, ...],
    known: Proof | None,
    found: Proof | None,
    kinds: list[str],
    now: ActionState,
    alarms: int,
) -> None:
    decision = decided(*facts, evidence=evidence, known=known, found=found)
    assert decision is not None
    assert [entry.kind for entry in decision.entries] == kinds
    assert state(decision) is now
    assert (
        sum(bool(entry.payload.get("landed")) for entry in decision.entries if entry.kind == "evidence.lost") == alarms
    )


def test_nothing_new_is_no_entry() -> None:
    assert decided(CLAIM, evidence=(CLAIMED,)) is None
    assert decided(known=LANDED, found=replace(LANDED, tip="9" * 40, at=NOON + 5), evidence=(PROVEN,)) is None
    assert decided(Loss(frozenset({OTHER}), REVERT), evidence=(CLAIMED,)) is None
    (file,) = LANDED.files
    neighbours = replace(file, parts=tuple(replace(part, state=PartState.NEIGHBOURS) for part in file.parts))
    moved_on = replace(LANDED, rung=4, why=Clean("among lines that changed since"), files=(neighbours,))
    assert decided(known=LANDED, found=moved_on, evidence=(PROVEN,)) is None
    assert decided(known=LANDED, found=replace(LANDED, commit=None), evidence=(PROVEN,)) is None


def test_a_claim_that_was_found_and_lost_in_one_look_is_one_row() -> None:
    decision = decided(CLAIM, REVERTED)
    assert decision is not None
    (row,) = [one.row for one in decision.changes if isinstance(one, Insert)]
    assert (row["commit"], row["lost_by"], row["lost_at"]) == (FIX, REVERT, NOON)


def test_what_carries_it_under_another_name_is_proof_anew_and_the_old_fact_is_kept() -> None:
    decision = decided(known=LANDED, found=replace(LANDED, commit=OTHER), evidence=(PROVEN,))
    assert decision is not None
    (new,) = [one.row for one in decision.changes if isinstance(one, Insert)]
    assert (new["commit"], new["strength"], new["lost_at"]) == (OTHER, Strength.PROOF, None)
    (old,) = [one for one in decision.changes if isinstance(one, Update) and one.table == "evidence"]
    assert (old.id, old.values["lost_at"]) == (PROVEN.id, NOON)


def test_where_one_repository_is_not_looked_at_yet_nothing_is_proven() -> None:
    elsewhere = replace(PENDING, repo="infra")
    decision = decide(incident(), ONE, [], (), [PENDING, elsewhere], [LANDED, elsewhere], Seen("shop"), NOON)
    assert decision is not None and state(decision) is ActionState.DRIFTING
    assert not any(isinstance(one, Insert) for one in decision.changes)
    both = [LANDED, replace(LANDED, repo="infra", commit=OTHER)]
    decision = decide(incident(), ONE, [], (), [LANDED, elsewhere], both, Seen("infra"), NOON)
    assert decision is not None and state(decision) is ActionState.LANDED
    (row,) = [one.row for one in decision.changes if isinstance(one, Insert)]
    assert (row["repo"], row["commit"], row["strength"]) == ("infra", OTHER, Strength.PROOF)
