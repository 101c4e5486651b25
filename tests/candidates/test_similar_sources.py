"""What looks like the wardrobe is proposed, from the first day; without vectors nothing changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import narwhals as nw
import numpy as np
import polars as pl
import pytest

from modiste.candidates import CANDIDATE_SOURCES, lookalikes
from modiste.candidates.pool import build_pool
from modiste.cli.train import train_lines
from modiste.config import build_config
from modiste.data import Dataset
from modiste.engine import collect, lazy
from modiste.evaluation.ledger import Ledger
from modiste.features import FEATURES
from modiste.pipeline import train
from modiste.release import open_release, release_store
from modiste.testing import make_shop, random_shop
from tests.search.similar.similar_shop import publish, store_vectors

TODAY = 100
SIDES = ["similar_pictures", "similar_words"]


def _proposals(shop: Dataset, user: int, name: str = SIDES[0], **settings: object) -> list[int]:
    source = CANDIDATE_SOURCES.get(name)(**settings)
    past = shop.until(TODAY)
    found = collect(source.propose(source.prepare(past, 1), past.of_user_range(user, user + 1)))
    return found.sort("rank").get_column("item_idx").to_list()


def _shop(side: str = "pictures", **parts: object) -> Dataset:
    """Items 0 to 2 look alike, 3 and 4 do; 2 and 4 were never sold, 5 has no picture."""
    looks: dict[int, Sequence[float]] = {
        0: [1, 0],
        1: [0.9, 0.1],
        2: [0.95, 0.05],
        3: [0, 1],
        4: [0.1, 0.9],
    }
    often = [(user, item, 90) for user in (1, 2, 3) for item in (0, 1, 3, 5)]
    return make_shop(
        [*often, (0, 0, 95)],
        n_users=5,
        n_items=6,
        vectors={side: looks},
        **parts,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("name", SIDES)
def test_the_nearest_come_first_sold_or_not(name: str) -> None:
    shop = _shop(name.removeprefix("similar_"))
    assert _proposals(shop, 0, name) == [2, 1, 4, 3]
    assert _proposals(shop, 4, name) == [], "nothing was bought"


def test_items_never_sold_are_bounded_for_each_item_and_each_user() -> None:
    assert _proposals(_shop(), 0, k_unsold=1) == [2, 1, 3]
    assert _proposals(_shop(), 0, k_unsold=0) == [1, 3]
    assert _proposals(_shop(), 0, n_unsold=0) == [1, 3]
    assert _proposals(_shop(), 0, n_neighbours=1, n_unsold=1) == [2, 1]


def test_what_was_not_sold_for_long_is_not_proposed() -> None:
    shop = _shop()
    old = make_shop([(user, 2, 3) for user in (1, 2, 3)], n_users=5, n_items=6)
    rows = pl.concat([collect(old.interactions), collect(shop.interactions)])
    assert 2 not in _proposals(replace(shop, interactions=lazy(rows)), 0)


@pytest.mark.parametrize("name", SIDES)
def test_without_vectors_nothing_is_proposed(name: str) -> None:
    bare = replace(random_shop(), item_vectors={})
    source = CANDIDATE_SOURCES.get(name)()
    past = bare.until(bare.day_range()[1])
    assert source.prepare(past, 1) == {}
    assert collect(source.propose({}, past)).is_empty()


def test_neighbours_are_the_same_in_blocks_of_any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    past = random_shop().until(random_shop().day_range()[1] - 14)
    source = CANDIDATE_SOURCES.get("similar_pictures")()
    whole = collect(source.propose(source.prepare(past, 1), past)).sort("user_idx", "rank")
    assert whole.height > 500
    monkeypatch.setattr(lookalikes, "CELLS", 700)
    parts = collect(source.propose(source.prepare(past, 1), past)).sort("user_idx", "rank")
    assert parts.equals(whole)


def test_the_ledger_tells_what_they_alone_recall() -> None:
    shop = _shop()
    names = ["similar_pictures", "popular"]
    sources = {name: CANDIDATE_SOURCES.get(name)() for name in names}
    bought = pl.DataFrame({"user_idx": [0, 0], "item_idx": [2, 1]}).cast(pl.Int32)

    def ledger(item_vectors: Mapping[str, nw.LazyFrame]) -> dict[str, dict[str, float | str]]:
        past = replace(shop, item_vectors=item_vectors).until(TODAY)
        tables = {name: source.prepare(past, 1) for name, source in sources.items()}
        pool = build_pool(sources, tables, past.of_user_range(0, 1))
        told = Ledger(names)
        told.add(collect(pool.long), bought, 1, pool.seconds)
        return {str(row["source"]): row for row in told.rows()}

    seen = ledger(shop.item_vectors)
    assert seen["similar_pictures"]["recall"] == 1
    assert seen["similar_pictures"]["unique_recall"] == 0.5, "item 2 was never sold"
    assert seen["popular"]["recall"] == 0.5
    blind = ledger({})
    assert blind["similar_pictures"]["recall"] == blind["similar_pictures"]["n_candidates"] == 0
    assert blind["popular"]["recall"] == 0.5


def test_where_looks_decide_the_source_recalls_far_above_chance() -> None:
    """Users buy within one of ten looks; half of the next purchases are of items new that week."""
    rng = np.random.default_rng(5)
    n_users, n_items = 120, 400
    centres = rng.normal(size=(10, 12))
    look = rng.integers(0, 10, n_items)
    vectors = centres[look] + 0.3 * rng.normal(size=(n_items, 12))
    new = np.arange(n_items) >= 300
    taste = rng.integers(0, 10, n_users)

    def buy(user: int, day: int, among: np.ndarray) -> tuple[int, int, int]:
        return user, int(rng.choice(np.flatnonzero(among & (look == taste[user])))), day

    past = [buy(user, 80 + n, ~new) for user in range(n_users) for n in range(5)]
    label = [buy(user, TODAY, among) for user in range(n_users) for among in (~new, new)]
    shop = make_shop(
        past + label,
        n_users=n_users,
        n_items=n_items,
        vectors={"pictures": dict(enumerate(vectors.tolist()))},
    )
    source = CANDIDATE_SOURCES.get("similar_pictures")(k=40, k_unsold=12, n_unsold=6)  # type: ignore[call-arg]
    before = shop.until(TODAY)
    found = collect(source.propose(source.prepare(before, 1), before))
    bought = pl.DataFrame(label, schema=["user_idx", "item_idx", "day"], orient="row").cast(
        pl.Int32
    )
    hits = found.join(bought, on=["user_idx", "item_idx"], how="semi")
    fresh = hits.filter(pl.col("item_idx") >= 300)
    assert len(hits) / len(bought) > 3 * 40 / n_items
    assert len(fresh) / n_users > 3 * 12 / 100


def test_the_wardrobe_is_compared_with_pairs_also_of_items_never_sold() -> None:
    feature = FEATURES.get("pair_looks")()
    past = _shop().until(TODAY)
    pairs = pl.DataFrame({"user_idx": [0, 0, 0, 4], "item_idx": [2, 3, 5, 2]}).cast(pl.Int32)
    rows = collect(feature.add(feature.prepare(past), past, lazy(pairs))).sort(
        "user_idx", "item_idx"
    )
    seen = rows.get_column("looks_pictures_mean").to_list()
    assert seen[0] == pytest.approx(0.95 / np.hypot(0.95, 0.05))
    assert seen[1] == pytest.approx(0.0)
    assert seen[2:] == [None, None], "no picture, no wardrobe"


FEW = ["popular", "repurchase", *SIDES]
REST = sorted(set(CANDIDATE_SOURCES.names) - set(FEW))
QUICK = {
    "seed": 3,
    "candidates": {"off": REST},
    "training": {"n_windows": 2, "negatives_per_user": 10, "pool_size": 40},
    "ranker": {"n_trees": 10, "threads": 1, "min_leaf_rows": 5, "n_seeds": 1},
}
OFF = {
    **QUICK,
    "candidates": {"off": [*REST, *SIDES]},
    "features": {"off": ["pair_looks"]},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    shop = tmp_path_factory.mktemp("sources") / "shop"
    publish(replace(random_shop(n_purchases=900), identity="made up"), shop)
    return shop


def _lists(shop: Path) -> pl.DataFrame:
    release = open_release(shop)
    return release.model.rank(release.shop, 12)


def test_a_release_without_vectors_is_as_if_the_sources_were_not_there(folder: Path) -> None:
    train(folder, build_config(OFF, "off"))
    without = _lists(folder)
    report = train(folder, build_config(QUICK, "on"))
    assert _lists(folder).equals(without)
    assert any(line.startswith("no vectors are used") for line in train_lines(report))


def test_a_release_knows_its_vectors_and_serves_without_them(folder: Path) -> None:
    train(folder, build_config(QUICK, "on"))
    without = _lists(folder)
    looks = np.random.default_rng(1).normal(size=(40, 6)).astype(np.float32)
    store_vectors(folder, "colour", looks, n_items=50)
    first = train(folder, build_config(QUICK, "on"))
    assert "prepare" not in first.unchanged
    assert "vectors: pictures colour/by-hand" in train_lines(first)
    assert open_release(folder).manifest["vectors"] == "pictures colour/by-hand"
    seen = _lists(folder)
    assert not seen.equals(without)
    assert train(folder, build_config(QUICK, "on")).unchanged == ["prepare", "fit", "publish"]
    store_vectors(folder, "colour", -looks[::-1], n_items=50)
    assert _lists(folder).equals(seen), "a release holds what it was fitted on"
    again = train(folder, build_config(QUICK, "on"))
    assert again.unchanged == []
    assert again.windows_made == 2
    manifest = release_store(folder).current() / "manifest.json"
    assert "colour/by-hand-2" in manifest.read_text(encoding="utf-8")
