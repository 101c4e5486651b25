"""Texts drawn anew for every batch: the whole text, the name or the description, words left out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from modiste.encoders.fitting.material import Material
from modiste.encoders.lexicon import Texts, Whole, ranges

_NAME, _DESCRIPTION = 0.35, 0.2


def draw_batches(rows: Whole, size: int, rng: np.random.Generator) -> Iterator[Whole]:
    """Give all rows in a new order, `size` at a time; what is left over waits for another epoch."""
    order = rng.permutation(rows)
    size = min(size, len(order))
    for start in range(0, len(order) - size + 1, size):
        yield order[start : start + size]


def draw_kinds(n_rows: int, rng: np.random.Generator) -> Whole:
    """Draw for each of some rows 0, its name, 1, its description, or 2, all that is said."""
    draw = rng.random(n_rows)
    chosen: Whole = np.where(draw < _NAME, 0, np.where(draw < _NAME + _DESCRIPTION, 1, 2))
    return chosen


def draw_texts(material: Material, rows: Whole, dropped: float, rng: np.random.Generator) -> Texts:
    """Draw a text for each item, so that short queries and long descriptions are both learned.

    Args:
        material: The texts.
        rows: Items.
        dropped: Share of words left out, on average; each text has a share of its own.
        rng: What draws.
    """
    kinds = (material.name, material.description, material.whole)
    chosen = draw_kinds(len(rows), rng)
    lengths = np.choose(chosen, [kind.lengths[rows] for kind in kinds])
    places = np.choose(chosen, [kind.starts()[rows] for kind in kinds])
    words = np.concatenate([kind.words for kind in kinds])
    behind = np.cumsum([0, len(kinds[0].words), len(kinds[1].words)])
    flat = words[ranges(places + behind[chosen], lengths)]
    text = np.repeat(np.arange(len(rows)), lengths)
    share = np.repeat(2 * dropped * rng.random(len(rows)), lengths)
    kept = rng.random(len(flat)) >= share
    # A text that lost every word keeps its first.
    first = np.cumsum(lengths) - lengths
    kept[first[np.bincount(text[kept], minlength=len(rows)) == 0]] = True
    return Texts(flat[kept], np.bincount(text[kept], minlength=len(rows)))
