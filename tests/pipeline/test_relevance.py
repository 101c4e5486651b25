"""The relevance model from training to lists: fitted once, stored, the same live and by night."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from shutil import rmtree
from typing import Any

import polars as pl
import pytest

from modiste import pipeline
from modiste.artifacts import read_manifest
from modiste.candidates import CANDIDATE_SOURCES
from modiste.config import Config, build_config
from modiste.engine import collect, lazy
from modiste.errors import ConfigError, MissingExtraError
from modiste.features import FEATURES
from modiste.pipeline import evaluate, train
from modiste.ranking.model import Model
from modiste.ranking.prepared import Prepared, prepare
from modiste.ranking.table import label_window, ranked_pool, score_table
from modiste.recommend import recommend
from modiste.recommend.live import LiveModel, Signal
from modiste.release import Release, open_release, release_store
from tests.evaluation.relevance.planted import write_shop
from tests.relevance.shops import COLOURS, END, N_USERS, OF_COLOUR, taste_shop

SOURCES, FAMILIES = ("popular", "wardrobe"), ("relevance", "season")
LISTED = 6


def config(**sections: Mapping[str, Any]) -> Config:
    """A configuration of two sources and two families of features."""
    values = {
        "candidates": {"off": [name for name in CANDIDATE_SOURCES.names if name not in SOURCES]},
        "features": {"off": [name for name in FEATURES.names if name not in FAMILIES]},
        "training": {"n_windows": 2, "pool_size": 40},
        "ranker": {"n_trees": 5, "threads": 1, "min_leaf_rows": 10, "objective": "log-loss"},
    }
    return build_config({**values, **sections}, "test")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_shop(taste_shop(), tmp_path_factory.mktemp("taste"))
    train(folder, config(relevance={"epochs": 2, "keep": 15}))
    return folder


@pytest.fixture(scope="module")
def release(shop: Path) -> Release:
    return open_release(shop)


def test_the_model_lies_in_the_release_once_as_safetensors(shop: Path, release: Release) -> None:
    files = set(read_manifest(release_store(shop).current())["files"])
    assert "relevance/relevance.safetensors" in files
    assert not [name for name in files if name.endswith("relevance.parquet")]
    assert "sources/wardrobe/offered.parquet" in files
    assert {"relevance", "relevance_taste"} <= set(release.model.fit.ranker.columns)


def test_what_is_read_back_scores_as_what_was_fitted(release: Release, tmp_path: Path) -> None:
    past = release.shop.in_memory()
    seen = replace(past, item_vectors=taste_shop().item_vectors)
    made = prepare(release.model.recipe, seen, 1)
    made.write(tmp_path)
    read = Prepared.read(tmp_path, made.as_of, release.model.recipe)
    asked = past.of_user_range(0, 9)
    tables = [score_table(release.model.recipe, one, asked, None, 40) for one in (made, read)]
    assert tables[0].equals(tables[1])
    assert tables[0]["relevance"].null_count() < len(tables[0])


def test_every_pair_has_its_relevance_and_own_colours_are_ahead(release: Release) -> None:
    model = replace(release.model, recipe=replace(release.model.recipe, keep=0))
    rows = model.table(release.shop.of_user_range(0, N_USERS).in_memory())
    assert rows["relevance"].null_count() == 0
    colour = pl.col("item_idx") // OF_COLOUR
    own = rows.with_columns((colour == pl.col("user_idx") % COLOURS).alias("own"))
    means = dict(own.group_by("own").agg(pl.col("relevance_taste").mean()).iter_rows())
    assert means[True] > means[False]


def test_purchases_of_the_label_week_alter_no_relevance(release: Release) -> None:
    shop = taste_shop()
    start = END - 7
    rows = collect(shop.interactions)
    other = pl.when(pl.col("day") < start).then("item_idx").otherwise(pl.col("item_idx").reverse())
    changed = replace(shop, interactions=lazy(rows.with_columns(other.alias("item_idx"))))
    assert not collect(changed.interactions).equals(rows)
    recipe = release.model.recipe
    columns = []
    for one in (shop, changed):
        made = prepare(recipe, one.until(start), 1)
        window = label_window(
            recipe, made, one, 7, negatives_per_user=200, max_users=N_USERS, seed=1
        )
        rows = window.rows.select("user_idx", "item_idx", "label", "^relevance.*$")
        columns.append(rows.sort("user_idx", "item_idx"))
    assert not columns[0]["label"].equals(columns[1]["label"])
    assert columns[0].drop("label").equals(columns[1].drop("label"))
    assert columns[0].width == 5


def test_the_filter_keeps_the_best_and_lists_stay_full(release: Release) -> None:
    asked = release.shop.of_user_range(0, 20).in_memory()
    model, whole = release.model, replace(release.model.recipe, keep=0)
    every = score_table(whole, model.prepared, asked, model.fit.rates, model.pool_size)
    kept = model.table(asked)
    place = pl.col("relevance").rank("ordinal", descending=True).over("user_idx")
    assert kept.equals(every.filter(place <= 15))
    assert len(kept) < len(every)
    few = replace(model, recipe=replace(whole, keep=2))
    users = pl.Series("user_idx", range(20), dtype=pl.Int32)
    lists = pl.concat(recommend(few, release.shop, LISTED, users=users))
    assert lists.group_by("user_idx").len()["len"].to_list() == [LISTED] * 20


def test_of_whom_nothing_is_known_nothing_is_dropped(release: Release) -> None:
    """The last user never bought anything: only `popular` has something for them."""
    asked = release.shop.of_user_range(N_USERS, N_USERS + 1).in_memory()
    recipe, model = replace(release.model.recipe, keep=1), release.model
    pool = collect(ranked_pool(recipe, model.prepared, asked, None, 40).pairs)
    assert len(pool) == 40


@pytest.mark.parametrize("keep", [0, 10])
def test_the_same_purchases_give_the_same_list_live_and_by_night(
    release: Release, keep: int
) -> None:
    model: Model = replace(release.model, recipe=replace(release.model.recipe, keep=keep))
    live = LiveModel(model, release.shop.in_memory())
    day = live.last_day
    added = pl.DataFrame([(3, 44, day, 1.0, None)], schema=live.rows.schema, orient="row")
    rows = pl.concat([live.rows, added]).sort("day", "user_idx", "item_idx")
    shop = replace(live.shop, interactions=lazy(rows))
    users = pl.Series("user_idx", [3, 4], dtype=pl.Int32)
    night = pl.concat(recommend(model, shop, LISTED, users=users)).filter(user_idx=3)
    made = live.lists(live.asked(3, [Signal(44, "purchase", day, 1.0)]), LISTED)
    assert made.lists.select(night.columns).equals(night)
    rows = model.table(shop.of_user_range(3, 5).in_memory()).filter(user_idx=3)
    columns = ["item_idx", "relevance", "relevance_taste"]
    assert made.rows.select(columns).equals(rows.select(columns))
    before = live.lists(live.asked(3), LISTED)
    both = made.rows.join(before.rows, on="item_idx", suffix="_before")
    assert not both["relevance"].equals(both["relevance_before"])


def test_a_release_without_the_model_opens(shop: Path, tmp_path: Path) -> None:
    left = write_shop(taste_shop(), tmp_path)
    report = train(left, config().without(["relevance"]))
    assert report.relevance == ""
    opened = open_release(left)
    assert opened.model.prepared.relevance is None
    assert set(opened.config.recipe.sources) == {"popular"}
    assert not [name for name in opened.model.fit.ranker.columns if "relevance" in name]
    assert len(pl.concat(recommend(opened.model, opened.shop, LISTED))) == LISTED * (N_USERS + 1)


def test_its_recall_stands_in_the_ledger(shop: Path) -> None:
    told = evaluate(shop, config(relevance={"epochs": 2}), n_weeks=1)
    assert told["sources"]["wardrobe"]["recall"] > 0
    assert told["sources"]["wardrobe"]["unique_recall"] > 0


def test_it_is_fitted_where_it_is_asked_for_and_torch_is_needed_then_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "find_spec", lambda name: None)
    bare = write_shop(taste_shop(), tmp_path)
    assert train(bare, config()).relevance == ""
    assert open_release(bare).model.prepared.relevance is None
    for asked in (config(relevance={}), config().including(["relevance"])):
        with pytest.raises(MissingExtraError, match=r"modiste\[vision\]"):
            train(bare, asked)


def test_a_shop_without_pictures_is_told_why_there_is_none(tmp_path: Path) -> None:
    bare = write_shop(taste_shop(), tmp_path)
    rmtree(bare / "vectors")
    assert "no vectors of pictures" in train(bare, config(relevance={})).relevance


PROBE = """
import sys
from pathlib import Path
from modiste.recommend import recommend
from modiste.recommend.live import LiveModel, Signal
from modiste.release import open_release
release = open_release(Path(sys.argv[1]))
next(recommend(release.model, release.shop, 6))
live = LiveModel(release.model, release.shop.in_memory())
assert live.lists(live.asked(3, [Signal(5, "view", live.last_day)]), 6).rows["relevance"].count()
assert "torch" not in sys.modules, "torch was loaded"
"""


def test_lists_by_night_and_live_load_no_torch(shop: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(shop)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_what_is_told_of_the_section() -> None:
    asked = config(relevance={"keep": 9, "dim": 16})
    assert asked.recipe.keep == 9
    assert {part.fit.dim for part in asked.recipe.reading_relevance()} == {16}
    again = build_config(asked.settings(), "manifest")
    assert again.recipe == asked.recipe
    with pytest.raises(ConfigError, match=r"relevance\.keep: given -1"):
        config(relevance={"keep": -1})
    with pytest.raises(ConfigError, match=r"relevance\.dims: no such key; did you mean dim\?"):
        config(relevance={"dims": 3})
    with pytest.raises(ConfigError, match=r"--without wardrob: .* did you mean wardrobe\?"):
        asked.without(["wardrob"])
    assert set(asked.without(["wardrobe"]).recipe.features) == set(FAMILIES)
