"""A plan that is built once makes the rows that the batch makes, for every user."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars as pl
import pytest

from modiste.config import build_config
from modiste.data import Dataset
from modiste.engine import collect, lazy
from modiste.ranking import plan as plan_module
from modiste.ranking.model import add_unknown_users
from modiste.ranking.plan import TablePlans
from modiste.ranking.prepared import Prepared, Recipe, prepare
from modiste.ranking.table import score_table
from modiste.testing import random_shop

AS_OF = 18_400
POOL = 40
QUICK = {"candidates": {"als": {"dim": 8, "epochs": 2}, "bpr": {"dim": 8, "epochs": 2}}}
SHOP = random_shop().until(AS_OF)


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    return build_config(QUICK, "quick").recipe


@pytest.fixture(scope="module")
def tables(recipe: Recipe) -> Prepared:
    return prepare(recipe, SHOP, 3)


@pytest.fixture(scope="module")
def columns(recipe: Recipe, tables: Prepared) -> list[str]:
    rows = score_table(recipe, tables, cut(0), None, POOL)
    return [name for name in rows.columns if name not in ("user_idx", "item_idx")]


@pytest.fixture(scope="module")
def plans(recipe: Recipe, tables: Prepared, columns: list[str]) -> TablePlans:
    return TablePlans(recipe, tables, SHOP, None, POOL, columns)


def cut(user: int) -> Dataset:
    """The shop cut to one user; beyond the shop's users to one of whom nothing is known."""
    keys = pl.Series("user_idx", [user], dtype=pl.Int32)
    asked = SHOP.of_users(lazy(keys.to_frame())).in_memory()
    return add_unknown_users(asked, keys.filter(keys >= SHOP.n_users()))


USERS = [*range(0, SHOP.n_users(), 15), SHOP.n_users() - 1, SHOP.n_users()]


@pytest.mark.parametrize("user", USERS)
def test_rows_are_the_batchs(
    recipe: Recipe, tables: Prepared, plans: TablePlans, user: int
) -> None:
    expected = score_table(recipe, tables, cut(user), None, POOL)
    assert plans.rows(cut(user)).equals(expected.select("user_idx", "item_idx", *_rest(expected)))


def test_what_may_not_be_shown_is_not_proposed(
    recipe: Recipe, tables: Prepared, plans: TablePlans
) -> None:
    may = np.zeros(SHOP.n_items(), np.bool_)
    may[::3] = True
    allowed = pl.Series("item_idx", np.flatnonzero(may), dtype=pl.Int32)
    expected = score_table(recipe, tables, cut(7), None, POOL, allowed)
    found = plans.rows(cut(7), may)
    assert found.equals(expected.select(found.columns))
    assert 0 < len(found) < len(plans.rows(cut(7)))


def test_many_threads_get_their_own_rows(plans: TablePlans) -> None:
    users = list(range(8))
    one_by_one = [plans.rows(cut(user)) for user in users]
    asked = [cut(user) for user in users]
    for shop in asked:
        collect(shop.interactions)
    with ThreadPoolExecutor(6) as threads:
        at_once = list(threads.map(plans.rows, asked))
    assert all(one.equals(other) for one, other in zip(at_once, one_by_one, strict=True))


def test_only_wanted_columns_are_given(recipe: Recipe, tables: Prepared) -> None:
    few = TablePlans(recipe, tables, SHOP, None, POOL, ["prior"])
    assert few.rows(cut(3)).columns == ["user_idx", "item_idx", "prior"]


def _rest(rows: pl.DataFrame) -> list[str]:
    return [name for name in rows.columns if name not in ("user_idx", "item_idx")]


def test_no_more_plans_than_processors_are_built(
    monkeypatch: pytest.MonkeyPatch, recipe: Recipe, tables: Prepared
) -> None:
    built = []
    make = plan_module._TablePlan

    def counted(*given: object) -> object:
        built.append(given)
        return make(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(plan_module, "_TablePlan", counted)
    monkeypatch.setattr(plan_module, "MOST_PLANS", 2)
    few = TablePlans(recipe, tables, SHOP, None, POOL, ["prior"])
    few.warm()
    assert len(built) == 2
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(few.rows, [cut(3)] * 12))
    assert len(built) == 2
