"""One picture under several items: found by vectors, made sure of by the pixels themselves."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from modiste.data.photos import PictureError, open_photo, picture_path
from modiste.encoders.batches import n_threads
from modiste.encoders.short import shortened
from modiste.garments.audit.evidence import Floats, Whole
from modiste.index.neighbours import choose_index

LEAST_COSINE = 0.97
"""Pictures less alike than this are not looked at more closely."""
MOST_BITS = 14
"""Of the 480 bits of two pictures' hashes so many may differ: a picture saved anew, or smaller."""
MOST_SHADE = 4.0
"""Mean distance of colours, of 255, that saving a picture anew can make."""
NEIGHBOURS = 16
_SIDE = 16
_STEP = 8
"""Steps in brightness below this are noise, not an edge."""
_BLOCK = 1 << 12

Bits = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Hashes:
    """What is kept of pictures to compare them by."""

    bits: Bits
    """`[n_pictures, 60]`, 480 bits: where brightness rises and falls from left to right."""
    shades: Bits
    """`[n_pictures, 768]`: the colours of 16 × 16 fields."""
    read: npt.NDArray[np.bool_]
    """`[n_pictures]`: which could be read."""

    def differ(self, one: Whole, other: Whole) -> Whole:
        """Count the bits in which pictures differ, `[n_pairs]`; -1: they are not comparable."""
        found = np.full(len(one), -1, np.int64)
        for start in range(0, len(one), _BLOCK):
            a, b = one[start : start + _BLOCK], other[start : start + _BLOCK]
            bits = np.unpackbits(self.bits[a] ^ self.bits[b], axis=1).sum(axis=1, dtype=np.int64)
            away = np.abs(self.shades[a].astype(np.int16) - self.shades[b]).mean(axis=1)
            alike = self.read[a] & self.read[b] & (away <= MOST_SHADE)
            found[start : start + _BLOCK] = np.where(alike, bits, -1)
        return found


@dataclass(frozen=True)
class Pairs:
    """Items that show one picture; all `[n_pairs]`, `first` below `second`."""

    first: Whole
    second: Whole
    cosine: Floats
    bits: Whole
    """Bits of the hashes that differ, of 480."""

    def of(self, chosen: Whole) -> Pairs:
        """Take some pairs."""
        return Pairs(
            self.first[chosen], self.second[chosen], self.cosine[chosen], self.bits[chosen]
        )


def find_duplicates(
    vectors: Floats,
    at: Whole,
    folder: Path,
    pictures: list[str | None],
    progress: Callable[[float], None] | None = None,
) -> Pairs:
    """Find pairs of items whose pictures are the same but for size and quality.

    Args:
        vectors: Vectors of pictures, `[n_pictures, dim]`, rows of length 1.
        at: Row of each item's vector, `[n_items]`, -1: none.
        folder: Where the pictures lie.
        pictures: Path of each item's picture below the folder.
        progress: Told the share done.

    Returns:
        The pairs, by item. Of a picture shown more than `NEIGHBOURS` times every item is in some
        pair.
    """
    first, second, cosine = _alike(vectors, at, progress)
    asked = np.unique(np.concatenate([first, second]))
    hashes = hash_pictures(folder, [pictures[item] for item in asked])
    differ = hashes.differ(np.searchsorted(asked, first), np.searchsorted(asked, second))
    kept = (differ >= 0) & (differ <= MOST_BITS)
    if progress:
        progress(1.0)
    return Pairs(first, second, cosine, differ).of(np.flatnonzero(kept))


def groups_of(pairs: Pairs, n_items: int) -> Whole:
    """Number the groups of items that pairs join, `[n_items]`; an item alone is one of its own."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    joined = coo_matrix(
        (np.ones(len(pairs.first), np.int8), (pairs.first, pairs.second)), shape=(n_items, n_items)
    )
    return np.asarray(connected_components(joined, directed=False)[1], np.int64)


def hash_pictures(folder: Path, pictures: list[str | None]) -> Hashes:
    """Hash pictures: brightness of a field against the field on its left, and colours.

    Args:
        folder: Where they lie.
        pictures: Paths below the folder; None, and what cannot be read, is left out.

    Source: the difference hash of N. Krawetz, "Kind of like that", 2013, with falls beside rises,
        so that a plain ground gives no bits at all.
    """
    base = folder.resolve()

    def shades(picture: str | None) -> Bits | None:
        from PIL.Image import Resampling

        try:
            if picture is None:
                return None
            opened = open_photo(picture_path(base, picture), near=(4 * _SIDE, 4 * _SIDE))
        except PictureError:
            return None
        return np.asarray(opened.resize((_SIDE, _SIDE), Resampling.BOX))

    with ThreadPoolExecutor(n_threads(), "pictures") as pool:
        found = list(pool.map(shades, pictures))
    blank = np.zeros((_SIDE, _SIDE, 3), np.uint8)
    fields = np.stack([blank, *(blank if one is None else one for one in found)])[1:]
    steps = np.diff(fields @ np.array([0.299, 0.587, 0.114], np.float32), axis=2)
    rises = np.concatenate([steps > _STEP, steps < -_STEP], axis=1).reshape(len(fields), -1)
    read = np.array([one is not None for one in found], np.bool_)
    return Hashes(np.packbits(rises, axis=1), fields.reshape(len(fields), -1), read)


def _alike(
    vectors: Floats, at: Whole, progress: Callable[[float], None] | None
) -> tuple[Whole, Whole, Floats]:
    """Find pairs of items with vectors that are nearly the same, block by block."""
    items = np.flatnonzero(at >= 0)
    if len(items) < 2:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32)
    short = shortened(vectors)[at[items]]
    index = choose_index(short)
    k = min(NEIGHBOURS + 1, len(items))
    found: list[npt.NDArray[np.int64]] = []
    for start in range(0, len(items), _BLOCK):
        near, score = index.search(short[start : start + _BLOCK], k)
        row, column = np.nonzero(score >= LEAST_COSINE)
        pair = np.stack([row + start, near[row, column]], axis=1)
        found.append(np.sort(pair[pair[:, 0] != pair[:, 1]], axis=1))
        if progress:
            progress(0.8 * min(start + _BLOCK, len(items)) / len(items))
    pairs = np.unique(np.concatenate(found), axis=0)
    cosine = np.empty(len(pairs), np.float32)
    for start in range(0, len(pairs), _BLOCK):
        one, other = pairs[start : start + _BLOCK].T
        product = vectors[at[items[one]]] * vectors[at[items[other]]]
        cosine[start : start + _BLOCK] = product.sum(axis=1)
    kept = cosine >= LEAST_COSINE
    return items[pairs[kept, 0]], items[pairs[kept, 1]], cosine[kept]
