"""A store's columns take the place of computed ones, row by row, and a list never suffers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl
import pytest

from modiste.recommend.live import LiveModel, Signal
from modiste.recommend.online import IS_READ, Entity
from modiste.release import Release

K = 12


@dataclass
class Shelf:
    """A store of one value: every feature of those it knows is 7."""

    names: dict[Entity, list[str]]
    knows: dict[Entity, set[str]] = field(default_factory=dict)
    """Ids; without an entity it does not answer for it."""
    asked: list[tuple[Entity, list[str]]] = field(default_factory=list)

    def read(
        self, entity: Entity, wanted: Sequence[str], ids: Sequence[str]
    ) -> pl.DataFrame | None:
        self.asked.append((entity, list(ids)))
        if entity not in self.knows:
            return None
        is_read = pl.Series(IS_READ, [one in self.knows[entity] for one in ids])
        sevens = [pl.repeat(7.0, len(ids), dtype=pl.Float32, eager=True)] * len(self.names[entity])
        columns = [one.alias(name) for one, name in zip(sevens, self.names[entity], strict=True)]
        return pl.DataFrame([*columns, is_read])


NAMES: dict[Entity, list[str]] = {"user": ["user_purchases"], "item": ["item_sales_7d"]}


@pytest.fixture(scope="module")
def direct(release: Release) -> LiveModel:
    return LiveModel(release.model, release.shop.in_memory())


def through(direct: LiveModel, shelf: Shelf) -> LiveModel:
    return LiveModel(direct.model, direct.shop, shelf)


def ids(direct: LiveModel, entity: str) -> set[str]:
    table = direct.shop.users if entity == "user" else direct.shop.items
    found: pl.DataFrame = table.collect("polars").to_native()
    return set(found[f"{entity}_id"])


def test_columns_of_a_known_user_come_from_the_store(direct: LiveModel) -> None:
    shelf = Shelf(NAMES, {"user": ids(direct, "user"), "item": ids(direct, "item")})
    user = int(np.diff(direct.starts).argmax())
    made = through(direct, shelf).lists(direct.asked(user), K)
    plain = direct.lists(direct.asked(user), K)
    assert made.lacking == ()
    assert set(made.rows["user_purchases"]) == set(made.rows["item_sales_7d"]) == {7.0}
    others = [
        name for name in plain.rows.columns if name not in ("user_purchases", "item_sales_7d")
    ]
    assert made.rows.select(others).equals(plain.rows.select(others))
    assert [entity for entity, _ in shelf.asked] == ["user", "item"]
    assert shelf.asked[0][1] == [direct.users["user_id"][user]]


def test_rows_that_the_store_lacks_stay_as_computed(direct: LiveModel) -> None:
    user = 3
    plain = direct.lists(direct.asked(user), K)
    some = plain.rows["item_idx"].head(5)
    names = pl.Series(sorted(ids(direct, "item")))  # positions are by id
    shelf = Shelf(NAMES, {"user": set(), "item": set(names.gather(some))})
    made = through(direct, shelf).lists(direct.asked(user), K)
    here = made.rows["item_idx"].is_in(some.implode())
    assert made.rows["item_is_read"].to_list() == here.to_list()
    assert set(made.rows.filter(here)["item_sales_7d"]) == {7.0}
    kept, before = made.rows.filter(~here), plain.rows.filter(~here)
    assert kept.select(before.columns).equals(before)
    assert len(made.lists) == K
    assert made.lacking == (
        "the feature store did not give all features of users and items: they were computed "
        "directly",
    )


def test_a_store_that_is_away_alters_no_list(direct: LiveModel) -> None:
    away = through(direct, Shelf(NAMES))
    for user in (0, 3, None):
        made, plain = (one.lists(one.asked(user), K) for one in (away, direct))
        assert made.lists.equals(plain.lists)
        assert "of users" in made.lacking[0] or user is None
        assert "items" in made.lacking[0]


def test_what_was_done_since_is_not_known_to_the_store(direct: LiveModel) -> None:
    shelf = Shelf(NAMES, {"user": ids(direct, "user"), "item": ids(direct, "item")})
    online = through(direct, shelf)
    done = [Signal(5, "purchase", direct.last_day, 0.05)]
    for user in (3, None):
        shelf.asked.clear()
        made = online.lists(online.asked(user, done), K)
        assert [entity for entity, _ in shelf.asked] == ["item"]
        assert made.rows["user_is_read"].null_count() == len(made.rows)
        assert made.rows["user_purchases"].unique().to_list() == [
            1.0 + (0 if user is None else len(direct.history(user)))
        ]
        assert made.lacking == ()


def test_a_pool_without_items_asks_nobody(direct: LiveModel) -> None:
    shelf = Shelf(NAMES)
    online = through(direct, shelf)
    rows = online.rows_of(online.asked(3), np.zeros(direct.n_items, np.bool_))
    assert rows.is_empty()
    assert shelf.asked == []
    assert replace(online.lists(online.asked(3), K), rows=rows).lacking == ()
