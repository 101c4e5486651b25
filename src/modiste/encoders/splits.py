"""Which products an encoder may learn from, and which it is judged on: by product, for good."""

from __future__ import annotations

import hashlib

import polars as pl

_BUCKETS = 10_000
JUDGED = 0.2
"""Share of products no encoder is fitted on, unless the user asks for another."""
WATCHED = 0.05
"""Share of products that decide when fitting stops; the model does not learn from them."""


def split_products(
    product_ids: pl.Series, *, judged: float = JUDGED, watched: float = WATCHED
) -> pl.Series:
    """Say for each item whether its product is `fit`, `watch` (early stop) or `judge`.

    The part is a hash of the product's id, so it is the same in every run, on every machine, after
    new products came; all variants of a product are in one part.

    Args:
        product_ids: `items.product_id`.
        judged: Share of products held out for judging.
        watched: Share of products that fitting is stopped by.
    """
    distinct = product_ids.unique()
    places = pl.Series(
        [
            int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()) % _BUCKETS
            for text in distinct.to_list()
        ],
        dtype=pl.Int64,
    )
    first, second = round(judged * _BUCKETS), round((judged + watched) * _BUCKETS)
    part = (
        pl.when(pl.col("at") < first)
        .then(pl.lit("judge"))
        .when(pl.col("at") < second)
        .then(pl.lit("watch"))
        .otherwise(pl.lit("fit"))
    )
    table = pl.DataFrame({"id": distinct, "at": places}).select("id", part.alias("part"))
    return (
        product_ids.alias("id")
        .to_frame()
        .join(table, on="id", how="left", maintain_order="left")
        .get_column("part")
    )
