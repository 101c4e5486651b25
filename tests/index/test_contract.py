"""What holds for every back-end."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modiste.errors import InputError
from modiste.index import INDEXES, Index
from modiste.index.base import Allowed, Vectors

N, DIM, K = 6000, 24, 10


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    """Groups of near vectors; the last 20 are one long vector, the 5 before it zeros."""
    rng = np.random.default_rng(3)
    centres = rng.normal(size=(60, DIM))
    drawn = centres[rng.integers(0, 60, N)] + 0.5 * rng.normal(size=(N, DIM))
    drawn[-20:] = 3 * drawn[-20]
    drawn[-25:-20] = 0
    return drawn.astype(np.float32)


@pytest.fixture(scope="module", params=INDEXES.names)
def index(request: pytest.FixtureRequest, vectors: Vectors) -> Index:
    return INDEXES.get(request.param).build(vectors)


@pytest.fixture(scope="module")
def queries(vectors: Vectors) -> Vectors:
    rng = np.random.default_rng(4)
    return (vectors[:40] + 0.1 * rng.normal(size=(40, DIM))).astype(np.float32)


def truth(vectors: Vectors, query: Vectors, k: int) -> list[int]:
    """The nearest by a full sort, ties by position."""
    scores = np.einsum("d,nd->n", query, vectors)
    return np.lexsort((np.arange(len(vectors)), -scores))[:k].tolist()  # type: ignore[no-any-return]


def test_the_nearest_are_found_best_first(index: Index, vectors: Vectors, queries: Vectors) -> None:
    positions, scores = index.search(queries, K)
    expected = [truth(vectors, query, K) for query in queries]
    same = np.mean([len(set(a) & set(b)) / K for a, b in zip(positions, expected, strict=True)])
    assert same >= (1.0 if index.name == "exact" else 0.97)
    assert (np.diff(scores, axis=1) <= 0).all()
    products = np.einsum("qd,qkd->qk", queries, vectors[positions])
    np.testing.assert_array_equal(scores, products)


def test_equal_vectors_come_by_position(index: Index, vectors: Vectors) -> None:
    positions, scores = index.search(vectors[-1:], K)
    assert len(set(scores[0])) == 1
    assert (np.diff(positions[0]) > 0).all()
    if index.name == "exact":
        assert positions[0].tolist() == list(range(N - 20, N - 10))


@pytest.mark.parametrize("share", [0.5, 0.1, 0.01, 0.001])
def test_a_filter_neither_leaks_nor_loses(
    index: Index, vectors: Vectors, queries: Vectors, share: float
) -> None:
    allowed = np.random.default_rng(5).random(N) < share
    positions, _ = index.search(queries, K, allowed)
    rows = np.flatnonzero(allowed)
    can = min(K, len(rows))
    assert (positions[:, :can] >= 0).all()
    assert (positions[:, can:] == -1).all()
    assert allowed[positions[:, :can]].all()
    expected = [rows[truth(vectors[rows], query, can)] for query in queries]
    same = [len(set(a[:can]) & set(b)) / can for a, b in zip(positions, expected, strict=True)]
    assert np.mean(same) >= (1.0 if index.strategy(allowed).startswith("exact") else 0.97)


def test_a_filter_far_from_the_query_finds_the_nearest_in_it(
    index: Index, vectors: Vectors, queries: Vectors
) -> None:
    shares = []
    for query in queries[:20]:
        scores = vectors @ query
        allowed = scores < np.quantile(scores, 0.3)
        positions, _ = index.search(query[None], K, allowed)
        shares.append(len(set(positions[0]) & set(_nearest_allowed(vectors, query, allowed))) / K)
    assert np.mean(shares) >= 0.95


def _nearest_allowed(vectors: Vectors, query: Vectors, allowed: Allowed) -> list[int]:
    rows = np.flatnonzero(allowed)
    return rows[truth(vectors[rows], query, K)].tolist()  # type: ignore[no-any-return]


def test_one_query_alone_has_the_digits_of_many(index: Index, queries: Vectors) -> None:
    together, scores = index.search(queries, K)
    for number in (0, 7, 39):
        alone, alone_scores = index.search(queries[number : number + 1], K)
        np.testing.assert_array_equal(alone[0], together[number])
        np.testing.assert_array_equal(alone_scores[0], scores[number])


def test_more_than_there_are_ends_in_nothing(index: Index, queries: Vectors) -> None:
    positions, scores = index.search(queries[:2], N + 3)
    assert (np.sort(positions[:, :N], axis=1) == np.arange(N)).all()
    assert (positions[:, N:] == -1).all()
    assert (scores[:, N:] == -np.inf).all()


def test_nothing_allowed_and_nothing_asked(index: Index, queries: Vectors) -> None:
    positions, scores = index.search(queries, K, np.zeros(N, np.bool_))
    assert (positions == -1).all()
    assert (scores == -np.inf).all()
    assert index.search(queries[:0], K)[0].shape == (0, K)


def test_all_allowed_is_no_filter(index: Index, queries: Vectors) -> None:
    everything = np.ones(N, np.bool_)
    free, bound = index.search(queries, K), index.search(queries, K, everything)
    np.testing.assert_array_equal(free[0], bound[0])
    assert index.strategy(everything) == index.strategy()


def test_a_query_of_zeros_has_k_results(index: Index) -> None:
    positions, scores = index.search(np.zeros((30, DIM), np.float32), K)
    assert (positions >= 0).all()
    assert (scores == 0).all()


def test_no_vectors_at_all(index: Index, queries: Vectors) -> None:
    empty = type(index).build(np.empty((0, DIM), np.float32))
    assert (empty.search(queries, 3)[0] == -1).all()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_no_number_is_refused(index: Index, vectors: Vectors, bad: float) -> None:
    spoilt = vectors[:50].copy()
    spoilt[7, 3] = bad
    with pytest.raises(InputError, match=r"vectors: 1 of 50 .* row 7"):
        type(index).build(spoilt)
    with pytest.raises(InputError, match=r"queries: 1 of 50 .* row 7"):
        index.search(spoilt, K)


def test_what_does_not_fit_is_refused(index: Index, queries: Vectors) -> None:
    with pytest.raises(InputError, match=rf"\(40, {DIM - 1}\).*dim {DIM}"):
        index.search(queries[:, 1:], K)
    with pytest.raises(InputError, match="one bool for each of 6000"):
        index.search(queries, K, np.ones(N - 1, np.bool_))
    with pytest.raises(InputError, match="k is 0"):
        index.search(queries, 0)


def test_written_and_read_it_answers_the_same(
    index: Index, vectors: Vectors, queries: Vectors, tmp_path: Path
) -> None:
    index.write(tmp_path)
    again = type(index).read(tmp_path, vectors)
    allowed = np.arange(N) % 3 > 0
    for mask in (None, allowed):
        before, after = index.search(queries, K, mask), again.search(queries, K, mask)
        np.testing.assert_array_equal(before[0], after[0])
        np.testing.assert_array_equal(before[1], after[1])


def test_built_again_it_is_the_same(index: Index, vectors: Vectors, tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        type(index).build(vectors[:1000]).write(tmp_path / name)
    first = {path.name: path.read_bytes() for path in (tmp_path / "first").iterdir()}
    assert first == {path.name: path.read_bytes() for path in (tmp_path / "second").iterdir()}


@given(
    chosen=st.sets(st.integers(0, N - 1), max_size=60) | st.integers(0, 6),
    k=st.integers(1, 40),
    asked=st.integers(0, 39),
)
def test_filters_never_shorten_a_list(
    index: Index, queries: Vectors, chosen: set[int] | int, k: int, asked: int
) -> None:
    allowed = np.zeros(N, np.bool_)
    if isinstance(chosen, int):  # every so-manieth: also masks that leave most
        allowed[:: chosen + 1] = True
    else:
        allowed[list(chosen)] = True
    positions, _ = index.search(queries[asked : asked + 1], k, allowed)
    found = positions[0][positions[0] >= 0]
    assert len(found) == min(k, np.count_nonzero(allowed))
    assert len(set(found.tolist())) == len(found)
    assert allowed[found].all()
