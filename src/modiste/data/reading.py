"""A table file as blocks of text rows: delimited text or Parquet, a bounded part at a time."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import polars as pl

from modiste.data.files import kind_of, open_plain, plain_bytes, require_text
from modiste.data.records import (
    BROKEN_SCHEMA,
    TOO_LONG,
    Block,
    Layout,
    first_record,
    no_broken,
    parse,
    parse_exact,
)
from modiste.errors import InputError

BLOCK = 32 << 20
"""Bytes read at once."""
LONGEST_ROW = 64 << 20
"""Bytes after which a row without line end is set aside unread."""
PARQUET_ROWS = 1 << 19
"""Rows of Parquet read at once."""
_HEAD = 1 << 20
_SHOWN = 4096
_BOM = b"\xef\xbb\xbf"
_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}

Advance = Callable[[int], None]
"""Told how many bytes of the file were read since the last call."""


@dataclass(frozen=True)
class TableFile:
    """An opened table: its columns and the way to its rows."""

    path: Path
    columns: tuple[str, ...]
    """Names of the header; positions as text where there is none."""
    sample: pl.DataFrame
    """Some first rows, all cells text."""
    layout: Layout | None
    """Separator and width; None: Parquet."""
    has_header: bool = True
    """Whether the first row names the columns."""
    skip: int = 0
    """Bytes before the first row."""
    first_line: int = 1
    """Line number of the first row."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What was found out about the file, in words."""
        if self.layout is None:
            return ("Parquet",)
        header = "" if self.has_header else ", no header"
        return (f"separated by {_SEPARATORS[self.layout.separator]}{header}",)

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return self.path.name

    @property
    def size(self) -> int:
        """Bytes to read, those of the compressed file where it is compressed."""
        return self.path.stat().st_size

    def blocks(self, advance: Advance | None = None) -> Iterator[Block]:
        """Give all rows in the file's order, block by block, columns called as in `columns`."""
        found = self._parquet_blocks(advance) if self.layout is None else self._text_blocks(advance)
        yield from found

    def _parquet_blocks(self, advance: Advance | None) -> Iterator[Block]:
        table = pl.scan_parquet(self.path, glob=False)
        n_rows = int(table.select(pl.len()).collect().item())
        for start in range(0, n_rows, PARQUET_ROWS):
            try:
                rows = as_text(table.slice(start, PARQUET_ROWS).collect())
            except pl.exceptions.PolarsError as error:
                raise _unreadable(self.path, error) from None
            if advance:
                advance(self.path.stat().st_size * rows.height // n_rows)
            yield Block(rows, no_broken(), first_line=start + 1)

    def _text_blocks(self, advance: Advance | None) -> Iterator[Block]:
        assert self.layout is not None
        layout, line = self.layout, self.first_line
        with self.path.open("rb") as raw, plain_bytes(raw, self.path) as stream:
            stream.read(self.skip)
            buffer, final, place = b"", False, 0
            while not final:
                piece = stream.read(BLOCK)
                if advance:
                    advance(raw.tell() - place)
                    place = raw.tell()
                final = not piece
                buffer += piece
                if final and buffer and not buffer.endswith(b"\n"):
                    buffer += b"\n"
                cut = buffer.rfind(b"\n") + 1
                if not cut and len(buffer) < LONGEST_ROW:
                    continue
                if not cut:
                    shown = buffer[:_SHOWN].decode("utf-8", "backslashreplace")
                    fault = pl.DataFrame([(line, shown, TOO_LONG)], BROKEN_SCHEMA, orient="row")
                    empty = pl.DataFrame(schema=dict.fromkeys(self.columns, pl.String))
                    yield Block(empty, fault, line)
                    buffer = _skip_line(stream)
                    line += 1
                    continue
                whole = buffer[:cut]
                blocks, used = parse(whole, layout, line, final=final)
                buffer = buffer[used:]
                line += whole.count(b"\n", 0, used)
                for block in blocks:
                    block.rows.columns = list(self.columns)
                    yield block


def _skip_line(stream: IO[bytes]) -> bytes:
    while piece := stream.read(BLOCK):
        if (cut := piece.find(b"\n")) >= 0:
            return piece[cut + 1 :]
    return b""


def _unreadable(path: Path, error: Exception) -> InputError:
    return InputError(f"{path} cannot be read ({str(error).splitlines()[0]}): write it again")


def as_text(frame: pl.DataFrame) -> pl.DataFrame:
    """Give a typed table as text: whole floats without `.0`, times in ISO form, empty as null."""
    columns = []
    for name, dtype in frame.schema.items():
        column = pl.col(name)
        if dtype.is_float():
            whole = column.is_finite() & (column == column.round(0)) & (column.abs() < 2**53)
            text = pl.when(whole).then(column.cast(pl.Int64, strict=False).cast(pl.String))
            column = text.otherwise(column.cast(pl.String))
        elif dtype == pl.Datetime:
            column = column.dt.to_string("%Y-%m-%d %H:%M:%S")
        elif dtype.is_nested():
            column = column.cast(pl.String, strict=False) if dtype == pl.List else pl.lit(None)
        elif dtype == pl.Binary:
            column = column.bin.encode("hex")
        else:
            column = column.cast(pl.String)
        columns.append(pl.when(column != "").then(column).alias(name))
    return frame.select(columns)


def open_table(
    path: Path, *, is_name: Callable[[str], bool], header: bool | None = None
) -> TableFile:
    """Find out what a table file holds, reading its beginning only.

    Args:
        path: CSV, TSV, semicolons or bars, plain or gzipped, or Parquet.
        is_name: Tells whether a cell is the name of a column; one makes the first row a header.
        header: Whether the first row names the columns; None: find out.

    Raises:
        InputError: If the file is absent, empty or of another kind.
    """
    if kind_of(path) == "Parquet":
        return _open_parquet(path)
    require_text(path)
    with open_plain(path) as stream:
        head = stream.read(_HEAD)
    skip = len(_BOM) if head.startswith(_BOM) else 0
    body = head[skip:]
    if b"\n" not in body and b"\r" in body:
        raise InputError(f"{path} ends its lines with CR alone: save it with LF or CRLF line ends")
    whole = body if len(head) < _HEAD else body[: body.rfind(b"\n") + 1]
    if not whole.endswith(b"\n"):
        whole += b"\n"
    blank = len(whole) - len(whole.lstrip(b"\r\n"))
    lines_before = whole.count(b"\n", 0, blank)
    whole, skip = whole[blank:], skip + blank
    if not whole.strip():
        raise InputError(f"{path} holds no rows: give a file with rows")
    separator = _separator(whole)
    first, end = first_record(whole, separator)
    if header is None:
        header = _is_header(first, whole[end:], separator, is_name)
    names = unique_names(first) if header else [str(place) for place in range(len(first))]
    layout = Layout(separator, len(first))
    rest = whole[end:] if header else whole
    sample, _ = parse_exact(_some_lines(rest), layout, 1, final=True)
    sample.rows.columns = names
    return TableFile(
        path,
        tuple(names),
        sample.rows,
        layout,
        has_header=header,
        skip=skip + (end if header else 0),
        first_line=1 + lines_before + (whole.count(b"\n", 0, end) if header else 0),
    )


def _open_parquet(path: Path) -> TableFile:
    if path.suffix.lower() in {".csv", ".tsv", ".txt"}:
        raise InputError(f"{path} is Parquet, no text: give a text file or call it .parquet")
    try:
        table = pl.scan_parquet(path, glob=False)
        names = table.collect_schema().names()
        sample = as_text(table.head(200).collect())
    except pl.exceptions.PolarsError as error:
        raise _unreadable(path, error) from None
    return TableFile(path, tuple(names), sample, None)


def _some_lines(data: bytes, n_lines: int = 200) -> bytes:
    end = 0
    for _ in range(n_lines):
        if (found := data.find(b"\n", end)) < 0:
            break
        end = found + 1
    return data[:end]


def _separator(data: bytes) -> str:
    """Choose the separator that splits the first lines into most columns of one width."""
    lines = _some_lines(data, 20).splitlines()
    best, best_mark = ",", (0, 0)
    for separator in _SEPARATORS:
        counts = Counter(line.count(separator.encode()) for line in lines)
        first = lines[0].count(separator.encode())
        if first and (mark := (counts[first], first)) > best_mark:
            best, best_mark = separator, mark
    return best


def _is_header(
    first: list[str], rest: bytes, separator: str, is_name: Callable[[str], bool]
) -> bool:
    if any(_is_number(cell) for cell in first) or not any(first):
        return False
    if any(is_name(cell) for cell in first) or not rest.strip():
        return True
    second, _ = first_record(rest, separator)
    return any(_is_number(cell) for cell in second)


def _is_number(cell: str) -> bool:
    """Tell whether a cell is a number, a date or a time: digits and signs, no name."""
    return re.fullmatch(r"[-+]?[\d.,:/\-+TZ ]*\d[\d.,:/\-+TZ ]*", cell) is not None


def unique_names(names: Sequence[str]) -> list[str]:
    """Give every column a name of its own: repeats and empty names get their position."""
    given: list[str] = []
    for place, name in enumerate(names):
        given.append(name if name and name not in given else f"{name or 'column'}_{place}")
    return given
