"""Exact search against NumPy, the graph against exact search."""

from __future__ import annotations

import numpy as np
import pytest

from modiste.index.base import Vectors
from modiste.index.neighbours import nearest


@pytest.fixture
def vectors(rng: np.random.Generator) -> Vectors:
    """Vectors of very different lengths, which is what makes inner products hard for a graph."""
    drawn = rng.normal(size=(3000, 16)) * rng.lognormal(size=(3000, 1))
    return drawn.astype(np.float32)


@pytest.fixture
def queries(rng: np.random.Generator) -> Vectors:
    return rng.normal(size=(100, 16)).astype(np.float32)


def test_exact_is_the_largest_inner_products(vectors: Vectors, queries: Vectors) -> None:
    positions, scores = nearest(vectors, queries, 10, kind="exact")
    products = queries @ vectors.T
    expected = -np.sort(-products, axis=1)[:, :10]
    np.testing.assert_allclose(scores, expected, rtol=1e-4)
    np.testing.assert_allclose(np.take_along_axis(products, positions, 1), scores, rtol=1e-4)


def test_the_graph_finds_nearly_all_of_them(vectors: Vectors, queries: Vectors) -> None:
    exact, _ = nearest(vectors, queries, 10, kind="exact")
    found, scores = nearest(vectors, queries, 10, kind="hnsw")
    recall = np.mean([len(set(a) & set(b)) / 10 for a, b in zip(exact, found, strict=True)])
    assert recall > 0.97
    assert (np.diff(scores, axis=1) <= 1e-4).all()


def test_the_graph_is_the_same_when_built_again(vectors: Vectors, queries: Vectors) -> None:
    first, _ = nearest(vectors, queries, 10, kind="hnsw")
    nearest(vectors[::-1], queries, 10, kind="hnsw")
    nearest(vectors[:100], queries, 10, kind="hnsw")  # both graphs in memory are others now
    again, _ = nearest(vectors.copy(), queries, 10, kind="hnsw")
    np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize("kind", ["exact", "hnsw", "auto"])
def test_more_than_there_are_gives_all(kind: str, vectors: Vectors, queries: Vectors) -> None:
    positions, _ = nearest(vectors[:5], queries, 10, kind=kind)  # type: ignore[arg-type]
    assert positions.shape == (100, 5)
    assert (np.sort(positions, axis=1) == np.arange(5)).all()


def test_nothing_asked_or_nothing_there(vectors: Vectors, queries: Vectors) -> None:
    assert nearest(vectors, queries[:0], 10)[0].shape == (0, 10)
    assert nearest(vectors[:0], queries, 10)[0].shape == (100, 0)
