"""From labels in pixels to shares of the picture, of which the header alone is read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl

from modiste.data.garments.labels import BOX
from modiste.data.photos import PictureError, photo_size, picture_path

Progress = Callable[[str, float], None]
STAGE = "sizes of pictures"
GONE = "picture not there"
OUTSIDE = "path leaves the folder"
UNREADABLE = "picture cannot be read"


def read_sizes(root: Path, pictures: pl.Series, progress: Progress | None = None) -> pl.DataFrame:
    """Give each picture's size in pixels, from its header.

    Args:
        root: Where the paths start.
        pictures: Paths, repeated or not.
        progress: Told how far it is.

    Returns:
        `picture`, each once, `width`, `height`, and `reason` why they are null.
    """
    folder = root.resolve()
    distinct = pictures.unique(maintain_order=True).to_list()
    found: list[tuple[str, int | None, int | None, str | None]] = []
    for place, picture in enumerate(distinct):
        found.append((picture, *_size(folder, picture)))
        if progress and place % 1024 == 0:
            progress(STAGE, place / len(distinct))
    if progress:
        progress(STAGE, 1.0)
    kinds = {"picture": pl.String, "width": pl.Int32, "height": pl.Int32, "reason": pl.String}
    return pl.DataFrame(found, schema=kinds, orient="row")


def _size(folder: Path, picture: str) -> tuple[int | None, int | None, str | None]:
    try:
        path = picture_path(folder, picture)
    except PictureError:
        return None, None, OUTSIDE
    if not path.is_file():
        return None, None, GONE
    try:
        return *photo_size(path), None
    except PictureError:
        return None, None, UNREADABLE


def as_shares(table: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Turn boxes and landmarks from pixels into shares of the picture's size.

    Sides beyond the picture's edge are drawn in to it. A landmark beyond it is not in the picture.

    Args:
        table: With `width`, `height`, and, where told, a box's sides and `landmarks` in pixels.

    Returns:
        The table, and how many boxes lay outside of their picture: they are not told any more.
    """
    n_outside = 0
    if "left" in table.columns:
        sizes = {"left": "width", "right": "width", "top": "height", "bottom": "height"}
        told = table["left"].count()
        shares = [(pl.col(side) / pl.col(size)).clip(0, 1) for side, size in sizes.items()]
        table = table.with_columns(share.cast(pl.Float32) for share in shares)
        inside = (pl.col("left") < pl.col("right")) & (pl.col("top") < pl.col("bottom"))
        table = table.with_columns(pl.when(inside).then(pl.col(side)).alias(side) for side in BOX)
        n_outside = told - table["left"].count()
    if "landmarks" in table.columns:
        table = table.with_columns(_landmark_shares(table))
    return table, n_outside


def _landmark_shares(table: pl.DataFrame) -> pl.Series:
    """Give landmarks as shares, column by column of their flat values."""
    told = (
        table.select("width", "height", "landmarks").with_row_index("row").drop_nulls("landmarks")
    )
    lengths = told["landmarks"].list.len().unique()
    if told.is_empty():
        return table["landmarks"].cast(pl.List(pl.Float32))
    assert len(lengths) == 1, "all rows have the same landmarks"
    count = int(lengths[0]) // 3
    flat: list[pl.Expr] = []
    for place in range(count):
        x = pl.col("landmarks").list.get(3 * place) / pl.col("width")
        y = pl.col("landmarks").list.get(3 * place + 1) / pl.col("height")
        inside = x.is_between(0, 1) & y.is_between(0, 1)
        seen = pl.when(inside).then(pl.col("landmarks").list.get(3 * place + 2)).otherwise(0.0)
        kept = seen > 0
        flat += [pl.when(kept).then(value).otherwise(0.0).cast(pl.Float32) for value in (x, y)]
        flat.append(seen.cast(pl.Float32))
    shares = told.select("row", pl.concat_list(flat).alias("landmarks"))
    rows = pl.DataFrame({"row": range(table.height)}, schema={"row": pl.UInt32})
    return rows.join(shares, on="row", how="left", maintain_order="left")["landmarks"]
