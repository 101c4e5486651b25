"""Stored lists are the batch's lists, as arrays with their reasons."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from modiste.errors import ArtifactError
from modiste.recommend import recommend
from modiste.recommend.live import LiveModel
from modiste.recommend.reasons import Explainer
from modiste.recommend.stored import (
    StoredLists,
    lists_store,
    make_lists,
    open_lists,
    store_lists,
)
from modiste.release import Release

K = 8


@pytest.fixture(scope="module")
def lists(release: Release) -> StoredLists:
    return make_lists(release.model, release.shop, k=K)


def test_they_are_the_lists_of_the_batch(release: Release, lists: StoredLists) -> None:
    every = pl.concat(recommend(release.model, release.shop, K))
    assert lists.items[:-1].ravel().tolist() == every["item_idx"].to_list()
    scores = every["score"].fill_null(float("nan")).to_numpy()
    np.testing.assert_array_equal(lists.scores[:-1].ravel(), scores)


def test_the_last_is_a_new_users(release: Release, lists: StoredLists) -> None:
    live = LiveModel(release.model, release.shop.in_memory())
    made = live.lists(live.asked(None), K)
    assert lists.items[-1].tolist() == made.lists["item_idx"].to_list()


def test_reasons_are_those_of_the_list(release: Release, lists: StoredLists) -> None:
    live = LiveModel(release.model, release.shop.in_memory())
    asked = live.asked(7)
    made = live.lists(asked, K)
    told = Explainer(release.model).explain(made.rows, asked, made.lists)
    told = made.lists.join(told, on=["user_idx", "item_idx"], how="left").sort("rank")
    named = [lists.names[at] if at >= 0 else None for at in lists.sources[7].tolist()]
    assert named == told["source"].to_list()
    assert lists.because[7].tolist() == told["because_idx"].fill_null(-1).to_list()
    assert any(at >= 0 for at in lists.because[7].tolist())


def test_they_come_back_for_their_release_and_rules_only(
    tmp_path: Path, lists: StoredLists
) -> None:
    assert open_lists(tmp_path, "one", "") is None
    store_lists(lists, tmp_path, "one", "rules")
    found = open_lists(tmp_path, "one", "rules")
    assert found is not None
    np.testing.assert_array_equal(found.items, lists.items)
    assert found.names == lists.names
    assert open_lists(tmp_path, "two", "rules") is None
    assert open_lists(tmp_path, "one", "") is None


def test_an_altered_file_is_told(tmp_path: Path, lists: StoredLists) -> None:
    store_lists(lists, tmp_path, "one", "")
    path = lists_store(tmp_path).current() / "items.npy"
    path.write_bytes(path.read_bytes()[:-4] + b"abcd")
    with pytest.raises(ArtifactError, match=r"items\.npy"):
        open_lists(tmp_path, "one", "")
