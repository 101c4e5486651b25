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
"""Correlation of two thumbnails above which pictures are copies of one another. Among 5,000
pictures of DeepFashion all 12 pairs above it are copies; the first that are not lie at 0.977."""
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

    Thumbnails of 12 × 12 are compared by the correlation of their colours, which a change of size,
    brightness or compression leaves as it is.

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
    """Give a picture's centred colours at length 1, zeros where it cannot be opened or is plain."""
    try:
        photo = open_photo(picture_path(folder, picture), near=(2 * _SIDE, 2 * _SIDE))
    except InputError:
        return np.zeros(3 * _SIDE * _SIDE, np.float32)
    small = photo.resize((_SIDE, _SIDE), Image.Resampling.BOX)
    colours = np.asarray(small, np.float32).ravel()
    colours -= colours.mean()
    length = float(np.linalg.norm(colours))
    return colours / length if length > 1.0 else np.zeros_like(colours)


def group_alike(vectors: npt.NDArray[np.float32], alike: float = ALIKE) -> npt.NDArray[np.int64]:
    """Group rows whose product is above `alike`, directly or by way of others.

    Args:
        vectors: Rows of length 1 `[n, dim]`; a row of zeros is like no other.
        alike: The product from which two rows belong together.

    Returns:
        For each row the first row of its group `[n]`.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    firsts, seconds = [], []
    for start in range(0, len(vectors), _BLOCK):
        near = vectors[start : start + _BLOCK] @ vectors[start:].T > alike
        first, second = np.nonzero(near)
        firsts.append(first + start)
        seconds.append(second + start)
    if not firsts:
        return np.arange(0)
    ends = np.concatenate(firsts), np.concatenate(seconds)
    size = (len(vectors), len(vectors))
    links = coo_array((np.ones(len(ends[0]), np.int8), ends), shape=size)
    _, group = connected_components(links, directed=False)
    first = np.full(int(group.max()) + 1, len(vectors))
    np.minimum.at(first, group, np.arange(len(vectors)))
    return np.asarray(first[group], np.int64)
