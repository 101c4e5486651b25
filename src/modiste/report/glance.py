"""The shop's data in a few small tables: what is sold, when, to whom, at what price."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import narwhals as nw
import polars as pl

from modiste.data.dataset import Dataset
from modiste.engine import collect
from modiste.evaluation.segments import iso_day

WEEK = 7
LIFE_WEEKS = 26
"""An article's life is followed for so many weeks; those launched later are left out."""
LAUNCH_DAYS = 28
"""An article sold in the data's first days may be older than the data: its launch is unknown."""
MIN_SALES = 10
"""Articles sold less often say nothing about a curve."""
SHOWN_VALUES = 12
_PREFERRED = (("kind", "product_type", "category", "type"), ("colour", "color", "base_colour"))


@dataclass(frozen=True)
class Life:
    """How articles' sales rise and fade."""

    n_articles: int
    curve: pl.DataFrame
    """`week, share`: of what such articles sell in `LIFE_WEEKS` weeks, the share sold in each week
    since the launch, 0 first."""
    quantiles: pl.DataFrame
    """`what, low, middle, high`: quartiles over articles of the weeks to the peak, to half of the
    sales and to nine tenths of them."""


def as_polars(frame: nw.LazyFrame[Any]) -> pl.LazyFrame:
    """Give a table as a Polars plan."""
    native = nw.to_native(frame)
    return native if isinstance(native, pl.LazyFrame) else collect(frame).lazy()


def facts(dataset: Dataset) -> dict[str, Any]:
    """Count the shop: customers, articles, purchases, days, pictures."""
    purchases, items = as_polars(dataset.interactions), as_polars(dataset.items)
    sold = purchases.select(
        pl.len().alias("purchases"),
        pl.col("user_idx").n_unique().alias("buyers"),
        pl.col("item_idx").n_unique().alias("articles_sold"),
        pl.col("day").min().alias("first"),
        pl.col("day").max().alias("last"),
    ).collect(engine="streaming")
    row = sold.row(0, named=True)
    catalogue = items.select(
        pl.len().alias("articles"), pl.col("picture").is_not_null().sum().alias("pictures")
    ).collect()
    first, last = row.pop("first"), row.pop("last")
    return {
        **row,
        **catalogue.row(0, named=True),
        "customers": dataset.n_users(),
        "first_day": None if first is None else iso_day(first),
        "last_day": None if last is None else iso_day(last),
        "n_days": 0 if first is None else last - first + 1,
    }


def sales_per_week(dataset: Dataset) -> pl.DataFrame:
    """Count purchases by whole week, the last week ending with the last day.

    Returns:
        `week` (its first day) and `purchases`, rising, weeks without sales included.
    """
    if not (span := _span(dataset)):
        return pl.DataFrame(schema={"week": pl.Int32, "purchases": pl.UInt32})
    first, end = span
    counts = (
        as_polars(dataset.interactions)
        .group_by(((end - 1 - pl.col("day")) // WEEK).alias("ago"))
        .agg(pl.len().alias("purchases"))
        .collect(engine="streaming")
    )
    weeks = pl.DataFrame({"ago": range((end - first) // WEEK)}, schema={"ago": pl.Int32})
    return (
        weeks.join(counts, on="ago", how="left")
        .select(
            (end - (pl.col("ago") + 1) * WEEK).cast(pl.Int32).alias("week"),
            pl.col("purchases").fill_null(0),
        )
        .sort("week")
    )


def lives(dataset: Dataset) -> Life | None:
    """Follow articles from their first sale: when they peak and when they are sold out.

    Returns:
        None where no article was launched early enough and sold often enough.
    """
    if not (span := _span(dataset)):
        return None
    first, end = span
    launched = (
        as_polars(dataset.interactions)
        .group_by("item_idx")
        .agg(pl.col("day").min().alias("launch"))
        .filter(pl.col("launch").is_between(first + LAUNCH_DAYS, end - LIFE_WEEKS * WEEK))
    )
    by_week = (
        as_polars(dataset.interactions)
        .join(launched, on="item_idx")
        .group_by("item_idx", ((pl.col("day") - pl.col("launch")) // WEEK).alias("week"))
        .agg(pl.len().cast(pl.Int64).alias("sold"))
        .filter(pl.col("week") < LIFE_WEEKS)
        .collect(engine="streaming")
        .with_columns(pl.col("sold").sum().over("item_idx").alias("all"))
        .filter(pl.col("all") >= MIN_SALES)
        .sort("item_idx", "week")
        .with_columns(pl.col("sold").cum_sum().over("item_idx").alias("so_far"))
    )
    if not by_week.height:
        return None
    after = (pl.col("week") + 1).filter
    marks = by_week.group_by("item_idx").agg(
        (pl.col("week") + 1).gather(pl.col("sold").arg_max()).first().alias("peak"),
        after(2 * pl.col("so_far") >= pl.col("all")).min().alias("half"),
        after(10 * pl.col("so_far") >= 9 * pl.col("all")).min().alias("fade"),
    )
    total = by_week["sold"].sum()
    curve = (
        pl.DataFrame({"week": range(LIFE_WEEKS)}, schema={"week": by_week.schema["week"]})
        .join(by_week.group_by("week").agg(pl.col("sold").sum()), on="week", how="left")
        .select("week", (pl.col("sold").fill_null(0) / total).alias("share"))
        .sort("week")
    )
    words = {"peak": "peak week", "half": "half sold by week", "fade": "nine tenths sold by week"}
    rows = [
        (text, *(float(marks[name].quantile(q, "nearest") or 0) for q in (0.25, 0.5, 0.75)))
        for name, text in words.items()
    ]
    return Life(
        n_articles=marks.height,
        curve=curve,
        quantiles=pl.DataFrame(rows, schema=["what", "low", "middle", "high"], orient="row"),
    )


def shown_attributes(dataset: Dataset) -> list[str]:
    """Choose the two attributes to show: kind and colour, or the shop's first ones."""
    names = list(dataset.item_attributes)
    chosen = [next((name for name in group if name in names), None) for group in _PREFERRED]
    rest = iter([name for name in names if name not in chosen])
    return [name for name in (found or next(rest, None) for found in chosen) if name]


def top_values(dataset: Dataset, attribute: str) -> pl.DataFrame:
    """Give the values of an item attribute that sell most.

    Returns:
        `value, share, articles`: the share of purchases and the number of articles in the
        catalogue, for at most `SHOWN_VALUES` values, by falling share.
    """
    items = as_polars(dataset.items).select(
        "item_idx", pl.col(attribute).fill_null("(none)").alias("value")
    )
    sold = as_polars(dataset.interactions).group_by("item_idx").agg(pl.len().alias("sold"))
    return (
        items.join(sold, on="item_idx", how="left")
        .group_by("value")
        .agg(pl.col("sold").sum(), pl.len().alias("articles"))
        .with_columns(share=pl.col("sold") / pl.col("sold").sum().clip(lower_bound=1))
        .sort("share", "articles", "value", descending=[True, True, False])
        .head(SHOWN_VALUES)
        .select("value", "share", "articles")
        .collect(engine="streaming")
    )


def ages(dataset: Dataset) -> pl.DataFrame:
    """Give the ages of customers, and of the customers behind the purchases.

    Returns:
        `age, customers, purchases`: shares of those of known age, by rising age in whole years;
        empty where no age is known.
    """
    users = as_polars(dataset.users).select("user_idx", pl.col("age").floor().cast(pl.Int32))
    counts = as_polars(dataset.interactions).group_by("user_idx").agg(pl.len().alias("n"))
    return (
        users.filter(pl.col("age").is_between(1, 110))
        .join(counts, on="user_idx", how="left")
        .group_by("age")
        .agg(pl.len().alias("customers"), pl.col("n").sum().alias("purchases"))
        .with_columns(
            pl.col(name) / pl.col(name).sum().clip(lower_bound=1)
            for name in ("customers", "purchases")
        )
        .sort("age")
        .collect(engine="streaming")
    )


def prices(dataset: Dataset, bins: int = 36) -> pl.DataFrame:
    """Give the spread of the prices paid, in bins of equal ratio.

    Returns:
        `low, high, share`: by rising price, between the 0.5 and the 99.5 % quantile; empty where
        no price above zero is known.
    """
    known = as_polars(dataset.interactions).select("price").filter(pl.col("price") > 0)
    ends = known.select(
        pl.col("price").quantile(0.005).cast(pl.Float64).alias("low"),
        pl.col("price").quantile(0.995).cast(pl.Float64).alias("high"),
    ).collect(engine="streaming")
    low, high = ends.row(0)
    if low is None:
        return pl.DataFrame(schema={"low": pl.Float64, "high": pl.Float64, "share": pl.Float64})
    step = max((high / low) ** (1 / bins), 1.0001)
    place = (pl.col("price").cast(pl.Float64) / low).log(step).floor().clip(0, bins - 1)
    counts = (
        known.filter(pl.col("price").is_between(low * 0.9999, high * 1.0001))
        .group_by(place.cast(pl.Int32).alias("bin"))
        .agg(pl.len().alias("n"))
        .sort("bin")
        .collect(engine="streaming")
    )
    return counts.select(
        (low * step ** pl.col("bin")).alias("low"),
        (low * step ** (pl.col("bin") + 1)).alias("high"),
        (pl.col("n") / pl.col("n").sum()).alias("share"),
    )


def price_quartiles(dataset: Dataset) -> tuple[float, float, float] | None:
    """Give the quartiles of the prices paid, in the shop's unit; None where no price is known."""
    known = as_polars(dataset.interactions).filter(pl.col("price") > 0)
    known = known.select(*(pl.col("price").quantile(q).alias(str(q)) for q in (0.25, 0.5, 0.75)))
    row = known.collect(engine="streaming").row(0)
    return None if row[0] is None else (row[0], row[1], row[2])


def word_counts(dataset: Dataset, limit: int = 120) -> dict[str, int]:
    """Count the words of the catalogue's descriptions, each once a product.

    Args:
        dataset: The shop.
        limit: How many words are kept at most.

    Returns:
        Word and number of products, most frequent first; words of fewer than three letters are
        left out.
    """
    counts = (
        as_polars(dataset.items)
        .select("product_id", pl.col("description").str.to_lowercase())
        .unique("product_id", keep="first", maintain_order=True)
        .with_row_index("product")
        .select("product", pl.col("description").str.extract_all(r"\p{L}{3,}").alias("word"))
        .explode("word")
        .drop_nulls()
        .unique()
        .group_by("word")
        .agg(pl.len().alias("n"))
        .sort("n", "word", descending=[True, False])
        .head(limit)
        .collect()
    )
    return dict(counts.iter_rows())


def _span(dataset: Dataset) -> tuple[int, int] | None:
    days = as_polars(dataset.interactions).select(
        pl.col("day").min().alias("first"), (pl.col("day").max() + 1).alias("end")
    )
    first, end = days.collect(engine="streaming").row(0)
    return None if first is None else (first, end)
