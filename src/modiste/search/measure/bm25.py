"""Plain BM25 over the words of texts: the baseline that every search is set beside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

K1, B = 1.2, 0.75
_WORD = r"[\p{L}\p{N}]+"


class PlainWords:
    """Finds texts by the words they share with a query, without synonyms and typing errors.

    Source: Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009).
    """

    def __init__(self, texts: pl.Series) -> None:
        """Weigh the words of each text, `[n_texts]`."""
        from scipy.sparse import csr_matrix

        n = len(texts)
        words = _split(texts)
        counts = words.group_by("row", "word").agg(pl.len().alias("tf"))
        vocabulary = counts.group_by("word").agg(pl.len().alias("df")).sort("word")
        vocabulary = vocabulary.with_row_index("column")
        cells = counts.join(vocabulary, on="word").sort("row", "column")
        length = np.bincount(cells["row"].to_numpy(), cells["tf"].to_numpy(), minlength=n)
        tf, df = cells["tf"].to_numpy().astype(float), cells["df"].to_numpy().astype(float)
        rare = np.log(1 + (n - df + 0.5) / (df + 0.5))
        long = length[cells["row"].to_numpy()] / max(length.mean() if n else 1.0, 1e-12)
        weight = rare * tf * (K1 + 1) / (tf + K1 * (1 - B + B * long))
        self._column = dict(zip(vocabulary["word"], vocabulary["column"], strict=True))
        self._rows: Any = csr_matrix(
            (weight, (cells["row"].to_numpy(), cells["column"].to_numpy())),
            shape=(n, max(1, vocabulary.height)),
        )

    def scores(self, queries: Sequence[str]) -> npt.NDArray[np.float64]:
        """Score all texts for each query: `[n_queries, n_texts]`, 0 where no word is shared."""
        from scipy.sparse import csr_matrix

        words = _split(pl.Series(list(queries), dtype=pl.String)).unique()
        known = [
            (row, self._column[word]) for row, word in words.iter_rows() if word in self._column
        ]
        asked = csr_matrix(
            (np.ones(len(known)), tuple(zip(*known, strict=True)) if known else ((), ())),
            shape=(len(queries), self._rows.shape[1]),
        )
        scores: npt.NDArray[np.float64] = (asked @ self._rows.T).toarray()
        return scores


def _split(texts: pl.Series) -> pl.DataFrame:
    """Give `row, word`: lower case, without the s of the plural."""
    return (
        pl.DataFrame({"word": texts.fill_null("")})
        .with_row_index("row")
        .with_columns(pl.col("word").str.to_lowercase().str.extract_all(_WORD))
        .explode("word", empty_as_null=True)
        .drop_nulls()
        .with_columns(pl.col("word").str.replace(r"([^s])s$", "$1"))
    )
