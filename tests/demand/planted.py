"""A shop whose seasons, launches, stops, needs and tastes are known."""

from __future__ import annotations

import numpy as np

from modiste.data import Dataset
from modiste.demand.trees import Trees
from modiste.testing import make_shop

FIRST, WEEKS = 17_850, 112
"""The first day, and how many weeks follow."""
KINDS = ("coat", "sandals", "socks")
"""Sold most in winter, in summer, and always alike."""
ITEMS_OF_KIND = 6
STOPPED, LAUNCHED = (0, 6), 13
"""Items that sell nothing in the last two weeks, and one that begins three weeks before the end."""
N_USERS = 240
QUICK = Trees(n_trees=30, learning_rate=0.2, min_leaf_rows=20, threads=1)
END = FIRST + 7 * WEEKS


def season(kind: str, day: int) -> float:
    """Give the planted factor of a kind on a day: 1 at its peak."""
    peak = {"coat": 0.0, "sandals": 0.5}.get(kind)
    turn = (day - FIRST) / 364
    return 1.0 if peak is None else float(0.03 + 0.97 * np.cos(np.pi * (turn - peak)) ** 8)


def planted_shop(seed: int = 3) -> Dataset:
    """Make the shop. A third of the users buys socks only, a third nothing but coats and sandals.

    Users with an even number like the first half of each kind's items, the others the second; their
    pictures differ.
    """
    rng = np.random.default_rng(seed)
    n_items = len(KINDS) * ITEMS_OF_KIND
    rows = []
    for week in range(WEEKS):
        day = FIRST + 7 * week
        for item in range(n_items):
            kind = KINDS[item // ITEMS_OF_KIND]
            if item in STOPPED and week >= WEEKS - 2:
                continue
            if item == LAUNCHED and week < WEEKS - 3:
                continue
            rate = 9.0 if item in STOPPED else 5.0 * season(kind, day)
            half = item % ITEMS_OF_KIND // (ITEMS_OF_KIND // 2)
            for _ in range(rng.poisson(rate)):
                group = 0 if kind == "socks" else 1  # a third never buys: user_idx % 3 == 2
                place = rng.integers(0, N_USERS // 6)
                rows.append(
                    (int(6 * place + (group + 3 * half)), item, int(day + rng.integers(0, 7)))
                )
    halves = [item % ITEMS_OF_KIND // (ITEMS_OF_KIND // 2) for item in range(n_items)]
    noise = rng.normal(0, 0.1, (n_items, 4))
    looks = {item: (np.eye(4)[halves[item]] + noise[item]).tolist() for item in range(n_items)}
    return make_shop(
        rows,
        n_users=N_USERS,
        n_items=n_items,
        attributes={"kind": [KINDS[item // ITEMS_OF_KIND] for item in range(n_items)]},
        vectors={"pictures": looks},
    )
