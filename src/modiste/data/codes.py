"""Text values as dense codes while a file is read, in the order in which they first come."""

from __future__ import annotations

import polars as pl


class Codes:
    """Gives every text the same number each time; the known ones have their positions."""

    def __init__(self, known: pl.Series | None = None) -> None:
        """Begin with some texts.

        Args:
            known: Distinct texts; they get the codes 0, 1, …
        """
        first = pl.Series([], dtype=pl.String) if known is None else known
        self._dtype = pl.Categorical(pl.Categories.random("modiste"))
        # Polars forgets the numbers once no column of the type is alive.
        self._alive = first.cast(self._dtype)
        self._n_codes = len(first)

    def encode(self, texts: pl.Series) -> pl.Series:
        """Give the code of each text, null for null."""
        codes = texts.cast(self._dtype).to_physical()
        if codes.null_count() < len(codes):
            self._n_codes = max(self._n_codes, int(codes.drop_nulls().to_numpy().max()) + 1)
        return codes

    def texts(self) -> pl.Series:
        """Give all texts in the order of their codes."""
        codes = pl.Series(range(self._n_codes), dtype=pl.UInt32)
        return codes.cat.to(self._dtype).cast(pl.String)
