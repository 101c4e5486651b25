"""DeepFashion's coarse annotation: 50 categories, 1,000 attributes in five types, boxes, landmarks.

Source: https://mmlab.ie.cuhk.edu.hk/projects/DeepFashion/AttributePrediction.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from modiste.data.garments.labels import (
    ABSENT,
    BODY_LANDMARKS,
    HIDDEN,
    PARTS,
    VISIBLE,
    Vocabulary,
)
from modiste.data.sources.deepfashion_attributes import read_tags
from modiste.data.sources.deepfashion_labels import KEYS, box, category, read_categories
from modiste.data.sources.deepfashion_landmarks import N_SLOTS, PLACES, on_body
from modiste.data.sources.deepfashion_lists import (
    ROWS,
    Intake,
    find_file,
    lines_of,
    read_names,
    read_numbers,
    words,
)
from modiste.errors import InputError

PARTITION = "Eval/list_eval_partition.txt"
TYPES: Mapping[int, str] = {1: "texture", 2: "fabric", 3: "shape", 4: "part", 5: "style"}
"""What the set's numbers of attribute types mean."""
TWICE = "picture listed twice"
UNKNOWN = "picture of no partition"
_SEEN: Mapping[int, float] = {0: VISIBLE, 1: HIDDEN, 2: ABSENT}
"""What the set's numbers of a landmark's visibility mean."""


def annotation_folder(folder: Path) -> str | None:
    """Name the folder of the coarse annotation; None where there is none."""
    names = ("Anno_coarse", "Anno")
    return next(
        (name for name in names if (folder / name / "list_category_img.txt").is_file()), None
    )


def read_coarse(folder: Path, intake: Intake) -> tuple[Vocabulary, pl.DataFrame]:
    """Read the coarse annotation.

    The partition says which pictures there are; the other lists are joined to it by the picture's
    path. A list that is not there says nothing of its label.

    Args:
        folder: The set's folder, which holds `Anno_coarse` or `Anno`, and `Eval`.
        intake: Is told what was read and set aside.

    Returns:
        The words, and a row a picture with `picture`, `part`, boxes and landmarks in pixels (`left`
        …, `landmarks`), `category`, `tags`.

    Raises:
        InputError: If a list of names or the partition is absent or cannot be used.
    """
    name = annotation_folder(folder)
    assert name is not None, "the layout was told by it"
    anno = folder / name
    names = "list_category_cloth.txt"
    categories = read_categories(find_file(anno, names), intake, f"{name}/{names}")
    tags, order = _tags(anno, name, intake)
    vocabulary = Vocabulary(categories, {}, tags, BODY_LANDMARKS)
    table = read_partition(folder, PARTITION, intake, {part: part for part in PARTS}, cells=2)

    def beside(table: pl.DataFrame, found: pl.DataFrame, file: str) -> pl.DataFrame:
        return joined(table, found, f"{name}/{file}", intake)

    found = read_numbers(anno / "list_category_img.txt", 1)
    table = beside(table, found.select(*KEYS, *category(len(categories))), "list_category_img.txt")
    if (anno / "list_bbox.txt").is_file():
        found = read_numbers(anno / "list_bbox.txt", 4)
        table = beside(table, found.select(*KEYS, *box(0)), "list_bbox.txt")
    if (anno / "list_landmarks.txt").is_file():
        found = read_landmarks(anno / "list_landmarks.txt")
        table = beside(table, found, "list_landmarks.txt")
    if order and (anno / "list_attr_img.txt").is_file():
        found, n_unknown = read_tags(anno / "list_attr_img.txt", order)
        table = beside(table, found, "list_attr_img.txt")
        if n_unknown:
            intake.tables[f"{name}/list_attr_img.txt"].notes.append(
                f"{n_unknown:,} attributes are marked unknown (0) and taken for absent"
            )
    return vocabulary, table


def _tags(
    anno: Path, name: str, intake: Intake
) -> tuple[dict[str, tuple[str, ...]], Sequence[int]]:
    """Give the attributes by type, and for each column of the set its position among them."""
    path = anno / "list_attr_cloth.txt"
    if not path.is_file():
        return {}, ()
    listed = read_names(path, intake, f"{name}/list_attr_cloth.txt")
    if unknown := sorted({kind for _, kind in listed} - set(TYPES)):
        raise InputError(
            f"{path} has attributes of type {unknown[0]}, expected 1 to {len(TYPES)}: "
            "unpack the published file again"
        )
    by_type = sorted(range(len(listed)), key=lambda place: (listed[place][1], place))
    position = {place: at for at, place in enumerate(by_type)}
    tags: dict[str, tuple[str, ...]] = {}
    for number, kind in TYPES.items():
        names = [words(listed[place][0]) for place in by_type if listed[place][1] == number]
        tags[kind] = tuple(_told_apart(names))
    return tags, [position[place] for place in range(len(listed))]


def _told_apart(names: Sequence[str]) -> list[str]:
    """Number a name that stands in a type more than once."""
    given: dict[str, int] = {}
    apart = []
    for name in names:
        given[name] = given.get(name, 0) + 1
        apart.append(name if given[name] == 1 else f"{name} {given[name]}")
    return apart


def read_partition(
    folder: Path, file: str, intake: Intake, parts: Mapping[str, str], *, cells: int
) -> pl.DataFrame:
    """Read which pictures there are and to which part each belongs.

    Args:
        folder: The set's folder.
        file: The partition's path in it.
        intake: Is told what was read and set aside.
        parts: What the set calls its parts, and which of ours each is.
        cells: Cells of a row: the picture, the product where there are three, the part.

    Returns:
        `picture`, `part`, `file`, `line`, and `product` where there is one.
    """
    path = find_file(folder, file)
    rows = pl.concat([pl.DataFrame(schema=ROWS), *lines_of(path, skip=2)])
    found = rows.with_columns(pl.col("text").str.extract_all(r"\S+").alias("cells")).with_columns(
        pl.col("cells").list.get(0, null_on_oob=True).alias("picture"),
        pl.col("cells")
        .list.get(cells - 1, null_on_oob=True)
        .replace_strict(parts, default=None, return_dtype=pl.String)
        .alias("part"),
    )
    product = [pl.col("cells").list.get(1, null_on_oob=True).alias("product")] if cells > 2 else []
    reason = (
        pl.when(pl.col("cells").list.len() != cells)
        .then(pl.lit("wrong number of columns"))
        .when(pl.col("part").is_null())
        .then(pl.lit("no such part"))
    )
    found = found.with_columns(*product, reason.alias("reason"), pl.lit(file).alias("file"))
    intake.read(file, found.height)
    intake.set_aside(file, found.filter(pl.col("reason").is_not_null()))
    return found.filter(pl.col("reason").is_null()).drop("text", "cells", "reason")


def joined(table: pl.DataFrame, found: pl.DataFrame, file: str, intake: Intake) -> pl.DataFrame:
    """Put a list beside the pictures by their paths; a row with a fault says nothing.

    Args:
        table: A row a picture.
        found: `line`, `text`, `picture`, `reason`, and the columns to put beside.
        file: The list's name.
        intake: Is told what was read and set aside.
    """
    intake.read(file, found.height)
    known = pl.col("picture").is_in(table["picture"].unique().implode())
    fault = (
        pl.when(~known)
        .then(pl.lit(UNKNOWN))
        .when(~pl.col("picture").is_first_distinct())
        .then(pl.lit(TWICE))
    )
    found = found.with_columns(pl.coalesce("reason", fault).alias("reason"))
    intake.set_aside(file, found.filter(pl.col("reason").is_not_null()))
    labels = found.filter(pl.col("reason").is_null()).drop("line", "text", "reason")
    return table.join(labels, on="picture", how="left", maintain_order="left")


def read_landmarks(path: Path) -> pl.DataFrame:
    """Read landmarks: clothes type, in some files a variation type, then three numbers a point.

    A row has as many points as its clothes type: six above, four below, eight on the whole body.

    Returns:
        `line`, `text`, `picture`, `landmarks` of the body in pixels, `reason`.
    """
    found = read_numbers(path, 2 + 3 * N_SLOTS, fewest=1 + 3 * 4)
    places = [str(place) for place in range(2 + 3 * N_SLOTS)]
    told = pl.sum_horizontal(pl.col(place).is_not_null() for place in places)
    varied = told % 3 == 2  # one number more than the clothes type before the points
    n_points = (told - 1) // 3
    place = pl.col("0").replace_strict(PLACES, default=None, return_dtype=pl.String)
    expected = pl.col("0").replace_strict({1: 6, 2: 4, 3: 8}, default=None, return_dtype=pl.Int64)
    flat: list[pl.Expr] = []
    for slot in range(N_SLOTS):
        at = 1 + 3 * slot
        state, x, y = (
            pl.when(varied).then(pl.col(str(at + n + 1))).otherwise(pl.col(str(at + n)))
            for n in range(3)
        )
        seen = state.replace_strict(_SEEN, default=0.0, return_dtype=pl.Float32)
        flat += [value.fill_null(0).cast(pl.Float32) for value in (x, y, seen)]
    fault = pl.when(place.is_null() | (n_points != expected)).then(pl.lit("no such clothes type"))
    return (
        found.with_columns(
            pl.coalesce("reason", fault).alias("reason"),
            place.alias("place"),
            pl.concat_list(flat).alias("slots"),
        )
        .with_columns(on_body(pl.col("place")))
        .select("line", "text", "picture", "landmarks", "reason")
    )
