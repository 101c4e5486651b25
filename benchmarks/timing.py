"""How long one thread takes to answer one user after another."""

from __future__ import annotations

import os
from collections.abc import Callable
from time import perf_counter, process_time

# Before anything that reads them is imported.
os.environ.setdefault("POLARS_MAX_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")


def measure(ask: Callable[[int], object], users: list[int]) -> dict[str, float]:
    """Ask once for every user, after one to warm up, and give milliseconds."""
    ask(users[0])
    cpu, wall = [], []
    for user in users:
        start, clock = process_time(), perf_counter()
        ask(user)
        cpu.append(1e3 * (process_time() - start))
        wall.append(1e3 * (perf_counter() - clock))
    cpu.sort()
    wall.sort()
    middle, high = len(users) // 2, int(len(users) * 0.95)
    return {
        "cpu_p50_ms": cpu[middle],
        "cpu_p95_ms": cpu[high],
        "wall_p50_ms": wall[middle],
        "wall_p95_ms": wall[high],
    }
