"""Rows that could not be used, kept as text with file, line and reason."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from modiste.data.records import BROKEN_SCHEMA

_FLUSH_BYTES = 64 << 20
_EXAMPLE_LENGTH = 200


class Quarantine:
    """Collects the rows of one file that are set aside, in Parquet files of bounded size.

    Each holds `file`, `line` (1 is the file's first line; rows of Parquet and frames are counted
    from 1), `reason` and `text`, the row as it stands in the file.
    """

    def __init__(self, folder: Path | None, role: str, file: str) -> None:
        """Begin with no rows.

        Args:
            folder: Where the Parquet files go; None: keep counts only.
            role: What the file holds, the stem of the Parquet files.
            file: The file's name, written into every row.
        """
        self._folder, self._role, self._file = folder, role, file
        self._waiting: list[pl.DataFrame] = []
        self._bytes = self._parts = 0
        self.counts: dict[str, int] = {}
        self.examples: dict[str, dict[str, object]] = {}

    def add(self, rows: pl.DataFrame) -> None:
        """Set rows aside: `line`, `text`, `reason`."""
        if rows.is_empty():
            return
        rows = rows.select(*BROKEN_SCHEMA)
        for reason, count in rows.group_by("reason").len().sort("reason").iter_rows():
            self.counts[reason] = self.counts.get(reason, 0) + count
            if reason not in self.examples:
                line, text = rows.filter(pl.col("reason") == reason).row(0)[:2]
                self.examples[reason] = {"line": line, "text": text[:_EXAMPLE_LENGTH]}
        if self._folder is None:
            return
        self._waiting.append(rows)
        self._bytes += int(rows.estimated_size())
        if self._bytes >= _FLUSH_BYTES:
            self.flush()

    def flush(self) -> None:
        """Write the waiting rows."""
        if not self._waiting or self._folder is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        rows = pl.concat(self._waiting).select(
            pl.lit(self._file).alias("file"), "line", "reason", "text"
        )
        self._parts += 1
        rows.write_parquet(self._folder / f"{self._role}-{self._parts:04}.parquet")
        self._waiting, self._bytes = [], 0

    @property
    def total(self) -> int:
        """Number of rows set aside."""
        return sum(self.counts.values())
