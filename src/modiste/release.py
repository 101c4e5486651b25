"""A release: the model that `modiste train` published, with the dataset it was fitted on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from modiste.artifacts import Store, verify
from modiste.config import Config, build_config
from modiste.data import Dataset
from modiste.data.shop import dataset_store
from modiste.errors import ArtifactError
from modiste.ranking.model import Model
from modiste.recommend import explained_lists


def release_store(shop: Path) -> Store:
    """Give the store of a shop's releases."""
    return Store(shop / "releases", "release")


@dataclass(frozen=True)
class Release:
    """What answers are made from; all of it is of one moment."""

    name: str
    """The release's name, echoed in outputs."""
    model: Model
    shop: Dataset
    """The shop before `model.prepared.as_of`: the very rows the model was fitted on."""
    config: Config
    manifest: Mapping[str, Any]


def open_release(shop: Path) -> Release:
    """Open a shop's current release; its files are compared with their hashes first.

    Args:
        shop: The shop's folder.

    Raises:
        ArtifactError: If nothing was trained, a file was altered, or the dataset it was fitted on
            is no longer kept.
    """
    folder = release_store(shop).current()
    manifest = verify(folder)
    config = build_config(manifest["config"], f"{folder.name}/manifest.json")
    version = dataset_store(shop).root / manifest["dataset"]
    if not version.is_dir():
        raise ArtifactError(
            f"release {folder.name} was fitted on dataset {manifest['dataset']}, which is no "
            "longer kept: run modiste train"
        )
    as_of = int(manifest["as_of_day"])
    dataset = Dataset.read(version).until(as_of)
    pool_size = config.training.pool_size
    model = Model.read(folder, config.recipe, as_of, pool_size, dict(manifest["training"]))
    return Release(folder.name, model, dataset, config, manifest)


def explain_users(shop: Path, user_ids: Sequence[str], k: int = 12) -> pl.DataFrame:
    """Give some users' lists from the current release with a reason for each item.

    Args:
        shop: The shop's folder.
        user_ids: Text ids; unknown ones get what a new customer gets.
        k: Items for each user.

    Returns:
        `user_id, item_id, rank, score, source, reason`, by the order of `user_ids` and rank.
    """
    release = open_release(shop)
    return explained_lists(release.model, release.shop, user_ids, k)
