"""Labels of several folders as one: a union of what their words name, each row with what it tells.

Fine DeepFashion labels tell attributes, boxes and landmarks, those of In-shop categories: one
network learns from both, and a head from the rows that tell something of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from modiste.data.garments.labels import GROUP, Category, GarmentLabels, Vocabulary, complete
from modiste.errors import InputError

SOURCE = "source"
"""Column of a merged table: the place of the labels a row is from."""


@dataclass(frozen=True)
class Merged:
    """Labels of several folders."""

    roots: tuple[Path, ...]
    vocabulary: Vocabulary
    table: pl.DataFrame
    """As `GarmentLabels.table`, positions in the merged vocabulary, with `source`."""


def merge_labels(given: Sequence[GarmentLabels]) -> Merged:
    """Put labels below one another, by the union of their words.

    Args:
        given: At least one.

    Raises:
        InputError: If a category is worn at different places, or nothing is given.
    """
    if not given:
        raise InputError("no labels were given: name a folder of labelled pictures with --data")
    words = _union([labels.vocabulary for labels in given])
    tables = [
        _moved(labels, words).with_columns(pl.lit(place, pl.Int32).alias(SOURCE))
        for place, labels in enumerate(given)
    ]
    return Merged(tuple(labels.root for labels in given), words, pl.concat(tables))


def _union(given: Sequence[Vocabulary]) -> Vocabulary:
    places: dict[str, str] = {}
    for category in (category for words in given for category in words.categories):
        known = places.get(category.name, "")
        if known and category.place and known != category.place:
            raise InputError(
                f"category {category.name!r} is worn {known} in one folder and {category.place} in "
                "another: name them differently"
            )
        places[category.name] = known or category.place
    return Vocabulary(
        tuple(Category(name, place) for name, place in places.items()),
        _joined(words.groups.items() for words in given),
        _joined(words.tags.items() for words in given),
        _first(name for words in given for name in words.landmarks),
    )


def _joined(given: Iterable[Iterable[tuple[str, tuple[str, ...]]]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, values in (pair for pairs in given for pair in pairs):
        found[name] = _first((*found.get(name, ()), *values))
    return found


def _first(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _moved(labels: GarmentLabels, words: Vocabulary) -> pl.DataFrame:
    """Give a table with the positions of the merged vocabulary."""
    own, table = labels.vocabulary, labels.table
    moved = [_positions("category", own.category_names, words.category_names)]
    moved += [
        _positions(f"{GROUP}{name}", values, words.groups[name])
        for name, values in own.groups.items()
    ]
    tags = _places(_typed(own), _typed(words))
    moved.append(pl.col("tags").list.eval(_replaced(pl.element(), tags)))
    if own.landmarks != words.landmarks:
        moved.append(_landmarks(own.landmarks, words.landmarks))
    return complete(table.with_columns(moved), words)


def _typed(words: Vocabulary) -> list[tuple[str, str]]:
    return list(zip(words.tag_types, words.tag_names, strict=True))


def _places(own: Sequence[object], merged: Sequence[object]) -> dict[int, int]:
    where = {name: place for place, name in enumerate(merged)}
    return {place: where[name] for place, name in enumerate(own)}


def _replaced(column: pl.Expr, places: dict[int, int]) -> pl.Expr:
    if not places:
        return column
    return column.replace_strict(places, default=None, return_dtype=pl.Int32)


def _positions(column: str, own: Sequence[str], merged: Sequence[str]) -> pl.Expr:
    return _replaced(pl.col(column), _places(own, merged))


def _landmarks(own: Sequence[str], merged: Sequence[str]) -> pl.Expr:
    """Lay a row's landmarks out as the merged vocabulary does; those not told of are not seen."""
    numbers = pl.col("landmarks")
    if not own:
        return numbers
    laid = [
        numbers.list.get(3 * own.index(name) + part) if name in own else pl.lit(0.0, pl.Float32)
        for name in merged
        for part in range(3)
    ]
    return pl.when(numbers.is_not_null()).then(pl.concat_list(laid)).alias("landmarks")
