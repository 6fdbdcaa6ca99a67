"""What is said with a patch: how to bring it in, and what its commit says so that it is found again."""

from bot.git.message import trailers
from bot.rules.model import Action, Incident
from bot.rules.words import short
from bot.slack import mrkdwn


def branch(incident: Incident, action: Action) -> str:
    return f"hotwash/{incident.name}-{action.number}"


def commit_message(incident: Incident, action: Action) -> str:
    subject = f"Bring in {incident.name}#{action.number}: {mrkdwn.one_line(short(action.text, 60))}"
    return f"{subject}\n\n{trailers(incident.number, (action.number,))}"


def said(incident: Incident, action: Action, repo: str, tip: str) -> str:
    """mrkdwn, to stand beside the file."""
    message = mrkdwn.escape(commit_message(incident, action)).replace("```", "ˋˋˋ")
    return (
        f"What {mrkdwn.code(repo)} misses of *#{action.number}*. `git apply` takes it at {mrkdwn.code(tip[:10])}.\n"
        f"Branch {mrkdwn.code(branch(incident, action))}, and a message by which the commit is found:\n"
        f"```{message}```"
    )
