"""Bytes of a delimited file to rows of text, each row whole or set aside with its reason.

A block without faults is proved clean by counting (line ends, separators, quotes) and handed to
Polars; only a block that fails the proof is read record by record. Both ways give the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

LONGEST_QUOTED = 16 << 20
"""Bytes that a quoted cell may span; a quote that is not closed by then is a fault of its line."""
WRONG_WIDTH = "wrong number of columns"
NOT_UTF8 = "not UTF-8"
UNCLOSED_QUOTE = "unclosed quote"
TOO_LONG = "row too long"
_SMALL = 1 << 16

_NEWLINE, _RETURN, _QUOTE = 10, 13, 34
Positions = npt.NDArray[np.int64]
BROKEN_SCHEMA = {"line": pl.Int64, "text": pl.String, "reason": pl.String}


@dataclass(frozen=True)
class Layout:
    """How the cells of a delimited file are told apart."""

    separator: str
    """One character: comma, semicolon, tab or bar."""
    width: int
    """Number of columns of every row."""

    @property
    def names(self) -> list[str]:
        """Columns by position, as the parsed rows call them."""
        return [str(position) for position in range(self.width)]


@dataclass(frozen=True)
class Block:
    """Rows that were read together, all cells as text (null: empty)."""

    rows: pl.DataFrame
    """Rows of the right width; columns by position or by name."""
    broken: pl.DataFrame
    """Rows that are no rows: `line`, `text`, `reason`."""
    first_line: int = 1
    """Line number of the block's first byte."""
    data: bytes = b""
    """The block's bytes; empty where rows came from a typed table."""
    starts: Positions | None = field(default=None, repr=False)
    """Byte at which each row starts; None: every line is a row."""
    ends: Positions | None = field(default=None, repr=False)
    """Byte behind each row's last; None: the next row's start."""
    lines: Positions | None = field(default=None, repr=False)
    """Line number of each row where there is no `data`; None: they follow one another."""
    mended: str = ""
    """What was put right in each of these rows, in words; empty: nothing."""

    def places(self, index: Positions) -> pl.DataFrame:
        """Give `line` and `text` of some rows, as they stand in the file."""
        if not self.data:
            joined = pl.concat_str(pl.all().fill_null(""), separator=",").alias("text")
            numbers = index + self.first_line if self.lines is None else self.lines[index]
            lines = pl.Series("line", numbers)
            return self.rows[index].select(joined).select(lines, "text")
        newlines = np.flatnonzero(np.frombuffer(self.data, np.uint8) == _NEWLINE)
        starts = self.starts
        if starts is None:
            starts = np.concatenate([[0], newlines[:-1] + 1]).astype(np.int64)
        ends = self.ends
        if ends is None:
            ends = np.append(starts[1:], len(self.data))
        texts = [_as_text(self.data[starts[row] : ends[row]]) for row in index]
        numbers = np.searchsorted(newlines, starts[index]) + self.first_line
        return pl.DataFrame({"line": numbers, "text": texts}, schema=_PLACES)


_PLACES = {"line": pl.Int64, "text": pl.String}


def no_broken() -> pl.DataFrame:
    """Give an empty table of broken rows."""
    return pl.DataFrame(schema=BROKEN_SCHEMA)


def parse(data: bytes, layout: Layout, first_line: int, *, final: bool) -> tuple[list[Block], int]:
    """Parse bytes, only the part around a fault one record at a time.

    Args:
        data: Bytes that end in a line end.
        layout: Separator and width.
        first_line: Line number of the first byte.
        final: Whether nothing follows these bytes in the file.

    Returns:
        The rows in order, and how many bytes were used; the others belong to a record that is not
        yet whole.
    """
    block = parse_clean(data, layout, first_line)
    if block is not None:
        return [block], len(data)
    middle = data.rfind(b"\n", 0, len(data) // 2) + 1
    if b'"' in data or len(data) <= _SMALL or not middle:
        block, used = parse_exact(data, layout, first_line, final=final)
        return [block], used
    # Without quotes every line is a record, so the bytes may be cut at any line end.
    blocks, _ = parse(data[:middle], layout, first_line, final=final)
    rest, _ = parse(data[middle:], layout, first_line + data.count(b"\n", 0, middle), final=final)
    return blocks + rest, len(data)


def parse_clean(data: bytes, layout: Layout, first_line: int) -> Block | None:
    """Parse whole records at the speed of Polars if they are provably free of faults.

    Args:
        data: Bytes that end in a line end.
        layout: Separator and width.
        first_line: Line number of the first byte.

    Returns:
        The rows, or None if the bytes must be read one record at a time.
    """
    # Blank lines are no rows; in one column alone they look like empty cells.
    if layout.width == 1 and (b"\n\n" in data or b"\n\r" in data or data[:1] in b"\r\n"):
        return None
    if b'"' in data:
        starts = _quoted_starts(data, layout)
        if starts is None:
            return None
        n_rows = len(starts)
    else:
        starts, n_rows = None, data.count(b"\n")
        # A row too wide makes Polars raise, so an equal sum leaves no room for one too narrow.
        if data.count(layout.separator.encode()) != n_rows * (layout.width - 1):
            return None
    try:
        rows = pl.read_csv(
            data,
            has_header=False,
            separator=layout.separator,
            schema=dict.fromkeys(layout.names, pl.String),
        )
    except pl.exceptions.PolarsError:
        return None
    if rows.height != n_rows:
        return None
    if b'""' in data:
        rows = _empty_as_null(rows)
    return Block(rows, no_broken(), first_line, data, starts)


def _empty_as_null(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(pl.when(pl.all() != "").then(pl.all()))


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _quoted_starts(data: bytes, layout: Layout) -> Positions | None:
    """Find where records start in bytes with quotes; None if a quote is out of place."""
    codes = np.frombuffer(data, np.uint8)
    is_quote = codes == _QUOTE
    quotes = np.flatnonzero(is_quote)
    if len(quotes) % 2:
        return None
    before = np.where(quotes[0::2] > 0, codes[quotes[0::2] - 1], _NEWLINE)
    after = codes[np.minimum(quotes[1::2] + 1, len(codes) - 1)]
    separator = ord(layout.separator)
    if not np.isin(before, [separator, _NEWLINE, _QUOTE]).all():
        return None
    if not np.isin(after, [separator, _NEWLINE, _RETURN, _QUOTE]).all():
        return None
    outside = (np.cumsum(is_quote, dtype=np.uint8) & 1) == 0
    ends = np.flatnonzero((codes == _NEWLINE) & outside)
    cells = np.flatnonzero((codes == separator) & outside)
    per_row = np.diff(np.searchsorted(cells, ends), prepend=0)
    if len(ends) == 0 or ends[-1] != len(data) - 1 or (per_row != layout.width - 1).any():
        return None
    return np.concatenate([[0], ends[:-1] + 1]).astype(np.int64)


def parse_exact(data: bytes, layout: Layout, first_line: int, *, final: bool) -> tuple[Block, int]:
    """Parse bytes record by record, setting aside what is no row.

    A record that goes wrong (a quote never closed, a wrong width over several lines) costs its
    first line only: reading starts again on the next one.

    Args:
        data: Bytes that end in a line end.
        layout: Separator and width.
        first_line: Line number of the first byte.
        final: Whether nothing follows these bytes in the file.

    Returns:
        The rows, and how many bytes were used; the others belong to a record not yet whole.
    """
    separator = layout.separator.encode()
    rows: list[list[str]] = []
    starts: list[int] = []
    ends: list[int] = []
    faults: list[tuple[int, str, str]] = []
    line, at = first_line, 0
    while at < len(data):
        line_end = data.index(b"\n", at) + 1
        if not data[at:line_end].strip(b"\r\n"):
            line, at = line + 1, line_end
            continue
        cells, end = _read_record(data, at, line_end, separator)
        if cells is None and end == len(data) and not final and end - at < LONGEST_QUOTED:
            break
        reason = None
        if cells is None:
            reason = UNCLOSED_QUOTE
        elif len(cells) != layout.width:
            reason = WRONG_WIDTH if end == line_end else UNCLOSED_QUOTE
        if reason is not None:
            end = line_end
        elif (texts := _decode(cells or [])) is None:
            reason = NOT_UTF8
        else:
            rows.append(texts)
            starts.append(at)
            ends.append(end)
        if reason is not None:
            if not _is_utf8(data[at:end]):
                reason = NOT_UTF8
            faults.append((line, _as_text(data[at:end]), reason))
        line, at = line + data.count(b"\n", at, end), end
    frame = pl.DataFrame(rows, schema=dict.fromkeys(layout.names, pl.String), orient="row")
    frame = _empty_as_null(frame)
    broken = pl.DataFrame(faults, schema=BROKEN_SCHEMA, orient="row")
    places = np.array(starts, np.int64), np.array(ends, np.int64)
    return Block(frame, broken, first_line, data, *places), at


def first_record(data: bytes, separator: str) -> tuple[list[str], int]:
    """Give the cells of the first record, blanks around them removed, and where it ends."""
    line_end = data.index(b"\n") + 1
    cells, end = _read_record(data, 0, line_end, separator.encode())
    if cells is None:
        cells, end = data[:line_end].rstrip(b"\r\n").split(separator.encode()), line_end
    return [cell.decode("utf-8", "replace").strip() for cell in cells], end


def _read_record(
    data: bytes, at: int, line_end: int, separator: bytes
) -> tuple[list[bytes] | None, int]:
    """Split the record at `at`; None and the end of what was searched if a quote stays open."""
    if b'"' not in data[at:line_end]:
        return data[at:line_end].rstrip(b"\r\n").split(separator), line_end
    cells: list[bytes] = []
    while True:
        if data[at] == _QUOTE:
            close = _closing_quote(data, at + 1)
            if close < 0:
                return None, len(data)
            cells.append(data[at + 1 : close].replace(b'""', b'"'))
            at = close + 1
        else:
            line_end = data.index(b"\n", at) + 1
            stop = data.find(separator, at, line_end)
            if stop < 0:
                cells.append(data[at:line_end].rstrip(b"\r\n"))
                return cells, line_end
            cells.append(data[at:stop])
            at = stop
        if data[at : at + 1] == separator:
            at += 1
        elif data[at : at + 1] == b"\n" or data[at : at + 2] == b"\r\n":
            return cells, data.index(b"\n", at) + 1
        else:
            return None, line_end


def _closing_quote(data: bytes, at: int) -> int:
    while (at := data.find(b'"', at)) >= 0 and data[at + 1] == _QUOTE:
        at += 2
    return at


def _decode(cells: list[bytes]) -> list[str] | None:
    try:
        return [cell.decode() for cell in cells]
    except UnicodeDecodeError:
        return None


def _as_text(raw: bytes) -> str:
    return raw.rstrip(b"\r\n").decode("utf-8", "backslashreplace")
