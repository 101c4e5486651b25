"""What the catalogue says of items as sparse vectors of words: needs no encoder."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

COMMON = 0.25
"""A word in more than this share of the items tells nothing of one."""
SMALL = 50
"""Catalogues of fewer items keep all their words."""
_WORD = r"[\p{L}\p{N}]+"


def term_rows(texts: pl.Series) -> Any:
    """Weigh each item's words by how rare they are.

    A word's weight is `(1 + ln tf) * ln(n_items / df)`; rows are scaled to length 1, so that an
    inner product is a cosine. Words of one item alone are left out: they bring nothing together.

    Args:
        texts: What is said of each item, see `modiste.encoders.texts.item_texts`.

    Returns:
        `scipy.sparse.csr_matrix`, `[n_items, n_words]`.

    Source: Salton and Buckley, "Term-weighting approaches in automatic text retrieval", 1988.
    """
    from scipy.sparse import csr_matrix

    n_items = len(texts)
    said = (
        pl.DataFrame({"row": pl.int_range(n_items, dtype=pl.Int32, eager=True), "text": texts})
        .with_columns(pl.col("text").fill_null("").str.to_lowercase().str.extract_all(_WORD))
        .explode("text", empty_as_null=True)
        .drop_nulls()
        .group_by("row", "text")
        .agg(pl.len().alias("tf"))
    )
    limit = n_items if n_items < SMALL else COMMON * n_items
    df = said.group_by("text").agg(pl.len().alias("df"))
    df = df.filter((pl.col("df") > 1) & (pl.col("df") <= limit)).sort("text")
    words = df.with_columns(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("column"),
        # One is added so that the word of every item of a tiny catalogue is still one.
        (n_items / pl.col("df") + 1).log().alias("rare"),
    )
    cells = said.join(words, on="text").sort("row", "column")
    weight = (1 + cells["tf"].cast(pl.Float64).log()) * cells["rare"]
    rows, values = cells["row"].to_numpy(), weight.to_numpy()
    length = np.sqrt(np.bincount(rows, values**2, minlength=n_items))
    values = (values / length[rows]).astype(np.float32) if len(values) else values
    return csr_matrix(
        (values.astype(np.float32), (rows, cells["column"].to_numpy())),
        shape=(n_items, max(1, len(words))),
    )
