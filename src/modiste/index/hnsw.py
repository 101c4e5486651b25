"""A graph of neighbours (HNSW): a search looks at some thousand vectors, however many there are.

Source: Malkov and Yashunin, Efficient and robust approximate nearest neighbor search using
hierarchical navigable small world graphs, 2018, https://arxiv.org/abs/1603.09320
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from modiste.errors import ArtifactError
from modiste.index.base import Allowed, Found, Index, Vectors, checked_vectors, rescored
from modiste.index.exact import ExactIndex, Selector

LINKS = 32
"""Neighbours a vector is linked with on the upper levels, twice as many on the lowest."""
EFFORT_BUILD = 80
"""Vectors kept in view while a vector's neighbours are sought."""
EFFORT = 128
"""Vectors kept in view in a search; under a filter more, so that as many allowed ones are."""
EXACT_SHARE = 0.1
"""Where a smaller share of the vectors is allowed, these are scanned instead."""
FILE = "graph.faiss"


class HnswIndex(Index):
    """Faiss' graph by inner product, with the filter inside the search.

    Lists that the graph leaves short are completed by a scan.
    """

    name: ClassVar[str] = "hnsw"

    def __init__(self, vectors: Vectors, graph: Any) -> None:
        """Search checked vectors, `[n_vectors, dim]`, by their graph."""
        self.vectors = vectors
        self._graph = graph
        self._exact = ExactIndex(vectors)

    @classmethod
    def build(cls, vectors: Vectors) -> Self:
        """Build the graph on one thread: with several it depends on which thread comes first."""
        faiss = _faiss()
        vectors = checked_vectors(vectors, "vectors")
        # By inner product itself: with the usual added coordinate, which turns it into a distance,
        # the same graph found half of the ten nearest among vectors of very different lengths.
        graph = faiss.IndexHNSWFlat(vectors.shape[1], LINKS, faiss.METRIC_INNER_PRODUCT)
        graph.hnsw.efConstruction = EFFORT_BUILD
        with _one_thread():
            graph.add(vectors)
        return cls(vectors, graph)

    def strategy(self, allowed: Allowed | None = None) -> str:
        """Say `graph`, or `exact` where few are allowed."""
        if allowed is None or allowed.all():
            return "graph"
        return "exact, few allowed" if self._few(allowed) else "graph, filtered"

    def write(self, folder: Path) -> None:
        """Write the links; the vectors are stored already."""
        faiss = _faiss()
        faiss.write_index(self._graph, str(folder / FILE), faiss.IO_FLAG_SKIP_STORAGE)

    @classmethod
    def read(cls, folder: Path, vectors: Vectors) -> Self:
        """Read the links and join them with the vectors."""
        faiss = _faiss()
        vectors = checked_vectors(vectors, "vectors")
        graph = faiss.read_index(str(folder / FILE))
        if (graph.ntotal, graph.d) != vectors.shape:
            raise ArtifactError(
                f"{folder / FILE} is of {graph.ntotal} vectors of dim {graph.d}, "
                f"given are {len(vectors)} of dim {vectors.shape[1]}: run modiste index"
            )
        storage = faiss.IndexFlatIP(graph.d)
        storage.add(vectors)
        storage.this.disown()  # the graph frees it
        graph.storage, graph.own_fields = storage, True
        return cls(vectors, graph)

    def _few(self, allowed: Allowed) -> bool:
        return int(np.count_nonzero(allowed)) < EXACT_SHARE * self.n_vectors

    def _search(self, queries: Vectors, k: int, allowed: Allowed | None) -> Found:
        faiss = _faiss()
        if allowed is not None and self._few(allowed):
            return self._exact._search(queries, k, allowed)
        effort = max(EFFORT, 2 * k)
        settings = faiss.SearchParametersHNSW()
        selector = None
        if allowed is not None:
            selector = Selector(allowed)
            settings.sel = selector.faiss
            effort = int(effort * self.n_vectors / np.count_nonzero(allowed))
        settings.efSearch = min(effort, self.n_vectors)
        _, found = self._graph.search(queries, k, params=settings)
        positions, scores = rescored(self.vectors, queries, found)
        short = np.flatnonzero(positions[:, -1] < 0)
        if len(short):
            again = np.ascontiguousarray(queries[short])
            positions[short], scores[short] = self._exact._search(again, k, allowed)
        return positions, scores


@contextmanager
def _one_thread() -> Iterator[None]:
    faiss = _faiss()
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(threads)


def _faiss() -> Any:
    """Load faiss; its annotations lack half of what is called here."""
    import faiss

    return faiss
