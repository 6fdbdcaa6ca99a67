"""How a commit that brings in an action is called, so that it is found again: its branch and its message."""

from bot.git.message import trailers
from bot.rules.model import Action, Incident
from bot.rules.words import short


def branch(incident: Incident, action: Action) -> str:
    return f"hotwash/{incident.name}-{action.number}"


def commit_message(incident: Incident, action: Action) -> str:
    subject = f"Bring in {incident.name}#{action.number}: {' '.join(short(action.text, 60).split())}"
    return f"{subject}\n\n{trailers(incident.number, (action.number,))}"
