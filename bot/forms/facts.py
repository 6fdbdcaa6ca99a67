"""What the forms say in the same words, as plain text: each form escapes it in its own way."""

from collections.abc import Iterable, Iterator

from bot.rules.checklist import Basis, How, Item
from bot.rules.model import Action, LinkKind, Person
from bot.rules.proofs import finding
from bot.rules.summary import Summary, plain_duration, utc_minute


def summary_facts(facts: Summary) -> Iterator[tuple[str, str]]:
    """What the summary says: what it is, and the fact."""
    yield "Opened", utc_minute(facts.incident.opened_at)
    yield "Duration", plain_duration(facts.duration)
    if facts.time_to_resolve is not None:
        yield "Time to resolve", plain_duration(facts.time_to_resolve)
    yield "People", ", ".join(name(person) for person in facts.people)
    if facts.by_kind:
        yield "Actions by kind", ", ".join(f"{number} {kind.value}" for kind, number in facts.by_kind.items())
        yield (
            "Actions by state",
            ", ".join(f"{number} {name}" for name, number in facts.by_state.items()),
        )
    if facts.commits:
        yield "Commits", ", ".join(f"{c.sha[:7]} ({numbers(c.actions)})" for c in facts.commits)
    if facts.oldest_drift is not None:
        oldest = facts.oldest_drift
        yield "Oldest drift", f"{plain_duration(oldest.drift)} ({numbers([oldest.action.number])})"
    yield "Drift debt", plain_duration(facts.drift_debt)
    left = numbers(sorted(item.action.number for item in facts.left))
    yield "Left to reconcile", left or "nothing"


def standing(item: Item) -> str:
    """Where an action stands, and what that rests on."""
    action, basis = item.action, item.basis
    said = _grounds(action, basis)
    if basis.proofs and basis.how is not How.PROVEN:
        said += f" · {finding(basis.proofs)}"
    return said


def _grounds(action: Action, basis: Basis) -> str:
    by = f" by {name(basis.by)}" if basis.by else ""
    commit = f" · {basis.commit[:7]}" if basis.commit else ""
    match basis.how:
        case How.NOTHING:
            return "drifting · no commit carries it"
        case How.NOT_THERE:
            return f"{action.state.value}" + (f" · {basis.commit[:7]} says it carries it" if basis.commit else "")
        case How.WHITESPACE:
            return f"{action.state.value}{commit}"
        case How.LOST:
            cause = f"by {basis.lost_by[:7]}" if basis.lost_by else "when the branch was rewritten"
            return f"{action.state.value}{commit} · lost {cause}"
        case How.LINKED:
            link = basis.link
            ref = f" · {link.ref}" if link and link.kind is not LinkKind.COMMIT else ""
            return f"in review{ref}{commit} · linked{by}"
        case How.CLAIMED:
            return f"claimed{commit}"
        case How.UNDONE | How.WAIVED | How.EPHEMERAL if basis.why:
            return f"{basis.how.value}{by}: {basis.why}"
        case _:
            return f"{basis.how.value}{by}{commit}"


def numbers(of: Iterable[int]) -> str:
    return ", ".join(f"#{number}" for number in of)


def name(person: Person) -> str:
    """Somebody who was erased has none."""
    return person.name or "somebody"
