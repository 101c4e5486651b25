"""What features of one user and 200 items cost, read through Feast and computed directly.

    python -m benchmarks.feature_store SHOP [--users 40] [--json FILE]

SHOP has a release and a repository (`modiste features publish`). Processor time of one thread
(POLARS_MAX_THREADS and OMP_NUM_THREADS are set to 1), to which SQLite's counts and another store's
does not; wall time is told beside it. At the end another repository is published and thrown away,
to see how long it takes.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from benchmarks.timing import measure

N_ITEMS, N_LISTED = 200, 12


def main() -> None:
    """Measure a shop."""
    import numpy as np
    import polars as pl

    from modiste.engine import collect, lazy
    from modiste.feature_store.online import FOLDER, OnlineFeatures
    from modiste.feature_store.publishing import publish
    from modiste.feature_store.snapshots import described
    from modiste.features.table import add_features
    from modiste.recommend.live import LiveModel
    from modiste.release import open_release

    parser = argparse.ArgumentParser()
    parser.add_argument("shop", type=Path)
    parser.add_argument("--users", type=int, default=40)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    release = open_release(given.shop)
    store = OnlineFeatures(given.shop / FOLDER, release.name, wait_seconds=60)
    direct = LiveModel(release.model, release.shop.in_memory())
    through = LiveModel(release.model, direct.shop, store)
    direct.warm()
    through.warm()
    step = max(1, direct.n_users // given.users)
    users = list(range(0, direct.n_users, step))[: given.users]
    items = collect(direct.shop.items.select("item_idx", "item_id")).sort("item_idx")
    rng = np.random.default_rng(0)
    drawn = {user: items[np.sort(rng.permutation(len(items))[:N_ITEMS])] for user in users}
    recipe, columns = described(release.config.recipe), release.model.fit.ranker.columns

    def read(user: int) -> None:
        store.read("user", columns, [direct.users.item(user, "user_id")])
        store.read("item", columns, drawn[user]["item_id"].to_list())

    def compute(user: int) -> None:
        pairs = drawn[user].select(pl.lit(user, pl.Int32).alias("user_idx"), "item_idx")
        tables = release.model.prepared.features
        add_features(recipe.features, tables, direct.asked(user), lazy(pairs))

    figures = {
        "one user, 200 items, through Feast": measure(read, users),
        "the same, computed by the batch's functions": measure(compute, users),
        "live list, users and items through Feast": measure(
            lambda user: through.lists(through.asked(user), N_LISTED), users
        ),
        "live list, computed directly": measure(
            lambda user: direct.lists(direct.asked(user), N_LISTED), users
        ),
    }
    for name, figure in figures.items():
        print(f"{name:<46}" + "  ".join(f"{key} {value:7.1f}" for key, value in figure.items()))
    start, clock = process_time(), perf_counter()
    with TemporaryDirectory() as folder:
        made = publish(release, Path(folder) / FOLDER, n_weeks=0, online="sqlite")
    cpu, wall = process_time() - start, perf_counter() - clock
    values = sum(made.rows[entity] * made.columns[entity] for entity in made.rows)
    print(f"put online: {values:,} values, {cpu:.1f} s of the processor, {wall:.1f} s in all")
    if given.json:
        figures["put online"] = {"values": values, "cpu_s": cpu, "wall_s": wall}
        given.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
