"""Columns of demand hold the contract of features: above all, what comes later changes nothing."""

import pytest

from modiste.component import settings_of
from modiste.demand.columns import DEMAND, OFF
from modiste.demand.columns.life import LifeColumns
from modiste.demand.columns.propensity import PropensityColumns
from modiste.demand.columns.seasons import SeasonColumns
from modiste.demand.columns.style import StyleColumns
from modiste.demand.propensity import PropensityFit
from modiste.demand.sales import SalesFit
from modiste.demand.style import StyleFit
from modiste.features.base import Feature
from modiste.testing import check_feature, make_shop, random_shop
from tests.demand.planted import QUICK

FEW = SalesFit(n_weeks=8, held_out=0, trees=QUICK)
QUICK_COLUMNS: dict[str, Feature] = {
    "life": LifeColumns(fit=FEW),
    "propensity": PropensityColumns(fit=PropensityFit(n_weeks=6, held_out=2, trees=QUICK)),
    "seasons": SeasonColumns(fit=FEW),
    "style": StyleColumns(fit=StyleFit(dim=6)),
}


def test_every_family_is_tested_and_off_names_families() -> None:
    assert set(QUICK_COLUMNS) == set(DEMAND.names)
    assert set(OFF) <= set(DEMAND.names)
    for name, column in QUICK_COLUMNS.items():
        assert isinstance(column, DEMAND.get(name))
        assert settings_of(column)["fit"]


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
