from __future__ import annotations

import pytest

from modiste.data import Dataset
from modiste.engine import collect
from modiste.evaluation.relevance.split import Split, leave_last_out
from modiste.testing.shops import random_shop

SEED = 5


@pytest.fixture(scope="session")
def dataset() -> Dataset:
    """Sixty users, fifty items, many of them bought again."""
    return random_shop(3, n_purchases=500, n_days=40)


@pytest.fixture(scope="session")
def pictured(dataset: Dataset) -> list[int]:
    """The items with a vector of their picture."""
    return collect(dataset.item_vectors["pictures"])["item_idx"].to_list()


@pytest.fixture(scope="session")
def split(dataset: Dataset, pictured: list[int]) -> Split:
    return leave_last_out(dataset, pictured, seed=SEED)


@pytest.fixture(scope="session")
def bought(dataset: Dataset, pictured: list[int]) -> dict[int, dict[int, int]]:
    """What each user bought of the pictured items, and on which day last; by plain loops."""
    found: dict[int, dict[int, int]] = {}
    for user, item, day in collect(dataset.interactions)["user_idx", "item_idx", "day"].rows():
        if item in pictured:
            items = found.setdefault(user, {})
            items[item] = max(day, items.get(item, day))
    return found


def pairs_of(split: Split, *, held: bool) -> set[tuple[int, int]]:
    """Training or held-out purchases of a split as `(user_idx, item_idx)`."""
    users = split.judged_user if held else split.train_user
    items = split.judged_item if held else split.train_item
    return set(
        zip(
            split.users["user_idx"].gather(users).to_list(),
            split.items["item_idx"].gather(items).to_list(),
            strict=True,
        )
    )
