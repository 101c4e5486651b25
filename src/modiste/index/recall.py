"""What an index finds of what a scan finds, how fast, and whether filters shorten its lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Any

import numpy as np
import polars as pl

from modiste.data import Dataset
from modiste.encoders.stored import ItemVectors, Side
from modiste.engine import collect
from modiste.index.base import Allowed, Index, Vectors
from modiste.index.exact import ExactIndex

K = 10
N_QUERIES = 500
N_SINGLE = 100
"""Of these, asked one at a time for the time of one query."""
SHARES = (0.5, 0.1, 0.01, 0.001)
"""How much of the vectors a filter leaves."""


@dataclass(frozen=True)
class Measured:
    """Figures of one index under one filter."""

    filter: str
    """`none`, `random`, or an attribute and its value."""
    share: float
    """Share of the vectors that are allowed, 0 to 1."""
    recall: float
    """Share of the `K` nearest found; an equally near vector counts as found."""
    filled: float
    """Share of the places filled, of those that can be: 1.0 if no list is short."""
    one_ms: float
    """Milliseconds a query, asked alone; wall clock."""
    batched_ms: float
    """Milliseconds a query, asked together; wall clock."""
    strategy: str
    """How the index searched."""

    def as_dict(self) -> dict[str, Any]:
        """Give plain values for manifests and JSON."""
        return asdict(self)


def measure_index(
    index: Index,
    queries: Vectors,
    filters: Mapping[str, Allowed | None],
    progress: Callable[[str, float], None] | None = None,
) -> list[Measured]:
    """Ask an index and a scan the same and compare, under each filter.

    Args:
        index: The index.
        queries: `[n_queries, dim]`.
        filters: By name, which vectors are allowed, `[n_vectors]`; None: all.
        progress: Told the stage's name and the share that is done.
    """
    exact = ExactIndex(index.vectors)
    rows = []
    for number, (name, allowed) in enumerate(filters.items(), start=1):
        n_allowed = index.n_vectors if allowed is None else int(np.count_nonzero(allowed))
        _, truth = exact.search(queries, K, allowed)
        start = perf_counter()
        positions, scores = index.search(queries, K, allowed)
        batched = perf_counter() - start
        alone = queries[:N_SINGLE]
        start = perf_counter()
        for query in alone:
            index.search(query[None], K, allowed)
        one = perf_counter() - start
        can = max(1, min(K, n_allowed))
        found = (scores[:, :can] >= truth[:, can - 1 : can]) & (positions[:, :can] >= 0)
        rows.append(
            Measured(
                name.partition(" ")[0] if name.startswith("random") else name,
                n_allowed / max(1, index.n_vectors),
                float(found.mean()) if n_allowed else 1.0,
                float((positions[:, :can] >= 0).mean()) if n_allowed else 1.0,
                1000 * one / max(1, len(alone)),
                1000 * batched / max(1, len(queries)),
                index.strategy(allowed),
            )
        )
        if progress is not None:
            progress("measure", number / len(filters))
    return rows


def sample_queries(vectors: Vectors, rng: np.random.Generator) -> Vectors:
    """Draw stored vectors as queries, a little moved, as another photo of an item would be."""
    rows = np.sort(rng.choice(len(vectors), min(N_QUERIES, len(vectors)), replace=False))
    drawn = np.asarray(vectors[rows], np.float32)
    noise = rng.standard_normal(drawn.shape, np.float32) / np.sqrt(drawn.shape[1])
    moved: Vectors = drawn + 0.1 * np.linalg.norm(drawn, axis=1, keepdims=True) * noise
    return moved


def random_filters(n_vectors: int, rng: np.random.Generator) -> dict[str, Allowed | None]:
    """Allow all, and a random part of each of `SHARES`, of one vector at least."""
    filters: dict[str, Allowed | None] = {"none": None}
    for share in SHARES:
        allowed = np.zeros(n_vectors, np.bool_)
        allowed[rng.choice(n_vectors, max(1, round(share * n_vectors)), replace=False)] = True
        filters[f"random {share}"] = allowed
    return filters


def attribute_filters(
    dataset: Dataset, vectors: ItemVectors, side: Side
) -> dict[str, Allowed | None]:
    """Choose for each of `SHARES` the attribute value that leaves about so much of the vectors.

    Values of an attribute lie together among the vectors, which is harder than a random part.
    A share that no value comes near (by a factor of two) has no filter.
    """
    rows = vectors.rows(dataset, side)
    names = [name for name in dataset.item_attributes if name != "name"]
    items = collect(dataset.items.select("item_idx", *names)).join(rows, on="item_idx")
    n_vectors = len(vectors.of(side))
    if not names or items.is_empty():
        return {}
    counts = pl.concat(
        items.group_by(pl.col(name).cast(pl.String).alias("value"))
        .len("n")
        .drop_nulls("value")
        .with_columns(pl.lit(name).alias("attribute"))
        for name in names
    )
    filters: dict[str, Allowed | None] = {}
    for share in SHARES:
        off = (pl.col("n") / (share * n_vectors)).log().abs()
        near = counts.filter(off <= np.log(2)).sort(off, "attribute", "value").head(1)
        for attribute, value in near.select("attribute", "value").iter_rows():
            chosen = items.filter(pl.col(attribute).cast(pl.String) == value)["row"]
            allowed = np.zeros(n_vectors, np.bool_)
            allowed[chosen.to_numpy()] = True
            filters[f"{attribute}={value}"] = allowed
    return filters
