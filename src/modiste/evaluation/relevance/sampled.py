"""The papers' protocol: the held-out item among a hundred that the user never bought."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from modiste.errors import InputError
from modiste.evaluation.relevance.placing import Places, Scores, compute_places
from modiste.evaluation.relevance.scorers import Scorer
from modiste.evaluation.relevance.split import Rows, Split

N_NEGATIVES = 100


def draw_negatives(split: Split, n: int, rng: np.random.Generator) -> Rows:
    """Draw items for each judged user that the user never bought, uniformly, none twice.

    Never bought means neither in training nor held out. Where a small shop has fewer than `n` such
    items for some user, everybody gets fewer.

    Args:
        split: Purchases.
        n: Negatives for each judged user.
        rng: Source of randomness.

    Returns:
        Rows of items, `[n_judged, n]`.

    Raises:
        InputError: If a user has bought every item.
    """
    n = min(n, split.n_items - 1 - int(split.user_sales.max()))
    if n < 1:
        raise InputError(
            f"a user bought all {split.n_items} items: no other is left to compare with; "
            "import a larger catalogue"
        )
    owner, item = split.owned
    taken = np.sort(
        np.concatenate(
            [
                owner * split.n_items + item,
                np.arange(split.n_judged) * split.n_items + split.judged_item,
            ]
        )
    )
    drawn = rng.integers(0, split.n_items, (split.n_judged, n), dtype=np.int64)
    open_rows = np.arange(split.n_judged)
    # Drawn anew until all fit: which item an unfit one gives way to does not depend on the items'
    # names, so every set of allowed items is equally likely.
    while len(open_rows):
        some = drawn[open_rows]
        unfit = _among(open_rows[:, None] * split.n_items + some, taken) | _repeats(some)
        some[unfit] = rng.integers(0, split.n_items, int(unfit.sum()), dtype=np.int64)
        drawn[open_rows] = some
        open_rows = open_rows[unfit.any(axis=1)]
    return drawn


def score_sampled(scorer: Scorer, split: Split, negatives: Rows) -> Scores:
    """Score what is judged: the held-out item first, then the negatives, `[n_judged, 1 + n]`."""
    items = np.column_stack([split.judged_item, negatives])
    judged = np.repeat(np.arange(split.n_judged), items.shape[1])
    return scorer.pairs(judged, items.ravel()).reshape(items.shape)


def place_sampled(scores: Scores) -> Places:
    """Place the held-out items among their negatives: `[n_judged, 1 + n]`, theirs first."""
    n_others = np.full(len(scores), scores.shape[1] - 1, np.int64)
    return compute_places(scores[:, 0], scores[:, 1:], n_others)


def write_scores(path: Path, model: str, split: Split, negatives: Rows, scores: Scores) -> None:
    """Write every judged pair of one model: `model, user_id, item_id, label, score`, Parquet.

    A user's held-out item, labelled 1, stands before the negatives, labelled 0.
    """
    items = np.column_stack([split.judged_item, negatives])
    users = np.repeat(split.judged_user, items.shape[1])
    label = np.zeros(items.shape, np.int8)
    label[:, 0] = 1
    pl.DataFrame(
        {
            "model": pl.repeat(model, items.size, eager=True),
            "user_id": split.users["user_id"].gather(users),
            "item_id": split.items["item_id"].gather(items.ravel()),
            "label": label.ravel(),
            "score": scores.ravel(),
        }
    ).write_parquet(path, compression="zstd")


def _among(keys: Rows, sorted_keys: Rows) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    place = np.minimum(np.searchsorted(sorted_keys, keys), len(sorted_keys) - 1)
    return np.asarray(sorted_keys[place] == keys)


def _repeats(rows: Rows) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Mark what stands in its row a second time."""
    order = np.argsort(rows, axis=1, kind="stable")
    ordered = np.take_along_axis(rows, order, axis=1)
    again = np.zeros(rows.shape, bool)
    np.put_along_axis(again, order[:, 1:], ordered[:, 1:] == ordered[:, :-1], axis=1)
    return again
