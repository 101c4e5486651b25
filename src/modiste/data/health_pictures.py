"""Are the pictures there, and can they be read?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import polars as pl

from modiste.data.findings import Finding, share
from modiste.data.photos import PictureError, open_photo

SAMPLE = 200
_EXAMPLES = 3
_NEAR = (224, 224)


def examine_pictures(
    pictures: pl.Series,
    folder: Path | None,
    *,
    everything: bool = False,
    progress: Callable[[float], None] | None = None,
) -> Iterator[Finding]:
    """Count items without a picture and decode some pictures, or all.

    Args:
        pictures: `items.picture`.
        folder: Where these paths start.
        everything: Whether all are decoded, not `SAMPLE` of them spread over the catalogue.
        progress: Told the share that is done.
    """
    paths = pictures.drop_nulls()
    n_items, n_without = len(pictures), pictures.null_count()
    if folder is None or paths.is_empty():
        yield Finding("note", "pictures", "no item has one", "give a folder with --pictures")
        return
    if not folder.is_dir():
        found = f"the folder {folder} is gone"
        yield Finding("error", "pictures", found, "bring it back, or import again")
        return
    yield Finding("note" if n_without else "ok", "items without picture", share(n_without, n_items))
    n_looked = len(paths) if everything else min(SAMPLE, len(paths))
    places = np.unique(np.linspace(0, len(paths) - 1, n_looked).astype(np.int64))
    broken = []
    for number, path in enumerate(paths.gather(places).to_list()):
        if fault := why_broken(folder / path):
            broken.append(f"{path} ({fault})")
        if progress:
            progress((number + 1) / len(places))
    looked = "all" if everything else "a sample"
    if broken:
        listed = ", ".join(broken[:_EXAMPLES]) + (" …" if len(broken) > _EXAMPLES else "")
        yield Finding(
            "warning",
            "broken pictures",
            f"{share(len(broken), len(places))} of {looked}: {listed}",
            "replace them; they count as no picture"
            + ("" if everything else "; --all-pictures lists all"),
        )
    else:
        yield Finding("ok", "broken pictures", f"none in {looked} of {len(places):,}")


def why_broken(path: Path) -> str | None:
    """Decode a picture and say what is wrong with it, None if nothing is."""
    try:
        open_photo(path, near=_NEAR)
    except PictureError as error:
        return error.reason
    return None
