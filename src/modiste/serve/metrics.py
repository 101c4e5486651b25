"""What the server counts, for Prometheus; with several processes all of them are summed."""

from __future__ import annotations

import os

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Variable with the folder through which processes share their counts."""
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

REQUESTS = Counter("modiste_requests", "Answered requests.", ["method", "route", "status"])
SECONDS = Histogram(
    "modiste_request_seconds", "Time of an answer.", ["method", "route"], buckets=_BUCKETS
)
REFUSED = Counter("modiste_refused", "Requests refused at the gate, by code.", ["code"])
EVENTS = Counter("modiste_events", "Events by what became of them.", ["outcome"])
PHOTOS = Counter("modiste_photos", "Photos by what became of them.", ["outcome"])
RENEWALS = Counter("modiste_renewals", "Changes of the shop by what became of them.", ["outcome"])
READY = Gauge(
    "modiste_ready", "Applications that are ready, one a process.", multiprocess_mode="livesum"
)


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """Count one request; methods nobody knows are one."""
    method = method if method in _METHODS else "other"
    REQUESTS.labels(method, route, str(status)).inc()
    SECONDS.labels(method, route).observe(seconds)


def exposition() -> tuple[bytes, str]:
    """Give all counts in Prometheus' text form, and its media type."""
    registry = REGISTRY
    if FOLDER in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry), CONTENT_TYPE_LATEST


def leave(*, was_ready: bool) -> None:
    """Take an application, and its process, out of the sums of living ones."""
    if was_ready:
        READY.dec()
    if FOLDER in os.environ:
        mark_process_dead(os.getpid())  # type: ignore[no-untyped-call]
