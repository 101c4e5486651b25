"""Purchases with a planted taste: each user keeps to one colour and two kinds of garment."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from modiste.relevance.pairs import Purchases

N_COLOURS, N_KINDS, N_ALIKE = 6, 8, 8
N_ITEMS = N_COLOURS * N_KINDS * N_ALIKE


@dataclass(frozen=True)
class Planted:
    purchases: Purchases
    features: npt.NDArray[np.float32]
    """Pictures: a direction for each colour and each kind, and noise."""
    colour: npt.NDArray[np.int64]
    kind: npt.NDArray[np.int64]
    own_colour: npt.NDArray[np.int64]
    own_kinds: npt.NDArray[np.int64]

    def wanted(self) -> npt.NDArray[np.bool_]:
        """Say for each user and item whether it is to the user's taste: `[n_users, n_items]`."""
        kinds = (self.kind[None, :, None] == self.own_kinds[:, None, :]).any(axis=2)
        wanted: npt.NDArray[np.bool_] = kinds & (self.colour == self.own_colour[:, None])
        return wanted


def plant(n_users: int = 400, each: int = 7, seed: int = 3) -> Planted:
    """Make purchases of which nine in ten are to the user's taste."""
    rng = np.random.default_rng(seed)
    item = np.arange(N_ITEMS)
    colour, kind = item % N_COLOURS, item // N_COLOURS % N_KINDS
    axes = rng.standard_normal((N_COLOURS + N_KINDS, 24))
    noise = 0.6 * rng.standard_normal((N_ITEMS, 24))
    features = (axes[colour] + axes[N_COLOURS + kind] + noise).astype(np.float32)
    own_colour = rng.integers(0, N_COLOURS, n_users)
    own_kinds = np.argsort(rng.random((n_users, N_KINDS)), axis=1)[:, :2]
    users = np.repeat(np.arange(n_users), each)
    picked = own_kinds[users, rng.integers(0, 2, len(users))]
    liked = own_colour[users] + N_COLOURS * (
        picked + N_KINDS * rng.integers(0, N_ALIKE, len(users))
    )
    items = np.where(rng.random(len(users)) < 0.9, liked, rng.integers(0, N_ITEMS, len(users)))
    days = 18_000 + rng.integers(0, 5, len(users))
    purchases = Purchases(users, items, days, n_users, N_ITEMS)
    return Planted(purchases, features, colour, kind, own_colour, own_kinds)
