"""Labelled pictures from whatever folder holds them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from modiste.data.garments.labels import GarmentLabels
from modiste.data.garments.shops import labels_of_shop
from modiste.data.garments.stored import is_stored, read_labels
from modiste.data.shop import dataset_store
from modiste.data.sources.deepfashion import annotations_of, read_deepfashion
from modiste.errors import InputError

Progress = Callable[[str, float], None]


def open_labels(folder: Path, *, progress: Progress | None = None) -> GarmentLabels:
    """Open the labels of a folder: imported ones, a set of DeepFashion, or a shop's own.

    Args:
        folder: What `modiste import deepfashion` or `modiste import garments` wrote; a set of
            DeepFashion as it is published; or a shop, whose kinds and attributes are the labels.
        progress: Told how far it is.

    Raises:
        InputError: If the folder holds none of these.
        ArtifactError: If imported labels were altered or their pictures have gone.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder: give imported labels, a shop or a set")
    if is_stored(folder):
        return read_labels(folder)
    if annotations_of(folder):
        return read_deepfashion(folder, progress=progress)
    if dataset_store(folder).current_name() is not None:
        return labels_of_shop(folder, progress=progress)
    raise InputError(
        f"{folder} holds no labelled pictures: expected a folder of modiste import deepfashion or "
        "modiste import garments, a set of DeepFashion, or a shop"
    )
