"""Parts of the customer-weeks that are judged apart, because an average hides them.

History, age band and week split the customers; the item segments keep the lists as they are and
count only part of what was bought.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import polars as pl

from modiste.evaluation.context import Context
from modiste.evaluation.metrics import CUSTOMER_WEEK

LITTLE_HISTORY = 4
"""Up to so many purchases before the week are a little history."""
NEW_ITEM_DAYS = 28
"""An item is new in a week if it was first sold in so many days before it, or not before it."""

HISTORY_SEGMENTS = ("none", "little", "much")
AGE_BANDS = ("under 25", "25-34", "35-44", "45-54", "55 and over", "unknown")
ITEM_SEGMENTS = (
    "new in the shop",
    "new to the customer",
    "new to the customer, with history",
)

_EPOCH = date(1970, 1, 1)


def iso_day(day: int) -> str:
    """Give a day count since 1970-01-01 as an ISO date."""
    return (_EPOCH + timedelta(days=int(day))).isoformat()


def history_segment(n_before: pl.Expr) -> pl.Expr:
    """Name the segment of a count of purchases: none, little (1 to 4) or much (5 or more)."""
    return (
        pl.when(n_before == 0)
        .then(pl.lit("none"))
        .when(n_before <= LITTLE_HISTORY)
        .then(pl.lit("little"))
        .otherwise(pl.lit("much"))
    )


def age_band(age: pl.Expr) -> pl.Expr:
    """Name the band of an age in years; null and NaN are "unknown"."""
    return (
        pl.when(age.is_null() | age.is_nan())
        .then(pl.lit("unknown"))
        .when(age < 25)
        .then(pl.lit("under 25"))
        .when(age < 35)
        .then(pl.lit("25-34"))
        .when(age < 45)
        .then(pl.lit("35-44"))
        .when(age < 55)
        .then(pl.lit("45-54"))
        .otherwise(pl.lit("55 and over"))
    )


def customer_segments(customer_weeks: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Say to which segments each customer-week belongs.

    Args:
        customer_weeks: `week, user_idx`, no row twice.
        context: Purchases before the weeks, and ages.

    Returns:
        `week, user_idx, history, age`, in the order given; the history of a customer-week that the
        context does not know is "none".
    """
    return (
        customer_weeks.select(CUSTOMER_WEEK)
        .join(context.history, on=CUSTOMER_WEEK, how="left", maintain_order="left")
        .join(context.ages, on="user_idx", how="left", maintain_order="left")
        .select(
            *CUSTOMER_WEEK,
            history_segment(pl.col("n_before").fill_null(0)).alias("history"),
            age_band(pl.col("age").cast(pl.Float64)).alias("age"),
        )
    )


def new_items(relevant: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Keep of what was bought the items that are new in the shop in that week.

    New is an item that was first sold at most `NEW_ITEM_DAYS` days before the week, or not before
    it. In the first weeks of a shop's data everything is new.

    Args:
        relevant: What was bought: `week, user_idx, item_idx`.
        context: First sales.
    """
    return (
        relevant.join(context.first_sales, on="item_idx", how="left", maintain_order="left")
        .filter(
            pl.col("first_day").is_null() | (pl.col("first_day") >= pl.col("week") - NEW_ITEM_DAYS)
        )
        .select(relevant.columns)
    )


def unseen_items(pairs: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Keep the rows whose item was not sold to anybody before the week.

    Args:
        pairs: What was bought or shown, with `week` and `item_idx`.
        context: First sales.
    """
    return (
        pairs.join(context.first_sales, on="item_idx", how="left", maintain_order="left")
        .filter(pl.col("first_day").is_null() | (pl.col("first_day") >= pl.col("week")))
        .select(pairs.columns)
    )


def item_segments(relevant: pl.DataFrame, context: Context) -> Mapping[str, pl.DataFrame]:
    """Give what was bought, restricted to each of the item segments.

    Args:
        relevant: What was bought: `week, user_idx, item_idx`.
        context: First sales, purchases before the weeks.

    Returns:
        For each name of `ITEM_SEGMENTS` the part of `relevant` that counts in it.
    """
    first_time = relevant.join(context.owned, on=(*CUSTOMER_WEEK, "item_idx"), how="anti")
    seen = context.history.filter(pl.col("n_before") > 0)
    parts = (
        new_items(relevant, context),
        first_time,
        first_time.join(seen, on=CUSTOMER_WEEK, how="semi"),
    )
    return dict(zip(ITEM_SEGMENTS, parts, strict=True))
