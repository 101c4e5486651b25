"""The lists of DeepFashion: text files with one row a picture, its cells parted by blanks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from modiste.data.files import open_plain, require_text
from modiste.data.report import TableReport
from modiste.errors import InputError

BLOCK = 8 << 20
"""Bytes read at once."""
_SHOWN = 200
ASIDE = {"file": pl.String, "line": pl.Int64, "reason": pl.String, "text": pl.String}
"""Rows that could not be used: where they stand, why, and how they begin."""
ROWS = {"line": pl.Int64, "text": pl.String}


@dataclass
class Intake:
    """What was read from a set's files, taken and set aside."""

    tables: dict[str, TableReport] = field(default_factory=dict)
    """By name of the file, below the set's folder."""
    _aside: list[pl.DataFrame] = field(default_factory=list)

    def read(self, file: str, count: int) -> None:
        """Count rows that were read and, until something is said against them, taken."""
        report = self.tables.setdefault(file, TableReport(file))
        report.read += count
        report.accepted += count

    def set_aside(self, file: str, rows: pl.DataFrame) -> None:
        """Set rows that were counted aside: `line`, `text`, `reason`."""
        if rows.is_empty():
            return
        report = self.tables[file]
        report.accepted -= rows.height
        rows = rows.with_columns(pl.col("text").str.slice(0, _SHOWN))
        for reason, count in rows.group_by("reason").len().sort("reason").iter_rows():
            report.quarantined[reason] = report.quarantined.get(reason, 0) + count
            if reason not in report.examples:
                line, text = rows.filter(pl.col("reason") == reason).select("line", "text").row(0)
                report.examples[reason] = {"line": line, "text": text}
        self._aside.append(rows.select(pl.lit(file).alias("file"), "line", "reason", "text"))

    @property
    def aside(self) -> pl.DataFrame:
        """All rows set aside: `ASIDE`, by file and line."""
        return pl.concat([pl.DataFrame(schema=ASIDE), *self._aside]).sort("file", "line")


def find_file(folder: Path, *names: str) -> Path:
    """Give the first of some files that is there.

    Raises:
        InputError: If none is.
    """
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise InputError(
        f"{folder} has no {' or '.join(names)}: give the set's folder as it is published, unpacked"
    )


def lines_of(path: Path, *, skip: int = 0) -> Iterator[pl.DataFrame]:
    """Give a text file's rows block by block: `line` (from 1) and `text`; blank lines are none.

    Args:
        path: The file, plain or gzipped.
        skip: Lines of the header.

    Raises:
        InputError: If it is no text.
    """
    require_text(path)
    line, rest = 1, b""
    with open_plain(path) as stream:
        while piece := stream.read(BLOCK):
            rest += piece
            cut = rest.rfind(b"\n") + 1
            if cut:
                rows = _rows(rest[:cut], line)
                line, rest = line + rows.height, rest[cut:]
                yield _told(rows, skip)
        if rest:
            yield _told(_rows(rest, line), skip)


def _rows(data: bytes, line: int) -> pl.DataFrame:
    text = data.decode("utf-8", "replace").removesuffix("\n").split("\n")
    return pl.DataFrame({"line": range(line, line + len(text)), "text": text}, schema=ROWS)


def _told(rows: pl.DataFrame, skip: int) -> pl.DataFrame:
    rows = rows.filter(pl.col("line") > skip).with_columns(pl.col("text").str.strip_chars())
    return rows.filter(pl.col("text") != "")


def cells_of(path: Path, *, skip: int = 2) -> pl.DataFrame:
    """Read a list whole: `line`, `text` and `cells`, its parts between blanks."""
    blocks = [
        rows.with_columns(pl.col("text").str.extract_all(r"\S+").alias("cells"))
        for rows in lines_of(path, skip=skip)
    ]
    empty = pl.DataFrame(schema={**ROWS, "cells": pl.List(pl.String)})
    return pl.concat([empty, *blocks])


def numbers(first: int, count: int) -> list[pl.Expr]:
    """Give cells as whole numbers, null where they are none, called by their place from 0."""
    return [
        pl.col("cells")
        .list.get(first + place, null_on_oob=True)
        .cast(pl.Int32, strict=False)
        .alias(str(place))
        for place in range(count)
    ]


def read_names(path: Path, intake: Intake, file: str) -> list[tuple[str, int]]:
    """Read a list of names with the number of their type, such as `list_category_cloth.txt`.

    The number is a row's last cell; what is before is the name, blanks and all.

    Raises:
        InputError: If a row has no number: the positions of all others would be wrong.
    """
    rows = pl.concat([pl.DataFrame(schema=ROWS), *lines_of(path, skip=2)])
    parts = rows.select(
        pl.col("text").str.extract(r"^(.*\S)\s+\d+$").alias("name"),
        pl.col("text").str.extract(r"(\d+)$").cast(pl.Int32, strict=False).alias("type"),
        "line",
    )
    broken = parts.filter(pl.col("name").is_null() | pl.col("type").is_null())
    if not broken.is_empty():
        raise InputError(
            f"{path}, line {broken['line'][0]}: expected a name and a number: "
            "unpack the published file again"
        )
    intake.read(file, rows.height)
    return [(name, int(kind)) for name, kind in parts.select("name", "type").iter_rows()]
