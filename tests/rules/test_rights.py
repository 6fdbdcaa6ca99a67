"""Who may do what: one table, asked in one place."""

from dataclasses import replace

import pytest

from bot.rules.model import PersonKind
from bot.rules.policy import Policy, Right, Rights
from bot.rules.rights import may
from tests.rules.builders import ADA, BEN, CHITRA, incident

OPENER, LEAD, OTHER = ADA, BEN, CHITRA
NAMED = replace(CHITRA, id=4, slack_id="U04")
INC = incident()
GUARDED = ("waive", "close", "cancel", "severity")
FREE = ("open", "log", "link", "undone", "confirm", "resolve", "reopen", "update", "lead")


@pytest.mark.parametrize("verb", GUARDED)
def test_by_default_the_lead_and_the_opener_may_and_the_sentence_says_so(verb: str) -> None:
    policy = Policy(rights=Rights(leads=frozenset({NAMED.slack_id})))
    for one in (OPENER, LEAD, NAMED):
        assert may(one, verb, INC, policy) is None
    said = may(OTHER, verb, INC, policy)
    assert said is not None
    assert f"`{verb}` is for the lead of INC-{INC.number}, who opened it" in said and "Nothing was changed" in said


@pytest.mark.parametrize("verb", FREE)
def test_every_full_member_may_do_the_rest(verb: str) -> None:
    assert may(OTHER, verb, None if verb == "open" else INC, Policy()) is None


@pytest.mark.parametrize("verb", [*GUARDED, "open", "log", "link", "resolve", "reopen"])
def test_the_policy_decides(verb: str) -> None:
    for right, allowed in ((Right.EVERYONE, True), (Right.LEAD, False)):
        policy = Policy(rights=Rights(**{verb: right}))
        assert (may(OTHER, verb, INC, policy) is None) is allowed


@pytest.mark.parametrize("kind", [PersonKind.GUEST, PersonKind.STRANGER, PersonKind.BOT, PersonKind.GONE])
@pytest.mark.parametrize("verb", [*GUARDED, *FREE])
def test_who_is_no_member_may_only_look_even_as_lead(kind: PersonKind, verb: str) -> None:
    outsider = replace(LEAD, kind=kind)
    policy = Policy(rights=Rights(leads=frozenset({LEAD.slack_id})))
    said = may(outsider, verb, INC, policy)
    assert said is not None and "full members" in said
    assert may(outsider, "look", INC, policy) is None


def test_somebody_slack_has_not_told_of_may_only_log() -> None:
    unknown = replace(OTHER, kind=PersonKind.UNKNOWN)
    assert may(unknown, "log", INC, Policy()) is None
    for verb in (*GUARDED, "open", "link", "undone"):
        assert "Slack has not told me yet" in (may(unknown, verb, INC, Policy()) or "")


def test_the_standing_incident_is_everyones_until_somebody_leads_it() -> None:
    standing = replace(INC, standing=True, lead_id=None)
    assert may(OTHER, "waive", standing, Policy()) is None
    assert may(OTHER, "waive", replace(standing, lead_id=LEAD.id), Policy()) is not None
