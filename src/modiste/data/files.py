"""What a file is, told by its first bytes, and its plain bytes whether compressed or not."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from modiste.errors import InputError

_KINDS = (
    (b"\x1f\x8b", "gzip"),
    (b"PAR1", "Parquet"),
    (b"PK\x03\x04", "a zip archive or spreadsheet"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"RIFF", "a picture or sound"),
    (b"%PDF", "a PDF document"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\xff\xfe", "text in UTF-16"),
    (b"\xfe\xff", "text in UTF-16"),
    (b"(\xb5/\xfd", "zstd"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"ORC", "ORC"),
    (b"ARROW1", "Arrow IPC"),
)
_HEAD = 1 << 16


def kind_of(path: Path) -> str:
    """Tell what a file holds: "text", "Parquet" or what else its first bytes say.

    Raises:
        InputError: If it is absent, a folder, empty, or cannot be read.
    """
    if path.is_dir():
        raise InputError(f"{path} is a folder: give a CSV, TSV or Parquet file")
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except FileNotFoundError:
        raise InputError(f"{path} does not exist: give the path of a file") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}): check the path") from None
    if not head:
        raise InputError(f"{path} is empty: give a file with rows")
    kind = _kind_of_bytes(head)
    if kind != "gzip":
        return kind
    with open_plain(path) as plain:
        head = plain.read(_HEAD)
    if not head:
        raise InputError(f"{path} is empty: give a file with rows")
    inner = _kind_of_bytes(head)
    return inner if inner == "text" else f"gzip around {inner}"


def _kind_of_bytes(head: bytes) -> str:
    for magic, kind in _KINDS:
        if head.startswith(magic):
            return kind
    return "binary data" if b"\0" in head else "text"


def require_text(path: Path) -> None:
    """Check that a file is text, compressed by gzip or plain.

    Raises:
        InputError: If it is anything else, or its name promises something else.
    """
    kind = kind_of(path)
    if kind != "text":
        raise InputError(f"{path} is {kind}: give a CSV or TSV file, plain or gzipped")
    if path.suffix == ".parquet":
        raise InputError(f"{path} is text, no Parquet: give a Parquet file or call it .csv")


@contextmanager
def open_plain(path: Path) -> Iterator[IO[bytes]]:
    """Open a file's plain bytes, uncompressing gzip.

    Raises:
        InputError: If the compressed bytes are cut short or damaged.
    """
    with path.open("rb") as raw, plain_bytes(raw, path) as plain:
        yield plain


@contextmanager
def plain_bytes(raw: IO[bytes], path: Path) -> Iterator[IO[bytes]]:
    """Give an open file's plain bytes, uncompressing gzip; `raw.tell()` says how far it is.

    Raises:
        InputError: If the compressed bytes are cut short or damaged.
    """
    packed = raw.read(2) == b"\x1f\x8b"
    raw.seek(0)
    if not packed:
        yield raw
        return
    try:
        with gzip.GzipFile(fileobj=raw) as plain:
            yield cast(IO[bytes], plain)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(f"{path} is damaged gzip ({error}): copy or compress it again") from None
