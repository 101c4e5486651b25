"""Labelled pictures of garments as one table, and the words its numbers stand for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from modiste.errors import ArtifactError, SchemaError

PLACES = ("upper", "lower", "full")
"""Where on the body a garment is worn; a category's place may also be empty: not known."""
PARTS = ("train", "val", "test")
"""What is learnt from, what choices are made by, what is judged."""
BOX = ("left", "top", "right", "bottom")
"""A box's sides as shares of the picture's width and height, 0 at the left and the top."""
VISIBLE, HIDDEN, ABSENT = 1.0, 0.5, 0.0
"""How a landmark is seen: plainly, covered by something, not in the picture."""
BODY_LANDMARKS = tuple(
    f"{side} {name}"
    for name in ("collar", "sleeve", "waistline", "hem")
    for side in ("left", "right")
)
"""The eight points of a garment, as DeepFashion orders those of clothes for the whole body."""
GROUP = "group."
"""What the columns of attribute groups begin with."""

_COLUMNS: Mapping[str, Any] = {
    "picture": pl.String,
    "part": pl.String,
    "product": pl.String,
    "width": pl.Int32,
    "height": pl.Int32,
    "left": pl.Float32,
    "top": pl.Float32,
    "right": pl.Float32,
    "bottom": pl.Float32,
    "category": pl.Int32,
    "tags": pl.List(pl.Int32),
    "landmarks": pl.List(pl.Float32),
    "nothing": pl.Boolean,
}


@dataclass(frozen=True)
class Category:
    """A kind of garment."""

    name: str
    place: str = ""
    """One of `PLACES`, empty where it is not known."""


@dataclass(frozen=True)
class Vocabulary:
    """The words that the numbers of a table of labels stand for."""

    categories: tuple[Category, ...] = ()
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Attributes of which a garment has one value each: `sleeve` → (`long sleeve`, …)."""
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Attributes of which a garment has any number, by type: `texture` → (`floral`, …)."""
    landmarks: tuple[str, ...] = ()

    @property
    def category_names(self) -> tuple[str, ...]:
        """Names of the categories, by position."""
        return tuple(category.name for category in self.categories)

    @property
    def tag_names(self) -> tuple[str, ...]:
        """All tags by position: the types one after another."""
        return tuple(name for names in self.tags.values() for name in names)

    @property
    def tag_types(self) -> tuple[str, ...]:
        """The type of each tag, by position."""
        return tuple(kind for kind, names in self.tags.items() for _ in names)

    def to_dict(self) -> dict[str, Any]:
        """Give the vocabulary as plain values."""
        return {
            "categories": [[category.name, category.place] for category in self.categories],
            "groups": {name: list(values) for name, values in self.groups.items()},
            "tags": {name: list(values) for name, values in self.tags.items()},
            "landmarks": list(self.landmarks),
        }

    @classmethod
    def from_dict(cls, given: Any) -> Vocabulary:
        """Read what `to_dict` gave.

        Raises:
            ArtifactError: If it is something else.
        """
        try:
            categories = tuple(
                Category(str(name), str(place)) for name, place in given["categories"]
            )
            groups = {str(name): _words(values) for name, values in given["groups"].items()}
            tags = {str(name): _words(values) for name, values in given["tags"].items()}
            found = cls(categories, groups, tags, _words(given["landmarks"]))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ArtifactError(
                f"this is no vocabulary of garments ({error!r}): import the labels anew"
            ) from None
        found.check()
        return found

    def check(self) -> None:
        """Hold what readers count on: no name twice, places that there are.

        Raises:
            ArtifactError: Naming the fault.
        """
        lists = {"categories": self.category_names, "landmarks": self.landmarks}
        lists |= {f"group {name}": values for name, values in self.groups.items()}
        lists |= {f"type {name}": values for name, values in self.tags.items()}
        for what, names in lists.items():
            if len(set(names)) < len(names):
                raise ArtifactError(f"{what} of the vocabulary name something twice: name it once")
        for category in self.categories:
            if category.place not in (*PLACES, ""):
                raise ArtifactError(
                    f"category {category.name!r} is worn {category.place!r}, expected "
                    f"{', '.join(PLACES)} or nothing: mend the vocabulary"
                )


def _words(values: Any) -> tuple[str, ...]:
    if not isinstance(values, list | tuple):
        raise TypeError(f"{values!r} is no list")
    return tuple(str(value) for value in values)


@dataclass(frozen=True)
class GarmentLabels:
    """Pictures of garments with all that is told of them.

    The table has a row for each garment; several rows of one picture are several garments.
    Columns: `picture` (path relative to `root`), `part` (one of `PARTS`), `product` (what must not
    be in two parts), `width` and `height` of the picture in pixels (null until seen), the box's
    `left`, `top`, `right`, `bottom` as shares of them (all null: no box is told), `category`
    (position in the vocabulary), `group.<name>` (position of the value), `tags` (positions of all
    that the garment has; null: not told, empty: none), `landmarks` (x, y as shares and how it is
    seen, for each of the vocabulary's; null: not told), `nothing` (true: the picture shows no
    garment). Null means not told, everywhere.
    """

    root: Path
    """Where the paths of the pictures start."""
    vocabulary: Vocabulary
    table: pl.DataFrame

    def part(self, *names: str) -> GarmentLabels:
        """Give the rows of some parts."""
        rows = self.table.filter(pl.col("part").is_in(names))
        return GarmentLabels(self.root, self.vocabulary, rows)


def columns_of(vocabulary: Vocabulary) -> dict[str, Any]:
    """Give the columns of a table of labels with their types, in order."""
    columns = dict(_COLUMNS)
    last = {name: columns.pop(name) for name in ("tags", "landmarks", "nothing")}
    return columns | {f"{GROUP}{name}": pl.Int32 for name in vocabulary.groups} | last


def complete(table: pl.DataFrame, vocabulary: Vocabulary) -> pl.DataFrame:
    """Give a table all its columns: what is absent is not told; order and types are set."""
    columns = columns_of(vocabulary)
    absent = [pl.lit(None, kind).alias(name) for name, kind in columns.items() if name not in table]
    return (
        table.with_columns(absent)
        .with_columns(pl.col("nothing").fill_null(value=False))
        .select(pl.col(name).cast(kind) for name, kind in columns.items())
    )


def check_labels(labels: GarmentLabels) -> None:
    """Hold what readers of a table of labels count on.

    Raises:
        SchemaError: Naming the column and what is wrong with it.
    """
    table, words = labels.table, labels.vocabulary
    expected = columns_of(words)
    for name, kind in expected.items():
        if table.schema.get(name) != kind:
            raise SchemaError(
                f"labels: column {name} is {table.schema.get(name)}, expected {kind}: import anew"
            )
    faults = {
        "part": ~pl.col("part").is_in(PARTS) | pl.col("part").is_null(),
        "picture": pl.col("picture").is_null(),
        "product": pl.col("product").is_null(),
        "left … bottom": ~_good_box(),
        "category": ~_within("category", len(words.categories)),
        "tags": ~pl.col("tags").list.eval(_element_within(len(words.tag_names))).list.all(),
        "landmarks": pl.col("landmarks").list.len() != 3 * len(words.landmarks),
    }
    faults |= {
        f"{GROUP}{name}": ~_within(f"{GROUP}{name}", len(values))
        for name, values in words.groups.items()
    }
    for name, fault in faults.items():
        if n_bad := table.filter(fault).height:
            raise SchemaError(
                f"labels: {name} holds what it cannot in {n_bad:,} of {table.height:,} rows: "
                "import the labels anew"
            )


def _within(column: str, size: int) -> pl.Expr:
    return pl.col(column).is_null() | pl.col(column).is_between(0, size - 1)


def _element_within(size: int) -> pl.Expr:
    return pl.element().is_between(0, size - 1) & pl.element().is_not_null()


def _good_box() -> pl.Expr:
    """Tell a box that is whole and inside the picture, or not there at all."""
    told = pl.all_horizontal(pl.col(side).is_not_null() for side in BOX)
    none = pl.all_horizontal(pl.col(side).is_null() for side in BOX)
    inside = pl.all_horizontal(pl.col(side).is_between(0, 1) for side in BOX)
    ordered = (pl.col("left") < pl.col("right")) & (pl.col("top") < pl.col("bottom"))
    return none | (told & inside & ordered)
