"""The worst mistakes: what was said with most certainty and is wrong, boxes that are far off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from modiste.data.garments.labels import Vocabulary
from modiste.evaluation.garments.answers import Floats, Said, Told, Whole
from modiste.evaluation.garments.metrics import overlaps

SHOWN = 12
"""Mistakes of each kind that are kept."""


def worst_mistakes(
    table: pl.DataFrame, told: Told, said: Said, words: Vocabulary
) -> dict[str, list[dict[str, Any]]]:
    """Give the worst mistakes of each kind.

    Args:
        table: The judged rows, with `picture`.
        told: Their labels.
        said: What was said of them.
        words: The vocabulary.

    Returns:
        By "category", "attributes" and "box" at most `SHOWN` each, the worst first: `picture`,
        `told` and `said` in words, `box_told` and `box_said` where there are any.
    """
    pictures = table["picture"].to_list()

    def shown(row: int, true: str, found: str) -> dict[str, Any]:
        return {
            "picture": pictures[row],
            "told": true,
            "said": found,
            "box_told": _plain(told.boxes, row),
            "box_said": None if said.boxes is None else _plain(said.boxes, row),
        }

    found: dict[str, list[dict[str, Any]]] = {}
    if said.categories is not None:
        names = words.category_names
        found["category"] = [
            shown(row, names[true], f"{names[guess]} ({share:.2f})")
            for row, true, guess, share in _surest(said.categories, told.categories)
        ]
    wrong = [
        (
            share,
            row,
            f"{name}: {words.groups[name][true]}",
            f"{words.groups[name][guess]} ({share:.2f})",
        )
        for name, scores in said.groups.items()
        for row, true, guess, share in _surest(scores, told.groups[name])
    ]
    if wrong:
        wrong.sort(key=lambda one: (-one[0], one[1]))
        found["attributes"] = [shown(row, true, guess) for _, row, true, guess in wrong[:SHOWN]]
    rows = np.flatnonzero(~np.isnan(told.boxes).any(axis=1))
    if said.boxes is not None and len(rows):
        shared = overlaps(told.boxes[rows], said.boxes[rows])
        order = np.argsort(shared, kind="stable")[:SHOWN]
        found["box"] = [
            shown(int(rows[at]), "", f"IoU {shared[at]:.2f}") for at in order if shared[at] < 1
        ]
    return {kind: rows for kind, rows in found.items() if rows}


def _surest(scores: Floats, true: Whole) -> Sequence[tuple[int, int, int, float]]:
    """Give row, told, said and its probability of the surest wrong answers."""
    guess = scores.argmax(axis=1)
    share = scores[np.arange(len(scores)), guess]
    wrong = np.flatnonzero((true >= 0) & (guess != true))
    order = wrong[np.argsort(-share[wrong], kind="stable")][:SHOWN]
    return [(int(row), int(true[row]), int(guess[row]), float(share[row])) for row in order]


def _plain(boxes: Floats, row: int) -> list[float] | None:
    box = boxes[row]
    return None if np.isnan(box).any() else [round(float(side), 4) for side in box]
