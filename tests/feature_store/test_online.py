"""Lists read through the real Feast are those computed directly, whatever the store lacks."""

from __future__ import annotations

import logging
import shutil
import time
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from modiste.engine import collect
from modiste.errors import ConfigError
from modiste.recommend.live import LiveModel, Signal
from modiste.release import Release

if TYPE_CHECKING:
    from modiste.feature_store.online import OnlineFeatures

pytestmark = [
    pytest.mark.skipif(find_spec("feast") is None, reason="needs the extra feast"),
    pytest.mark.slow,
    # Feast's own libraries warn of each other.
    pytest.mark.filterwarnings("ignore"),
]
K = 12


@pytest.fixture(scope="module")
def direct(release: Release) -> LiveModel:
    return LiveModel(release.model, release.shop.in_memory())


@pytest.fixture(scope="module")
def store(repository: Path, release: Release) -> OnlineFeatures:
    from modiste.feature_store.online import OnlineFeatures

    return OnlineFeatures(repository, release.name, wait_seconds=30)


@pytest.fixture(scope="module")
def online(direct: LiveModel, store: OnlineFeatures) -> LiveModel:
    return LiveModel(direct.model, direct.shop, store)


@pytest.fixture
def copied(repository: Path, tmp_path: Path) -> Path:
    """A repository of its own, to be spoilt."""
    folder = tmp_path / "features"
    shutil.copytree(repository, folder)
    return folder


def users_to_ask(direct: LiveModel) -> list[int | None]:
    """Some with a history, some without, and somebody new."""
    counts = np.diff(direct.starts)
    with_rows, without = np.flatnonzero(counts > 3)[:3], np.flatnonzero(counts == 0)[:2]
    assert len(with_rows) == 3
    assert len(without) == 2
    return [*with_rows.tolist(), *without.tolist(), None]


def test_lists_through_feast_are_those_computed_directly(
    direct: LiveModel, online: LiveModel
) -> None:
    for user in users_to_ask(direct):
        plain, made = (one.lists(one.asked(user), K) for one in (direct, online))
        assert made.lists.equals(plain.lists)
        assert made.lists.height == K
        assert made.rows.select(plain.rows.columns).equals(plain.rows)
        assert made.rows["item_is_read"].all(ignore_nulls=False)
        assert made.rows["user_is_read"].null_count() == (len(made.rows) if user is None else 0)
        assert made.lacking == ()


def test_what_was_done_since_counts_through_feast_too(direct: LiveModel, online: LiveModel) -> None:
    done = [Signal(5, "purchase", direct.last_day, 0.05), Signal(9, "view", direct.last_day)]
    for user in (3, None):
        plain, made = (one.lists(one.asked(user, done), K).lists for one in (direct, online))
        assert made.equals(plain)


def test_a_cold_item_has_a_row_of_nulls(direct: LiveModel, store: OnlineFeatures) -> None:
    items = collect(direct.shop.items.select("item_idx", "item_id")).sort("item_idx")
    cold = items.filter(~pl.col("item_idx").is_in(direct.rows["item_idx"].implode()))["item_id"]
    assert len(cold)
    found = store.read("item", ["item_purchases", "item_sales_7d"], cold.head(5).to_list())
    assert found is not None
    assert found["is_read"].all()
    assert found["item_purchases"].null_count() == len(found)


def test_values_are_the_stores(direct: LiveModel, copied: Path, release: Release) -> None:
    """A feature altered online is altered in what the ranker reads."""
    from modiste.feature_store.online import OnlineFeatures
    from modiste.feature_store.publishing import open_store

    user = int(np.diff(direct.starts).argmax())
    plain = direct.lists(direct.asked(user), K)
    frame = pl.read_parquet(copied / "data" / "item_features.parquet")
    newest = frame.filter(pl.col("event_timestamp") == frame["event_timestamp"].max())
    altered = newest.with_columns(pl.col("item_sales_7d").fill_null(0) + 1000).to_pandas()
    open_store(copied).write_to_online_store("item_features", altered)
    store = OnlineFeatures(copied, release.name, wait_seconds=30)
    live = LiveModel(direct.model, direct.shop, store)
    made = live.lists(live.asked(user), K)
    sold = plain.rows["item_sales_7d"].fill_null(0) + 1000
    assert made.rows["item_sales_7d"].to_list() == sold.to_list()


def test_another_release_and_absent_rows_are_computed_directly(
    direct: LiveModel, copied: Path, release: Release, caplog: pytest.LogCaptureFixture
) -> None:
    from modiste.feature_store.online import OnlineFeatures
    from modiste.feature_store.publishing import open_store

    user = 3
    plain = direct.lists(direct.asked(user), K)
    newer = LiveModel(
        direct.model, direct.shop, OnlineFeatures(copied, "20990101-newer", wait_seconds=30)
    )
    made = newer.lists(newer.asked(user), K)
    assert made.lists.equals(plain.lists)
    assert "users and items" in made.lacking[0]
    newer.lists(newer.asked(user), K)
    assert caplog.text.count("of release 20990101-newer") == 2  # once of users, once of items

    file = copied / "data" / "item_features.parquet"
    rows = pl.read_parquet(file)
    gone = sorted(set(rows["article_id"]))[: len(set(rows["article_id"])) // 2]
    store = open_store(copied)
    provider = store._get_provider()
    view = store.get_feature_view("item_features")
    connection = provider.online_store._get_conn(store.config)
    from feast.infra.key_encoding_utils import serialize_entity_key
    from feast.protos.feast.types.EntityKey_pb2 import EntityKey
    from feast.protos.feast.types.Value_pb2 import Value

    keys = [
        serialize_entity_key(
            EntityKey(join_keys=["article_id"], entity_values=[Value(string_val=one)]), 3
        )
        for one in gone
    ]
    table = f"{store.project}_{view.name}"
    with connection:
        connection.executemany(f"DELETE FROM {table} WHERE entity_key = ?", [(k,) for k in keys])
    halved = OnlineFeatures(copied, release.name, wait_seconds=30)
    live = LiveModel(direct.model, direct.shop, halved)
    made = live.lists(live.asked(user), K)
    assert made.lists.equals(plain.lists)
    assert set(made.rows["item_is_read"]) == {True, False}
    assert made.rows["user_is_read"].all()
    assert made.lacking[0].startswith("the feature store did not give all features of items:")


def test_a_store_that_breaks_is_left_alone_for_a_while(
    direct: LiveModel, copied: Path, release: Release, caplog: pytest.LogCaptureFixture
) -> None:
    from modiste.feature_store.online import OnlineFeatures

    store = OnlineFeatures(copied, release.name, wait_seconds=30, rest_seconds=600)
    live = LiveModel(direct.model, direct.shop, store)
    plain = direct.lists(direct.asked(3), K).lists
    assert live.lists(live.asked(3), K).lacking == ()
    online = copied / "data" / "online.db"
    rows = online.read_bytes()
    online.write_bytes(b"no database" * 1000)
    store._store = None
    with caplog.at_level(logging.WARNING):
        made = live.lists(live.asked(3), K)
    assert made.lists.equals(plain)
    assert len(made.lacking) == 1
    assert caplog.text.count("does not answer") == 1
    online.write_bytes(rows)
    assert len(live.lists(live.asked(3), K).lacking) == 1  # left alone
    store._again_at = 0.0
    assert live.lists(live.asked(3), K).lacking == ()


def test_a_store_that_hangs_does_not_hold_a_list(
    direct: LiveModel, repository: Path, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    from modiste.feature_store.online import OnlineFeatures

    store = OnlineFeatures(repository, release.name, wait_seconds=0.2)
    monkeypatch.setattr(store, "_read", lambda *asked: time.sleep(3))
    live = LiveModel(direct.model, direct.shop, store)
    begun = time.monotonic()
    made = live.lists(live.asked(3), K)
    assert time.monotonic() - begun < 2.5
    assert made.lists.equals(direct.lists(direct.asked(3), K).lists)
    assert len(made.lacking) == 1


def test_nothing_published_is_a_fault_of_the_configuration(tmp_path: Path) -> None:
    from modiste.feature_store.online import OnlineFeatures

    with pytest.raises(ConfigError, match="run modiste features publish --shop"):
        OnlineFeatures(tmp_path / "features", "release")


def test_the_server_reads_what_the_configuration_names(
    trained_shop: Path, repository: Path, tmp_path: Path
) -> None:
    from modiste.feature_store.online import OnlineFeatures
    from modiste.feature_store.publishing import publish
    from modiste.pipeline import train
    from modiste.release import open_release
    from modiste.serve.window import ShopWindow
    from modiste.serve.window.asked import RecommendationsAsked

    shop = tmp_path / "shop"
    shutil.copytree(trained_shop, shop)
    before = open_release(shop)
    report = train(shop, replace(before.config, online="feast"))
    assert report.unchanged == ["prepare", "fit"]
    with pytest.raises(ConfigError, match="is no feature repository"):
        ShopWindow.open(shop)
    publish(open_release(shop), shop / "features", n_weeks=0)
    window = ShopWindow.open(shop)
    assert window.personal is not None
    user = str(window.personal.live.users["user_id"][3])
    asked = RecommendationsAsked(user_id=user, explain=True)
    answer = window.recommendations(asked)
    assert answer.strategy == "live"
    assert answer.degraded == list(window.degraded)
    plain = LiveModel(window.personal.live.model, window.personal.live.shop)
    expected = plain.lists(plain.asked(3), asked.k).lists
    assert [one.score for one in answer.items] == pytest.approx(expected["score"].to_list())
    (shop / "features" / "data" / "online.db").write_bytes(b"no database" * 1000)
    ShopWindow.open(shop)  # the store is opened when it is first read
    store = window.personal.live.store
    assert isinstance(store, OnlineFeatures)
    store._store = None
    away = window.recommendations(asked)
    assert [one.id for one in away.items] == [one.id for one in answer.items]
    assert "the feature store did not give all features" in away.degraded[-1]


def test_after_each_release_the_store_holds_it(
    trained_shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`modiste train` brings a published repository up to the new release, and says so."""
    from modiste.cli import main
    from modiste.cli.config import toml_text
    from modiste.feature_store.online import OnlineFeatures
    from modiste.feature_store.renewal import bring_online
    from modiste.release import open_release

    shop, file = tmp_path / "shop", tmp_path / "shop.toml"
    shutil.copytree(trained_shop, shop)
    config = replace(open_release(shop).config, online="feast")
    file.write_text(toml_text(config.settings()), encoding="utf-8")
    train = ["train", "--shop", str(shop), "--config", str(file)]
    assert main(train) == 0
    assert f"run modiste features publish --shop {shop}" in capsys.readouterr().out
    assert main(["features", "publish", "--shop", str(shop), "--weeks", "1"]) == 0
    first = open_release(shop).name
    assert bring_online(shop) == f"features: release {first} is online already"
    assert main([*train, "--as-of", "2020-09-16"]) == 0
    second = open_release(shop).name
    assert second != first
    told = capsys.readouterr()
    assert f"features: release {second} is online (sqlite)" in told.out
    assert "lacks" not in told.err
    store = OnlineFeatures(shop / "features", second, wait_seconds=30)
    user = collect(open_release(shop).shop.users.select("user_id"))["user_id"][0]
    found = store.read("user", [], [user])
    assert found is not None
    assert found["is_read"].to_list() == [True]
    offline = pl.read_parquet(shop / "features" / "data" / "item_features.parquet")
    assert offline["event_timestamp"].n_unique() == 2
    assert set(offline["release_item"]) == {second}
