"""Nearest neighbours: exact order, ties, and that who else asks changes nothing."""

import numpy as np
import pytest

from modiste.index.neighbours import nearest


def test_order_and_ties_by_hand() -> None:
    vectors = np.array([[1, 0], [0, 1], [2, 0], [1, 0]], np.float32)
    positions, scores = nearest(vectors, np.array([[1, 0]], np.float32), 3)
    assert positions.tolist() == [[2, 0, 3]]
    assert scores.tolist() == [[2.0, 1.0, 1.0]]


def test_more_neighbours_than_vectors() -> None:
    positions, _ = nearest(np.eye(2, dtype=np.float32), np.ones((3, 2), np.float32), 5)
    assert positions.shape == (3, 2)


def test_no_queries_and_no_vectors() -> None:
    none = np.empty((0, 4), np.float32)
    assert nearest(none, np.ones((2, 4), np.float32), 3)[0].shape == (2, 0)
    assert nearest(np.ones((2, 4), np.float32), none, 3)[0].shape == (0, 2)


def test_the_same_bytes_whoever_else_asks(rng: np.random.Generator) -> None:
    vectors = rng.standard_normal((3000, 48)).astype(np.float32)
    queries = rng.standard_normal((200, 48)).astype(np.float32)
    positions, scores = nearest(vectors, queries, 30)
    for part in (slice(0, 1), slice(3, 10), slice(50, 150)):
        some, their_scores = nearest(vectors, queries[part], 30)
        assert np.array_equal(some, positions[part])
        assert np.array_equal(their_scores, scores[part])


@pytest.mark.parametrize("kind", ["exact", "hnsw"])
def test_the_graph_finds_what_a_scan_finds(kind: str, rng: np.random.Generator) -> None:
    vectors = rng.standard_normal((2000, 16)).astype(np.float32)
    queries = rng.standard_normal((50, 16)).astype(np.float32)
    expected = np.argsort(-(queries @ vectors.T), axis=1)[:, :10]
    positions, scores = nearest(vectors, queries, 10, kind=kind)  # type: ignore[arg-type]
    found = [len(set(a) & set(b)) / 10 for a, b in zip(positions, expected, strict=True)]
    assert np.mean(found) > (0.999 if kind == "exact" else 0.97)
    assert (np.diff(scores, axis=1) <= 0).all()
