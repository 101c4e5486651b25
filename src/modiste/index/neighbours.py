"""The `k` vectors with the largest inner product, exactly or through an HNSW graph."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
"""Shape `[n, dim]`."""

HNSW_FROM = 60_000
"""With so many vectors `auto` searches the graph: below, scanning all is fast and loses nothing."""
SPARE = 8
"""Further neighbours looked at, so that nearly equal ones at the end are told apart exactly."""
BLOCK = 4096
"""Queries scored at once."""


def nearest(
    vectors: Vectors, queries: Vectors, k: int, *, kind: Literal["auto", "exact", "hnsw"] = "auto"
) -> tuple[npt.NDArray[np.int64], Vectors]:
    """Find for each query the vectors with the largest inner product.

    Args:
        vectors: `[n_vectors, dim]`, searched.
        queries: `[n_queries, dim]`.
        k: Neighbours for each query, at most `n_vectors` are given.
        kind: `exact` scans all; `hnsw` walks a graph, which is kept in memory for the next call
            with the same vectors; `auto` takes the graph from `HNSW_FROM` vectors on.

    Returns:
        Positions in `vectors` and inner products, both `[n_queries, min(k, n_vectors)]`, best
        first, ties by position. A position of -1 means that the graph found no further neighbour.
    """
    import faiss

    k = min(k, len(vectors))
    if k == 0 or len(queries) == 0:
        return np.empty((len(queries), k), np.int64), np.empty((len(queries), k), np.float32)
    vectors, queries = np.ascontiguousarray(vectors), np.ascontiguousarray(queries)
    if kind == "exact" or (kind == "auto" and len(vectors) < HNSW_FROM):
        wanted = min(k + SPARE, len(vectors))
        _, positions = faiss.knn(queries, vectors, wanted, metric=faiss.METRIC_INNER_PRODUCT)
    else:
        _, positions = _graph(_Keyed(vectors)).search(queries, k)
    return _ordered(vectors, queries, positions, k)


def _ordered(
    vectors: Vectors, queries: Vectors, positions: npt.NDArray[np.int64], k: int
) -> tuple[npt.NDArray[np.int64], Vectors]:
    """Score found positions anew, one query at a time, and keep the `k` best of each.

    Faiss takes another way through the arithmetic for few queries than for many, so its last digits
    depend on who else asks.
    """
    scores = np.empty(positions.shape, np.float32)
    for start in range(0, len(queries), BLOCK):  # blocks bound the gathered vectors' memory
        block = slice(start, start + BLOCK)
        scores[block] = np.einsum("qd,qkd->qk", queries[block], vectors[positions[block]])
    scores[positions < 0] = -np.inf
    order = np.lexsort((positions, -scores), axis=-1)[:, :k]
    return np.take_along_axis(positions, order, -1), np.take_along_axis(scores, order, -1)


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
def _graph(keyed: _Keyed) -> Any:
    import faiss

    vectors = keyed.vectors
    # By inner product itself: with the usual added coordinate, which turns it into a distance, the
    # same graph found half of the ten nearest among vectors of very different lengths, not all.
    graph = faiss.IndexHNSWFlat(vectors.shape[1], 32, faiss.METRIC_INNER_PRODUCT)
    graph.hnsw.efConstruction = 80
    graph.hnsw.efSearch = 128
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)  # with several, the graph depends on which thread comes first
    try:
        graph.add(vectors)
    finally:
        faiss.omp_set_num_threads(threads)
    return graph
