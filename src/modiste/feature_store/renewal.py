"""A repository that keeps up with its shop: after each release it holds the new one."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from modiste.engine import collect
from modiste.feature_store.online import FOLDER, OnlineFeatures
from modiste.feature_store.publishing import Progress, publish
from modiste.feature_store.repository import DATA, SETTINGS
from modiste.feature_store.snapshots import TIME
from modiste.release import Release, open_release


def bring_online(shop: Path, progress: Progress | None = None) -> str:
    """Publish a shop's current release to the repository that the shop has, if it is not there.

    As many past weeks are written as were before, to the same online store.

    Args:
        shop: The shop's folder.
        progress: Told each stage and its share done.

    Returns:
        What was done, in words.

    Raises:
        InputError: If the online store does not answer.
    """
    folder = shop / FOLDER
    if not (folder / SETTINGS).is_file():
        return (
            "features: nothing is published yet, and the server is to read them there: run modiste "
            f"features publish --shop {shop}"
        )
    release = open_release(shop)
    if _is_online(folder, release):
        return f"features: release {release.name} is online already"
    days = pl.scan_parquet(folder / DATA / "item_features.parquet").select(pl.col(TIME).n_unique())
    n_weeks = int(days.collect().item()) - 1
    cache = shop / "cache" / "windows"
    made = publish(release, folder, cache=cache, n_weeks=n_weeks, progress=progress)
    return f"features: release {made.release} is online ({made.online})"


def _is_online(folder: Path, release: Release) -> bool:
    """Ask for the last user and the last item: they are written last."""
    store = OnlineFeatures(folder, release.name, wait_seconds=30.0)
    users = collect(release.shop.users.select("user_id").tail(1))["user_id"].to_list()
    items = collect(release.shop.items.select("item_id").tail(1))["item_id"].to_list()
    return store.holds("user", users) and store.holds("item", items)
