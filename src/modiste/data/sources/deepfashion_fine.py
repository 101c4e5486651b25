"""DeepFashion's fine annotation: 26 attributes in six groups, a box and eight landmarks a picture.

Source: https://mmlab.ie.cuhk.edu.hk/projects/DeepFashion/AttributePrediction.html, Anno_fine
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from modiste.data.garments.labels import BODY_LANDMARKS, Category, Vocabulary
from modiste.data.sources.deepfashion_lists import (
    ROWS,
    Intake,
    cells_of,
    find_file,
    lines_of,
    numbers,
    read_names,
)
from modiste.errors import InputError

FOLDER = "Anno_fine"
GROUPS: Mapping[int, str] = {
    1: "pattern",
    2: "sleeve",
    3: "length",
    4: "neckline",
    5: "material",
    6: "fit",
}
"""What the set's numbers of attribute types mean."""
PLACES: Mapping[int, str] = {1: "upper", 2: "lower", 3: "full"}
"""What the set's numbers of clothes types mean."""
_SIDES = ("left", "top", "right", "bottom")


def words(name: str) -> str:
    """Give a name of the set in words: `crew_neckline` is "crew neckline"."""
    return " ".join(name.replace("_", " ").split())


def read_fine(folder: Path, intake: Intake) -> tuple[Vocabulary, pl.DataFrame]:
    """Read the fine annotation.

    Its files have no names in their rows: the first row of `train_attr.txt` belongs to the first of
    `train.txt`. Files that are not there say nothing of their label; a cut may have one part only.

    Args:
        folder: The set's folder, which holds `Anno_fine`.
        intake: Is told what was read and set aside.

    Returns:
        The words, and a row a picture with `picture`, `part`, boxes and landmarks in pixels (`left`
        …, `landmarks`), `category`, `group.<name>`.

    Raises:
        InputError: If a file of a part is shorter or longer than its list of pictures.
    """
    anno = folder / FOLDER
    attributes = read_names(
        find_file(anno, "list_attr_cloth.txt"), intake, f"{FOLDER}/list_attr_cloth.txt"
    )
    groups = {
        name: tuple(words(value) for value, kind in attributes if kind == number)
        for number, name in GROUPS.items()
    }
    if sum(map(len, groups.values())) != len(attributes):
        raise InputError(
            f"{anno / 'list_attr_cloth.txt'} has other types than 1 to 6: give that of {FOLDER}"
        )
    categories: tuple[Category, ...] = ()
    if (listed := anno / "list_category_cloth.txt").is_file():
        names = read_names(listed, intake, f"{FOLDER}/list_category_cloth.txt")
        categories = tuple(Category(words(name), PLACES.get(kind, "")) for name, kind in names)
    vocabulary = Vocabulary(categories, groups, landmarks=BODY_LANDMARKS)
    parts = [part for part in ("train", "val", "test") if (anno / f"{part}.txt").is_file()]
    if not parts:
        raise InputError(f"{anno} has no train.txt: give the set's folder as it is published")
    tables = [_read_part(anno, part, vocabulary, intake) for part in parts]
    return vocabulary, pl.concat(tables)


def _read_part(anno: Path, part: str, vocabulary: Vocabulary, intake: Intake) -> pl.DataFrame:
    base = pl.concat([pl.DataFrame(schema=ROWS), *lines_of(anno / f"{part}.txt")])
    intake.read(f"{FOLDER}/{part}.txt", base.height)
    table = base.select(
        pl.col("text").alias("picture"),
        pl.lit(part).alias("part"),
        pl.lit(f"{FOLDER}/{part}.txt").alias("file"),
        "line",
    )
    for reader, names in (
        (_groups, ("attr",)),
        (_boxes, ("bbox",)),
        (_categories, ("cate",)),
        (_landmarks, ("landmards", "landmarks")),  # the set's own spelling first
    ):
        for name in names:
            file = f"{part}_{name}.txt"
            if (anno / file).is_file():
                found, width = reader(anno / file, vocabulary)
                table = _beside(table, found, width, f"{FOLDER}/{file}", intake)
                break
    return table


def _beside(
    table: pl.DataFrame, found: pl.DataFrame, width: int, file: str, intake: Intake
) -> pl.DataFrame:
    """Put a file's rows beside the pictures; a row with a fault says nothing."""
    if found.height != table.height:
        raise InputError(
            f"{file} has {found.height:,} rows, the list of its pictures {table.height:,}: "
            "rows belong together by their order, unpack the published files again"
        )
    intake.read(file, found.height)
    wrong = pl.when(pl.col("cells").list.len() != width).then(pl.lit("wrong number of columns"))
    faults = found.select("line", "text", wrong.otherwise("reason").alias("reason"))
    intake.set_aside(file, faults.filter(pl.col("reason").is_not_null()))
    labels = found.drop("line", "text", "cells", "reason")
    keep = faults["reason"].is_null()
    return table.hstack(
        labels.select(pl.when(keep).then(pl.col(name)).alias(name) for name in labels.columns)
    )


def _groups(path: Path, vocabulary: Vocabulary) -> tuple[pl.DataFrame, int]:
    groups = vocabulary.groups
    rows = cells_of(path, skip=0)
    values = rows.select(numbers(0, len(groups)))
    inside = [
        pl.col(str(place)).is_between(0, len(known) - 1).fill_null(value=False)
        for place, known in enumerate(groups.values())
    ]
    reason = pl.when(~pl.all_horizontal(inside)).then(pl.lit("no such attribute")).alias("reason")
    named = [pl.col(str(place)).alias(f"group.{name}") for place, name in enumerate(groups)]
    return pl.concat([rows, values.select(reason, *named)], how="horizontal"), len(groups)


def _boxes(path: Path, _: Vocabulary) -> tuple[pl.DataFrame, int]:
    rows = cells_of(path, skip=0)
    values = rows.select(numbers(0, 4))
    reason = box_fault(*(pl.col(str(place)) for place in range(4)))
    sides = [pl.col(str(place)).alias(side) for place, side in enumerate(_SIDES)]
    return pl.concat([rows, values.select(reason.alias("reason"), *sides)], how="horizontal"), 4


def box_fault(left: pl.Expr, top: pl.Expr, right: pl.Expr, bottom: pl.Expr) -> pl.Expr:
    """Say what is wrong with a box, null where nothing is."""
    missing = left.is_null() | top.is_null() | right.is_null() | bottom.is_null()
    empty = (left >= right) | (top >= bottom)
    return pl.when(missing).then(pl.lit("no number")).when(empty).then(pl.lit("box without area"))


def _categories(path: Path, vocabulary: Vocabulary) -> tuple[pl.DataFrame, int]:
    rows = cells_of(path, skip=0)
    values = rows.select(numbers(0, 1))
    known = pl.col("0").is_between(1, max(len(vocabulary.categories), 1)).fill_null(value=False)
    if not vocabulary.categories:
        known = pl.lit(value=False)
    reason = pl.when(~known).then(pl.lit("no such category")).alias("reason")
    return pl.concat(
        [rows, values.select(reason, (pl.col("0") - 1).alias("category"))], how="horizontal"
    ), 1


def _landmarks(path: Path, vocabulary: Vocabulary) -> tuple[pl.DataFrame, int]:
    """Read eight points; a point at 0 0 is not in the picture."""
    count = 2 * len(vocabulary.landmarks)
    rows = cells_of(path, skip=0)
    values = rows.select(numbers(0, count))
    reason = pl.when(pl.any_horizontal(pl.all().is_null())).then(pl.lit("no number"))
    flat: list[pl.Expr] = []
    for place in range(0, count, 2):
        x, y = pl.col(str(place)), pl.col(str(place + 1))
        seen = ((x != 0) | (y != 0)).cast(pl.Float32)
        flat += [x.cast(pl.Float32), y.cast(pl.Float32), seen]
    points = values.select(reason.alias("reason"), pl.concat_list(flat).alias("landmarks"))
    return pl.concat([rows, points], how="horizontal"), count
