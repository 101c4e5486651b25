"""The rules over lists that are no user's own: search, shelves, similar items, companions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import polars as pl

from modiste.rules import Rules, apply_rules

DEEPER = 4
"""So many times the asked items are looked at where rules may take some away."""


def needs_more(rules: Rules) -> bool:
    """Tell whether rules may shorten a list of what may be shown."""
    return bool(rules.at_most or rules.promotions or rules.hide_bought_days)


def is_shown(rules: Rules, place: int) -> bool:
    """Tell whether rules that are bound to the catalogue let an item be shown."""
    return rules.allowed is None or bool((rules.allowed == place).any())


def ruled(rules: Rules, places: Sequence[int], k: int, hidden: Collection[int] = ()) -> list[int]:
    """Cut a ranked list to `k` items that obey the rules; `rules.allowed` was seen to before.

    Pins are left out: they have their place in a user's own list.

    Args:
        rules: Bound to the catalogue.
        places: Items, best first, without repeats.
        k: Items kept.
        hidden: Items that are not to be shown.
    """
    if not needs_more(rules) and not hidden:
        return list(places[:k])
    item = pl.Series("item_idx", list(places), dtype=pl.Int32)
    ranked = item.to_frame().with_columns(
        pl.lit(0, pl.Int32).alias("user_idx"),
        pl.int_range(1, pl.len() + 1, dtype=pl.Int32).alias("rank"),
        pl.lit(None, pl.Float32).alias("score"),
    )
    away = pl.DataFrame(
        {"user_idx": [0] * len(hidden), "item_idx": list(hidden)},
        schema={"user_idx": pl.Int32, "item_idx": pl.Int32},
    )
    lists = apply_rules(replace(rules, pins=(), allowed=None), ranked, k, hidden=away)
    found: list[int] = lists.sort("rank")["item_idx"].to_list()
    return found
