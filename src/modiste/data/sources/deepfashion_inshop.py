"""DeepFashion's In-shop set: products with their category and colour, several pictures of each.

Source: https://mmlab.ie.cuhk.edu.hk/projects/DeepFashion/InShopRetrieval.html
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl

from modiste.data.garments.labels import BODY_LANDMARKS, Category, Vocabulary
from modiste.data.garments.places import place_of
from modiste.data.reading import open_table
from modiste.data.sources.deepfashion_coarse import (
    PARTITION,
    joined,
    read_landmarks,
    read_partition,
)
from modiste.data.sources.deepfashion_labels import KEYS, box
from modiste.data.sources.deepfashion_lists import ROWS, Intake, lines_of, read_numbers, words
from modiste.errors import SchemaError

ITEMS = "items.csv"
BOXES = "Anno/list_bbox_inshop.txt"
LANDMARKS = "Anno/list_landmarks_inshop.txt"
COLOURS = "Anno/list_color_cloth.txt"
RAREST = 20
"""A colour that fewer garments have is not told: the set's colours are names, and most are rare."""


def read_inshop_items(folder: Path, intake: Intake) -> tuple[Vocabulary, pl.DataFrame]:
    """Read a cut with one picture a product: `items.csv` and `img/<item_id>.jpg`.

    Args:
        folder: The folder of both.
        intake: Is told what was read and set aside.

    Returns:
        The words, and a row a product with `picture`, `product`, `category`, `group.colour`.

    Raises:
        SchemaError: If a column is missing.
    """
    table = open_table(folder / ITEMS, is_name={"item_id", "category", "colour"}.__contains__)
    lacking = [name for name in ("item_id", "category") if name not in table.columns]
    if lacking:
        raise SchemaError(
            f"{folder / ITEMS} has no column {', '.join(lacking)}: give item_id, category, colour"
        )
    parts = []
    for block in table.blocks():
        intake.read(ITEMS, block.rows.height + block.broken.height)
        intake.set_aside(ITEMS, block.broken)
        lines = pl.Series("line", range(block.rows.height), dtype=pl.Int64) + block.first_line
        parts.append(block.rows.with_columns(lines))
    rows = pl.concat(parts)
    colour = pl.col("colour") if "colour" in rows.columns else pl.lit(None, pl.String)
    return coded(
        rows.select(
            (pl.lit("img/") + pl.col("item_id") + ".jpg").alias("picture"),
            pl.col("item_id").alias("product"),
            pl.col("category"),
            colour.alias("colour"),
            pl.lit(ITEMS).alias("file"),
            "line",
        )
    )


def is_inshop(folder: Path) -> bool:
    """Tell whether a folder holds the set as it is published."""
    return (folder / PARTITION).is_file() and (folder / BOXES).is_file()


def read_inshop(folder: Path, intake: Intake) -> tuple[Vocabulary, pl.DataFrame]:
    """Read the set as it is published.

    Its parts are train, query and gallery, the last two of the same products: both are judged on.
    A picture's category is the folder in which its product lies.

    Args:
        folder: The set's folder, which holds `Anno` and `Eval`.
        intake: Is told what was read and set aside.

    Returns:
        The words, and a row a picture with `picture`, `part`, `product`, `category`, and where its
        list is there boxes and landmarks in pixels and `group.colour`.

    Raises:
        InputError: If the partition is absent or cannot be used.
    """
    parts = {"train": "train", "query": "test", "gallery": "test"}
    table = read_partition(folder, PARTITION, intake, parts, cells=3)
    category = pl.col("picture").str.extract(r"^img/[^/]+/([^/]+)/[^/]+/[^/]+$")
    table = table.with_columns(category.alias("category"))
    table = joined(table, read_numbers(folder / BOXES, 6).select(*KEYS, *box(2)), BOXES, intake)
    landmarks: tuple[str, ...] = ()
    if (folder / LANDMARKS).is_file():
        table = joined(table, read_landmarks(folder / LANDMARKS), LANDMARKS, intake)
        landmarks = BODY_LANDMARKS
    if (folder / COLOURS).is_file():
        table = joined(table, _colours(folder / COLOURS), COLOURS, intake)
    else:
        table = table.with_columns(pl.lit(None, pl.String).alias("colour"))
    vocabulary, table = coded(table)
    return replace(vocabulary, landmarks=landmarks), table


def _colours(path: Path) -> pl.DataFrame:
    """Read the colour of each picture, which may be several words."""
    rows = pl.concat([pl.DataFrame(schema=ROWS), *lines_of(path, skip=2)])
    colour = pl.col("text").str.extract(r"^\S+\s+(.+)$")
    return rows.select(
        "line",
        "text",
        pl.col("text").str.extract(r"^(\S+)").alias("picture"),
        colour.alias("colour"),
        pl.when(colour.is_null()).then(pl.lit("no colour")).alias("reason"),
    )


def coded(rows: pl.DataFrame) -> tuple[Vocabulary, pl.DataFrame]:
    """Give `category` and `colour` as positions in the words that occur, by alphabet."""
    rows = rows.with_columns(pl.col("category").replace_strict(_in_words(rows["category"])))
    names = rows["category"].drop_nulls().unique().sort().to_list()
    counts = rows["colour"].drop_nulls().value_counts().filter(pl.col("count") >= RAREST)
    colours = counts["colour"].sort().to_list()
    groups = {"colour": tuple(colours)} if colours else {}
    vocabulary = Vocabulary(tuple(Category(name, place_of(name)) for name in names), groups)
    coded_colour = pl.col("colour").replace_strict(
        {name: place for place, name in enumerate(colours)}, default=None, return_dtype=pl.Int32
    )
    return vocabulary, rows.with_columns(
        pl.col("category").replace_strict(
            {name: place for place, name in enumerate(names)},
            default=None,
            return_dtype=pl.Int32,
        ),
        *([coded_colour.alias("group.colour")] if colours else []),
    ).drop("colour")


def _in_words(names: pl.Series) -> dict[str, str]:
    return {name: words(name) for name in names.drop_nulls().unique().to_list()}
