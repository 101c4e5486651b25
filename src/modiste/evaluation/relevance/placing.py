"""Where the held-out item stands among others, and what that is worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from modiste.errors import InputError

Counts = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]
Scores = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Places:
    """How many others stand before the held-out item, and how many beside it.

    Where others have the same score, every order of them counts as equally likely; figures are
    the mean over these orders. So a model that gives all the same score is worth a blind draw.
    """

    higher: Counts
    """Others with a higher score, `[n_judged]`."""
    equal: Counts
    """Others with the same score, `[n_judged]`."""
    others: Counts
    """All others, `[n_judged]`."""

    def auc(self) -> Values:
        """Give the share of the others that stand behind, ties as a half: `[n_judged]`.

        NaN where there is no other.
        """
        with np.errstate(invalid="ignore"):
            share: Values = 1 - (self.higher + self.equal / 2) / self.others
        return share

    def hit(self, k: int) -> Values:
        """Give the chance to be among the first `k`, `[n_judged]`.

        With one item held out it is the recall as well as the hit rate.
        """
        return np.clip((k - self.higher) / (self.equal + 1), 0.0, 1.0)

    def ndcg(self, k: int) -> Values:
        """Give the gain 1 / log2(place + 1) where the place is at most `k`, else 0: `[n_judged]`.

        Source: Järvelin and Kekäläinen, Cumulated gain-based evaluation of IR techniques (2002);
            with one relevant item the ideal gain is 1.
        """
        gains = np.concatenate([[0.0], np.cumsum(1 / np.log2(np.arange(2, k + 2)))])
        first, last = np.minimum(self.higher, k), np.minimum(self.higher + self.equal + 1, k)
        return np.asarray((gains[last] - gains[first]) / (self.equal + 1), np.float64)


def compute_places(own: Scores, others: Scores, n_others: Counts) -> Places:
    """Count who stands before and beside the held-out items.

    Args:
        own: Score of each held-out item, `[n_judged]`.
        others: Scores of others, `[n_judged, n]`; minus infinity: does not take part.
        n_others: Others that take part, `[n_judged]`.

    Raises:
        InputError: If a score is not a number.
    """
    if np.isnan(own).any() or np.isnan(others).any():
        raise InputError("a score is not a number: expected finite scores, fit the model anew")
    higher = np.count_nonzero(others > own[:, None], axis=1)
    equal = np.count_nonzero(others == own[:, None], axis=1)
    return Places(higher.astype(np.int64), equal.astype(np.int64), n_others)
