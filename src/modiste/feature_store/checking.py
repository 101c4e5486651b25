"""Whether Feast gives what modiste computes: cell by cell, and how quickly."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

import numpy as np
import polars as pl

from modiste.engine import collect, lazy
from modiste.feature_store.online import OnlineFeatures
from modiste.feature_store.reading import Features, features_of
from modiste.feature_store.snapshots import TIME, families, moment_of
from modiste.features.table import add_features
from modiste.ranking.windows import Windows, window_starts
from modiste.recommend.live import LiveModel
from modiste.release import Release

N_ITEMS = 200
"""Items of a pool, of which one user is asked."""
N_LISTED = 12
"""Items of a list that is timed."""
_ASKED = 20
_ROWS = 5_000
_SAME = 1e-5
"""Sums of prices are added in any order: the same to so much."""


@dataclass(frozen=True)
class Checked:
    """What a comparison found."""

    cells_offline: int
    """Cells of the ranking table that were compared with Feast's point-in-time join."""
    differing_offline: int
    cells_online: int
    """Cells of one user × 200 items that were compared, online beside offline."""
    differing_online: int
    online_ms: float
    """Median of reading one user × 200 items online."""
    direct_ms: float
    """Median of computing the same columns directly."""
    list_online_ms: float
    """Median of a live list, users and items read through Feast."""
    list_ms: float
    """Median of the same lists, all features computed directly."""

    @property
    def sound(self) -> bool:
        """Whether all cells are equal, and there were some."""
        compared = self.cells_offline and self.cells_online
        return bool(compared) and not (self.differing_offline or self.differing_online)


def check(features: Features, release: Release, windows: Windows, *, seed: int = 0) -> Checked:
    """Compare a repository with the release that it was made of.

    Args:
        features: The repository.
        release: The release.
        windows: Makes the labelled windows that the ranker learned from.
        seed: Chooses rows and users.
    """
    rng = np.random.default_rng(seed)
    shop, config = release.shop, release.config
    own = {f"{name}_id": key for name, key in features.names.items()}
    users = collect(shop.users.select("user_idx", "user_id")).rename({"user_id": own["user_id"]})
    items = collect(shop.items.select("item_idx", "item_id")).rename({"item_id": own["item_id"]})
    as_of = release.model.prepared.as_of
    wanted = [column for entity in ("user", "item") for column in _columns(features, entity)]
    cells = differing = 0
    for start in window_starts(config.training, shop.day_range()[0], as_of)[:3]:
        rows = windows.window(shop, start).rows
        drawn = rng.choice(len(rows), min(_ROWS, len(rows)), replace=False)
        rows = rows[np.sort(drawn)]
        keys = rows.join(users, on="user_idx", how="left").join(items, on="item_idx", how="left")
        moment = pl.lit(moment_of(start)).cast(pl.Datetime("us", "UTC")).alias(TIME)
        ids = keys.select(*own.values(), moment)
        found = features.historical(ids, release.name)
        theirs = found.select(pl.col(wanted).name.suffix("_theirs"))
        both = keys.select(wanted).hstack(theirs)
        cells += len(both) * len(wanted)
        differing += _differing(both, wanted)
    online = _online(features, release, users, items, list(own.values()), wanted, rng)
    return Checked(cells, differing, *online, *_list_times(features, release, rng))


def _list_times(
    features: Features, release: Release, rng: np.random.Generator
) -> tuple[float, float]:
    """Time live lists through Feast, and the same computed directly, in milliseconds."""
    direct = LiveModel(release.model, release.shop.in_memory())
    store = OnlineFeatures(features.folder, release.name, wait_seconds=60.0)
    online = LiveModel(release.model, direct.shop, store)
    users = rng.choice(direct.n_users, min(_ASKED, direct.n_users), replace=False).tolist()
    medians = []
    for live in (online, direct):
        live.warm()
        times = []
        for user in users:
            begun = perf_counter()
            live.lists(live.asked(user), N_LISTED)
            times.append(1000 * (perf_counter() - begun))
        medians.append(float(np.median(times)))
    return medians[0], medians[1]


def _columns(features: Features, entity: str) -> list[str]:
    return features_of(features.store.get_feature_view(f"{entity}_features"))


def _differing(both: pl.DataFrame, wanted: list[str]) -> int:
    def differs(name: str) -> pl.Expr:
        ours, theirs = pl.col(name), pl.col(f"{name}_theirs").cast(pl.Float32)
        near = (ours - theirs).abs() <= _SAME * (1 + ours.abs())
        return (~(near | (ours.is_null() & theirs.is_null()))).fill_null(value=True).sum()

    return int(both.select(differs(name) for name in wanted).sum_horizontal().item())


def _online(
    features: Features,
    release: Release,
    users: pl.DataFrame,
    items: pl.DataFrame,
    keys: list[str],
    wanted: list[str],
    rng: np.random.Generator,
) -> tuple[int, int, float, float]:
    """Compare one user × 200 items, for some users, and time both ways."""
    shop, prepared = release.shop, release.model.prepared
    parts = {
        **families(release.config.recipe, "user"),
        **families(release.config.recipe, "item"),
    }
    cells = differing = 0
    theirs_ms, ours_ms = [], []
    for row in rng.choice(len(users), min(_ASKED, len(users)), replace=False):
        user = users[int(row)]
        drawn = rng.choice(len(items), min(N_ITEMS, len(items)), replace=False)
        pairs = user.join(items[np.sort(drawn)], how="cross")
        begun = perf_counter()
        found = features.online(pairs[keys[0]].to_list(), pairs[keys[1]].to_list(), release.name)
        theirs_ms.append(1000 * (perf_counter() - begun))
        begun = perf_counter()
        asked = shop.of_users(lazy(user.select("user_idx"))).in_memory()
        flowing = lazy(pairs.select("user_idx", "item_idx"))
        ours = add_features(parts, prepared.features, asked, flowing)
        ours_ms.append(1000 * (perf_counter() - begun))
        both = ours.join(pairs, on=["user_idx", "item_idx"]).join(found, on=keys, suffix="_theirs")
        cells += len(pairs) * len(wanted)
        differing += _differing(both, wanted) + (len(pairs) - len(both)) * len(wanted)
    return cells, differing, float(np.median(theirs_ms)), float(np.median(ours_ms))
