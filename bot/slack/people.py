"""What Slack's `users.info` says about a person."""

from collections.abc import Mapping
from typing import Any

from bot.rules.model import PersonKind


def facts_of(user: Mapping[str, Any], team: str) -> tuple[str, str, PersonKind]:
    """Name, IANA time zone and kind of a `user` object, seen from the workspace `team`."""
    profile = user.get("profile") or {}
    name = profile.get("display_name") or profile.get("real_name") or user.get("real_name") or user.get("name")
    return str(name or "someone"), str(user.get("tz") or "UTC"), _kind(user, team)


def _kind(user: Mapping[str, Any], team: str) -> PersonKind:
    if user.get("deleted"):
        return PersonKind.GONE
    if user.get("is_bot"):
        return PersonKind.BOT
    if user.get("team_id") not in (None, team) and not user.get("is_invited_user"):
        return PersonKind.STRANGER
    if user.get("is_stranger"):
        return PersonKind.STRANGER
    if user.get("is_restricted") or user.get("is_ultra_restricted"):
        return PersonKind.GUEST
    return PersonKind.MEMBER
