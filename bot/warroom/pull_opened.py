"""A pull request that Hotwash opened: linked in the name of who pressed *Push*, in place of its branch."""

from bot.git.hosts.told import PullTold
from bot.git.mend import branch
from bot.ledger import load
from bot.ledger.patches import patches_where
from bot.ledger.tables import actions, entries, patches
from bot.rules.clean import Clean
from bot.rules.decision import Entry, Update
from bot.rules.effects import action_changed, note
from bot.rules.model import LinkKind
from bot.warroom import pulls
from bot.warroom.scope import Scope


def run(scope: Scope, patch_id: int, told: PullTold) -> None:
    """Record it once, however often it is found."""
    (patch,) = patches_where(scope.conn, patches.c.id == patch_id)
    (action,) = load.actions_where(scope.conn, actions.c.id == patch.action_id)
    asked = load.lines(scope.conn, patch.incident_id, entries.c.kind == "push.asked")
    about = {"action": action.number, "repo": patch.repo}
    by = [line.actor_id for line in asked if line.payload == about]
    pulls.run(scope, patch.repo, told, by=by[-1] if by else None)  # locks the pull request first, as webhooks do
    incident = load.incident_by_id(scope.conn, patch.incident_id, lock=True)
    (action,) = load.actions_where(scope.conn, actions.c.id == patch.action_id)
    url = scope.clean(told.url)
    said = {"action": action.number, "repo": Clean(patch.repo), "ref": Clean(str(told.number)), "url": url}
    known = load.lines(scope.conn, incident.id, entries.c.kind == "pull.opened")
    opened = [] if any(line.payload == said for line in known) else [Entry("pull.opened", said)]
    name = branch(incident, action)
    instead_of = [
        Update("links", link.id, {"dropped_at": scope.at})
        for link in load.links_of(scope.conn, [action.id])
        if (link.kind, link.repo, link.ref, link.dropped_at) == (LinkKind.BRANCH, patch.repo, name, None)
    ]
    effects = [*([note(incident)] if opened else []), *action_changed(incident, action)]
    scope.write(incident, opened, instead_of, effects)
