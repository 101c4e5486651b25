"""The `k` vectors with the largest inner product, without keeping an index."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Literal

import numpy as np

from modiste.index.base import Found, Index, Vectors
from modiste.index.exact import ExactIndex
from modiste.index.hnsw import HnswIndex

HNSW_FROM = 60_000
"""With so many vectors `auto` searches the graph: below, scanning all is fast and loses nothing."""


def nearest(
    vectors: Vectors, queries: Vectors, k: int, *, kind: Literal["auto", "exact", "hnsw"] = "auto"
) -> Found:
    """Find for each query the vectors with the largest inner product.

    Args:
        vectors: `[n_vectors, dim]`, searched.
        queries: `[n_queries, dim]`.
        k: Neighbours for each query, at most `n_vectors` are given.
        kind: `exact` scans all; `hnsw` walks a graph, which is kept in memory for the next call
            with the same vectors; `auto` takes the graph from `HNSW_FROM` vectors on.

    Returns:
        Positions in `vectors` and inner products, both `[n_queries, min(k, n_vectors)]`, best
        first, ties by position.
    """
    k = min(k, len(vectors))
    if k == 0 or len(queries) == 0:
        return np.empty((len(queries), k), np.int64), np.empty((len(queries), k), np.float32)
    return choose_index(vectors, kind).search(queries, k)


def choose_index(vectors: Vectors, kind: Literal["auto", "exact", "hnsw"] = "auto") -> Index:
    """Give what `nearest` searches vectors by, for those who search the same ones again."""
    vectors = np.ascontiguousarray(vectors)
    if kind == "exact" or (kind == "auto" and len(vectors) < HNSW_FROM):
        return ExactIndex.build(vectors)
    return _graph(_Keyed(vectors))


class _Keyed:
    """Vectors hashed by content, so that a graph is built once for them."""

    def __init__(self, vectors: Vectors) -> None:
        self.vectors = vectors
        self.digest = hashlib.sha256(vectors.tobytes()).digest()

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Keyed) and self.digest == other.digest


@lru_cache(maxsize=2)
def _graph(keyed: _Keyed) -> HnswIndex:
    return HnswIndex.build(keyed.vectors)
