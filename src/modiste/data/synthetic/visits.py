"""Who comes to the synthetic shop on which day, by which channel, and how much they take."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from modiste.data.synthetic.calendar import compute_day_weights
from modiste.data.synthetic.customers import Customers
from modiste.data.synthetic.scales import Scale
from modiste.data.synthetic.streams import open_stream

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

LARGEST_BASKET = 9
_SHARE_WHO_NEVER_BUY = 0.007
_SHARE_THERE_AT_START = 0.45
_SHARE_WHO_STAY = 0.28
_ACTIVITY_SPREAD = 1.25
_BASKET_BEYOND_FIRST = 2.4


@dataclass(frozen=True, kw_only=True)
class Visits:
    """Every visit that ends at the till `[n]`, ordered by day, then customer."""

    customer: npt.NDArray[np.int32]
    """Position of the customer `[n]`; at most one visit a day for each."""
    size: npt.NDArray[np.int8]
    """Pieces bought `[n]`, 1 to `LARGEST_BASKET`."""
    online: npt.NDArray[np.bool_]
    """Whether the visit is to the web shop `[n]`."""
    first_of_day: Ints
    """Position of each day's first visit `[n_days + 1]`, closed by the number of visits."""

    def day(self, day: int) -> slice:
        """The visits of one day."""
        return slice(int(self.first_of_day[day]), int(self.first_of_day[day + 1]))


def build_visits(scale: Scale, customers: Customers, seed: int) -> Visits:
    """Draw the visits; the sizes of the baskets add up to the scale's purchases exactly."""
    rng = open_stream(seed, "visits")
    n = len(customers)
    beyond = (rng.gamma(2.0, 0.5, n) * _BASKET_BEYOND_FIRST).astype(np.float32)

    # Everybody has a spell in which they come; the busier, the longer it tends to be.
    start = np.where(rng.random(n) < _SHARE_THERE_AT_START, 0.0, rng.uniform(0.0, 0.97, n))
    spell = np.where(rng.random(n) < _SHARE_WHO_STAY, 1.0, rng.beta(1.0, 1.8, n) + 0.02)
    end = np.minimum(start + spell, 1.0)
    activity = rng.lognormal(0.0, _ACTIVITY_SPREAD, n) * (0.25 + end - start)
    activity[rng.random(n) < _SHARE_WHO_NEVER_BUY] = 0.0

    wanted = scale.n_purchases / float((activity * (1 + beyond)).sum()) * 1.04
    expected = np.minimum(activity * wanted, 0.35 * scale.n_days)
    times = np.floor(expected + rng.random(n)).astype(np.int64)
    bought_once = (times == 0) & (activity > 0)
    times[bought_once] = 1

    customer = np.repeat(np.arange(n), times)
    moment = start[customer] + (end - start)[customer] * rng.random(len(customer))
    bounds = np.cumsum(compute_day_weights(scale.first_day, scale.n_days))
    day = np.searchsorted(bounds, moment, side="right").clip(0, scale.n_days - 1)
    key = np.unique(day * n + customer)
    day, customer = key // n, key % n

    size = 1 + _draw_geometric(beyond[customer], rng)
    size = _settle(size.clip(1, LARGEST_BASKET), scale.n_purchases, rng)
    kept = size > 0
    day, customer, size = day[kept], customer[kept], size[kept]
    return Visits(
        customer=customer.astype(np.int32),
        size=size.astype(np.int8),
        online=rng.random(len(customer), dtype=np.float32) < customers.online[customer],
        first_of_day=np.searchsorted(day, np.arange(scale.n_days + 1)).astype(np.int64),
    )


def _draw_geometric(mean: npt.NDArray[np.float32], rng: np.random.Generator) -> Ints:
    """Whole numbers from 0 with these means, each next one less likely by the same factor."""
    ratio = mean / (1 + mean)
    uniform = rng.random(len(mean), dtype=np.float32).clip(1e-7, None)
    drawn: Ints = np.floor(np.log(uniform) / np.log(ratio)).astype(np.int64)
    return drawn


def _settle(size: Ints, total: int, rng: np.random.Generator) -> Ints:
    """Add or take single pieces at random until the sizes sum to `total`.

    A visit of which nothing is left (size 0) does not take place; that happens only when there are
    more visits than pieces.
    """
    while (gap := total - int(size.sum())) != 0:
        least = 1 if total >= len(size) else 0
        room = np.flatnonzero(size < LARGEST_BASKET if gap > 0 else size > least)
        if not len(room):
            raise RuntimeError("the visits cannot hold the purchases")
        size[rng.permutation(room)[: abs(gap)]] += 1 if gap > 0 else -1
    return size
