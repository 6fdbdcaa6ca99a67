"""`/incident retro`: what people write of an incident, beside what is computed. Neither ever changes the other."""

from collections.abc import Mapping

from bot.ledger import load
from bot.ledger.retro import written
from bot.ledger.tables import entries
from bot.rules import words
from bot.rules.clean import Clean
from bot.rules.commands import Retro, WriteRetro
from bot.rules.decision import Answer, Button, Decision, Entry, Insert, Refusal, Update
from bot.rules.effects import incident_changed
from bot.rules.model import Incident, Section, Written
from bot.warroom.scope import Scope

FITS = 3000  # characters that a form gives back


def decide(
    incident: Incident,
    before: Mapping[Section, tuple[int, Written]],
    shown: Mapping[Section, str],
    texts: Mapping[Section, Clean],
    seen: int,
    by: int,
    at: int,
) -> Decision:
    """Write the sections that differ from what the form had shown. `before` is what they read now, with the ids of the
    rows; `seen` is the ledger's last entry when the form was opened: raises Refusal where somebody else has written the
    same section since."""
    now = {section: one.text for section, (_, one) in before.items()}
    changed = [one for one, text in texts.items() if text not in (shown.get(one, ""), now.get(one, ""))]
    if newer := [section.heading for section in changed if section in before and before[section][1].seq > seen]:
        raise Refusal(words.written_since(newer))
    if not changed:
        return Decision(Answer(words.changed(incident, "nothing in the retrospective was changed.")))
    changes: list[Insert | Update] = []
    for seq, section in enumerate(changed, start=incident.last_seq + 1):
        values = {"text": texts[section], "by": by, "at": at, "seq": seq}
        if section in before:
            changes.append(Update("retro", before[section][0], values))
        else:
            changes.append(Insert("retro", {"incident_id": incident.id, "section": section.value, **values}))
    return Decision(
        answer=Answer(words.changed(incident, "the retrospective is written.")),
        entries=tuple(Entry("retro.written", {"section": section, "text": texts[section]}) for section in changed),
        changes=tuple(changes),
        effects=incident_changed(incident),
    )


def write(scope: Scope, command: WriteRetro) -> Answer:
    incident = _incident(scope, command.incident)
    texts = {section: scope.clean(text.strip()) for section, text in command.texts.items()}
    before, shown = written(scope.conn, incident.id), _shown(scope, incident, command.seen)
    return scope.record(incident, decide(incident, before, shown, texts, command.seen, scope.actor.id, scope.at))


def _shown(scope: Scope, incident: Incident, seen: int) -> dict[Section, str]:
    """What the form gave to read when that was the last entry; it leaves a field empty that does not take the text."""
    told = load.lines(scope.conn, incident.id, entries.c.kind == "retro.written", entries.c.seq <= seen)
    read = {Section(str(one.payload["section"])): str(one.payload["text"]) for one in told if one.payload}
    return {section: text if len(text) <= FITS else "" for section, text in read.items()}


def show(scope: Scope, command: Retro) -> Answer:
    """What is written so far, with the button that opens the form."""
    incident = _incident(scope, command.incident)
    told = [f"{one.section.heading}: {words.short(one.text)}" for _, one in written(scope.conn, incident.id).values()]
    said = words.changed(incident, "\n".join(["retrospective", *told]) if told else "nothing is written yet.")
    return Answer(said, (Button("retro", "Write…", str(incident.number)),))


def _incident(scope: Scope, number: int | None) -> Incident:
    incident = scope.incident(number, "retro")
    if incident.standing:
        raise Refusal(words.no_standing("looked back at"))
    return incident
