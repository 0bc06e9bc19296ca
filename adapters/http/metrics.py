"""Figures for Prometheus: commands, refusals by code, durations, and gauges that other parts bring along.

Operators' systems keep and show them, so they tell nothing of what members do: no operation by name, no refusal's code of a
member's own, no instant at which a figure began - a respondent could date the lodging by them (rule C5).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest, values
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
SHARED_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
Gauge = Callable[[], float | Mapping[str, float]]


class Metrics:
    """The figures of one server: of all its processes, where SHARED_FOLDER names a folder of theirs.

    A gauge is read when it is asked for; one that fails is left out.
    """

    def __init__(self, gauges: Mapping[str, tuple[str, Gauge]]) -> None:
        self._shared = SHARED_FOLDER in os.environ
        values.ValueClass = values.MultiProcessValue() if self._shared else values.MutexValue  # type: ignore[no-untyped-call]
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        self._durations = Histogram(
            "originals_http_request_duration_seconds", "Requests by kind and class of status", ["kind", "status"], registry=self._registry
        )
        self._commands = Counter("originals_commands_total", "Commands carried out", registry=self._registry)
        self._refusals = Counter("originals_refusals_total", "Requests refused, by code", ["code"], registry=self._registry)
        self._gauges = _Gauges(gauges)

    def request(self, status: int, seconds: float, is_command: bool, code: str | None) -> None:
        """Count a request that was answered."""
        self._durations.labels("command" if is_command else "read", f"{status // 100}xx").observe(seconds)
        if is_command and status < 400:
            self._commands.inc()
        if code is not None:
            self._refusals.labels(code).inc()

    def text(self) -> bytes:
        """The exposition format."""
        told = CollectorRegistry()
        if self._shared:
            MultiProcessCollector(told)  # type: ignore[no-untyped-call]
        told.register(self._gauges)
        return generate_latest(told) if self._shared else generate_latest(self._registry) + generate_latest(told)


class _Gauges(Collector):
    def __init__(self, gauges: Mapping[str, tuple[str, Gauge]]) -> None:
        self._gauges = gauges

    def collect(self) -> Iterator[Metric]:
        for name, (meaning, read) in self._gauges.items():
            try:
                value = read()
            except Exception:  # a figure that cannot be read must not take the others with it
                continue
            family = GaugeMetricFamily(f"originals_{name}", meaning, labels=["of"] if isinstance(value, Mapping) else None)
            for label, number in value.items() if isinstance(value, Mapping) else ():
                family.add_metric([label], number)
            if not isinstance(value, Mapping):
                family.add_metric([], value)
            yield family
