"""The change itself, handed in for an action. Kept as it was sent; the next look at its repository places it."""

from bot.git.changes import in_repository
from bot.ledger import changes
from bot.ledger.changes import SentChange
from bot.rules import words
from bot.rules.clean import Clean
from bot.rules.commands import RecordChange, Sent
from bot.rules.decision import Answer, Decision, Entry, Refusal
from bot.rules.effects import note
from bot.rules.model import Action, Incident, Ruling
from bot.rules.policy import Policy, Repository, mapped_path
from bot.warroom.scope import Scope

SHOWN_PATHS = 20  # that an entry names


def decide(incident: Incident, action: Action, repository: Repository, sent: Sent) -> Decision:
    """Raises Refusal for an action that was struck, and for a live file of which nobody knows where it belongs."""
    if action.ruling is Ruling.STRUCK:
        raise Refusal(words.struck(incident, action))
    if sent.whole and live_path(action, repository) is None:
        raise Refusal(
            words.no_use("it is no diff, and for a whole file the action has to say which: log it with --file")
        )
    payload = {
        "action": action.number,
        "repo": Clean(repository.name),
        "files": [*sent.paths[:SHOWN_PATHS]] if sent.paths else [action.path],
        "count": len(sent.paths) or 1,
        "taken_out": [Clean(what) for what in sent.found],
    }
    return Decision(
        answer=Answer(words.change_sent(incident, action, repository.name)),
        entries=(Entry("change.sent", payload),),
        effects=(note(incident),) if sent.found else (),
    )


def run(scope: Scope, command: RecordChange) -> Answer:
    incident = scope.incident_or_standing(command.incident, "record")
    return keep(scope, incident, scope.action(incident, command.action), command.sent, command.repo)


def keep(scope: Scope, incident: Incident, action: Action, sent: Sent, repo: str | None = None) -> Answer:
    """Keep a change for an action of a locked incident. Raises Refusal."""
    repository = _repository(scope.policy, incident, action, sent, repo)
    answer = scope.record(incident, decide(incident, action, repository, sent))
    kept = SentChange(
        id=0,
        incident_id=incident.id,
        action_id=action.id,
        repo=repository.name,
        whole=sent.whole,
        path=live_path(action, repository),
        content=sent.content,
        veil=sent.veil,
        by=scope.actor.id,
        via=scope.via,
        at=scope.at,
        seq=incident.last_seq + 1,
    )
    changes.send(scope.conn, scope.workspace, kept)
    scope.look_now(repository.name)
    scope.found_secrets.extend(sent.found)
    return answer


def live_path(action: Action, repository: Repository) -> Clean | None:
    """Where the file that an action names is in a repository."""
    path = action.path and (mapped_path(action.path, repository.paths) or action.path)
    return Clean(path) if path and in_repository(path) else None


def _repository(policy: Policy, incident: Incident, action: Action, sent: Sent, repo: str | None) -> Repository:
    """The repository that is named, or the only one that it can be. Raises Refusal."""
    names = [repository.name for repository in policy.repositories]
    if named := repo or action.repo:
        found = policy.repository(named)
        if found is None:
            raise Refusal(words.no_such_repository(named, names))
        return found
    paths = [*sent.paths, *filter(None, [action.path])]
    mapping = [one for one in policy.repositories if any(mapped_path(path, one.paths) for path in paths)]
    for fitting in (mapping, policy.repositories):
        if len(fitting) == 1:
            return fitting[0]
    raise Refusal(words.which_repository(incident, action, names))
