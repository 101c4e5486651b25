"""A planted shop whose descriptions say of each kind and pattern what no attribute says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from modiste.data import Dataset
from modiste.engine import collect, lazy
from modiste.testing import make_shop

SAYINGS = {
    "Dress": "swaying waltz hemline gathered bodice evening",
    "Shirt": "placket yoke collar cuffs office button",
    "Trousers": "crease ankle belt loops waistband straight",
    "Boots": "rubber outsole heel lace leather zip",
}
"""Words that are said of each kind, none of them its own."""
PATTERNS = {"Blossom": "petals", "Stripe": "lines", "Solid": "plain"}
"""A word that is said of each pattern; the pattern's own name is never said."""
COLOURS = ("Red", "Navy Blue", "Green")


def planted(n_items: int = 240) -> Dataset:
    """Items of four kinds, three patterns and three colours, in all mixtures."""
    rng = np.random.default_rng(7)
    kinds, patterns = list(SAYINGS), list(PATTERNS)
    kind = [kinds[number % 4] for number in range(n_items)]
    pattern = [patterns[number // 4 % 3] for number in range(n_items)]
    said = [
        " ".join([*rng.choice(SAYINGS[one].split(), 3, replace=False), PATTERNS[other]])
        for one, other in zip(kind, pattern, strict=True)
    ]
    shop = make_shop(
        [(0, 0, 1)],
        n_users=1,
        n_items=n_items,
        attributes={
            "colour": [COLOURS[number // 12 % 3] for number in range(n_items)],
            "year": [str(2010 + number % 5) for number in range(n_items)],
            "pattern": pattern,
            "kind": kind,
        },
    )
    items = collect(shop.items).with_columns(
        pl.Series("name", [f"{one} no {number % 40}" for number, one in enumerate(kind)]),
        pl.Series("description", said),
    )
    return replace(shop, items=lazy(items))
