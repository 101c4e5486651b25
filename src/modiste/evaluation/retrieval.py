"""How good searching is: what is found, judged query by query, as plain arrays.

A figure is a column of one value a query, so that `evaluation.intervals` can resample queries and
compare two ways of searching on the same ones.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from modiste.errors import InputError

Values = npt.NDArray[np.float64]
"""One value a query, `[n_queries]`."""
Positions = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def others_before(scores: npt.NDArray[np.floating], own: Positions) -> Positions:
    """Count for each query the others of the gallery that score at least as high as its own.

    Ties count against: whoever gives all the same score finds nothing first.

    Args:
        scores: `[n_queries, n_gallery]`.
        own: Column of each query's own entry, `[n_queries]`.

    Returns:
        `[n_queries]`, 0 where its own is first alone.

    Raises:
        InputError: If a score is not a number.
    """
    if np.isnan(scores).any():
        raise InputError("a score is not a number: expected finite scores, make the vectors anew")
    mine = np.take_along_axis(scores, own[:, None], axis=1)
    before: Positions = (scores >= mine).sum(axis=1).astype(np.int64) - 1
    return before


def places(before: Positions, n_gallery: int, size: int) -> Values:
    """Give the chance of each place of its own among `size` drawn from the gallery.

    A gallery of `size` is its own and `size - 1` others drawn at random. Instead of drawing some,
    all possible galleries count: of `before` better ones, `x` are drawn with the hypergeometric
    chance, which puts its own at place `x + 1`.

    Args:
        before: Others of the whole gallery that stand before its own, `[n_queries]`.
        n_gallery: Entries of the whole gallery, its own among them.
        size: Entries of the galleries asked about, at most `n_gallery`.

    Returns:
        `[n_queries, size]`: the chance of places 1 to `size`; rows sum to 1.

    Raises:
        InputError: If `size` is below 1 or above `n_gallery`.
    """
    if not 1 <= size <= n_gallery:
        raise InputError(f"a gallery of {size} of {n_gallery}: expected 1 to {n_gallery}")
    log = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n_gallery + 1)))])

    def ways(n: Positions, k: Positions) -> Values:
        """Give the logarithm of the number of ways to choose k of n; -inf where there is none."""
        can = (k >= 0) & (k <= n)
        k = np.where(can, k, 0)
        return np.where(can, log[n] - log[k] - log[n - k], -np.inf)

    distinct, row = np.unique(before, return_inverse=True)
    better = distinct[:, None]
    drawn = np.arange(size, dtype=np.int64)[None, :]
    others = n_gallery - 1
    chances = ways(better, drawn) + ways(others - better, size - 1 - drawn)
    chances -= ways(np.array([others]), np.array([size - 1]))
    found: Values = np.exp(chances)[row]
    return found


def recall_of_own(chances: Values, k: int) -> Values:
    """Give the chance that its own is among the first `k`: Recall@k of one relevant entry."""
    found: Values = chances[:, :k].sum(axis=1)
    return np.minimum(found, 1.0)


def reciprocal_of_own(chances: Values) -> Values:
    """Give the expected reciprocal of its own's place; its mean is MRR."""
    found: Values = chances @ (1.0 / np.arange(1, chances.shape[1] + 1))
    return found


def precision(found: Positions, relevant: Mask, k: int) -> Values:
    """Give the share of the first `k` that are relevant; places left empty count as wrong.

    Args:
        found: Columns of `relevant`, best first, -1 for an empty place, `[n_queries, >= 1]`.
        relevant: `[n_queries, n_gallery]`.
        k: Places judged.
    """
    top = found[:, :k]
    right = np.take_along_axis(relevant, np.maximum(top, 0), axis=1) & (top >= 0)
    shares: Values = right.sum(axis=1) / k
    return shares


def same(found: Positions, codes: Positions, own: Positions, k: int) -> Values:
    """Give the share of the first `k` that have the query's own code; empty places are wrong.

    Args:
        found: Entries of the gallery, best first, -1 for an empty place, `[n_queries, >= 1]`.
        codes: A number for each entry's class, `[n_gallery]`.
        own: The class asked for, `[n_queries]`.
        k: Places judged.
    """
    top = found[:, :k]
    right = (codes[np.maximum(top, 0)] == own[:, None]) & (top >= 0)
    shares: Values = right.sum(axis=1) / k
    return shares


def neighbour_recall(found: Positions, truth: Positions) -> Values:
    """Give the share of the true neighbours that were found, whatever their order.

    Args:
        found: What an index gave, `[n_queries, k]`, -1 for an empty place.
        truth: The exact neighbours, `[n_queries, k]`, -1 where fewer exist.

    Returns:
        `[n_queries]`; 1 where there is no true neighbour.
    """
    hit = (found[:, :, None] == truth[:, None, :]).any(axis=1) & (truth >= 0)
    n_true = (truth >= 0).sum(axis=1)
    shares: Values = np.where(n_true > 0, hit.sum(axis=1) / np.maximum(n_true, 1), 1.0)
    return shares
