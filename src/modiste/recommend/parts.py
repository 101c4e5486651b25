"""A large file written in parts: in bounded memory, and there only when it is whole."""

from __future__ import annotations

import glob
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import polars as pl

from modiste.errors import InputError


@contextmanager
def parts_of(out: Path) -> Iterator[Path]:
    """Give a folder beside a file-to-be for its parts; it is removed in the end.

    Raises:
        InputError: If the file cannot be written there.
    """
    if out.is_dir():
        raise InputError(f"{out} is a folder: name a file to write")
    if not out.parent.is_dir():
        raise InputError(
            f"{out}: the folder {out.parent} does not exist: make it or choose another"
        )
    for left in out.parent.glob(f".{glob.escape(out.name)}-*"):  # of a run that was killed
        shutil.rmtree(left, ignore_errors=True)
    parts = out.parent / f".{out.name}-{uuid4().hex[:8]}"
    parts.mkdir()
    try:
        yield parts
    finally:
        shutil.rmtree(parts, ignore_errors=True)


def write_part(rows: pl.DataFrame, parts: Path, number: int) -> None:
    """Write the rows of one part; parts are joined in the order of their numbers."""
    rows.write_parquet(parts / f"{number:06d}.parquet")


def join_parts(parts: Path, out: Path, *, csv: bool) -> None:
    """Make the file of its parts, by one rename: as CSV, or as Parquet."""
    rows = pl.scan_parquet(parts / "*.parquet")
    draft = parts / "whole"
    if csv:
        rows.sink_csv(draft)
    else:
        rows.sink_parquet(draft)
    draft.replace(out)
