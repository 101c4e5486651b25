"""Which products are learnt from, chosen by and judged on: by a hash of the product, for good."""

from __future__ import annotations

import hashlib

import polars as pl

_BUCKETS = 10_000
JUDGED = 0.1
"""Share of products that figures are taken on."""
WATCHED = 0.1
"""Share of products that settings are chosen by."""


def part_products(products: pl.Series, *, judged: float = JUDGED) -> pl.Series:
    """Say for each row whether its product is `train`, `val` or `test`.

    The hash is that of the encoders' own split, whose judged products hold both `val` and `test`
    here: an encoder fitted on the same shop never learnt from them.

    Args:
        products: Ids of products.
        judged: Share of the products that are `test`; 0 where a set has its own.
    """
    distinct = products.unique()
    places = [
        int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()) % _BUCKETS
        for text in distinct.to_list()
    ]
    first, second = round(judged * _BUCKETS), round((judged + WATCHED) * _BUCKETS)
    part = (
        pl.when(pl.col("at") < first)
        .then(pl.lit("test"))
        .when(pl.col("at") < second)
        .then(pl.lit("val"))
        .otherwise(pl.lit("train"))
    )
    table = pl.DataFrame({"id": distinct, "at": places}, schema={"id": pl.String, "at": pl.Int64})
    found = (
        products.alias("id")
        .to_frame()
        .join(table.select("id", part.alias("part")), on="id", how="left", maintain_order="left")
    )
    return found.get_column("part")
