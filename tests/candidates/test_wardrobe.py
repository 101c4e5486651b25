"""The source that proposes what fits the wardrobe."""

from __future__ import annotations

from dataclasses import replace

import narwhals as nw
import polars as pl

from modiste.candidates.wardrobe import Wardrobe
from modiste.data import Dataset
from modiste.engine import collect, lazy
from tests.relevance.shops import END, N_USERS, UNSOLD, colour_of, taste_of, taste_shop


def proposed(shop: Dataset, source: Wardrobe, asked: Dataset | None = None) -> pl.DataFrame:
    past = shop.until(END)
    return collect(source.propose(source.prepare(past, 1), asked or past)).sort("user_idx", "rank")


def test_new_items_are_proposed_by_their_pictures_to_those_who_wear_their_colour() -> None:
    rows = proposed(taste_shop(), Wardrobe(k_unsold=2))
    new = rows.filter(pl.col("item_idx").is_in(UNSOLD.ravel().tolist()))
    assert new.group_by("user_idx").len()["len"].to_list() == [2] * N_USERS
    fits = [
        colour_of(item) == taste_of(user)
        for user, item in new.select("user_idx", "item_idx").rows()
    ]
    assert sum(fits) / len(fits) > 0.9
    none = proposed(taste_shop(), Wardrobe(k_unsold=0))
    assert none.filter(pl.col("item_idx").is_in(UNSOLD.ravel().tolist())).is_empty()


def test_what_is_owned_is_left_to_others() -> None:
    rows = proposed(taste_shop(), Wardrobe())
    owned = collect(taste_shop().interactions).select("user_idx", "item_idx")
    assert rows.join(owned, on=["user_idx", "item_idx"]).is_empty()
    assert rows["user_idx"].n_unique() == N_USERS


def test_one_purchase_of_a_new_user_is_enough() -> None:
    past = taste_shop().until(END)
    one = collect(past.interactions).head(1)
    one = one.with_columns(user_idx=pl.lit(N_USERS, pl.Int32))
    asked = replace(
        past, interactions=lazy(one), users=past.users.filter(nw.col("user_idx") == N_USERS)
    )
    first = proposed(past, Wardrobe(k=5, popularity=0), asked)
    assert first["user_idx"].unique().to_list() == [N_USERS]
    assert {colour_of(item) for item in first["item_idx"]} == {colour_of(one["item_idx"][0])}
