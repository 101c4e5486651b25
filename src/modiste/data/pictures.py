"""Where each item's picture lies, found in one walk through the folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from modiste.errors import InputError

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp"})


def find_pictures(folder: Path) -> pl.DataFrame:
    """List the pictures below a folder by what they are called.

    Args:
        folder: Pictures called `<item_id>.jpg` (or png, webp), in nested folders or not.

    Returns:
        `item_id` and `picture` (path relative to `folder`, with `/`), sorted; the first of several
        files of one name stays.

    Raises:
        InputError: If there is no such folder.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder: give the folder of the pictures")
    found = sorted(_walk(folder, ""))
    frame = pl.DataFrame(
        {"picture": found, "item_id": [_stem(path) for path in found]},
        schema={"picture": pl.String, "item_id": pl.String},
    )
    return frame.unique("item_id", keep="first", maintain_order=True).sort("item_id")


def _walk(folder: Path | str, prefix: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir():
                yield from _walk(entry.path, f"{prefix}{entry.name}/")
            elif os.path.splitext(entry.name)[1].lower() in SUFFIXES:
                yield prefix + entry.name


def _stem(path: str) -> str:
    return os.path.splitext(path.rpartition("/")[2])[0]
