"""A release: the model that `modiste train` published, with the dataset it was fitted on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl

from modiste.artifacts import Store, verify
from modiste.config import Config, build_config, load_config
from modiste.data import Dataset
from modiste.data.shop import dataset_store
from modiste.engine import collect, lazy
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


def served_config(shop: Path, named: str | None = None) -> tuple[Config, str]:
    """Give the configuration of the current release, or the defaults where there is none.

    Args:
        shop: The shop's folder.
        named: A TOML file or the name of a shipped configuration, which is given instead.

    Returns:
        The configuration, and in words where it comes from.
    """
    if named:
        return load_config(named), named
    store = release_store(shop)
    name = store.current_name()
    if name is None:
        return build_config({}, "defaults"), "every default"
    manifest = verify(store.current())
    return build_config(manifest["config"], f"{name}/manifest.json"), f"that of release {name}"


def rank_items(release: Release) -> Callable[[str, Sequence[str]], list[float | None] | None]:
    """Give a function that scores items for a user by a release's ranker, as search asks for.

    It takes a user's id and ids of items, and gives a score for each (None: the release does not
    know the item), or None for a user that the release does not know.
    """

    def scores(user_id: str, item_ids: Sequence[str]) -> list[float | None] | None:
        known = release.shop.users.filter(nw.col("user_id") == user_id)
        users = collect(known.select("user_idx"))
        if users.is_empty():
            return None
        asked = release.shop.of_users(lazy(users)).in_memory()
        given = pl.DataFrame({"item_id": item_ids}, schema={"item_id": pl.String})
        ids = collect(release.shop.items.select("item_idx", "item_id"))
        found = given.join(ids, on="item_id", how="left", maintain_order="left")
        items = found["item_idx"].drop_nulls().unique()
        scored = release.model.score_items(asked, items).select("item_idx", "score")
        return found.join(scored, on="item_idx", how="left", maintain_order="left")[
            "score"
        ].to_list()

    return scores


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
