"""What an index is: the `k` vectors with the largest inner product, under a filter or without."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from modiste.errors import InputError

Vectors = npt.NDArray[np.float32]
"""Shape `[n, dim]`."""
Positions = npt.NDArray[np.int64]
"""Rows of the vectors."""
Allowed = npt.NDArray[np.bool_]
"""Shape `[n_vectors]`: which vectors may be found."""
Found = tuple[Positions, Vectors]
"""Positions of vectors and inner products, `[n_queries, k]` both, best first, ties by position.
Where fewer than `k` vectors exist (or are allowed) a row ends in position -1, score -inf."""

_BLOCK_BYTES = 64 << 20


class Index(ABC):
    """Finds the nearest of its vectors.

    A back-end is one file: `modiste.index.INDEXES.names` lists them. `k` results are given whenever
    `k` vectors are allowed, whatever the filter.
    """

    name: ClassVar[str]
    """The back-end's name, that of its module."""
    vectors: Vectors
    """What it finds, `[n_vectors, dim]`."""

    @classmethod
    @abstractmethod
    def build(cls, vectors: Vectors) -> Self:
        """Build the index of `[n_vectors, dim]`.

        Raises:
            InputError: If a vector holds NaN or infinity.
        """

    @property
    def n_vectors(self) -> int:
        """How many vectors it holds."""
        return len(self.vectors)

    def search(self, queries: Vectors, k: int, allowed: Allowed | None = None) -> Found:
        """Find for each query of `[n_queries, dim]` the `k` nearest allowed vectors.

        Scores are computed anew for what was found, so their digits do not depend on who else asks.

        Raises:
            InputError: If queries, `k` or filter do not fit the vectors, or a query holds NaN.
        """
        queries = checked_vectors(queries, "queries", self.vectors.shape[1])
        if k < 1:
            raise InputError(f"k is {k}: expected 1 or more")
        n_allowed = self.n_vectors
        if allowed is not None:
            if allowed.shape != (self.n_vectors,) or allowed.dtype != np.bool_:
                raise InputError(
                    f"the filter is {allowed.dtype} of shape {allowed.shape}: expected one bool "
                    f"for each of {self.n_vectors} vectors"
                )
            n_allowed = int(np.count_nonzero(allowed))
            allowed = None if n_allowed == self.n_vectors else allowed
        positions = np.full((len(queries), k), -1, np.int64)
        scores = np.full((len(queries), k), -np.inf, np.float32)
        filled = min(k, n_allowed)
        if filled and len(queries):
            positions[:, :filled], scores[:, :filled] = self._search(queries, filled, allowed)
        return positions, scores

    @abstractmethod
    def _search(self, queries: Vectors, k: int, allowed: Allowed | None) -> Found:
        """Find `k` for each of some checked queries; so many are allowed at least."""

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

        Raises:
            ArtifactError: If it was built from others.
        """


def checked_vectors(vectors: npt.NDArray[Any], what: str, dim: int | None = None) -> Vectors:
    """Give vectors as float32 in rows.

    Raises:
        InputError: If they are no matrix, of another `dim`, or hold NaN or infinity.
    """
    wanted = "any" if dim is None else dim
    if vectors.ndim != 2 or (dim is not None and vectors.shape[1] != dim):
        raise InputError(f"{what} of shape {vectors.shape}: expected [n, dim] with dim {wanted}")
    given: Vectors = np.ascontiguousarray(vectors, np.float32)
    # A sum is finite only if all of its terms are; finite terms may overflow, so look again then.
    sums = np.einsum("nd->n", given)
    if not np.isfinite(sums).all():
        bad = np.flatnonzero(~np.isfinite(given).all(axis=1))
        if len(bad):
            raise InputError(
                f"{what}: {len(bad)} of {len(given)} hold NaN or infinity, the first is row "
                f"{bad[0]}: expected numbers; make the vectors anew"
            )
    return given


def rescored(vectors: Vectors, queries: Vectors, positions: Positions) -> Found:
    """Score found positions anew and order them, best first, ties by position.

    Faiss takes another way through the arithmetic for few queries than for many, so its last digits
    depend on who else asks; here each query is scored alone. Positions of -1 go to the end.
    """
    scores = np.empty(positions.shape, np.float32)
    row_bytes = 4 * max(1, positions.shape[1] * vectors.shape[1])
    step = max(1, _BLOCK_BYTES // row_bytes)  # blocks bound the gathered vectors' memory
    for start in range(0, len(queries), step):
        block = slice(start, start + step)
        scores[block] = np.einsum("qd,qkd->qk", queries[block], vectors[positions[block]])
    scores[positions < 0] = -np.inf
    order = np.lexsort((positions, -scores), axis=-1)
    return np.take_along_axis(positions, order, -1), np.take_along_axis(scores, order, -1)
