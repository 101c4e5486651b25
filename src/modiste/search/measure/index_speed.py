"""What an index loses against exact search, and how long a query takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any

import numpy as np

from modiste.encoders.base import Vectors
from modiste.evaluation import retrieval
from modiste.index import INDEXES
from modiste.index.exact import ExactIndex
from modiste.search.measure.judged import Judged
from modiste.search.measure.parts import Figures, Measured, plain

_TIMED, _ASKED = 200, 1000


def index_speed(
    judged: Judged, encoders: Sequence[Measured], k: int, seed: int
) -> dict[str, dict[str, Figures]]:
    """Compare each kind of index with exact search, and take the time.

    Queries are the vectors of judged pictures; searched are all vectors of pictures in the shop,
    without a filter and with a random one that allows a hundredth.

    Returns:
        By encoder and kind: `recall` and `recall_1pct`, `ms_one` (median of single queries),
        `ms_batched` (a query in a batch of all), `seconds_to_build`.
    """
    rng = np.random.default_rng(seed)
    found: dict[str, dict[str, Figures]] = {}
    for one in encoders:
        if one.vectors.pictures is None or not judged.n:
            continue
        vectors = np.ascontiguousarray(one.vectors.pictures, np.float32)
        queries = judged.vectors(one.vectors, "pictures")[:_ASKED]
        some = rng.random(len(vectors)) < 0.01
        exact = ExactIndex.build(vectors)
        truth, truth_some = (exact.search(queries, k, allowed)[0] for allowed in (None, some))
        found[one.label] = {}
        for kind in INDEXES.names:
            start = perf_counter()
            index = INDEXES.get(kind).build(vectors)
            built = perf_counter() - start
            index.search(queries[:8], k)
            start = perf_counter()
            got = index.search(queries, k)[0]
            batched = (perf_counter() - start) / len(queries)
            found[one.label][kind] = {
                "recall": plain(float(retrieval.neighbour_recall(got, truth).mean())),
                "recall_1pct": plain(
                    float(
                        retrieval.neighbour_recall(
                            index.search(queries, k, some)[0], truth_some
                        ).mean()
                    )
                ),
                "ms_one": plain(1e3 * _one_by_one(index.search, queries[:_TIMED], k)),
                "ms_batched": plain(1e3 * batched),
                "seconds_to_build": plain(built),
                "n_vectors": float(len(vectors)),
            }
    return found


def _one_by_one(search: Callable[..., Any], queries: Vectors, k: int) -> float:
    """Give the median seconds of single queries."""
    taken = []
    for place in range(len(queries)):
        start = perf_counter()
        search(queries[place : place + 1], k)
        taken.append(perf_counter() - start)
    return float(np.median(taken))
