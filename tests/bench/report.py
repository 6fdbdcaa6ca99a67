"""What was measured: one line a figure, beside its baseline."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table


@dataclass(frozen=True, slots=True)
class Line:
    """One figure. `baseline` is what `against` measured or bounds; `goal` says in words what `reached` was asked of."""

    what: str
    value: float
    unit: str
    baseline: float
    against: str
    goal: str = ""
    reached: bool | None = None

    @property
    def ratio(self) -> float:
        return self.value / self.baseline if self.baseline else float("nan")

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "ratio": round(self.ratio, 3)}


def table(title: str, lines: Sequence[Line]) -> Table:
    shown = Table(title=title, title_justify="left", title_style="bold")
    shown.add_column("measured")
    for heading in ("Hotwash", "baseline", "ratio"):
        shown.add_column(heading, justify="right", no_wrap=True)
    shown.add_column("baseline is")
    shown.add_column("to reach")
    for line in lines:
        verdict = {None: "", True: "[green]reached[/]", False: "[red]not reached[/]"}[line.reached]
        shown.add_row(
            line.what,
            _number(line.value, line.unit),
            _number(line.baseline, line.unit),
            f"{line.ratio:.2f}",
            line.against,
            f"{line.goal}: {verdict}" if line.goal else "",
        )
    return shown


def _number(value: float, unit: str) -> str:
    digits = 0 if value >= 100 or value == int(value) else 2
    return f"{value:,.{digits}f} {unit}"
