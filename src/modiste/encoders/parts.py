"""Vectors that were made already: those of the last whole run, and parts of one that was killed."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import polars as pl

from modiste.encoders.base import Vectors

KEYS = ("picture", "size", "modified", "text")
"""What a vector was made from: a picture's path, bytes and time of change, or a text."""
_COPIED = 1 << 15
"""Vectors copied at once."""
_SCHEMA = {"picture": pl.String, "size": pl.Int64, "modified": pl.Int64, "text": pl.String}


@dataclass
class Known:
    """Vectors by what they were made from."""

    arrays: list[Vectors] = field(default_factory=list)
    tables: list[pl.DataFrame] = field(default_factory=list)

    def add(self, sources: pl.DataFrame, vectors: Vectors) -> None:
        """Take in vectors.

        Args:
            sources: `KEYS`, `row` (of `vectors`; null: could not be read) and `fault`.
            vectors: `[n, dim]`.
        """
        self.tables.append(
            sources.select(
                *(pl.col(name).cast(kind) for name, kind in _SCHEMA.items()),
                pl.col("row").cast(pl.Int64),
                pl.col("fault").cast(pl.String),
                pl.lit(len(self.arrays), pl.Int32).alias("array"),
            )
        )
        self.arrays.append(vectors)

    def find(self, sources: pl.DataFrame) -> pl.DataFrame:
        """Look up what vectors shall be made from (`KEYS`).

        Returns:
            `sources` in their order, and `array, row, fault`; `array` is null where none was made.
        """
        empty = pl.DataFrame(
            schema=_SCHEMA | {"row": pl.Int64, "fault": pl.String, "array": pl.Int32}
        )
        made = pl.concat([empty, *self.tables]).unique(KEYS, keep="last", maintain_order=True)
        return sources.join(made, on=KEYS, how="left", nulls_equal=True, maintain_order="left")

    def gather(self, found: pl.DataFrame, into: Vectors) -> None:
        """Copy vectors.

        Args:
            found: `array, row`, without nulls, a row a vector.
            into: `[len(found), dim]`, filled.
        """
        arrays, rows = found["array"].to_numpy(), found["row"].to_numpy()
        for number, vectors in enumerate(self.arrays):
            places = np.flatnonzero(arrays == number)
            for start in range(0, len(places), _COPIED):
                some = places[start : start + _COPIED]
                into[some] = vectors[rows[some]]


@dataclass(frozen=True)
class Parts:
    """A folder of parts of a run; each part is one file, whole or not there."""

    folder: Path

    def write(self, sources: pl.DataFrame, vectors: Vectors) -> None:
        """Keep a part, see `Known.add`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        columns: dict[str, Any] = {
            name: sources[name].fill_null("").cast(pl.String).to_numpy().astype(str)
            for name in ("picture", "text", "fault")
        }
        columns |= {
            name: sources[name].cast(pl.Int64).fill_null(-1).to_numpy()
            for name in ("size", "modified", "row")
        }
        place = self.folder / f"{uuid4().hex}.npz"
        draft = place.with_suffix(".draft")
        with draft.open("wb") as file:
            np.savez(file, vectors=vectors, **columns)
        draft.replace(place)

    def read(self, known: Known) -> None:
        """Take in all parts; one that is damaged counts as never made."""
        for place in sorted(self.folder.glob("*.npz")):
            try:
                with np.load(place, allow_pickle=False) as part:  # zip checks what it reads
                    columns = {name: part[name] for name in (*KEYS, "row", "fault")}
                    vectors = part["vectors"]
            except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
                place.unlink(missing_ok=True)
                continue
            known.add(_with_nulls(pl.DataFrame(columns)), vectors)

    def remove(self) -> None:
        """Take the parts away when the whole is there."""
        for place in self.folder.glob("*"):
            place.unlink(missing_ok=True)
        if self.folder.is_dir():
            self.folder.rmdir()


def _with_nulls(part: pl.DataFrame) -> pl.DataFrame:
    return part.with_columns(
        *(
            pl.when(pl.col(name) != "").then(pl.col(name)).alias(name)
            for name in ("picture", "text", "fault")
        ),
        *(
            pl.when(pl.col(name) >= 0).then(pl.col(name)).alias(name)
            for name in ("size", "modified", "row")
        ),
    )
