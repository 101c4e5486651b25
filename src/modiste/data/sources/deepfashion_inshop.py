"""DeepFashion's In-shop set: products with their category and colour, several pictures of each.

Source: https://mmlab.ie.cuhk.edu.hk/projects/DeepFashion/InShopRetrieval.html
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from modiste.data.garments.labels import Category, Vocabulary
from modiste.data.garments.places import place_of
from modiste.data.reading import open_table
from modiste.data.sources.deepfashion_fine import words
from modiste.data.sources.deepfashion_lists import Intake
from modiste.errors import SchemaError

ITEMS = "items.csv"
PARTITION = "Eval/list_eval_partition.txt"
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
