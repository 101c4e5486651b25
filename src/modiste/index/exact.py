"""Every vector is looked at: right by its making, and quick up to some 100,000 vectors."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Self

import numpy as np

from modiste.index.base import (
    Allowed,
    Found,
    Index,
    Positions,
    Vectors,
    checked_vectors,
    rescored,
)

SPARE = 8
"""Further neighbours looked at, so that nearly equal ones at the end are told apart exactly."""
BATCH_FROM = 20
"""From so many queries on faiss multiplies matrices; fewer it takes one by one."""
BLOCK = 1 << 16
"""Allowed vectors gathered at once, when many queries share a filter."""


class ExactIndex(Index):
    """A batched matrix product with all vectors, or with the allowed ones alone."""

    name: ClassVar[str] = "exact"

    def __init__(self, vectors: Vectors) -> None:
        """Search checked vectors, `[n_vectors, dim]`; they are not copied."""
        self.vectors = vectors
        squares = np.einsum("nd,nd->n", vectors, vectors)
        self._longest = float(np.sqrt(squares.max(initial=0.0)))

    @classmethod
    def build(cls, vectors: Vectors) -> Self:
        """Check the vectors; there is nothing to build."""
        return cls(checked_vectors(vectors, "vectors"))

    def strategy(self, allowed: Allowed | None = None) -> str:
        """Say `exact`."""
        return "exact"

    def write(self, folder: Path) -> None:
        """Write nothing: the vectors are stored already."""

    @classmethod
    def read(cls, folder: Path, vectors: Vectors) -> Self:  # noqa: ARG003 - nothing was written
        """Give the index of the stored vectors."""
        return cls.build(vectors)

    def _search(self, queries: Vectors, k: int, allowed: Allowed | None) -> Found:
        n_allowed = self.n_vectors if allowed is None else int(np.count_nonzero(allowed))
        positions = np.empty((len(queries), k), np.int64)
        scores = np.zeros((len(queries), k), np.float32)
        # All vectors are as near as each other to a query of zeros: the first ones are taken.
        blank = ~queries.any(axis=1)
        if blank.any():
            positions[blank] = np.arange(k) if allowed is None else np.flatnonzero(allowed)[:k]
        left = np.flatnonzero(~blank)
        wanted = min(k + SPARE, n_allowed)
        while len(left):
            asked = queries[left]
            found, last = self._largest(asked, wanted, allowed)
            found, exact = rescored(self.vectors, asked, found)
            positions[left], scores[left] = found[:, :k], exact[:, :k]
            if wanted == n_allowed:
                break
            # What was left out is no better than the last found, but for rounding: where that may
            # reach the k-th best (many equal vectors), more are looked at.
            left = left[last + self._rounding(asked) >= exact[:, k - 1]]
            wanted = min(wanted * 8, n_allowed)
        return positions, scores

    def _rounding(self, queries: Vectors) -> Vectors:
        """Bound how far two ways of summing one inner product may differ, `[n_queries]`."""
        lengths = np.linalg.norm(queries, axis=1)
        scale = 2 * self.vectors.shape[1] * np.finfo(np.float32).eps * self._longest
        bound: Vectors = (lengths * scale).astype(np.float32)
        return bound

    def _largest(
        self, queries: Vectors, wanted: int, allowed: Allowed | None
    ) -> tuple[Positions, Vectors]:
        """Find the `wanted` largest products of each query, and the last one's product."""
        if allowed is None or len(queries) < BATCH_FROM:
            found, scores = _faiss_largest(self.vectors, queries, wanted, allowed)
            return found, scores[:, -1]
        rows = np.flatnonzero(allowed)
        positions = np.empty((len(queries), 0), np.int64)
        scores = np.empty((len(queries), 0), np.float32)
        for start in range(0, len(rows), BLOCK):
            block = rows[start : start + BLOCK]
            here, values = _faiss_largest(
                np.ascontiguousarray(self.vectors[block]), queries, min(wanted, len(block)), None
            )
            positions = np.hstack([positions, block[here]])
            scores = np.hstack([scores, values])
            best = np.argsort(-scores, axis=1, kind="stable")[:, :wanted]
            positions = np.take_along_axis(positions, best, 1)
            scores = np.take_along_axis(scores, best, 1)
        return positions, scores[:, -1]


def _faiss_largest(
    vectors: Vectors, queries: Vectors, wanted: int, allowed: Allowed | None
) -> tuple[Positions, Vectors]:
    """Find the `wanted` largest inner products, `[n_queries, wanted]`, best first."""
    import faiss

    positions = np.empty((len(queries), wanted), np.int64)
    scores = np.empty((len(queries), wanted), np.float32)
    selector = None if allowed is None else Selector(allowed)
    faiss.knn_inner_product(
        faiss.swig_ptr(queries),
        faiss.swig_ptr(vectors),
        vectors.shape[1],
        len(queries),
        len(vectors),
        wanted,
        faiss.swig_ptr(scores),
        faiss.swig_ptr(positions),
        None if selector is None else selector.faiss,
    )
    return positions, scores


class Selector:
    """A filter as faiss wants it: a bit for each vector."""

    def __init__(self, allowed: Allowed) -> None:
        """Pack the bits; they live as long as this object."""
        import faiss

        self._bits = np.packbits(allowed, bitorder="little")
        self.faiss = faiss.IDSelectorBitmap(len(allowed), faiss.swig_ptr(self._bits))
