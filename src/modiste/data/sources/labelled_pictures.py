"""A shop's own labelled photos: a table with a row a garment, and the folder of the photos."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from modiste.data.garments.labels import (
    BOX,
    PLACES,
    Category,
    GarmentLabels,
    Vocabulary,
    check_labels,
    complete,
)
from modiste.data.garments.pictures import Progress
from modiste.data.garments.places import place_of
from modiste.data.garments.report import LabelsReport
from modiste.data.reading import open_table
from modiste.data.sources.deepfashion import publish, with_parts
from modiste.data.sources.deepfashion_lists import Intake, with_sizes
from modiste.errors import InputError, SchemaError

KNOWN = ("picture", *BOX, "category", "place", "product", "part", "nothing")
"""Columns with a meaning; all others are attributes, of which a garment has one value each."""
_TRUE, _FALSE = ("true", "1", "yes"), ("false", "0", "no")


def import_labelled_pictures(
    table: Path,
    pictures: Path,
    out: Path,
    *,
    folders: bool = False,
    progress: Progress | None = None,
) -> LabelsReport:
    """Import a shop's own labelled photos.

    Args:
        table: CSV or Parquet. `picture` (path in the folder); `left`, `top`, `right`, `bottom` in
            pixels, or as shares where none is above 1; `category`; `place` ("upper", "lower",
            "full", told by the category's name where it is not); `product` and `part`, found where
            they are absent; `nothing` ("yes": the photo shows no garment). All other columns are
            attributes. Several rows of a photo are several garments.
        pictures: The folder of the photos; they stay there.
        out: The folder of the labels; made if absent.
        folders: Whether photos are laid out in `out/folders/PART/CATEGORY` too, as links.
        progress: Told how far it is.

    Raises:
        InputError: If a file cannot be used; what was imported before stays.
    """
    started = time.process_time()
    if not pictures.is_dir():
        raise InputError(f"{pictures} is no folder: give the folder of the photos with --pictures")
    intake = Intake()
    rows, attributes = _read(table, intake)
    rows = with_sizes(pictures, rows, intake, progress)
    vocabulary, rows = _coded(_boxes(rows), attributes)
    rows = with_parts(pictures, rows, progress)
    labels = GarmentLabels(pictures, vocabulary, complete(rows, vocabulary))
    check_labels(labels)
    report = LabelsReport("garments", intake.tables)
    return publish(labels, intake, report, out, started=started, folders=folders)


def _read(path: Path, intake: Intake) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Read the table; rows that contradict themselves are set aside."""
    table = open_table(path, is_name=KNOWN.__contains__)
    if "picture" not in table.columns:
        raise SchemaError(
            f"{path} has no column picture among {', '.join(table.columns)}: "
            f"name the columns {', '.join(KNOWN)} and attributes of your own"
        )
    attributes = tuple(name for name in table.columns if name not in KNOWN)
    parts = []
    for block in table.blocks():
        intake.read(table.name, block.rows.height + block.broken.height)
        intake.set_aside(table.name, block.broken)
        lines = pl.Series("line", range(block.rows.height), dtype=pl.Int64) + block.first_line
        parts.append(block.rows.with_columns(lines))
    rows = pl.concat(parts)
    absent = [pl.lit(None, pl.String).alias(name) for name in KNOWN if name not in rows.columns]
    rows = rows.with_columns(absent).with_columns(
        pl.col(name).str.strip_chars().replace("", None) for name in (*KNOWN, *attributes)
    )
    said = pl.concat_str(pl.col(*table.columns).fill_null(""), separator=",").alias("text")
    rows = rows.with_columns(
        said,
        pl.col("nothing").str.to_lowercase().alias("nothing"),
        *(pl.col(side).cast(pl.Float64, strict=False).alias(f"{side}_px") for side in BOX),
    ).with_columns(_fault().alias("reason"))
    intake.set_aside(table.name, rows.filter(pl.col("reason").is_not_null()))
    rows = rows.filter(pl.col("reason").is_null()).drop("reason", "text")
    if rows.is_empty():
        raise InputError(f"{path} has no row that can be used: see the reasons and mend it")
    rows = rows.with_columns(
        *(pl.col(f"{side}_px").alias(side) for side in BOX),
        pl.col("nothing").is_in(_TRUE).fill_null(value=False),
        pl.lit(table.name).alias("file"),
    ).drop(f"{side}_px" for side in BOX)
    return rows, attributes


def _fault() -> pl.Expr:
    """Say why a row cannot be used, null where it can."""
    given = [pl.col(side).is_not_null() for side in BOX]
    numbers = [pl.col(f"{side}_px") for side in BOX]
    whole = pl.all_horizontal(number.is_finite() & (number >= 0) for number in numbers)
    some = pl.any_horizontal(given)
    left, top, right, bottom = numbers
    reasons = (
        (pl.col("picture").is_null(), "no picture"),
        (some & ~whole.fill_null(value=False), "box is not four numbers"),
        (some & ((left >= right) | (top >= bottom)), "box without area"),
        (~pl.col("place").is_in(PLACES), "place is not upper, lower or full"),
        (~pl.col("part").is_in(("train", "val", "test")), "part is not train, val or test"),
        (~pl.col("nothing").is_in(_TRUE + _FALSE), "nothing is neither yes nor no"),
        (
            pl.col("nothing").is_in(_TRUE) & (some | pl.col("category").is_not_null()),
            "nothing, and yet a garment",
        ),
    )
    found = pl.lit(None, pl.String)
    for fault, reason in reversed(reasons):
        found = pl.when(fault.fill_null(value=False)).then(pl.lit(reason)).otherwise(found)
    return found


def _boxes(rows: pl.DataFrame) -> pl.DataFrame:
    """Give boxes as shares: a table in which no side is above 1 has them already."""
    largest = rows.select(pl.max_horizontal(pl.col(side).max() for side in BOX)).item()
    if largest is not None and largest > 1:
        sizes = {"left": "width", "right": "width", "top": "height", "bottom": "height"}
        rows = rows.with_columns(pl.col(side) / pl.col(size) for side, size in sizes.items())
    rows = rows.with_columns(pl.col(side).clip(0, 1).cast(pl.Float32) for side in BOX)
    inside = (pl.col("left") < pl.col("right")) & (pl.col("top") < pl.col("bottom"))
    return rows.with_columns(pl.when(inside).then(pl.col(side)).alias(side) for side in BOX)


def _coded(rows: pl.DataFrame, attributes: Sequence[str]) -> tuple[Vocabulary, pl.DataFrame]:
    """Give words as positions in those that occur; a part or product nobody has is left out."""
    names = rows["category"].drop_nulls().unique().sort().to_list()
    told = rows.drop_nulls(["category", "place"]).unique("category", keep="first")
    places = dict(told.select("category", "place").iter_rows())
    groups = {name: tuple(rows[name].drop_nulls().unique().sort().to_list()) for name in attributes}
    groups = {name: values for name, values in groups.items() if values}
    vocabulary = Vocabulary(
        tuple(Category(name, places.get(name, place_of(name))) for name in names), groups
    )
    rows = rows.with_columns(
        _position("category", names).alias("category"),
        *(_position(name, values).alias(f"group.{name}") for name, values in groups.items()),
    ).drop("place", *attributes)
    for own in ("part", "product"):
        if rows[own].null_count() == rows.height:
            rows = rows.drop(own)
        elif rows[own].null_count():
            raise InputError(
                f"column {own} is empty in {rows[own].null_count():,} rows: fill it or leave it out"
            )
    return vocabulary, rows


def _position(column: str, known: Sequence[str]) -> pl.Expr:
    places = {name: place for place, name in enumerate(known)}
    return pl.col(column).replace_strict(places, default=None, return_dtype=pl.Int32)
