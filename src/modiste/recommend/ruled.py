"""Lists that obey rules: never shortened while the shop has sold something that may be shown."""

from __future__ import annotations

import polars as pl

from modiste.candidates.base import today
from modiste.data import Dataset
from modiste.engine import collect
from modiste.rules import Rules, apply_rules

_FIRST_SPARE = 4
"""So many times `k` spare items are looked at first; for most rules they are enough."""
_MOST_ROWS = 5_000_000
"""Rows of users with spare items that are made at once."""


def ruled_lists(
    rules: Rules,
    ranked: pl.DataFrame,
    asked: Dataset,
    users: pl.Series,
    spare: pl.DataFrame,
    k: int,
) -> pl.DataFrame:
    """Give each asked user `k` items that the rules let be shown.

    Args:
        rules: The rules, bound to the shop.
        ranked: What a model ranked for the asked users among `rules.allowed`, all of the pool.
        asked: The shop before the model's `as_of`, cut to the asked users.
        users: `user_idx` of all asked users, ascending.
        spare: `item_idx` of what fills a list, the best first.
        k: Items for each user.

    Returns:
        A frame after `schema.RECOMMENDATIONS`; a user has fewer than `k` rows only where the ranked
        and the spare items together hold no more that may be shown.
    """
    hidden = bought_lately(asked, rules.hide_bought_days) if rules.hide_bought_days else None
    if rules.allowed is not None:
        may = rules.allowed.alias("item_idx").to_frame()
        spare = spare.join(may, on="item_idx", how="semi", maintain_order="left")
    first = with_spare(ranked, users, spare.head(_FIRST_SPARE * k))
    lists = apply_rules(rules, first, k, hidden=hidden)
    full = lists.filter(pl.col("rank") == k).select("user_idx")
    short = users.to_frame().join(full, on="user_idx", how="anti").get_column("user_idx")
    if short.is_empty() or spare.height <= _FIRST_SPARE * k:
        return lists
    parts = [lists.join(full, on="user_idx", how="semi")]
    size = max(1, _MOST_ROWS // spare.height)
    for start in range(0, len(short), size):
        some = short.slice(start, size)
        mine = ranked.join(some.to_frame(), on="user_idx", how="semi")
        parts.append(apply_rules(rules, with_spare(mine, some, spare), k, hidden=hidden))
    return pl.concat(parts).sort("user_idx", "rank")


def bought_lately(asked: Dataset, days: int) -> pl.DataFrame:
    """Give what users bought in the last `days` days: `user_idx, item_idx`, without repeats."""
    end = today(asked)
    return collect(asked.between(end - days, end).select("user_idx", "item_idx").unique())


def with_spare(ranked: pl.DataFrame, users: pl.Series, spare: pl.DataFrame) -> pl.DataFrame:
    """Add spare items behind every user's own, those that are not there yet, without a score."""
    behind = (ranked["rank"].max() or 0) + 1  # type: ignore[operator]
    place = (pl.int_range(pl.len()) + behind).cast(pl.Int32).alias("rank")
    added = (
        users.alias("user_idx")
        .to_frame()
        .join(spare.with_columns(place), how="cross")
        .join(ranked, on=["user_idx", "item_idx"], how="anti")
        .with_columns(pl.lit(None, pl.Float32).alias("score"))
    )
    return pl.concat([ranked, added.select(ranked.columns)])
