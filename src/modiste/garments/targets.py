"""What a network is to say of each picture, as arrays: a slot for each place on the body."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
import polars as pl

from modiste.data.garments.labels import BOX, GROUP, PLACES, Vocabulary
from modiste.garments.merged import SOURCE, Merged

Floats = npt.NDArray[np.float32]
Whole = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Targets:
    """Of `n` pictures with `S` slots each; what is not told is NaN, or -1."""

    presence: Floats
    """`[n, S]`: 1 there, 0 not."""
    boxes: Floats
    """`[n, S, 4]`: left, top, right, bottom as shares."""
    categories: Whole
    """`[n, S]`."""
    groups: Whole
    """`[n, S, n_groups]`."""
    tags: npt.NDArray[np.int8]
    """`[n, S, n_tags]`."""
    landmarks: Floats
    """`[n, S, n_landmarks, 3]`: x, y, how it is seen."""

    def __len__(self) -> int:
        return len(self.presence)

    def __getitem__(self, rows: Whole | slice) -> Targets:
        """Give some pictures'."""
        return Targets(**{part.name: getattr(self, part.name)[rows] for part in fields(self)})

    @classmethod
    def nothing(cls, n: int, n_slots: int, words: Vocabulary) -> Targets:
        """Give the targets of pictures without any garment."""
        made = cls.untold(n, n_slots, words)
        made.presence[:] = 0
        return made

    @classmethod
    def untold(cls, n: int, n_slots: int, words: Vocabulary) -> Targets:
        """Give targets that tell nothing, to be filled."""

        def absent(*shape: int) -> Floats:
            return np.full((n, n_slots, *shape), np.nan, np.float32)

        return cls(
            absent(),
            absent(4),
            np.full((n, n_slots), -1, np.int64),
            np.full((n, n_slots, len(words.groups)), -1, np.int64),
            np.full((n, n_slots, len(words.tag_names)), -1, np.int8),
            absent(len(words.landmarks), 3),
        )

    def joined(self, other: Targets) -> Targets:
        """Put another's pictures behind these."""
        return Targets(
            **{
                part.name: np.concatenate([getattr(self, part.name), getattr(other, part.name)])
                for part in fields(self)
            }
        )


@dataclass(frozen=True)
class Pictures:
    """Labelled pictures, each once."""

    table: pl.DataFrame
    """`source, picture, part, nothing`, a row a picture."""
    places: tuple[str, ...]
    """What the slots are: one without a name, or `PLACES`."""
    targets: Targets


def lay_out(labels: Merged) -> Pictures:
    """Give each picture's garments their slots.

    Where any picture shows several garments, there is a slot for each place on the body, and a
    garment is told of if its category's place is known; a place of which nothing is told is absent
    if the picture's labels know of several, and unknown if they name one garment a picture.
    """
    rows = labels.table.with_columns(nothing=pl.col("nothing").fill_null(value=False))
    per = rows.group_by(SOURCE, "picture", maintain_order=True).agg(
        pl.col("part").first(), pl.col("nothing").all(), pl.len().alias("n")
    )
    several = per.filter(pl.col("n") > 1)[SOURCE].unique().to_list()
    places = PLACES if several else ("",)
    per = per.with_row_index("row")
    rows = rows.join(per.select(SOURCE, "picture", "row"), on=[SOURCE, "picture"], how="left")
    targets = Targets.untold(per.height, len(places), labels.vocabulary)
    blank = per.filter("nothing")["row"].to_numpy()
    targets.presence[blank] = 0
    rows = rows.filter(~pl.col("nothing"))
    if several:
        rows = _with_slots(rows, labels.vocabulary)
        complete = ~pl.col("slot").is_null().any().over("row") & pl.col(SOURCE).is_in(several)
        targets.presence[rows.filter(complete)["row"].unique().to_numpy()] = 0
        rows = rows.drop_nulls("slot")
    else:
        rows = rows.with_columns(slot=pl.lit(0))
    _fill(targets, rows, labels.vocabulary)
    return Pictures(per.drop("n", "row"), places, targets)


def _with_slots(rows: pl.DataFrame, words: Vocabulary) -> pl.DataFrame:
    slots = [
        PLACES.index(category.place) if category.place else None for category in words.categories
    ]
    known = pl.DataFrame(
        {"category": range(len(slots)), "slot": slots},
        schema={"category": pl.Int32, "slot": pl.Int64},
    )
    return rows.join(known, on="category", how="left", maintain_order="left")


def _fill(targets: Targets, rows: pl.DataFrame, words: Vocabulary) -> None:
    at = rows["row"].to_numpy(), rows["slot"].to_numpy()
    targets.presence[at] = 1
    targets.boxes[at] = rows.select(BOX).to_numpy().astype(np.float32)
    targets.categories[at] = _numbers(rows, "category")
    for place, name in enumerate(words.groups):
        targets.groups[(*at, place)] = _numbers(rows, f"{GROUP}{name}")
    _fill_tags(targets, rows, at)
    told = rows["landmarks"].is_not_null().to_numpy()
    if words.landmarks and told.any():
        flat = rows["landmarks"].drop_nulls().explode().to_numpy().astype(np.float32)
        targets.landmarks[at[0][told], at[1][told]] = flat.reshape(-1, len(words.landmarks), 3)


def _fill_tags(targets: Targets, rows: pl.DataFrame, at: tuple[Whole, Whole]) -> None:
    tags = rows["tags"]
    told = tags.is_not_null().to_numpy()
    targets.tags[at[0][told], at[1][told]] = 0
    lengths = tags.list.len().fill_null(0).to_numpy()
    named = tags.filter(tags.list.len() > 0).explode().to_numpy()
    where: Sequence[Whole] = [np.repeat(place, lengths) for place in at]
    targets.tags[where[0], where[1], named] = 1


def _numbers(rows: pl.DataFrame, column: str) -> Whole:
    numbers: Whole = rows[column].fill_null(-1).to_numpy().astype(np.int64)
    return numbers
