"""A million text ids and their positions, found without a frame and in a tenth of a dict's room."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl


@dataclass(frozen=True)
class Ids:
    """Ids in the order of their positions."""

    sorted: npt.NDArray[np.bytes_]
    """The ids as UTF-8, ascending."""
    order: npt.NDArray[np.int32]
    """Position of each of them."""

    @classmethod
    def of(cls, ids: pl.Series) -> Ids:
        """Take the ids of a table in the order of its rows."""
        texts = np.array([text.encode() for text in ids.to_list()], dtype=np.bytes_)
        order = np.argsort(texts, kind="stable").astype(np.int32)
        return cls(texts[order], order)

    def __len__(self) -> int:
        """Count the ids."""
        return len(self.order)

    def find(self, wanted: str) -> int | None:
        """Give the position of an id; None: it is not known."""
        key = wanted.encode("utf-8", "surrogatepass")
        place = int(np.searchsorted(self.sorted, np.bytes_(key)))
        if place == len(self.sorted) or self.sorted[place] != key:
            return None
        return int(self.order[place])
