"""Columns of demand hold the contract of features: above all, what comes later changes nothing."""

import pytest

from modiste.demand.columns import DEMAND
from modiste.demand.columns.life import LifeColumns
from modiste.demand.columns.propensity import PropensityColumns
from modiste.demand.columns.seasons import SeasonColumns
from modiste.demand.columns.style import StyleColumns
from modiste.features.base import Feature
from modiste.testing import check_feature, make_shop, random_shop

QUICK_COLUMNS: dict[str, Feature] = {
    "life": LifeColumns(n_weeks=8, n_trees=20, threads=1),
    "propensity": PropensityColumns(n_weeks=6, n_trees=20, threads=1),
    "seasons": SeasonColumns(n_weeks=8, n_trees=20, threads=1),
    "style": StyleColumns(dim=6),
}


def test_every_family_is_tested() -> None:
    assert set(QUICK_COLUMNS) == set(DEMAND.names)
    for name, column in QUICK_COLUMNS.items():
        assert isinstance(column, DEMAND.get(name))


@pytest.mark.parametrize("name", sorted(QUICK_COLUMNS))
def test_contract(name: str) -> None:
    check_feature(QUICK_COLUMNS[name], random_shop())


@pytest.mark.parametrize("name", sorted(QUICK_COLUMNS))
def test_a_shop_without_history(name: str) -> None:
    shop = make_shop(
        [(0, 0, 30), (1, 1, 30)],
        n_users=2,
        n_items=3,
        attributes={"kind": ["hat", "sock", "hat"]},
        ages=[20, None],
        vectors={"pictures": {0: [1, 0], 2: [0, 1]}},
    )
    check_feature(QUICK_COLUMNS[name], shop, as_of=20)
