"""Every registered family of features holds the contract of features."""

import pytest

from modiste.features import FEATURES
from modiste.testing import check_feature, make_shop, random_shop


@pytest.mark.parametrize("name", FEATURES.names)
def test_contract(name: str) -> None:
    check_feature(FEATURES.get(name)(), random_shop())


@pytest.mark.parametrize("name", FEATURES.names)
def test_a_shop_without_history(name: str) -> None:
    shop = make_shop(
        [(0, 0, 30), (1, 1, 30)],
        n_users=2,
        n_items=3,
        attributes={"kind": ["hat", "sock", "hat"]},
        ages=[20, None],
        vectors={"pictures": {0: [1, 0], 2: [0, 1]}},
    )
    check_feature(FEATURES.get(name)(), shop, as_of=20)
