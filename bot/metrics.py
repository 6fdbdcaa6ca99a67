"""What this process counted since it started: plain numbers, which `/metrics` puts into Prometheus's words."""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0)  # seconds


@dataclass(slots=True)
class Durations:
    """How often something took up to each of BOUNDS, or longer (the last), and seconds in all."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    total: float = 0.0

    def add(self, seconds: float) -> None:
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.total += seconds


commands: Counter[tuple[str, str]] = Counter()  # (verb, "done", "refused" or "failed")
command_seconds = Durations()  # from a command's arrival to its answer
effects: Counter[tuple[str, str]] = Counter()  # (kind, "done", "later", "refused" or "failed")
effect_seconds = Durations()  # in hand, until it is shown, put off or given up
slack_calls: Counter[tuple[str, str]] = Counter()  # (method, "ok", "429", "lost" or Slack's error code), by delivery
