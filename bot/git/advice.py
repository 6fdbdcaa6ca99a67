"""What to do about a repository that cannot be reached, for who reads of it and can act."""

from bot.git.run import GitError
from bot.rules.policy import Repository


def advice(error: Exception, repository: Repository) -> str:
    """One sentence that names the thing to change; empty where trying again is all there is."""
    if not isinstance(error, GitError):
        return ""
    if error.full:
        return "The disk that holds the mirrors is full: make room there; it goes on by itself."
    if not error.denied:
        return ""
    if repository.token_env is not None:
        return (
            f"The host refused the token that {repository.token_env} holds: set it to one that may read the "
            "repository, and push where the policy says so, then restart."
        )
    if repository.url.startswith("https://"):
        return "The host wants to know who asks: name the variable that holds a token as `token_env` in the policy."
    return "The host refused the ssh key: give the key of the user that runs Hotwash read access."
