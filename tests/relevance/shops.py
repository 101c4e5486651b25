"""A shop of customers who keep to one colour, with items that were never sold."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from modiste.data import Dataset
from modiste.testing.shops import make_shop

COLOURS, OF_COLOUR, N_USERS, N_WEEKS = 4, 15, 60, 12
N_ITEMS = COLOURS * OF_COLOUR
FIRST, END = 18_004, 18_004 + 7 * N_WEEKS
"""The first day, and the day after the last: a multiple of 28."""
UNSOLD = np.arange(N_ITEMS).reshape(COLOURS, OF_COLOUR)[:, -2:]
"""`[n_colours, 2]`: never sold, but for their pictures unknown."""


def colour_of(item: int) -> int:
    """Give an item's colour."""
    return item // OF_COLOUR


def taste_of(user: int) -> int:
    """Give a user's colour."""
    return user % COLOURS


@lru_cache(maxsize=1)
def taste_shop() -> Dataset:
    """Make it: a purchase a week, nine in ten of the own colour; pictures show the colour."""
    rng = np.random.default_rng(5)
    users = np.tile(np.arange(N_USERS), N_WEEKS)
    own = users % COLOURS * OF_COLOUR
    astray = rng.random(len(users)) < 0.1
    base = np.where(astray, rng.integers(0, COLOURS, len(users)) * OF_COLOUR, own)
    items = base + rng.integers(0, OF_COLOUR - 2, len(users))
    days = FIRST + np.repeat(np.arange(N_WEEKS), N_USERS) * 7 + rng.integers(0, 7, len(users))
    looks = np.eye(COLOURS).repeat(OF_COLOUR, axis=0) @ rng.normal(size=(COLOURS, 8))
    looks += 0.2 * rng.normal(size=looks.shape)
    return make_shop(
        list(zip(users.tolist(), items.tolist(), days.tolist(), strict=True)),
        n_users=N_USERS + 1,
        n_items=N_ITEMS,
        vectors={"pictures": dict(enumerate(looks.tolist()))},
    )
