"""Every registered candidate source holds the contract of sources."""

from typing import Any

import pytest

from modiste.candidates import CANDIDATE_SOURCES
from modiste.testing import check_source, make_shop, random_shop

SMALL: dict[str, dict[str, Any]] = {"als": {"dim": 8, "epochs": 3}, "bpr": {"dim": 8, "epochs": 5}}


@pytest.mark.parametrize("name", CANDIDATE_SOURCES.names)
def test_contract(name: str) -> None:
    check_source(CANDIDATE_SOURCES.get(name)(**SMALL.get(name, {})), random_shop())


@pytest.mark.parametrize("name", CANDIDATE_SOURCES.names)
def test_short_lists(name: str) -> None:
    settings = {"k": 2, **SMALL.get(name, {})}
    check_source(
        CANDIDATE_SOURCES.get(name)(**settings), random_shop(seed=2, n_users=20, n_purchases=400)
    )


@pytest.mark.parametrize("name", CANDIDATE_SOURCES.names)
def test_a_shop_without_attributes_and_with_one_sale_before_as_of(name: str) -> None:
    shop = make_shop([(0, 0, 10), (1, 1, 30)], n_users=2, n_items=3)
    check_source(CANDIDATE_SOURCES.get(name)(**SMALL.get(name, {})), shop, as_of=20)


@pytest.mark.parametrize("name", CANDIDATE_SOURCES.names)
def test_a_shop_without_history(name: str) -> None:
    shop = make_shop([(0, 0, 30), (1, 1, 30)], n_users=2, n_items=3)
    check_source(CANDIDATE_SOURCES.get(name)(**SMALL.get(name, {})), shop, as_of=20)
