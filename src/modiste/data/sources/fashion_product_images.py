"""Fashion Product Images: a catalogue with pictures, and no purchases.

Source: https://www.kaggle.com/datasets/paramaggarwal/fashion-product-images-dataset
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from modiste.data.importing import import_sources
from modiste.data.plans import Plan, Progress, Sources
from modiste.data.reading import Advance, TableFile, open_table
from modiste.data.records import WRONG_WIDTH, Block, no_broken
from modiste.data.report import ImportReport
from modiste.errors import InputError, SchemaError

ITEM_COLUMNS: Mapping[str, str] = {"item_id": "id", "name": "productDisplayName"}
ITEM_ATTRIBUTES: Mapping[str, str] = {
    "kind": "articleType",
    "kind_group": "subCategory",
    "colour": "baseColour",
    "audience": "gender",
    "department": "masterCategory",
    "season": "season",
    "year": "year",
    "usage": "usage",
}
TORN = "names with commas outside quotes were put together again"
UNKNOWN = ("NA", "N/A", "nan")
"""What the set writes where an attribute is not known."""


def import_fashion_product_images(
    path: Path, shop: Path, *, keep_pictures: bool = True, progress: Progress | None = None
) -> ImportReport:
    """Import the data set's files: `styles.csv` and `images/<id>.jpg`; the rest is not read.

    Each id is a product of its own. A name with commas that no quotes protect is put together
    again, and counted. The shop has no users and no purchases: it can be searched, not trained.

    Args:
        path: The folder with `styles.csv` and `images`.
        shop: The shop's folder; made if absent.
        keep_pictures: Whether items refer to their pictures, which stay where they are.
        progress: Told how far it is.

    Returns:
        What was read, taken and set aside.

    Raises:
        InputError: If the file is absent, empty, of the wrong kind or lacks a column; the shop
            stays as it was.
    """
    if not path.is_dir():
        raise InputError(f"{path} is no folder: give the folder with styles.csv and images")
    styles = path / "styles.csv"
    if not styles.is_file():
        raise InputError(f"{path} has no styles.csv: give the folder that holds it and images")
    table = Styles(**vars(open_table(styles, is_name=set(ITEM_COLUMNS.values()).__contains__)))
    told = {name: own for name, own in ITEM_ATTRIBUTES.items() if own in table.columns}
    lacking = [own for own in ITEM_COLUMNS.values() if own not in table.columns]
    if lacking or "kind" not in told:
        raise SchemaError(
            f"{styles} has no column {', '.join(lacking or ['articleType'])} among "
            f"{', '.join(table.columns)}: give the data set's own styles.csv"
        )
    absent = [own for name, own in ITEM_ATTRIBUTES.items() if name not in told]
    notes = (f"absent columns: {', '.join(absent)}",) if absent else ()
    pictures = path / "images"
    sources = Sources(
        "fashion-product-images",
        None,
        Plan(table, ITEM_COLUMNS, told, notes=notes),
        pictures=pictures if keep_pictures and pictures.is_dir() else None,
    )
    return import_sources(sources, shop, progress=progress)


@dataclass(frozen=True)
class Styles(TableFile):
    """`styles.csv`, its torn names put together and its words for unknown left out."""

    def blocks(self, advance: Advance | None = None) -> Iterator[Block]:
        """Give all rows, those of a block that were mended after the others."""
        for block in super().blocks(advance):
            torn, broken = self._torn(block.broken)
            yield replace(block, rows=_known(block.rows), broken=broken)
            if not torn.is_empty():
                lines = torn["line"].to_numpy().astype(np.int64)
                rows = _known(torn.select(self.columns))
                yield Block(rows, no_broken(), lines=lines, mended=TORN)

    def _torn(self, broken: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Part rows with surplus commas, mended, from what stays broken.

        The name is the last column, so all that is too much belongs to it.
        """
        if self.columns[-1] != ITEM_COLUMNS["name"]:
            return broken.clear(), broken
        cells = pl.col("text").str.splitn(",", len(self.columns)).struct
        # A quote before the name may protect a comma there: such a row is not guessed at.
        quoted = pl.any_horizontal(
            cells.field(f"field_{n}").str.contains('"', literal=True)
            for n in range(len(self.columns) - 1)
        )
        surplus = pl.col("text").str.count_matches(",", literal=True) >= len(self.columns)
        mendable = (pl.col("reason") == WRONG_WIDTH) & surplus & ~quoted
        torn = broken.filter(mendable).select("line", cells.rename_fields(self.columns))
        return torn.unnest("text"), broken.filter(~mendable)


def _known(rows: pl.DataFrame) -> pl.DataFrame:
    """Leave out what only says that something is not known."""
    told = [own for own in ITEM_ATTRIBUTES.values() if own in rows.columns]
    unknown = {own: pl.col(own).str.strip_chars().is_in(UNKNOWN) for own in told}
    return rows.with_columns(pl.when(~unknown[own]).then(own).alias(own) for own in told)
