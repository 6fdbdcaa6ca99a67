"""What is said with a patch: how to bring it in, and what its commit says so that it is found again."""

from bot.git.mend import branch, commit_message
from bot.rules.model import Action, Incident
from bot.slack import mrkdwn


def said(incident: Incident, action: Action, repo: str, tip: str) -> str:
    """mrkdwn, to stand beside the file."""
    message = mrkdwn.escape(commit_message(incident, action)).replace("```", "ˋˋˋ")
    return (
        f"What {mrkdwn.code(repo)} misses of *#{action.number}*. `git apply` takes it at {mrkdwn.code(tip[:10])}.\n"
        f"Branch {mrkdwn.code(branch(incident, action))}, and a message by which the commit is found:\n"
        f"```{message}```"
    )
