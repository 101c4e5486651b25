"""A shop's folder: where its dataset lies."""

from __future__ import annotations

from pathlib import Path

from modiste.artifacts import Store
from modiste.data.dataset import Dataset


def dataset_store(shop: Path) -> Store:
    """Give the store of a shop's datasets."""
    return Store(shop / "data", "dataset")


def open_shop(shop: Path) -> Dataset:
    """Open a shop's current dataset.

    Args:
        shop: The shop's folder.

    Raises:
        ArtifactError: If nothing was imported into it yet.
    """
    return Dataset.read(dataset_store(shop).current())
