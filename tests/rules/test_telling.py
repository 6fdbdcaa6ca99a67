"""What the timeline says of evidence and proofs."""

from typing import Any

import pytest

from bot.rules.model import ActionState, Verdict
from bot.rules.telling import tell
from tests.rules.builders import PEOPLE, line

FIX, REVERT = "a79f427" + "0" * 33, "b1c2d3e" + "0" * 33
LOST: dict[str, Any] = {"action": 7, "repo": "shop", "commit": FIX, "by": REVERT, "landed": False, "found": None}
MISSING = "1 of 2 parts landed; missing: nginx.conf line 20"


@pytest.mark.parametrize(
    ("kind", "payload", "said"),
    [
        (
            "evidence.found",
            {"action": 7, "repo": "shop", "commit": FIX, "subject": "Fix", "lacking": None},
            "a79f427 in shop says that it carries #7: Fix",
        ),
        (
            "evidence.found",
            {"action": 7, "repo": "shop", "commit": FIX, "subject": "Fix", "lacking": "2 of 5 parts are not there"},
            "a79f427 in shop says that it carries #7, but 2 of 5 parts are not there: Fix",
        ),
        ("proof.found", {"action": 7, "verdict": Verdict.PARTLY, "found": MISSING}, f"#7: {MISSING}"),
        (
            "proof.found",
            {"action": 7, "verdict": Verdict.LANDED, "found": "every part landed in a79f427"},
            "#7 is proven: every part landed in a79f427",
        ),
        (
            "evidence.lost",
            LOST | {"landed": True, "now": ActionState.REGRESSED, "found": MISSING},
            f"#7 has regressed: a79f427 in shop no longer stands, b1c2d3e took it out; {MISSING}",
        ),
        (
            "evidence.lost",
            LOST | {"now": ActionState.LANDED, "found": "every part landed in a79f427"},
            "#7 is upstream all the same, though a79f427 in shop no longer stands, b1c2d3e took it out; "
            "every part landed in a79f427",
        ),
        (
            "evidence.lost",
            LOST | {"by": None, "now": ActionState.CLAIMED, "found": "landed but for white space"},
            "#7 is only claimed now: a79f427 in shop no longer stands, landed but for white space",
        ),
        (
            "evidence.lost",
            LOST | {"by": None, "now": ActionState.DRIFTING},
            "#7 drifts again: a79f427 in shop no longer stands, the branch was rewritten",
        ),
        (  # as it was written before content was compared
            "evidence.lost",
            {"action": 7, "repo": "shop", "commit": FIX, "by": REVERT, "landed": True},
            "#7 has regressed: a79f427 in shop no longer stands, b1c2d3e took it out",
        ),
    ],
)
def test_evidence_and_proofs_in_one_sentence(kind: str, payload: dict[str, Any], said: str) -> None:
    assert tell(line(1, kind, None, **payload), PEOPLE) == said
