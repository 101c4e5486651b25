"""Interactions sorted by day, user and item in bounded memory, whatever order they come in."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

ROW_GROUP = 1 << 20
"""Rows of a row group of the finished table."""
_SPILL_ROWS = 1 << 21
_SPILL_GROUP = 1 << 17
_ORDER = ["day", "user_idx", "item_idx", "price", "channel"]


class SortedInteractions:
    """Takes interactions in any order and writes them sorted.

    Parts of two million rows are sorted by day and written beside; at the end the days are gone
    through in order, a range of about as many rows at a time.
    """

    def __init__(self, folder: Path) -> None:
        """Begin with no rows.

        Args:
            folder: Where parts lie until the end; it is removed then.
        """
        self._folder = folder
        self._waiting: list[pl.DataFrame] = []
        self._n_waiting = self._n_parts = 0
        self._per_day: npt.NDArray[np.int64] = np.zeros(0, np.int64)
        folder.mkdir(parents=True)

    def add(self, rows: pl.DataFrame) -> None:
        """Take rows of `user, item_idx, day, price, channel`, all without nulls but the last two.

        `user` and `channel` are codes that `finish` translates.
        """
        if rows.is_empty():
            return
        counts = np.bincount(rows["day"].to_numpy(), minlength=len(self._per_day))
        counts[: len(self._per_day)] += self._per_day
        self._per_day = counts
        self._waiting.append(rows)
        self._n_waiting += rows.height
        if self._n_waiting >= _SPILL_ROWS:
            self._spill()

    def _spill(self) -> None:
        rows = pl.concat(self._waiting).sort("day", maintain_order=True)
        rows.write_parquet(
            self._folder / f"spill-{self._n_parts:05}.parquet",
            compression="lz4",
            row_group_size=_SPILL_GROUP,
        )
        self._waiting, self._n_waiting = [], 0
        self._n_parts += 1

    @property
    def days(self) -> npt.NDArray[np.int64]:
        """The days with at least one row, ascending."""
        return np.flatnonzero(self._per_day)

    @property
    def n_rows(self) -> int:
        """Number of rows taken."""
        return int(self._per_day.sum())

    def finish(self, path: Path, users: pl.Series, channels: pl.Series) -> None:
        """Write all rows sorted by day, user, item, price, channel.

        Args:
            path: The Parquet file.
            users: `user_idx` of each code in `user`.
            channels: The channel of each code in `channel`.
        """
        if self._waiting:
            self._spill()
        spilled = pl.scan_parquet(sorted(self._folder.glob("spill-*.parquet")), glob=False)
        parts: list[Path] = []
        for first, last in self._ranges():
            rows = spilled.filter(pl.col("day").is_between(first, last)).collect()
            part = self._folder / f"sorted-{len(parts):05}.parquet"
            rows.select(
                users.gather(rows["user"]).alias("user_idx").cast(pl.Int32),
                pl.col("item_idx").cast(pl.Int32),
                pl.col("day").cast(pl.Int32),
                pl.col("price").cast(pl.Float32),
                channels.gather(rows["channel"]).alias("channel").cast(pl.Int8),
            ).sort(_ORDER).write_parquet(part, compression="lz4", row_group_size=ROW_GROUP)
            parts.append(part)
        pl.scan_parquet(parts, glob=False).sink_parquet(
            path, row_group_size=ROW_GROUP, maintain_order=True
        )
        shutil.rmtree(self._folder)

    def _ranges(self) -> list[tuple[int, int]]:
        """Cut the days into ranges of about two million rows, whole days each."""
        ranges: list[tuple[int, int]] = []
        start, n_rows = None, 0
        for day in self.days.tolist():
            if start is not None and n_rows + self._per_day[day] > _SPILL_ROWS:
                ranges.append((start, day - 1))
                start, n_rows = None, 0
            start = day if start is None else start
            n_rows += int(self._per_day[day])
        if start is not None:
            ranges.append((start, int(self.days[-1])))
        return ranges
