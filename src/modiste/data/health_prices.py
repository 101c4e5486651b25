"""Are the prices of one scale?"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from modiste.data.findings import Finding, share

FAR = 1000
"""A price this many times the median, or this small a part of it, is of another scale."""
_WIDE = 100


def examine_prices(interactions: pl.LazyFrame, source: str) -> Iterator[Finding]:
    """Look for prices in other units, for absent ones and for nothing paid.

    Args:
        interactions: The shop's interactions.
        source: "hm" prices are known to be scaled.
    """
    price = pl.col("price")
    seen = interactions.select(
        pl.len().alias("rows"),
        price.count().alias("known"),
        (price == 0).sum().alias("free"),
        price.filter(price > 0).median().alias("median"),
        price.min().alias("least"),
        price.max().alias("most"),
    )
    rows, known, free, median, least, most = seen.collect(engine="streaming").row(0)
    if not known:
        yield Finding("note", "prices", "there are none", "price features and revenue are left out")
        return
    if median is None:
        yield Finding("warning", "prices", "all are 0", "check the price column with --map")
        return
    far = interactions.select(
        ((price > median * FAR) | ((price > 0) & (price < median / FAR))).sum()
    )
    n_far = int(far.collect(engine="streaming").item())
    spread = (
        interactions.filter(price > 0)
        .group_by("item_idx")
        .agg((price.max() / price.min()).alias("spread"))
    )
    n_wide = int(
        spread.select((pl.col("spread") >= _WIDE).sum()).collect(engine="streaming").item()
    )
    span = f"{least:.4g} to {most:.4g}, median {median:.4g}"
    if n_far:
        yield Finding(
            "warning",
            "price scale",
            f"{share(n_far, rows)} are {FAR} times off the median ({span})",
            "cents beside whole units, or another currency: bring prices to one unit",
        )
    elif n_wide:
        yield Finding(
            "warning",
            "price scale",
            f"{n_wide:,} items were sold at prices {_WIDE} times apart ({span})",
            "cents beside whole units, or another currency: bring prices to one unit",
        )
    elif source == "hm" and most < 1:
        yield Finding("note", "price scale", f"{span}: H&M's scaled prices, no money; ratios hold")
    else:
        yield Finding("ok", "price scale", span)
    if known < rows:
        yield Finding("note", "prices absent", share(rows - known, rows))
    if free > rows / 100:
        yield Finding("warning", "prices of 0", share(free, rows), "check gifts and returns")
