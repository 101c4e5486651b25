"""One user's list now is the list of the night, had the night known what they did."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from modiste.engine import collect, lazy
from modiste.recommend import recommend
from modiste.recommend.live import AGES, MOST_SIGNALS, LiveModel, Signal
from modiste.release import Release
from modiste.rules import Rules

K = 12


@pytest.fixture(scope="module")
def live(release: Release) -> LiveModel:
    return LiveModel(release.model, release.shop.in_memory())


def by_night(live: LiveModel, users: list[int], added: pl.DataFrame) -> pl.DataFrame:
    """Recommend in a batch, from a shop whose interactions hold the added ones."""
    rows = pl.concat([live.rows, added]).sort("day", "user_idx", "item_idx")
    shop = replace(live.shop, interactions=lazy(rows))
    asked = pl.Series("user_idx", users, dtype=pl.Int32)
    return pl.concat(recommend(live.model, shop, K, users=asked, rules=Rules()))


def purchases(live: LiveModel, user: int, items: list[int], days: list[int]) -> pl.DataFrame:
    rows = [(user, item, day, 0.05, None) for item, day in zip(items, days, strict=True)]
    return pl.DataFrame(rows, schema=live.rows.schema, orient="row")


@pytest.mark.parametrize("user", [0, 3, 17, 60])
def test_the_same_purchases_give_the_same_list_live_and_by_night(
    live: LiveModel, user: int
) -> None:
    items, days = [5, 40, 5], [live.last_day, live.last_day - 3, live.last_day - 1]
    night = by_night(live, [user, user + 1], purchases(live, user, items, days))
    signals = [Signal(item, "purchase", day, 0.05) for item, day in zip(items, days, strict=True)]
    now = live.lists(live.asked(user, signals), K).lists
    expected = night.filter(pl.col("user_idx") == user)
    assert now.select(expected.columns).equals(expected)
    before = live.lists(live.asked(user), K).lists
    assert not before.equals(now)


def test_a_new_user_is_what_their_purchases_say(live: LiveModel) -> None:
    new = live.n_users
    added = purchases(live, new, [8, 9], [live.last_day, live.last_day])
    nobody = pl.DataFrame({"user_idx": [new]}, schema={"user_idx": pl.Int32})
    users = pl.concat([live.users, nobody], how="diagonal")
    rows = pl.concat([live.rows, added]).sort("day", "user_idx", "item_idx")
    shop = replace(live.shop, interactions=lazy(rows), users=lazy(users))
    asked = pl.Series("user_idx", [new], dtype=pl.Int32)
    night = pl.concat(recommend(live.model, shop, K, users=asked, rules=Rules()))
    signals = [Signal(item, "purchase", live.last_day, 0.05) for item in (8, 9)]
    now = live.lists(live.asked(None, signals), K).lists
    assert now.select(night.columns).equals(night)


def test_what_happens_after_the_release_counts_on_its_last_day(live: LiveModel) -> None:
    late = live.asked(3, [Signal(5, "purchase", live.last_day + 400)])
    there = live.asked(3, [Signal(5, "purchase", live.last_day)])
    assert collect(late.interactions).equals(collect(there.interactions))


def test_a_purchase_that_is_stored_already_counts_once(live: LiveModel) -> None:
    stored = live.history(3).row(-1, named=True)
    again = Signal(stored["item_idx"], "purchase", stored["day"], stored["price"])
    assert collect(live.asked(3, [again]).interactions).equals(live.history(3))


def test_weaker_signals_are_older_and_few(live: LiveModel) -> None:
    looked = [Signal(item, "view", live.last_day - item) for item in range(MOST_SIGNALS + 9)]
    rows = collect(live.asked(None, looked).interactions)
    assert sorted(rows["item_idx"]) == list(range(MOST_SIGNALS))
    assert rows["day"].max() == live.last_day - AGES["view"]
    order = sorted(AGES, key=lambda kind: AGES[kind])
    assert order == ["purchase", "basket", "like", "view"]


def test_what_is_hidden_is_not_shown_and_the_list_stays_full(live: LiveModel) -> None:
    asked = live.asked(3)
    first = live.lists(asked, K).lists
    hidden = first["item_idx"].head(4).to_list()
    lists = live.lists(asked, K, Rules(), hidden).lists
    assert len(lists) == K
    assert not set(hidden) & set(lists["item_idx"])
    assert lists["item_idx"].to_list()[: K - 4] == first["item_idx"].to_list()[4:]
