"""What is told of garments and what was said of them, as arrays of the same rows and positions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from modiste.data.garments.labels import BOX, GROUP, Vocabulary

Floats = npt.NDArray[np.float32]
Whole = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Told:
    """The labels of `n` garments; what is not told is -1, or NaN."""

    products: Whole
    """Which product each is of, as a number `[n]`."""
    categories: Whole
    """`[n]`."""
    groups: Mapping[str, Whole]
    """`[n]` each."""
    tags: npt.NDArray[np.int8]
    """1 has it, 0 has it not `[n, n_tags]`."""
    boxes: Floats
    """Left, top, right, bottom as shares of the picture `[n, 4]`."""
    landmarks: Floats
    """x, y as shares of the picture and how it is seen `[n, n_landmarks, 3]`."""

    def __len__(self) -> int:
        return len(self.products)


@dataclass(frozen=True)
class Said:
    """What a model, or a rule, says of the same garments; None: it says nothing of that."""

    categories: Floats | None = None
    """Probabilities `[n, n_categories]`."""
    groups: Mapping[str, Floats] = field(default_factory=dict)
    """Probabilities `[n, n_values]` each."""
    tags: Floats | None = None
    """Scores, higher is likelier `[n, n_tags]`."""
    boxes: Floats | None = None
    """`[n, 4]`."""
    landmarks: Floats | None = None
    """x, y as shares of the picture `[n, n_landmarks, 2]`."""
    presence: Floats | None = None
    """Probability that the garment is there `[n]`."""


def tell(table: pl.DataFrame, words: Vocabulary) -> Told:
    """Give labels as arrays.

    Args:
        table: Rows of `GarmentLabels.table`, without those of nothing.
        words: Its vocabulary.
    """
    n = table.height
    tags = np.full((n, len(words.tag_names)), -1, np.int8)
    told = table["tags"].is_not_null().to_numpy()
    tags[told] = 0
    lengths = table["tags"].list.len().fill_null(0).to_numpy()
    if lengths.sum():
        has = table.filter(pl.col("tags").list.len() > 0)["tags"].explode().to_numpy()
        tags[np.repeat(np.arange(n), lengths), has] = 1
    landmarks = np.full((n, len(words.landmarks), 3), np.nan, np.float32)
    if words.landmarks and (told := table["landmarks"].is_not_null().to_numpy()).any():
        flat = table["landmarks"].drop_nulls().explode().to_numpy().astype(np.float32)
        landmarks[told] = flat.reshape(-1, len(words.landmarks), 3)
    return Told(
        products=(table["product"].rank("dense").to_numpy() - 1).astype(np.int64),
        categories=_positions(table["category"]),
        groups={name: _positions(table[f"{GROUP}{name}"]) for name in words.groups},
        tags=tags,
        boxes=table.select(BOX).fill_null(np.nan).to_numpy().astype(np.float32),
        landmarks=landmarks,
    )


def _positions(column: pl.Series) -> Whole:
    return np.asarray(column.fill_null(-1).to_numpy(), np.int64)


def in_words(
    scores: Floats | None, own: Sequence[str], wanted: Sequence[str], *, shares: bool = True
) -> Floats | None:
    """Give scores in the positions of other words, matched by name.

    Args:
        scores: `[n, len(own)]`; None stays None.
        own: What the scores' positions mean.
        wanted: What those of the result mean; one that is not among `own` gets 0.
        shares: Whether the result adds up to 1 a row again.

    Returns:
        `[n, len(wanted)]`, None where no word is known.
    """
    if scores is None or not set(own) & set(wanted):
        return None
    place = {name: position for position, name in enumerate(own)}
    found = np.zeros((len(scores), len(wanted)), np.float32)
    known = [position for position, name in enumerate(wanted) if name in place]
    found[:, known] = scores[:, [place[wanted[position]] for position in known]]
    if shares:
        total = found.sum(axis=1, keepdims=True)
        found = np.divide(found, total, out=np.zeros_like(found), where=total > 0)
    return found
