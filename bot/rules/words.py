"""What Hotwash says to the person who asked: plain sentences, escaped by the surface that shows them.

What stands in Slack for everybody is in `bot/slack/blocks/`, one file a message.
"""

from collections.abc import Iterable, Sequence

from bot.rules.model import Action, ActionState, Incident, Person

STANDING_TITLE = "Changes made outside any incident"


def ref(incident: Incident, number: int) -> str:
    return f"{incident.name}#{number}"


def short(text: str, limit: int = 120) -> str:
    """One line of a longer text."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


# Refusals


def no_incident_here() -> str:
    return (
        "This channel is no incident's room. Say which incident you mean, for example `/incident status INC-42`. "
        "`/incident list` shows them."
    )


def no_such_incident(number: int) -> str:
    return f"There is no INC-{number} that you can see. `/incident list` shows the ones there are."


def no_such_action(incident: Incident, number: int) -> str:
    have = f"It has #1 to #{incident.last_action}." if incident.last_action else "Nothing has been logged in it yet."
    return f"{incident.name} has no action #{number}. {have} `/incident status {incident.name}` lists them."


def not_known_yet() -> str:
    return (
        "Slack has not told me yet who you are, so I can only log for you right now. Nothing else was changed. "
        "Try again in a minute; `/hotfix <what you did>` works meanwhile."
    )


def only_members(verb: str) -> str:
    return f"`{verb}` is for full members of this workspace. Nothing was changed; ask somebody from the team to do it."


def only_leads(verb: str, incident: Incident | None) -> str:
    of = f" of {incident.name}" if incident else ""
    return f"`{verb}` is for the lead{of}, who opened it, and the people the policy names. Nothing was changed."


def wrong_state(incident: Incident, verb: str, instead: str) -> str:
    return f"{incident.name} is {incident.state.value}, so it can't be {verb}. {instead}"


def no_standing(verb: str) -> str:
    return f"INC-0 holds the changes made outside any incident: it is always open and can't be {verb}."


def written_since(sections: Sequence[str]) -> str:
    return (
        f"Somebody else has written {' and '.join(sections)} since you opened this form. Nothing of yours was "
        "recorded: copy it, open the form again, and put both together."
    )


def no_such_severity(typed: str, known: Iterable[str]) -> str:
    return f"There is no severity {typed!r}. There are: {', '.join(known)}."


def circular(incident: Incident, other: Incident) -> str:
    return f"{incident.name} can't be a duplicate of {other.name}: no incident would go on. Nothing was changed."


def points_to_private(other: Incident) -> str:
    return f"{other.name} is private, and a pointer to it would tell everybody of it. Nothing was changed."


def archived(incident: Incident) -> str:
    where = f"#{incident.channel_name}" if incident.channel_name else "Its channel"
    return f"{where} is archived. Somebody has to unarchive it, and to invite me, before anything can be said there."


def private_here() -> str:
    return "A private incident gets a channel of its own: leave `--here` or `--private` out. Nothing was recorded."


def no_channel_here() -> str:
    return "A direct conversation can't be an incident's room. Type it in a channel, or without `--here`."


def room_already(incident: Incident) -> str:
    if incident.standing:
        return "Changes outside incidents are shown in this channel, so it can't be a room. Leave `--here` out."
    return f"This channel is the room of {incident.name} already, and stays that. Leave `--here` out to get another."


def no_such_role(typed: str, known: Iterable[str]) -> str:
    return f"There is no role {short(typed, 40)!r}. There are: {', '.join(known)}."


def no_roles_here() -> str:
    return "INC-0 holds the changes made outside any incident: nobody has a role in it."


def already_ruled(incident: Incident, action: Action) -> str:
    return f"{ref(incident, action.number)} is already {action.state.value}. Nothing was changed."


def struck(incident: Incident, action: Action) -> str:
    return f"{ref(incident, action.number)} was struck from the record. Log it anew with `/hotfix` if it did happen."


def nothing_to_confirm(incident: Incident, action: Action) -> str:
    if action.state is ActionState.LANDED:
        return f"{ref(incident, action.number)} has landed already. Nothing was changed."
    return (
        f"{ref(incident, action.number)} is {action.state.value}: there is no commit in upstream to confirm. "
        f"Link one with `/incident link <sha, URL or branch> #{action.number}`."
    )


def not_there(incident: Incident, action: Action, found: str) -> str:
    return (
        f"{ref(incident, action.number)} can't be confirmed: its change is recorded, and upstream does not have it: "
        f"{found}. Bring that in, or record another change for it; `undone` and `waive` are there too."
    )


def not_looked(incident: Incident, action: Action) -> str:
    return (
        f"The change of {ref(incident, action.number)} is not compared with upstream yet. The next look at its "
        "repository does that: try again in a minute. `/incident status` says if the repository cannot be reached."
    )


def not_a_link(typed: str) -> str:
    return (
        f"I can't read {short(typed, 80)!r} as a commit, branch or pull request of a watched repository. "
        "Give a commit hash, a branch name, or the URL of a commit, branch or pull request."
    )


def which_action(incident: Incident, candidates: Sequence[Action]) -> str:
    if not candidates:
        return f"{incident.name} has no action that is still open. Add the number, for example `#1`, to link it anyway."
    listed = "\n".join(f"#{one.number} {short(one.text, 80)}" for one in candidates[:10])
    return f"Which action does it carry? Add its number:\n{listed}"


def why_needed(what: str, example: str) -> str:
    return f"Say why {what}. For example: `{example}`"


def close_refused(incident: Incident, open_actions: Sequence[Action]) -> str:
    return (
        f"{incident.name} has {count(len(open_actions), 'action')} not reconciled, and the policy lets it close only "
        f"without any: {', '.join(f'#{one.number}' for one in open_actions[:20])}. It stays {incident.state.value}."
    )


def close_needs_reason(incident: Incident, open_actions: Sequence[Action]) -> str:
    return (
        f"{incident.name} has {count(len(open_actions), 'action')} not reconciled, and the policy asks for a reason: "
        f"`/incident close <why it may close>`. It stays {incident.state.value}."
    )


def too_much(what: str, many: int, most: int) -> str:
    return (
        f"It has {many:,} {what}, and {most:,} are the most that are taken. Nothing was kept. "
        "Send a diff of just the files that you changed."
    )


def no_patch(ref: str, why: str) -> str:
    return f"There is no patch for {ref}: {why}."


def patch_comes(incident: Incident, action: Action) -> str:
    return f"What upstream misses of {ref(incident, action.number)} comes into its thread, as a patch, in a moment."


def patch_is_there(incident: Incident, action: Action) -> str:
    return f"The patch is in the thread of {ref(incident, action.number)}. Nothing else is missing since."


def may_not_push(incident: Incident, action: Action) -> str:
    return (
        f"Nothing was pushed for {ref(incident, action.number)}: the policy lets no token push there. Get the patch, "
        "and push it yourself."
    )


def push_comes(incident: Incident, action: Action, branch: str) -> str:
    return f"The branch {branch} is being pushed. The thread of {ref(incident, action.number)} says when it is there."


def no_use(why: str) -> str:
    return f"That can't be used as a change: {why}. Nothing was kept."


def no_diff() -> str:
    return no_use("there is no diff of a named file in it; send what `git diff` or `diff -u old new` prints")


def no_change_given() -> str:
    return "Paste the diff here, or add it as a file below."


def one_change_at_a_time() -> str:
    return "There is a diff here and a file below: send one, then the other."


def not_in_slack(name: str) -> str:
    return f"{short(name, 80)} lies outside Slack, so I can't read it. Nothing was kept. Upload the file itself."


def file_not_given(name: str) -> str:
    return (
        f"Slack does not give me {short(name, 80)}. Nothing was kept. The app may lack a permission: somebody has to "
        "install it again with what `hotwash manifest` prints. A diff in a code block works meanwhile."
    )


def file_not_in_time() -> str:
    return "Slack did not hand over the file in time. Nothing was kept; what you filled in is still here: send again."


def which_repository(incident: Incident, action: Action, names: Sequence[str]) -> str:
    if not names:
        return "The policy names no repository to watch, so there is nothing to compare with. Nothing was kept."
    return (
        f"Which repository is it in: {', '.join(names)}? Type `/hotfix {ref(incident, action.number)} edit --repo "
        f"{names[0]}`, then send it again. Nothing was kept."
    )


def no_such_repository(name: str, names: Sequence[str]) -> str:
    return f"No watched repository is called {short(name, 60)!r}; there are: {', '.join(names)}. Nothing was kept."


def logged_before(incident: Incident, action: Action) -> str:
    """For a message that was logged already: once is enough."""
    said = f"That message is {ref(incident, action.number)} already. Nothing was changed."
    if action.state is ActionState.STRUCK:
        said += " It was struck; if it did happen, log it anew with `/hotfix`."
    return said


def pinned_before(incident: Incident) -> str:
    return f"That message is on the timeline of {incident.name} already."


def message_gone() -> str:
    return "That message is gone, or I can't see it. Nothing was recorded; type it with `/hotfix`."


def no_text(instead: str) -> str:
    return f"That message has no text to record. Nothing was recorded; type `{instead}`."


def which_thread() -> str:
    return "Which action? Name it, for example `#7`, or mention me in its thread."


# Answers


def count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def opening(incident: Incident) -> str:
    recorded = f"{incident.name} ({incident.severity}) is recorded."
    if incident.borrowed:
        return f"{recorded} This channel is its room: what is logged here belongs to it."
    private = " Only who is in it knows of it." if incident.private else ""
    return f"{recorded} Its channel is being made; you are invited in a moment.{private}"


def logged(incident: Incident, number: int, kind: str, text: str, owner: Person | None, ephemeral: bool) -> str:
    said = f"Logged {ref(incident, number)} · {kind} · {short(text)}"
    if owner is not None:
        said += f"\nOwner: {owner.name}."
    if ephemeral:
        said += "\nRecorded as ephemeral: nothing of it has to reach Git."
    if incident.standing:
        said += "\nNo incident is open here, so it stands in INC-0, the record of changes outside incidents."
    elif incident.settled:
        said += f"\n{incident.name} is {incident.state.value}; the action is followed up all the same."
    return said


def secrets_found(found: Iterable[str]) -> str:
    what = ", ".join(dict.fromkeys(found))
    return (
        f"I took {what} out before storing. It was shown to Slack all the same: rotate it, and delete your message "
        "if it is one."
    )


def change_sent(incident: Incident, action: Action, repo: str) -> str:
    return (
        f"The change of {ref(incident, action.number)} is kept. {repo} is looked at now; the thread of the action says "
        "what came of it."
    )


def pinned(incident: Incident) -> str:
    return f"It is on the timeline of {incident.name} now. Take the 📌 off if it should not be."


def unpinned(incident: Incident) -> str:
    return f"It is off the timeline of {incident.name}. The ledger keeps that it was there."


def log_taken_off(incident: Incident, action: Action) -> str:
    """Asked of whoever logged a message with a reaction and took the reaction off."""
    return (
        f"You took 🔧 off the message that is {ref(incident, action.number)}. It stays logged unless it is struck: "
        f"{short(action.text, 80)}"
    )


def reaction_taken_off() -> str:
    """Why an action was struck, where a press says so."""
    return "the 🔧 was taken off its message"


def pin_taken_off(incident: Incident) -> str:
    return f"You took 📌 off a message on the timeline of {incident.name}. It stays there unless you take it off."


def offer_to_log() -> str:
    return "That reads like a change made by hand. Log it? It goes under your name, with the time of your message."


def offer_to_link(what: str, incident: Incident, action: Action) -> str:
    return f"Does {what} reconcile {ref(incident, action.number)}? {short(action.text, 80)}"


def offers(on: bool) -> str:
    if on:
        return "I ask you again when a message of yours reads like a change made by hand, or links to one."
    return "I will not ask you about your messages any more. `/incident offers on` brings it back."


def linked(incident: Incident, action: Action, what: str, watched: bool) -> str:
    said = f"{ref(incident, action.number)} is linked to {what}."
    if not watched:
        said += " No watched repository holds it, so only a person can confirm it once it has landed."
    return said


def ruled(incident: Incident, action: Action, state: ActionState) -> str:
    return f"{ref(incident, action.number)} is now {state.value}: {short(action.text)}"


def confirmed(incident: Incident, action: Action, commit: str) -> str:
    return f"{ref(incident, action.number)} has landed, confirmed by you for {commit[:7]}."


def snoozed(many: int, hours: int) -> str:
    return f"Quiet for {hours} h about {count(many, 'action')}. Nothing leaves the checklist by that."


def nothing_drifts() -> str:
    return "None of your actions is drifting."


def changed(incident: Incident, what: str) -> str:
    return f"{incident.name}: {what}"
