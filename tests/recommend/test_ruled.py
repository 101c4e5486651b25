"""Lists under rules, from a trained shop: the promise of k holds, and so does every rule."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from modiste.engine import collect
from modiste.errors import InputError
from modiste.recommend import recommend, write_recommendations
from modiste.recommend.ruled import bought_lately
from modiste.release import Release
from modiste.rules import Pin, Promotion, Rules

K = 12


def lists(release: Release, rules: Rules) -> pl.DataFrame:
    found = pl.concat(recommend(release.model, release.shop, K, rules=rules))
    assert not found.select("user_idx", "item_idx").is_duplicated().any()
    return found


def sizes(found: pl.DataFrame) -> list[int]:
    return found.group_by("user_idx").len()["len"].unique().to_list()


@pytest.fixture(scope="module")
def sold(release: Release) -> pl.Series:
    return collect(release.shop.interactions.select("item_idx").unique()).to_series().sort()


def test_without_a_rule_lists_are_what_they_are(release: Release) -> None:
    plain = pl.concat(recommend(release.model, release.shop, K))
    assert lists(release, Rules()).equals(plain)


def test_a_narrow_rule_does_not_shorten_a_list(release: Release, sold: pl.Series) -> None:
    few = sold.gather_every(len(sold) // (2 * K))
    found = lists(release, Rules(allowed=few))
    assert sizes(found) == [K]
    assert found["item_idx"].is_in(few.implode()).all()
    assert found["user_idx"].n_unique() == release.shop.n_users()


def test_a_rule_that_leaves_fewer_than_k_gives_those(release: Release, sold: pl.Series) -> None:
    assert sizes(lists(release, Rules(allowed=sold.head(5)))) == [5]


def test_what_was_bought_lately_is_not_shown_to_its_buyer(release: Release) -> None:
    bought = bought_lately(release.shop, 30)
    plain = pl.concat(recommend(release.model, release.shop, K))
    pair = ["user_idx", "item_idx"]
    assert not plain.join(bought, on=pair, how="semi").is_empty(), "nothing to hide"
    found = lists(release, Rules(hide_bought_days=30))
    assert found.join(bought, on=pair, how="semi").is_empty()
    assert sizes(found) == [K]


def test_caps_hold_in_every_list_and_do_not_shorten_it(release: Release) -> None:
    items = collect(release.shop.items)
    departments = items.select("item_idx", pl.col("department").alias("group"))
    assert departments["group"].n_unique() * 2 >= K
    found = lists(release, Rules(at_most=((departments, 2),)))
    counts = found.join(departments, on="item_idx").group_by("user_idx", "group").len()
    assert counts["len"].max() == 2
    assert sizes(found) == [K]


def test_pins_and_promotions_hold_for_everybody(release: Release, sold: pl.Series) -> None:
    promoted = sold.tail(40)
    pin = int(sold[0])
    rules = Rules(pins=(Pin(pin, 3),), promotions=(Promotion(promoted, 0.25),))
    found = lists(release, rules)
    assert sizes(found) == [K]
    assert found.filter(pl.col("rank") == 3)["item_idx"].unique().to_list() == [pin]
    shares = found.group_by("user_idx").agg(pl.col("item_idx").is_in(promoted.implode()).sum())
    ranked = release.model.rank(release.shop, release.model.pool_size)
    able = ranked.filter(pl.col("item_idx").is_in(promoted.implode())).group_by("user_idx").len()
    reached = shares.join(able.filter(pl.col("len") >= 3), on="user_idx")
    assert reached.height > 0
    assert min(reached["item_idx"].to_list()) >= 2  # three places, one of which a pin may take


def test_rules_that_leave_nothing_say_so(release: Release, tmp_path: Path) -> None:
    none = Rules(allowed=pl.Series([], dtype=pl.Int32))
    with pytest.raises(InputError, match="nothing be shown"):
        write_recommendations(release.model, release.shop, tmp_path / "lists.csv", rules=none)
    assert list(tmp_path.iterdir()) == []
