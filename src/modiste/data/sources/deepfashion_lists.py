"""The lists of DeepFashion: text files with one row a picture, its cells parted by blanks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from modiste.data.files import open_plain, require_text
from modiste.data.garments.pictures import Progress, read_sizes
from modiste.data.report import TableReport
from modiste.errors import InputError

BLOCK = 8 << 20
"""Bytes read at once."""
LONGEST = 64 << 20
"""Bytes after which a line is taken for a fault of the whole file."""
NO_AREA = "box without area"
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


def blocks_of(path: Path) -> Iterator[tuple[bytes, int]]:
    """Give a text file's bytes in whole lines, block by block, with the first line's number.

    Raises:
        InputError: If it is no text, or a line is longer than any list's.
    """
    require_text(path)
    line, rest = 1, b""
    with open_plain(path) as stream:
        while piece := stream.read(BLOCK):
            rest += piece
            cut = rest.rfind(b"\n") + 1
            if cut:
                yield rest[:cut], line
                line += rest.count(b"\n", 0, cut)
                rest = rest[cut:]
            elif len(rest) > LONGEST:
                raise InputError(
                    f"{path}, line {line} has over {LONGEST >> 20} MiB: unpack the file again"
                )
        if rest:
            yield rest + b"\n", line


def lines_of(path: Path, *, skip: int = 0) -> Iterator[pl.DataFrame]:
    """Give a text file's rows block by block: `line` (from 1) and `text`; blank lines are none.

    Args:
        path: The file, plain or gzipped.
        skip: Lines of the header.

    Raises:
        InputError: If it is no text.
    """
    for data, line in blocks_of(path):
        text = data.decode("utf-8", "replace").removesuffix("\n").split("\n")
        rows = pl.DataFrame({"line": range(line, line + len(text)), "text": text}, schema=ROWS)
        rows = rows.filter(pl.col("line") > skip)
        yield rows.with_columns(pl.col("text").str.strip_chars()).filter(pl.col("text") != "")


def read_numbers(
    path: Path, width: int, *, skip: int = 2, named: bool = True, fewest: int | None = None
) -> pl.DataFrame:
    """Read a list of whole numbers.

    Args:
        path: The file.
        width: How many numbers a row has.
        skip: Lines of the header.
        named: Whether a row begins with the path of its picture.
        fewest: How many numbers a row has at least; None: as many as at most.

    Returns:
        A row for each of the file's, blank ones left out: `line`, `text`, `picture` where named,
        the numbers in columns called by their place from 0, and `reason` where the row is a fault.
    """
    fewest = width if fewest is None else fewest
    places = [str(place) for place in range(width)]
    cells = pl.col("cells").list
    columns = [
        cells.get(place + named, null_on_oob=True).cast(pl.Int32, strict=False).alias(str(place))
        for place in range(width)
    ]
    picture = [cells.get(0, null_on_oob=True).alias("picture")] if named else []
    n_numbers = pl.col("n_cells") - int(named)
    told = pl.sum_horizontal(pl.col(place).is_not_null() for place in places)
    reason = (
        pl.when(~n_numbers.is_between(fewest, width))
        .then(pl.lit("wrong number of columns"))
        .when(told != n_numbers)
        .then(pl.lit("no whole number"))
    )
    kinds = {"picture": pl.String} if named else {}
    schema = {**ROWS, **kinds, **dict.fromkeys(places, pl.Int32), "reason": pl.String}
    blocks = [
        rows.with_columns(pl.col("text").str.extract_all(r"\S+").alias("cells"))
        .select("line", "text", *picture, *columns, cells.len().cast(pl.Int64).alias("n_cells"))
        .with_columns(reason.alias("reason"), pl.col("text").str.slice(0, _SHOWN))
        .drop("n_cells")
        for rows in lines_of(path, skip=skip)
    ]
    return pl.concat([pl.DataFrame(schema=schema), *blocks])


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


def words(name: str) -> str:
    """Give a name of the set in words: `crew_neckline` is "crew neckline"."""
    return " ".join(name.replace("_", " ").split())


def with_sizes(
    root: Path,
    table: pl.DataFrame,
    intake: Intake,
    progress: Progress | None = None,
    *,
    also: pl.Expr | None = None,
) -> pl.DataFrame:
    """Give rows the sizes of their pictures; those without a readable one are set aside.

    Args:
        root: Where the pictures' paths start.
        table: `picture`, `file`, `line`, and more.
        intake: Is told which rows are set aside.
        progress: Told how far it is.
        also: Another reason to set a row aside, null where there is none.

    Raises:
        InputError: If no row is left.
    """
    sizes = read_sizes(root, table["picture"], progress)
    table = table.join(sizes, on="picture", how="left", maintain_order="left")
    if also is not None:
        table = table.with_columns(pl.coalesce("reason", also).alias("reason"))
    lost = table.filter(pl.col("reason").is_not_null())
    for (file,), rows in lost.group_by("file", maintain_order=True):
        faults = rows.select("line", pl.col("picture").alias("text"), "reason")
        intake.set_aside(str(file), faults)
    table = table.filter(pl.col("reason").is_null()).drop("reason")
    if table.is_empty():
        raise InputError(
            f"none of the {sizes.height:,} listed pictures can be read in {root}: "
            "put the pictures there"
        )
    return table
