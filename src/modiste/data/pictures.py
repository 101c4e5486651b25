"""Where each item's picture lies, found in one walk through the folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePath

import polars as pl

from modiste.errors import InputError

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp"})


def find_pictures(folder: Path) -> pl.DataFrame:
    """List the pictures below a folder by what they are called.

    Args:
        folder: Pictures called `<item_id>.jpg` (or png, webp), in nested folders or not.

    Returns:
        `picture` (path relative to `folder`, with `/`), sorted, and `item_id`, its name without
        folder and suffix.

    Raises:
        InputError: If there is no such folder.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder: give the folder of the pictures")
    found = sorted(_walk(folder, ""))
    return pl.DataFrame(
        {"picture": found, "item_id": [_stem(path) for path in found]},
        schema={"picture": pl.String, "item_id": pl.String},
    )


def _walk(folder: Path | str, prefix: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir():
                yield from _walk(entry.path, f"{prefix}{entry.name}/")
            elif PurePath(entry.name).suffix.lower() in SUFFIXES:
                yield prefix + entry.name


def _stem(path: str) -> str:
    return PurePath(path).stem
