"""PostgreSQL and Redis hold online what SQLite holds, and a release takes the place of another."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import polars as pl
import pytest

from modiste.engine import collect
from modiste.errors import InputError
from modiste.recommend.live import LiveModel
from modiste.release import Release

pytestmark = [
    pytest.mark.skipif(find_spec("feast") is None, reason="needs the extra feast"),
    pytest.mark.slow,
    # Feast's own libraries warn of each other.
    pytest.mark.filterwarnings("ignore"),
]
K = 12


@pytest.fixture(params=["postgres", "redis"])
def address(request: pytest.FixtureRequest) -> str:
    """The address of an empty store; skipped where its server or its driver is not installed."""
    name = str(request.param)
    driver = {"postgres": "psycopg_pool", "redis": "redis"}[name]
    if find_spec(driver) is None:
        pytest.skip(f"needs {driver}, which the extra feast brings")
    fixture = {"postgres": "new_postgres", "redis": "redis"}[name]
    return str(request.getfixturevalue(fixture))


def test_lists_through_a_server_are_those_computed_directly(
    address: str, release: Release, tmp_path: Path
) -> None:
    from modiste.feature_store.online import OnlineFeatures
    from modiste.feature_store.publishing import publish

    folder = tmp_path / "features"
    made = publish(release, folder, n_weeks=0, online=address)
    assert made.online == {"postgresql": "postgres", "redis": "redis"}[urlsplit(address).scheme]
    direct = LiveModel(release.model, release.shop.in_memory())
    store = OnlineFeatures(folder, release.name, wait_seconds=30)
    online = LiveModel(direct.model, direct.shop, store)
    counts = np.diff(direct.starts)
    for user in (int(counts.argmax()), int(np.flatnonzero(counts == 0)[0]), None):
        plain, through = (one.lists(one.asked(user), K) for one in (direct, online))
        assert through.lists.equals(plain.lists)
        assert through.rows["item_is_read"].all(ignore_nulls=False)
        assert through.lacking == ()

    # The same day, learned anew: the rows of the release before are overwritten.
    again = replace(release, name=f"{release.name}-again")
    publish(again, folder, n_weeks=0)
    store = OnlineFeatures(folder, again.name, wait_seconds=30)
    item = collect(release.shop.items.select("item_id"))["item_id"].to_list()
    found = store.read("item", ["item_purchases"], item)
    assert found is not None
    assert found["is_read"].all()
    assert found["item_purchases"].drop_nulls().len() > 0


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("postgresql://shop:secret@127.0.0.1:9/features", "psycopg_pool"),
        ("redis://127.0.0.1:9", "redis"),
    ],
)
def test_a_store_that_is_not_there_is_told(
    url: str, driver: str, release: Release, tmp_path: Path
) -> None:
    from modiste.feature_store.online import OnlineFeatures
    from modiste.feature_store.publishing import publish

    if find_spec(driver) is None:
        pytest.skip(f"needs {driver}, which the extra feast brings")
    folder = tmp_path / "features"
    with pytest.raises(InputError, match="look at --online") as caught:
        publish(release, folder, n_weeks=0, online=url)
    assert "secret" not in str(caught.value)
    assert len(pl.read_parquet(folder / "data" / "user_features.parquet"))
    store = OnlineFeatures(folder, release.name, wait_seconds=30)
    live = LiveModel(release.model, release.shop.in_memory(), store)
    made = live.lists(live.asked(3), K)
    assert len(made.lists) == K
    assert made.lacking
