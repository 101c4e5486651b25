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
from modiste.index.exact import ExactIndex

LINKS = 32
"""Neighbours a vector is linked with on the upper levels, twice as many on the lowest."""
EFFORT_BUILD = 80
"""Vectors kept in view while a vector's neighbours are sought."""
EFFORT = 128
"""Vectors kept in view in a search; under a filter more, so that as many allowed ones are."""
EXACT_SHARE, EXACT_BELOW = 0.2, 5_000
"""Where a smaller share of the vectors or fewer are allowed, these are scanned: it is as quick."""
FILE = "graph.faiss"


class HnswIndex(Index):
    """Faiss' graph by inner product; a filter is asked of what the walk has in view.

    The walk is right down to the least near vector in view and blind below it. So the answer under
    a filter is what is allowed of that, and a query with fewer than `k` such vectors is scanned.
    Faiss' own filter also takes what the walk passed on its way: its lists look whole and are wrong
    where all that is near the query is filtered out.
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
        """Say `graph`, or `exact` where the allowed ones are quicker compared one by one."""
        if allowed is None or allowed.all():
            return "graph"
        return "exact (allowed ones scanned)" if self._few(allowed) else "graph, filtered"

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
        return int(np.count_nonzero(allowed)) < max(EXACT_SHARE * self.n_vectors, EXACT_BELOW)

    def _search(self, queries: Vectors, k: int, allowed: Allowed | None) -> Found:
        faiss = _faiss()
        if allowed is not None and self._few(allowed):
            return self._exact._search(queries, k, allowed)
        effort = max(EFFORT, 2 * k)
        if allowed is not None:
            effort = int(effort * self.n_vectors / np.count_nonzero(allowed))
        settings = faiss.SearchParametersHNSW()
        settings.efSearch = min(effort, self.n_vectors)
        wanted = k if allowed is None else settings.efSearch
        _, found = self._graph.search(queries, wanted, params=settings)
        if allowed is not None:
            found = np.where((found >= 0) & allowed[found], found, -1)
            # The allowed ones first, in their order.
            order = np.argsort(found < 0, axis=1, kind="stable")
            found = np.take_along_axis(found, order, 1)[:, :k]
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
