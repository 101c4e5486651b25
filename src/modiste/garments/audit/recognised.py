"""What a recogniser of garments sees in a catalogue's pictures that the catalogue does not say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from modiste.data.photos import PictureError, open_photo, picture_path
from modiste.encoders.batches import n_threads
from modiste.garments.answers import Garment
from modiste.garments.recogniser import Recogniser

if TYPE_CHECKING:
    from PIL.Image import Image

LEAST = 0.8
"""Least probability that a value is suggested with: nothing of the shop says how often it holds."""
_BATCH = 32

Told = tuple[int, str, str, float]
"""Item, attribute, value, probability."""


def see_attributes(
    recogniser: Recogniser,
    folder: Path,
    pictures: pl.DataFrame,
    given: Sequence[str],
    progress: Callable[[float], None] | None = None,
) -> list[Told]:
    """Tell which attributes a recogniser sees in pictures.

    Of a picture with several garments the most certain one counts, as the catalogue sells one.

    Args:
        recogniser: A fitted one.
        folder: Where the pictures lie.
        pictures: `item_idx, picture`; paths below the folder.
        given: Attributes that the shop has already: they are judged by its own items instead.
        progress: Told the share done.

    Returns:
        Values of at least the probability `LEAST`, by item and attribute.
    """
    known = pictures.drop_nulls("picture")
    base = folder.resolve()
    rows = zip(known["item_idx"].to_list(), known["picture"].to_list(), strict=True)
    opener = partial(_open, base, recogniser.picture_size)
    told: list[Told] = []
    done = 0
    with ThreadPoolExecutor(n_threads(), "pictures") as pool:
        for batch in _batches(rows):
            # A few at a time: opened pictures take megabytes each.
            opened = list(pool.map(opener, batch))
            whole = [(item, shown) for (item, _), shown in zip(batch, opened, strict=True) if shown]
            seen = recogniser.recognise([shown for _, shown in whole])
            for (item, _), garments in zip(whole, seen, strict=True):
                told += _values(item, garments, given)
            done += len(batch)
            if progress:
                progress(done / known.height)
    return told


def _batches(rows: Iterator[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    while batch := list(islice(rows, _BATCH)):
        yield batch


def _open(folder: Path, near: tuple[int, int], row: tuple[int, str]) -> Image | None:
    try:
        return open_photo(picture_path(folder, row[1]), near=near)
    except PictureError:
        return None


def _values(item: int, garments: Sequence[Garment], given: Sequence[str]) -> list[Told]:
    if not garments:
        return []
    first = garments[0].attributes
    return [
        (item, attribute, value, probability)
        for attribute in sorted(first)
        if attribute not in given
        for value, probability in first[attribute].items()
        if probability >= LEAST
    ]
