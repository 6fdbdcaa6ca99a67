"""`/metrics`, for Prometheus: what this process counted, and how the ledger stands."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator

from fastapi import APIRouter, Response

from bot import metrics
from bot.ledger.database import Database
from bot.ledger.figures import Figures, figures


def router(db: Database, now: Callable[[], int]) -> APIRouter:
    """`now` is business time, in microseconds."""
    routes = APIRouter()

    @routes.get("/metrics", response_class=Response)
    async def scrape() -> Response:
        found = await db.read(lambda conn: figures(conn, now()))
        text, kind = await asyncio.to_thread(_text, found)
        return Response(text, media_type=kind)

    return routes


def _text(found: Figures) -> tuple[bytes, str]:
    # Loaded at the first scrape: most installs have none, and it costs 2 MB and a tenth of the start.
    from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
    from prometheus_client.registry import Collector

    def counter(name: str, help: str, labels: tuple[str, ...], counts: Counter[tuple[str, str]]) -> Metric:
        family = CounterMetricFamily(name, help, labels=labels)
        for values, count in sorted(counts.items()):
            family.add_metric(values, count)
        return family

    def gauge(name: str, help: str, label: str, values: dict[str, float]) -> Metric:
        family = GaugeMetricFamily(name, help, labels=[label] if label else None)
        for value, number in values.items():
            family.add_metric([value] if label else [], number)
        return family

    def durations(name: str, help: str, durations: metrics.Durations) -> Metric:
        family = HistogramMetricFamily(name, help)
        bounds = [*map(str, metrics.BOUNDS), "+Inf"]
        counts = durations.counts
        buckets = [(bound, float(sum(counts[: at + 1]))) for at, bound in enumerate(bounds)]
        family.add_metric([], buckets, durations.total)
        return family

    class Now(Collector):
        def collect(self) -> Iterator[Metric]:
            yield counter("hotwash_commands", "Commands, by outcome", ("verb", "outcome"), metrics.commands)
            yield durations("hotwash_command_seconds", "From a command to its answer", metrics.command_seconds)
            yield counter("hotwash_effects", "Effects tried, by outcome", ("kind", "outcome"), metrics.effects)
            yield durations("hotwash_effect_seconds", "One try of an effect", metrics.effect_seconds)
            yield counter(
                "hotwash_slack_calls", "Calls by delivery, by outcome", ("method", "outcome"), metrics.slack_calls
            )
            yield gauge("hotwash_outbox_waiting", "Effects still to be shown", "", {"": found.waiting})
            yield gauge("hotwash_outbox_oldest_seconds", "How long the oldest has waited", "", {"": found.oldest})
            yield gauge("hotwash_outbox_parked", "Effects that Slack refused for good", "", {"": found.parked})
            yield gauge("hotwash_actions", "Actions, by state", "state", dict(found.actions))
            yield gauge("hotwash_incidents", "Incidents, by state", "state", dict(found.incidents))
            yield CounterMetricFamily("hotwash_nudges", "Direct reminders that were sent", found.nudges)
            polled = {one.name: one.polled for one in found.repositories if one.polled is not None}
            yield gauge("hotwash_repository_polled_seconds", "Since the last look that worked", "repository", polled)
            failures = {one.name: float(one.failures) for one in found.repositories}
            yield gauge("hotwash_repository_failures", "Looks in a row that failed", "repository", failures)

    registry = CollectorRegistry()
    registry.register(Now())
    return generate_latest(registry), CONTENT_TYPE_LATEST
