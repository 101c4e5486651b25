"""Imported labels as a folder: two tables, the words, and a manifest of hashes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from modiste.artifacts import Store, verify
from modiste.data.garments.labels import GarmentLabels, Vocabulary, check_labels
from modiste.errors import ArtifactError

GARMENTS = "garments.parquet"
VOCABULARY = "vocabulary.json"
QUARANTINE = "quarantine.parquet"
WHAT = "labels"


def labels_store(folder: Path) -> Store:
    """Give the store of imported labels."""
    return Store(folder, WHAT)


def write_labels(
    labels: GarmentLabels, aside: pl.DataFrame, folder: Path, facts: Mapping[str, Any]
) -> Path:
    """Publish labels as the current version of a folder.

    Args:
        labels: What was read.
        aside: Rows that could not be used.
        folder: Where the versions lie; made if absent.
        facts: Plain values for the manifest, such as the counts of the import.

    Returns:
        The version's folder.
    """
    store = labels_store(folder)
    facts = {**facts, "root": str(labels.root.resolve())}
    with store.publish("labels", facts, keep=1) as draft:
        labels.table.write_parquet(draft / GARMENTS, compression="zstd")
        words = json.dumps(labels.vocabulary.to_dict(), indent=1, ensure_ascii=False)
        (draft / VOCABULARY).write_text(words + "\n", encoding="utf-8")
        aside.write_parquet(draft / QUARANTINE)
    return store.current()


def is_stored(folder: Path) -> bool:
    """Tell whether a folder holds imported labels."""
    store = labels_store(folder)
    name = store.current_name()
    return name is not None and (store.root / name / GARMENTS).is_file()


def read_labels(folder: Path) -> GarmentLabels:
    """Open imported labels, every byte compared with the manifest.

    Raises:
        ArtifactError: If something is missing or altered, or the pictures have gone.
    """
    version = labels_store(folder).current()
    manifest = verify(version)
    root = Path(str(manifest.get("root", "")))
    if not root.is_dir():
        raise ArtifactError(
            f"the pictures of {folder} were in {root}, which is not there: "
            "put them back or import the labels anew"
        )
    try:
        words = json.loads((version / VOCABULARY).read_text(encoding="utf-8"))
        table = pl.read_parquet(version / GARMENTS, glob=False)
    except (OSError, ValueError, pl.exceptions.PolarsError) as error:
        raise ArtifactError(
            f"{version} cannot be read ({str(error).splitlines()[0]}): import the labels anew"
        ) from None
    labels = GarmentLabels(root, Vocabulary.from_dict(words), table)
    check_labels(labels)
    return labels
