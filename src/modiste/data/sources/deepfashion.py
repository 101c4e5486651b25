"""DeepFashion as published: which of its sets a folder holds, read into one table of labels.

Source: Liu, Luo, Qiu, Wang, Tang: DeepFashion: Powering Robust Clothes Recognition and Retrieval
with Rich Annotations (CVPR 2016); https://mmlab.ie.cuhk.edu.hk/projects/DeepFashion.html
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import polars as pl

from modiste.data.garments.duplicates import find_copies
from modiste.data.garments.folders import lay_out_folders
from modiste.data.garments.labels import (
    PARTS,
    GarmentLabels,
    Vocabulary,
    check_labels,
    complete,
)
from modiste.data.garments.parts import part_products
from modiste.data.garments.pictures import as_shares
from modiste.data.garments.report import LabelsReport
from modiste.data.garments.stored import write_labels
from modiste.data.sources.deepfashion_coarse import TWICE, annotation_folder, read_coarse
from modiste.data.sources.deepfashion_fine import FOLDER as FINE
from modiste.data.sources.deepfashion_fine import read_fine
from modiste.data.sources.deepfashion_inshop import (
    ITEMS,
    is_inshop,
    read_inshop,
    read_inshop_items,
)
from modiste.data.sources.deepfashion_lists import Intake, with_sizes
from modiste.errors import InputError

Progress = Callable[[str, float], None]
Reader = Callable[[Path, Intake], tuple[Vocabulary, pl.DataFrame]]
ANNOTATIONS = ("coarse", "fine", "in-shop")
"""The annotations that are read; a folder with several is read as the first of them."""


def annotations_of(folder: Path) -> dict[str, Reader]:
    """Tell which annotations a folder holds, by `ANNOTATIONS`, with what reads each."""
    found: dict[str, Reader] = {}
    if _picture_root(folder) is None:
        return found
    if annotation_folder(folder) is not None:
        found["coarse"] = read_coarse
    if any((folder / FINE / f"{part}.txt").is_file() for part in PARTS):
        found["fine"] = read_fine
    if is_inshop(folder):
        found["in-shop"] = read_inshop
    elif (folder / ITEMS).is_file():
        found["in-shop"] = read_inshop_items
    return found


def read_deepfashion(
    folder: Path,
    intake: Intake | None = None,
    *,
    annotation: str | None = None,
    progress: Progress | None = None,
) -> GarmentLabels:
    """Read a set of DeepFashion; pictures stay where they are.

    Args:
        folder: The set's folder, unpacked as it is published.
        intake: Is told what was read and set aside.
        annotation: One of `ANNOTATIONS`; None: the first that is there.
        progress: Told how far it is.

    Returns:
        The labels, in the order of the set's own list of pictures.

    Raises:
        InputError: If the folder does not hold the annotation, or a file of it cannot be used.
    """
    found = annotations_of(folder)
    root = _picture_root(folder)
    if root is None or not found:
        raise InputError(
            f"{folder} holds no set of DeepFashion: expected img beside Anno_coarse (or Anno), "
            "Anno_fine, or In-shop's Anno and Eval; unpack the published files there"
        )
    name = annotation or next(iter(found))
    if name not in found:
        raise InputError(
            f"{folder} has no {name} annotation, only {', '.join(found)}: name another"
        )
    intake = Intake() if intake is None else intake
    vocabulary, table = found[name](folder, intake)
    return finish(root, vocabulary, table, intake, progress)


def import_deepfashion(
    folder: Path,
    out: Path,
    *,
    annotation: str | None = None,
    folders: bool = False,
    progress: Progress | None = None,
) -> LabelsReport:
    """Import a set of DeepFashion: its labels in one table, its pictures where they are.

    Args:
        folder: The set's folder, unpacked as it is published.
        out: The folder of the labels; made if absent.
        annotation: One of `ANNOTATIONS`; None: the first that is there.
        folders: Whether pictures are laid out in `out/folders/PART/CATEGORY` too, as links.
        progress: Told how far it is.

    Returns:
        What was read, taken and set aside; the labels' manifest holds it, too.

    Raises:
        InputError: If a file cannot be used; what was imported before stays.
    """
    started = time.process_time()
    intake = Intake()
    labels = read_deepfashion(folder, intake, annotation=annotation, progress=progress)
    held = list(annotations_of(folder))
    report = LabelsReport(annotation or held[0], intake.tables)
    report.notes += [
        f"{name} is there, too: --annotation {name} reads it"
        for name in held
        if name != report.source
    ]
    return publish(labels, intake, report, out, started=started, folders=folders)


def publish(
    labels: GarmentLabels,
    intake: Intake,
    report: LabelsReport,
    out: Path,
    *,
    started: float,
    folders: bool,
) -> LabelsReport:
    """Write labels with their report, and lay their pictures out if that is wished."""
    report.fill(labels, started)
    write_labels(labels, intake.aside, out, report.to_dict())
    if folders:
        report.links = lay_out_folders(labels, out / "folders")
    return report


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

    Raises:
        InputError: If not one of the pictures can be read.
    """
    repeated = ~pl.col("picture").is_first_distinct()
    table = with_sizes(root, table, intake, progress, also=pl.when(repeated).then(pl.lit(TWICE)))
    table, n_outside = as_shares(table)
    if n_outside:
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
