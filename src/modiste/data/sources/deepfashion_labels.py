"""What the annotations of DeepFashion say alike: names of categories, a category, a box."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from modiste.data.garments.labels import BOX, Category
from modiste.data.sources.deepfashion_landmarks import PLACES
from modiste.data.sources.deepfashion_lists import NO_AREA, Intake, read_names, words

KEYS = ("line", "text", "picture")
"""What tells a row of a list that names its pictures."""


def read_categories(path: Path, intake: Intake, file: str) -> tuple[Category, ...]:
    """Read the categories and where each is worn: `list_category_cloth.txt`.

    Args:
        path: The list.
        intake: Is told what was read and set aside.
        file: The list's name below the set's folder.
    """
    listed = read_names(path, intake, file)
    return tuple(Category(words(text), PLACES.get(kind, "")) for text, kind in listed)


def category(count: int) -> list[pl.Expr]:
    """Give the position of one of so many categories, of the numbers of a row, and its fault."""
    fault = pl.when(~pl.col("0").is_between(1, count)).then(pl.lit("no such category"))
    return [(pl.col("0") - 1).alias("category"), pl.coalesce("reason", fault).alias("reason")]


def box(first: int) -> list[pl.Expr]:
    """Give the sides of a box of which the first is the number at a place, and its fault."""
    left, top, right, bottom = (pl.col(str(first + place)) for place in range(len(BOX)))
    fault = pl.when((left >= right) | (top >= bottom)).then(pl.lit(NO_AREA))
    sides = [pl.col(str(first + place)).alias(side) for place, side in enumerate(BOX)]
    return [*sides, pl.coalesce("reason", fault).alias("reason")]
