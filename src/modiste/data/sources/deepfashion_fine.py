"""DeepFashion's fine annotation: 26 attributes in six groups, a box and eight landmarks a picture.

Source: https://mmlab.ie.cuhk.edu.hk/projects/DeepFashion/AttributePrediction.html, Anno_fine
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from modiste.data.garments.labels import BODY_LANDMARKS, Category, Vocabulary
from modiste.data.sources.deepfashion_labels import box, category, read_categories
from modiste.data.sources.deepfashion_landmarks import N_SLOTS, on_body, place_by_points
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
        categories = read_categories(listed, intake, f"{FOLDER}/list_category_cloth.txt")
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
    for names, width, told in (
        (("attr",), len(vocabulary.groups), _groups(vocabulary)),
        (("bbox",), 4, box(0)),
        (("cate",), 1, category(len(vocabulary.categories))),
        (("landmards", "landmarks"), 2 * N_SLOTS, _points()),  # the set's own spelling first
    ):
        there = [name for name in names if (anno / f"{part}_{name}.txt").is_file()]
        if there:
            file = f"{part}_{there[0]}.txt"
            numbers = read_numbers(anno / file, width, skip=0, named=False)
            found = numbers.select("line", "text", *told)
            table = _beside(table, found, f"{FOLDER}/{file}", intake)
    if "slots" in table.columns:
        table = table.with_columns(on_body(_place(table, vocabulary))).drop("slots")
    return table


def _place(table: pl.DataFrame, vocabulary: Vocabulary) -> pl.Expr:
    """Tell where each garment is worn: by its category, or by what else is told of it."""
    by_points = place_by_points() if "group.length" in table.columns else pl.lit("full")
    if "category" not in table.columns:
        return by_points
    places = dict(enumerate(category.place for category in vocabulary.categories))
    told = pl.col("category").replace_strict(places, default=None, return_dtype=pl.String)
    return pl.coalesce(told, by_points)


def _beside(table: pl.DataFrame, found: pl.DataFrame, file: str, intake: Intake) -> pl.DataFrame:
    """Put a file's rows beside the pictures; a row with a fault says nothing."""
    if found.height != table.height:
        raise InputError(
            f"{file} has {found.height:,} rows, the list of its pictures {table.height:,}: "
            "rows belong together by their order, unpack the published files again"
        )
    intake.read(file, found.height)
    intake.set_aside(file, found.filter(pl.col("reason").is_not_null()))
    labels = found.select(
        pl.when(pl.col("reason").is_null()).then(pl.col(name)).alias(name)
        for name in found.columns
        if name not in ("line", "text", "reason")
    )
    return table.hstack(labels)


def _groups(vocabulary: Vocabulary) -> list[pl.Expr]:
    known = [
        pl.col(str(place)).is_between(0, len(values) - 1)
        for place, values in enumerate(vocabulary.groups.values())
    ]
    fault = pl.when(~pl.all_horizontal(known)).then(pl.lit("no such attribute"))
    named = [pl.col(str(n)).alias(f"group.{name}") for n, name in enumerate(vocabulary.groups)]
    return [*named, pl.coalesce("reason", fault).alias("reason")]


def _points() -> list[pl.Expr]:
    """Give up to eight points as they are listed; one at 0 0 is not in the picture."""
    flat: list[pl.Expr] = []
    for slot in range(N_SLOTS):
        x, y = pl.col(str(2 * slot)), pl.col(str(2 * slot + 1))
        flat += [x, y, (x != 0) | (y != 0)]
    listed = pl.concat_list(value.cast(pl.Float32) for value in flat)
    return [listed.alias("slots"), pl.col("reason")]
