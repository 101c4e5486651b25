"""A shop's folder: where its dataset lies."""

from __future__ import annotations

from pathlib import Path

from modiste.artifacts import Store
from modiste.data.dataset import Dataset
from modiste.errors import InputError


def dataset_store(shop: Path) -> Store:
    """Give the store of a shop's datasets.

    Raises:
        InputError: If the shop is a file.
    """
    if shop.exists() and not shop.is_dir():
        raise InputError(f"{shop} is a file: expected a shop's folder, give another --shop")
    return Store(shop / "data", "dataset")


def open_shop(shop: Path) -> Dataset:
    """Open a shop's current dataset.

    Args:
        shop: The shop's folder.

    Raises:
        ArtifactError: If nothing was imported into it yet.
        InputError: If the shop is a file.
    """
    return Dataset.read(dataset_store(shop).current())
