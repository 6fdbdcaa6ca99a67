"""Which effects a change asks for. What a message then shows is up to delivery, at that moment."""

from bot.rules.decision import Effect, EffectKind
from bot.rules.model import Action, Incident, IncidentState


def incident_changed(incident: Incident) -> tuple[Effect, ...]:
    """The messages that show an incident as a whole."""
    if incident.standing:
        return ()
    kinds = [EffectKind.CARD, EffectKind.ANNOUNCEMENT]
    if incident.state is IncidentState.CLOSED or incident.closed_at is not None:
        kinds += [EffectKind.SUMMARY, EffectKind.CHECKLIST]
    of_service = [Effect(EffectKind.ANNOUNCEMENT, incident.id, "service")] if incident.service else []
    return (*(Effect(kind, incident.id) for kind in kinds), *of_service)


def action_changed(incident: Incident, action: Action) -> tuple[Effect, ...]:
    """The messages that show one action: its echo, its incident, and its owner's direct message if there is one."""
    echo = Effect(EffectKind.ACTION, incident.id, str(action.number))
    refresh = Effect(EffectKind.NUDGE_REFRESH, None, str(action.owner_id))
    return (echo, *incident_changed(incident), refresh)


def note(incident: Incident, ahead: int = 1) -> Effect:
    """Say a ledger entry in the room: the one `ahead` places after the last entry that the incident has now."""
    return Effect(EffectKind.NOTE, incident.id, str(incident.last_seq + ahead))
