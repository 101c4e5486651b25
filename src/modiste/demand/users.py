"""What is known of users before a day: how often, how lately and of which kinds they buy."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from modiste.engine import SCALE

WINDOWS = (7, 14, 28, 56, 91, 182, 364)
"""Days whose visits are counted."""
HALF_LIVES = (14, 45, 150)
"""Days after which a visit counts half."""
HISTORY_DAYS = 728
"""Purchases of two years are looked at."""
KIND_WINDOWS = (28, 91, 364)
"""Days whose purchases of a kind are counted."""


def user_windows(
    purchases: pl.LazyFrame, users: pl.LazyFrame, as_of: int, attributes: Sequence[str] = ()
) -> pl.LazyFrame:
    """Describe every user who bought before a day.

    Args:
        purchases: `user_idx, item_idx, day, price, channel` and `kind` (code, null: unknown);
            those of `as_of` and later are not read.
        users: `user_idx, age` and `<attribute>_code`.
        as_of: The day.
        attributes: Of the users, those that are used.

    Returns:
        `user_idx` and numbers, one row a user of the last two years; null where unknown.
    """
    age = (as_of - pl.col("day")).cast(pl.Int32)
    known = purchases.filter(pl.col("day") < as_of, pl.col("day") >= as_of - HISTORY_DAYS)
    rows = known.select("user_idx", "item_idx", "kind", "price", "channel", age.alias("age"))
    baskets = rows.group_by("user_idx", "age").agg(
        pl.len().alias("pieces"), _exact(pl.col("price").fill_null(0.0)).alias("paid")
    )
    day = pl.col("age")
    ordered = day.sort()
    n_visits = pl.len()
    visits = baskets.group_by("user_idx").agg(
        *((day <= window).sum().alias(f"visits_{window}d") for window in WINDOWS),
        n_visits.alias("visits"),
        *(pl.col("pieces").filter(day <= w).sum().alias(f"pieces_{w}d") for w in (28, 91, 364)),
        pl.col("pieces").sum().alias("pieces"),
        *(pl.col("paid").filter(day <= w).sum().alias(f"paid_{w}d") for w in (91, 364)),
        day.min().alias("days_since_last"),
        day.max().alias("days_since_first"),
        *(ordered.get(n, null_on_oob=True).alias(f"days_since_{n + 1}th") for n in (1, 2, 4)),
        ((day.max() - day.min()) / (n_visits - 1)).alias("gap"),
        ((day * day).sum() / n_visits - (day.sum() / n_visits) ** 2)
        .clip(lower_bound=0)
        .sqrt()
        .alias("spread"),
        *(_exact(0.5 ** (day / half)).alias(f"visits_decayed_{half}") for half in HALF_LIVES),
        ((day <= 364) & (day > 357)).sum().alias("visits_week_last_year"),
        ((day <= 378) & (day > 343)).sum().alias("visits_around_last_year"),
        pl.col("pieces").sort_by(day, descending=False).first().alias("last_basket"),
    )
    pieces = rows.group_by("user_idx").agg(
        pl.col("kind").n_unique().alias("kinds"),
        pl.col("item_idx").n_unique().alias("items"),
        (_exact(pl.col("price")) / pl.col("price").count()).alias("price_mean"),
        (pl.col("channel") == 2).mean().alias("web_share"),
    )
    told = users.select(
        "user_idx",
        pl.col("age").alias("user_age"),
        *(pl.col(f"{name}_code").alias(f"user_{name}") for name in attributes),
    )
    gap = pl.col("gap").fill_nan(None)
    return (
        visits.join(pieces, on="user_idx")
        .join(told, on="user_idx", how="left")
        .with_columns(
            gap,
            (pl.col("days_since_last") / gap).fill_nan(None).alias("overdue"),
            (pl.col("days_since_first") / pl.col("visits")).alias("days_a_visit"),
            (pl.col("pieces") / pl.col("visits")).alias("basket"),
        )
        .select("user_idx", pl.exclude("user_idx").cast(pl.Float32).name.keep())
    )


def user_kind_windows(purchases: pl.LazyFrame, as_of: int) -> pl.LazyFrame:
    """Describe what every user bought of each kind that they ever bought in two years.

    Args:
        purchases: As in `user_windows`.
        as_of: The day.

    Returns:
        `user_idx, kind` and numbers, one row a pair that was bought; purchases of unknown kind are
        left out.
    """
    age = (as_of - pl.col("day")).cast(pl.Int32).alias("age")
    known = purchases.filter(
        pl.col("day") < as_of, pl.col("day") >= as_of - HISTORY_DAYS, pl.col("kind").is_not_null()
    )
    day = pl.col("age")
    return (
        known.select("user_idx", "kind", age)
        .group_by("user_idx", "kind")
        .agg(
            *((day <= window).sum().alias(f"kind_pieces_{window}d") for window in KIND_WINDOWS),
            pl.len().alias("kind_pieces"),
            day.n_unique().alias("kind_visits"),
            day.min().alias("kind_days_since_last"),
            _exact(0.5 ** (day / 60)).alias("kind_decayed"),
            ((day <= 378) & (day > 343)).sum().alias("kind_around_last_year"),
        )
        .with_columns(pl.exclude("user_idx", "kind").cast(pl.Float32))
    )


def kind_windows(purchases: pl.LazyFrame, as_of: int) -> pl.LazyFrame:
    """Describe how each kind sells to everybody.

    Args:
        purchases: As in `user_windows`.
        as_of: The day.

    Returns:
        `kind` and its shares of all pieces and its rise in the same weeks of last year, one row a
        kind that sold in the last two years.
    """
    known = purchases.filter(
        pl.col("day") < as_of, pl.col("day") >= as_of - HISTORY_DAYS, pl.col("kind").is_not_null()
    )
    age = as_of - pl.col("day")
    year = age - 364
    counted = known.group_by("kind").agg(
        *((age <= days).sum().alias(f"sold_{days}") for days in (7, 28, 364)),
        ((year <= 0) & (year > -14)).sum().alias("ahead"),
        ((year > 0) & (year <= 28)).sum().alias("before"),
    )
    share = [
        (pl.col(f"sold_{days}") / pl.col(f"sold_{days}").sum().clip(lower_bound=1))
        .cast(pl.Float32)
        .alias(f"kind_share_{days}d")
        for days in (7, 28, 364)
    ]
    rise = (pl.col("ahead") + 5) / (pl.col("before") / 2 + 5)
    return counted.select("kind", *share, rise.cast(pl.Float32).alias("kind_season_rise"))


def _exact(values: pl.Expr) -> pl.Expr:
    """Sum to the same bits in whatever order, see `modiste.engine.exact_sum`."""
    return (values * SCALE).round(0).cast(pl.Int64).sum().cast(pl.Float64) / SCALE
