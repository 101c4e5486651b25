"""Pictures that are nearly the same, so that copies of one do not part for learning and judging."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from modiste.data.photos import open_photo, picture_path
from modiste.errors import InputError

ALIKE = 0.985
"""Correlation of two thumbnails above which their pictures may be copies of one another."""
APART = 8.0
"""Root mean square difference of two thumbnails, in steps of 256, above which they are none: in a
catalogue many articles have one outline before one white."""
MOST = 30_000
"""Pictures that are compared; the work grows with their square."""
_SIDE = 12
_BLOCK = 1024

Progress = Callable[[str, float], None]
STAGE = "copies"


def find_copies(
    root: Path, pictures: Sequence[str], progress: Progress | None = None
) -> npt.NDArray[np.int64]:
    """Group pictures that are nearly the same.

    Thumbnails of 12 × 12 are compared by the correlation of their colours and by how far they are
    apart, which a change of size or compression leaves nearly as they are.

    Args:
        root: Where the paths start.
        pictures: Paths, each once. More than `MOST` are not compared.
        progress: Told how far it is.

    Returns:
        For each picture the position of the first one in its group `[n_pictures]`; its own where it
        is alone or cannot be opened.
    """
    alone = np.arange(len(pictures))
    if len(pictures) > MOST:
        return alone
    thumbnails = np.zeros((len(pictures), 3 * _SIDE * _SIDE), np.float32)
    folder = root.resolve()
    for place, picture in enumerate(pictures):
        thumbnails[place] = _thumbnail(folder, picture)
        if progress and place % 256 == 0:
            progress(STAGE, place / len(pictures))
    groups = group_alike(thumbnails)
    if progress:
        progress(STAGE, 1.0)
    return groups


def _thumbnail(folder: Path, picture: str) -> npt.NDArray[np.float32]:
    """Give a picture's colours, zeros where it cannot be opened."""
    try:
        photo = open_photo(picture_path(folder, picture), near=(2 * _SIDE, 2 * _SIDE))
    except InputError:
        return np.zeros(3 * _SIDE * _SIDE, np.float32)
    return np.asarray(photo.resize((_SIDE, _SIDE), Image.Resampling.BOX), np.float32).ravel()


def group_alike(thumbnails: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
    """Group thumbnails that are alike, directly or by way of others.

    Args:
        thumbnails: Colours from 0 to 255 `[n, dim]`; one of a single colour is like no other.

    Returns:
        For each the first of its group `[n]`.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    size = thumbnails.shape[1]
    squares = (thumbnails**2).sum(axis=1)
    means = thumbnails.mean(axis=1, keepdims=True)
    centred = thumbnails - means
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    centred /= np.where(lengths > size**0.5, lengths, np.inf)
    firsts, seconds = [], []
    for start in range(0, len(thumbnails), _BLOCK):
        rows = slice(start, start + _BLOCK)
        products = centred[rows] @ centred[start:].T
        apart = squares[rows, None] + squares[start:] - 2 * thumbnails[rows] @ thumbnails[start:].T
        first, second = np.nonzero((products > ALIKE) & (apart < APART**2 * size))
        firsts.append(first + start)
        seconds.append(second + start)
    if not firsts:
        return np.arange(0)
    ends = np.concatenate(firsts), np.concatenate(seconds)
    square = (len(thumbnails), len(thumbnails))
    links = coo_array((np.ones(len(ends[0]), np.int8), ends), shape=square)
    _, group = connected_components(links, directed=False)
    first = np.full(int(group.max()) + 1, len(thumbnails))
    np.minimum.at(first, group, np.arange(len(thumbnails)))
    return np.asarray(first[group], np.int64)
