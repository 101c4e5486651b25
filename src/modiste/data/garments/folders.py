"""Pictures laid out in folders by part and category, as trainers of networks expect, by links."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from uuid import uuid4

import polars as pl

from modiste.data.garments.labels import GarmentLabels
from modiste.data.photos import picture_path
from modiste.errors import InputError

SYMBOLIC, HARD = "symbolic links", "hard links"


def lay_out_folders(labels: GarmentLabels, out: Path) -> dict[str, int]:
    """Link each picture as `out/PART/CATEGORY/NAME`; none is copied.

    The links are symbolic, hard where the file system has no symbolic ones. A picture of several
    categories is linked in each. A folder that was laid out before gives way to the new one.

    Args:
        labels: What is laid out; pictures without a category are left out.
        out: The folder to make.

    Returns:
        How many links there are, by how they are made.

    Raises:
        InputError: If no picture has a category, or the file system has no links.
    """
    names = labels.vocabulary.category_names
    rows = labels.table.select("picture", "part", "category").drop_nulls().unique()
    if rows.is_empty():
        raise InputError(
            "no picture has a category, so there are no folders to lay out: leave --layout out"
        )
    folders = {place: _folder_name(name) for place, name in enumerate(names)}
    named = rows.sort("picture").with_columns(
        pl.col("picture").str.replace_all("/", "__", literal=True).alias("link"),
        pl.col("category").replace_strict(folders, return_dtype=pl.String).alias("folder"),
    )
    draft = out.with_name(f".{out.name}-{uuid4().hex[:8]}")
    counts = {SYMBOLIC: 0, HARD: 0}
    root = labels.root.resolve()
    try:
        for part, folder in (
            named.select("part", "folder").unique().sort("part", "folder").iter_rows()
        ):
            (draft / part / folder).mkdir(parents=True)
        for picture, part, folder, link in named.select(
            "picture", "part", "folder", "link"
        ).iter_rows():
            kind = _link(picture_path(root, picture), draft / part / folder / link)
            counts[kind] += 1
        if out.exists():
            shutil.rmtree(out)
        draft.replace(out)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return {kind: count for kind, count in counts.items() if count}


def _folder_name(category: str) -> str:
    """Give a category's name as that of a folder, in which a path is no more than a name."""
    return re.sub(r"[^\w.\-]+", "_", category).strip("._") or "unnamed"


def _link(picture: Path, link: Path) -> str:
    try:
        link.symlink_to(picture)
        return SYMBOLIC
    except (OSError, NotImplementedError):
        pass
    try:
        os.link(picture, link)
        return HARD
    except OSError as error:
        raise InputError(
            f"{link.parent} takes no links ({error.strerror}): lay out on another file system"
        ) from None
