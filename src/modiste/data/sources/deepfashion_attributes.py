"""DeepFashion's attributes of pictures: 289,222 rows of 1,000 numbers, most of them −1."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from modiste.data.sources.deepfashion_lists import blocks_of

WIDTH = "wrong number of columns"
VALUE = "attribute is not -1, 0 or 1"
_SHOWN = 200
_BLANK, _ZERO, _ONE, _MINUS = 32, 48, 49, 45
Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]


def read_tags(path: Path, order: Sequence[int]) -> tuple[pl.DataFrame, int]:
    """Read which attributes each picture has.

    The numbers are told apart as bytes, a block of the file at a time: a row is never text.

    Args:
        path: A list of two header lines, then rows of a picture's path and a number for each
            attribute: 1 has it, −1 has it not, 0 is not known.
        order: For each column of the file the attribute's position.

    Returns:
        `line`, `text` (its beginning, for faults), `picture`, `tags` (positions of what it has, in
        rising order) and `reason`; and how many numbers are 0.
    """
    positions = np.asarray(order, np.int32)
    tables, n_unknown = [], 0
    for data, line in blocks_of(path):
        table, unknown = _read_block(data, line, positions)
        tables.append(table)
        n_unknown += unknown
    return pl.concat(tables), n_unknown


def _read_block(
    data: bytes, line: int, positions: npt.NDArray[np.int32]
) -> tuple[pl.DataFrame, int]:
    """Read whole lines, of which the file's first two are left out."""
    codes = np.frombuffer(data + b"\n\n", np.uint8)
    blank = codes <= _BLANK
    starts = np.flatnonzero(~blank & np.concatenate([[True], blank[:-1]]))
    ends = np.flatnonzero(blank & ~np.concatenate([[True], blank[:-1]]))
    line_ends = np.flatnonzero(codes[: len(data)] == 10)
    first = np.searchsorted(starts, np.concatenate([[0], line_ends[:-1] + 1]))
    n_cells = np.diff(np.append(first, len(starts)))
    numbers = np.arange(line, line + len(line_ends))
    told = (n_cells > 0) & (numbers > 2)
    first, n_cells, numbers = first[told], n_cells[told], numbers[told]
    whole = n_cells == len(positions) + 1
    cells = starts[first[whole, None] + np.arange(1, len(positions) + 1)]
    has, unknown, good = _values(codes, cells)
    reason = np.where(whole, "", WIDTH).astype(object)
    reason[np.flatnonzero(whole)[~good]] = VALUE
    lines_of_tags = _tags(has & good[:, None], positions, np.flatnonzero(whole))
    table = pl.DataFrame(
        {
            "line": numbers,
            "text": _texts(data, starts[first]),
            "picture": [data[starts[at] : ends[at]].decode("utf-8", "replace") for at in first],
            "reason": reason,
        },
        schema={"line": pl.Int64, "text": pl.String, "picture": pl.String, "reason": pl.String},
    ).with_columns(pl.col("reason").replace({"": None}))
    rows = table.with_row_index("row").join(
        lines_of_tags, on="row", how="left", maintain_order="left"
    )
    listed = pl.col("tags").fill_null(pl.lit([], pl.List(pl.Int32)))
    return rows.select("line", "text", "picture", listed, "reason"), int(unknown[good].sum())


def _values(
    codes: Bytes, cells: Places
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Say which cells are 1, which are 0, and which rows hold nothing but −1, 0 and 1."""
    first, second, third = codes[cells], codes[cells + 1], codes[cells + 2]
    alone = second <= _BLANK
    has, unknown = (first == _ONE) & alone, (first == _ZERO) & alone
    absent = (first == _MINUS) & (second == _ONE) & (third <= _BLANK)
    return has, unknown, (has | unknown | absent).all(axis=1)


def _tags(
    has: npt.NDArray[np.bool_], positions: npt.NDArray[np.int32], rows: Places
) -> pl.DataFrame:
    row, column = np.nonzero(has)
    return (
        pl.DataFrame({"row": rows[row].astype(np.uint32), "tags": positions[column]})
        .sort("row", "tags")
        .group_by("row", maintain_order=True)
        .agg("tags")
    )


def _texts(data: bytes, starts: Places) -> list[str]:
    """Give how rows begin, for what is said of those with a fault."""
    return [data[at : at + _SHOWN].split(b"\n")[0].decode("utf-8", "replace") for at in starts]
