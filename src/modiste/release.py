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
    newer_dataset: str | None = None
    """Name of the current dataset if it is another than the one the model was fitted on."""


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
    newest = dataset_store(shop).current_name()
    newer = newest if newest != manifest["dataset"] else None
    return Release(folder.name, model, dataset, config, manifest, newer)


def served_config(shop: Path) -> tuple[Config, str]:
    """Give the configuration of the current release, or the defaults where there is none.

    Returns:
        The configuration, and in words where it comes from.
    """
    store = release_store(shop)
    name = store.current_name()
    if name is None:
        return build_config({}, "defaults"), "every default"
    manifest = verify(store.current())
    return build_config(manifest["config"], f"{name}/manifest.json"), f"that of release {name}"


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
