"""What was known about customers and items before each judged week.

Segments and the measures that need more than two lists read it. It is taken from the rows before
each week; only `Context.on_sale` looks at the judged weeks too, since it says what was there to be
shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import narwhals as nw
import polars as pl

from modiste.data.dataset import Dataset
from modiste.engine import collect
from modiste.errors import InputError

DAYS_OF_WEEK = 7
ON_SALE_DAYS = 364
"""An item is on sale if it was sold in this many days before the first judged week or later."""
POPULARITY_DAYS = 364
"""The popularity that novelty is judged by is that of so many days before the week."""


@dataclass(frozen=True)
class Context:
    """Facts beside what was shown and bought; `week` is a week's first day."""

    weeks: tuple[int, ...]
    """First days of the judged weeks, rising."""
    history: pl.DataFrame
    """`week, user_idx, n_before`: purchases of each judged customer before the week, 0 included."""
    ages: pl.DataFrame
    """`user_idx, age`: of the judged customers; null: unknown."""
    owned: pl.DataFrame
    """`week, user_idx, item_idx`: what was bought and had been bought by that customer before."""
    first_sales: pl.DataFrame
    """`item_idx, first_day`: the day each item was first sold; items never sold are absent."""
    popularity: pl.DataFrame
    """`week, item_idx, buyers, all_buyers`, see `metrics.novelty`."""
    on_sale: pl.DataFrame
    """`item_idx`: what was on sale in the judged weeks."""


def build_context(
    dataset: Dataset, relevant: pl.DataFrame, weeks: Sequence[int] | None = None
) -> Context:
    """Gather what segments need, one week at a time, so that memory stays that of one week.

    Args:
        dataset: The whole shop, the judged weeks included.
        relevant: What was bought: `week, user_idx, item_idx`.
        weeks: First days of the judged weeks; by default those of `relevant`.

    Raises:
        InputError: If no week is judged.
    """
    judged = sorted(relevant["week"].unique() if weeks is None else set(weeks))
    if not judged:
        raise InputError("no weeks to judge: the label weeks hold no purchases")
    days = {"week": pl.Int32, "user_idx": pl.Int32, "item_idx": pl.Int32}
    bought = relevant.select(pl.col(name).cast(dtype) for name, dtype in days.items())
    parts = [_before(dataset, bought.filter(pl.col("week") == week), week) for week in judged]
    customers = bought.select("user_idx").unique()
    sold = dataset.between(judged[0] - ON_SALE_DAYS, judged[-1] + DAYS_OF_WEEK)
    first_day = nw.col("day").min().alias("first_day")
    return Context(
        weeks=tuple(judged),
        history=pl.concat(part[0] for part in parts).sort("week", "user_idx"),
        owned=pl.concat(part[1] for part in parts).sort("week", "user_idx", "item_idx"),
        popularity=pl.concat(part[2] for part in parts).sort("week", "item_idx"),
        ages=collect(dataset.users.select("user_idx", "age"))
        .join(customers, on="user_idx", how="semi")
        .sort("user_idx"),
        first_sales=collect(dataset.interactions.group_by("item_idx").agg(first_day)).sort(
            "item_idx"
        ),
        on_sale=collect(sold.select("item_idx").unique()).sort("item_idx"),
    )


def _before(
    dataset: Dataset, bought: pl.DataFrame, week: int
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Give one week's parts of `history`, `owned` and `popularity`."""
    past = dataset.until(week)
    customers = bought.select("week", "user_idx").unique()
    counts = collect(
        past.of_users(nw.from_native(customers.select("user_idx").lazy()))
        .interactions.group_by("user_idx")
        .agg(nw.len().alias("n_before"))
    )
    history = customers.join(counts, on="user_idx", how="left").with_columns(
        pl.col("n_before").fill_null(0).cast(pl.Int32)
    )
    pairs = nw.from_native(bought.lazy())
    keys = past.interactions.select("user_idx", "item_idx")
    owned = collect(pairs.join(keys, on=["user_idx", "item_idx"], how="semi"))
    recent = past.between(week - POPULARITY_DAYS, week).select("user_idx", "item_idx").unique()
    buyers = collect(recent.group_by("item_idx").agg(nw.len().alias("buyers")))
    everybody = collect(recent.select(nw.col("user_idx").n_unique().alias("all_buyers"))).item()
    total = pl.DataFrame({"item_idx": [None], "buyers": [0]}, schema=buyers.schema)
    popularity = pl.concat([total, buyers]).select(
        pl.lit(week, dtype=pl.Int32).alias("week"),
        "item_idx",
        pl.col("buyers").cast(pl.Int32),
        pl.lit(everybody, dtype=pl.Int32).alias("all_buyers"),
    )
    return history, owned, popularity
