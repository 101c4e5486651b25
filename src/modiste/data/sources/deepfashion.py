"""DeepFashion as published: which of its sets a folder holds, read into one table of labels.

Source: Liu, Luo, Qiu, Wang, Tang: DeepFashion: Powering Robust Clothes Recognition and Retrieval
with Rich Annotations (CVPR 2016); https://mmlab.ie.cuhk.edu.hk/projects/DeepFashion.html
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl

from modiste.data.garments.duplicates import find_copies
from modiste.data.garments.labels import GarmentLabels, Vocabulary, check_labels, complete
from modiste.data.garments.parts import part_products
from modiste.data.garments.pictures import as_shares, read_sizes
from modiste.data.sources.deepfashion_fine import FOLDER as FINE
from modiste.data.sources.deepfashion_fine import read_fine
from modiste.data.sources.deepfashion_inshop import ITEMS, read_inshop_items
from modiste.data.sources.deepfashion_lists import Intake
from modiste.errors import InputError

Progress = Callable[[str, float], None]
Reader = Callable[[Path, Intake], tuple[Vocabulary, pl.DataFrame]]
TWICE = "picture listed twice"


def layout_of(folder: Path) -> str | None:
    """Tell which set a folder holds: "fine", "in-shop-items"; None: no set of DeepFashion."""
    if (folder / FINE / "train.txt").is_file():
        return "fine"
    if (folder / ITEMS).is_file() and _picture_root(folder) is not None:
        return "in-shop-items"
    return None


_READERS: dict[str, Reader] = {"fine": read_fine, "in-shop-items": read_inshop_items}


def read_deepfashion(
    folder: Path, intake: Intake | None = None, *, progress: Progress | None = None
) -> GarmentLabels:
    """Read a set of DeepFashion; pictures stay where they are.

    Args:
        folder: The set's folder, unpacked as it is published.
        intake: Is told what was read and set aside.
        progress: Told how far it is.

    Returns:
        The labels, in the order of the set's own list of pictures.

    Raises:
        InputError: If the folder holds no set of DeepFashion, or a file of it cannot be used.
    """
    layout = layout_of(folder)
    root = _picture_root(folder)
    if layout is None or root is None:
        raise InputError(
            f"{folder} holds no set of DeepFashion: expected img beside Anno_coarse (or Anno), "
            "Anno_fine, or In-shop's Anno, Eval or items.csv; unpack the published files there"
        )
    intake = Intake() if intake is None else intake
    vocabulary, table = _READERS[layout](folder, intake)
    return finish(root, vocabulary, table, intake, progress)


def _picture_root(folder: Path) -> Path | None:
    """Give the folder in which `img` lies: the set's own, or its `Img`."""
    roots = (folder, folder / "Img", folder / "img")
    return next((root for root in roots if (root / "img").is_dir()), None)


def finish(
    root: Path,
    vocabulary: Vocabulary,
    table: pl.DataFrame,
    intake: Intake,
    progress: Progress | None,
) -> GarmentLabels:
    """Look up the pictures, turn pixels into shares and give every product its part.

    Args:
        root: Where the pictures' paths start.
        vocabulary: The words.
        table: A row a picture: `picture`, `file` and `line` where it was listed, and what is told
            of it, boxes and landmarks in pixels; `part` and `product` where the set has them.
        intake: Is told which rows are set aside.
        progress: Told how far it is.
    """
    sizes = read_sizes(root, table["picture"], progress)
    table = table.join(sizes, on="picture", how="left", maintain_order="left")
    repeated = ~pl.col("picture").is_first_distinct()
    table = table.with_columns(
        pl.when(repeated).then(pl.lit(TWICE)).otherwise("reason").alias("reason")
    )
    for (file,), rows in table.filter(pl.col("reason").is_not_null()).group_by(
        "file", maintain_order=True
    ):
        intake.set_aside(str(file), rows.select("line", pl.col("picture").alias("text"), "reason"))
    table = table.filter(pl.col("reason").is_null()).drop("reason")
    if table.is_empty():
        raise InputError(
            f"none of the {sizes.height:,} listed pictures can be read in {root}: "
            "unpack the set's img there"
        )
    table, n_outside = as_shares(table)
    if n_outside and intake.tables:
        next(iter(intake.tables.values())).notes.append(
            f"{n_outside:,} boxes lie outside of their pictures and are not told"
        )
    table = with_parts(root, table, progress)
    labels = GarmentLabels(root, vocabulary, complete(table, vocabulary))
    check_labels(labels)
    return labels


def with_parts(root: Path, table: pl.DataFrame, progress: Progress | None = None) -> pl.DataFrame:
    """Give every row its `product`, and its `part` where the set has none of its own.

    A picture that lies flat in `img` has no product: copies of one picture are one product.
    """
    if "product" not in table.columns:
        inner = pl.col("picture").str.extract(r"^img/(.+)/[^/]+$")
        table = table.with_columns(inner.alias("product"))
        flat = table["product"].is_null()
        if flat.any():
            pictures = table["picture"].unique(maintain_order=True)
            first = find_copies(root, pictures.to_list(), progress)
            names = pictures.gather(first).str.extract(r"([^/]+)\.[^.]+$")
            groups = pl.DataFrame({"picture": pictures, "copy": names})
            table = table.join(groups, on="picture", how="left", maintain_order="left")
            table = table.with_columns(pl.coalesce("product", "copy").alias("product")).drop("copy")
    own = set(table["part"].unique().to_list()) if "part" in table.columns else set()
    if {"val", "test"} <= own:
        return table
    if "test" not in own:
        return table.with_columns(part_products(table["product"]).alias("part"))
    # Settings are chosen on products of the set's own training part.
    chosen = part_products(table["product"], judged=0.0)
    learnt = pl.col("part") == "train"
    return table.with_columns(pl.when(learnt).then(chosen).otherwise("part").alias("part"))
