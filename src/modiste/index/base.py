"""What an index is: the `k` vectors with the largest inner product, under a filter or without."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
"""Shape `[n, dim]`."""
Allowed = npt.NDArray[np.bool_]
"""Shape `[n_vectors]`: which vectors may be found."""
Found = tuple[npt.NDArray[np.int64], Vectors]
"""Positions of vectors and inner products, `[n_queries, k]` both, best first, ties by position.
Where fewer than `k` vectors exist (or are allowed) a row ends in position -1, score -inf."""


class Index(ABC):
    """Finds the nearest of its vectors.

    A back-end is one file: `modiste.index.INDEXES.names` lists them. `k` results are given whenever
    `k` vectors are allowed, whatever the filter.
    """

    name: ClassVar[str]
    """The back-end's name, that of its module."""

    @classmethod
    @abstractmethod
    def build(cls, vectors: Vectors) -> Self:
        """Build the index of `[n_vectors, dim]`."""

    @property
    @abstractmethod
    def n_vectors(self) -> int:
        """How many vectors it holds."""

    @abstractmethod
    def search(self, queries: Vectors, k: int, allowed: Allowed | None = None) -> Found:
        """Find for each query of `[n_queries, dim]` the `k` nearest allowed vectors."""

    @abstractmethod
    def strategy(self, allowed: Allowed | None = None) -> str:
        """Say in a word or two how a search under this filter is done, such as `exact`, `graph`."""

    @abstractmethod
    def write(self, folder: Path) -> None:
        """Write the index into an existing folder."""

    @classmethod
    @abstractmethod
    def read(cls, folder: Path, vectors: Vectors) -> Self:
        """Read an index; whoever calls has checked the folder's hashes.

        Args:
            folder: Where `write` wrote.
            vectors: The vectors it was built from, `[n_vectors, dim]`.
        """
