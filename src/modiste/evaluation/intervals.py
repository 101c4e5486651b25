"""How sure a mean is: bootstrap intervals by resampling customers.

A customer's weeks resemble each other, so they are drawn together: a resample draws as many
customers as there are, with replacement, and takes the pooled mean over all their customer-weeks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from modiste.errors import InputError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

N_RESAMPLES = 2000
LEVEL = 0.95
MAX_UNITS = 10_000
"""More customers than this are drawn in that many random bundles; the variance of a mean over
bundles is that over customers, and time and memory stay bounded."""

_CELLS_AT_ONCE = 2_000_000


@dataclass(frozen=True)
class Interval:
    """A pooled mean and its interval."""

    value: float
    """The mean over all rows (or a difference or ratio of two)."""
    low: float
    """Lower end; NaN where fewer than two customers leave nothing to resample."""
    high: float
    """Upper end; NaN like `low`."""


@dataclass(frozen=True)
class PairedInterval:
    """How two sets of values on the same customer-weeks compare."""

    difference: Interval
    """Mean of the first minus mean of the second."""
    ratio: Interval
    """Mean of the first divided by mean of the second; NaN for 0 / 0, infinite for x / 0."""


@dataclass(frozen=True)
class Resampled:
    """The pooled means of several columns over the same resamples."""

    means: FloatArray
    """As observed, `[n_columns]`."""
    draws: FloatArray
    """Of each resample, `[n_resamples, n_columns]`; no rows where there is one customer only."""

    def interval(self, column: int, level: float = LEVEL) -> Interval:
        """Give one column's mean with its percentile interval."""
        return _interval(float(self.means[column]), self.draws[:, column], level)

    def paired(self, first: int, second: int, level: float = LEVEL) -> PairedInterval:
        """Compare two columns on the same resamples: their difference and their ratio."""
        above, below = float(self.means[first]), float(self.means[second])
        draws_above, draws_below = self.draws[:, first], self.draws[:, second]
        return PairedInterval(
            _interval(above - below, draws_above - draws_below, level),
            _interval(float(_divide(above, below)), _divide(draws_above, draws_below), level),
        )


def resample(
    columns: FloatArray,
    users: IntArray,
    rng: np.random.Generator,
    *,
    n_resamples: int = N_RESAMPLES,
) -> Resampled:
    """Resample the customers of a table of values, all columns together.

    The result depends on the rows and on the state of `rng`, never on the order of the rows.

    Args:
        columns: Values `[n_rows, n_columns]`, one row a customer-week.
        users: Whose rows they are, `[n_rows]`.
        rng: Source of randomness.
        n_resamples: How many resamples are drawn.

    Raises:
        InputError: If there are no rows, or not as many users as rows.

    Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993), section 13.3 (percentile
        interval); resampling whole customers is the cluster bootstrap.
    """
    if len(columns) == 0 or len(columns) != len(users):
        raise InputError(
            f"{len(columns)} values of {len(users)} customer-weeks: "
            "give one value for each of at least one customer-week"
        )
    order = np.lexsort((*columns.T, users))
    columns, users = columns[order], users[order]
    starts = np.flatnonzero(np.r_[True, users[1:] != users[:-1]])
    with_count = np.column_stack([columns, np.ones(len(columns))])
    sums = np.add.reduceat(with_count, starts, axis=0)  # [n_customers, n_columns + 1]
    total = sums.sum(axis=0)
    means = total[:-1] / total[-1]
    if len(sums) < 2:
        return Resampled(means, np.empty((0, columns.shape[1])))
    sums = _bundle(sums, rng)
    draws = np.concatenate(
        [_weights(len(sums), n, rng) @ sums for n in _blocks(n_resamples, len(sums))]
    )
    return Resampled(means, draws[:, :-1] / draws[:, -1:])


def interval(
    values: npt.ArrayLike,
    users: npt.ArrayLike,
    rng: np.random.Generator,
    *,
    n_resamples: int = N_RESAMPLES,
    level: float = LEVEL,
) -> Interval:
    """Give the mean of values over customer-weeks with its bootstrap interval.

    Args:
        values: One value a customer-week, `[n_rows]`.
        users: Whose they are, `[n_rows]`.
        rng: Source of randomness.
        n_resamples: How many resamples are drawn.
        level: Share of resamples inside the interval.

    Raises:
        InputError: If there are no rows, or not as many users as rows.
    """
    column = np.asarray(values, dtype=np.float64)[:, None]
    owners = np.asarray(users, dtype=np.int64)
    return resample(column, owners, rng, n_resamples=n_resamples).interval(0, level)


def paired_interval(
    values_a: npt.ArrayLike,
    values_b: npt.ArrayLike,
    users: npt.ArrayLike,
    rng: np.random.Generator,
    *,
    n_resamples: int = N_RESAMPLES,
    level: float = LEVEL,
) -> PairedInterval:
    """Compare two sets of values on the same customer-weeks.

    Args:
        values_a: One value a customer-week, `[n_rows]`.
        values_b: The other's values of the same customer-weeks, `[n_rows]`.
        users: Whose they are, `[n_rows]`.
        rng: Source of randomness.
        n_resamples: How many resamples are drawn.
        level: Share of resamples inside the intervals.

    Raises:
        InputError: If there are no rows, or the three do not have as many rows.
    """
    first, second = (np.asarray(values, dtype=np.float64) for values in (values_a, values_b))
    if first.shape != second.shape:
        raise InputError(
            f"{len(first)} and {len(second)} values: a pair needs as many, of the same rows"
        )
    owners = np.asarray(users, dtype=np.int64)
    both = np.column_stack([first, second])
    return resample(both, owners, rng, n_resamples=n_resamples).paired(0, 1, level)


def _bundle(sums: FloatArray, rng: np.random.Generator) -> FloatArray:
    if len(sums) <= MAX_UNITS:
        return sums
    bundle = rng.permutation(len(sums)) % MAX_UNITS
    return np.column_stack(
        [np.bincount(bundle, weights=column, minlength=MAX_UNITS) for column in sums.T]
    )


def _blocks(n_resamples: int, n_units: int) -> list[int]:
    size = max(1, _CELLS_AT_ONCE // n_units)
    return [min(size, n_resamples - start) for start in range(0, n_resamples, size)]


def _weights(n_units: int, n_resamples: int, rng: np.random.Generator) -> FloatArray:
    """How often each unit is drawn in each resample, `[n_resamples, n_units]`."""
    drawn = rng.integers(0, n_units, size=(n_resamples, n_units), dtype=np.int64)
    drawn += np.arange(n_resamples, dtype=np.int64)[:, None] * n_units
    counts = np.bincount(drawn.ravel(), minlength=n_resamples * n_units)
    return counts.reshape(n_resamples, n_units).astype(np.float64)


def _interval(value: float, draws: FloatArray, level: float) -> Interval:
    usable = np.sort(draws[~np.isnan(draws)])
    if not len(usable):
        return Interval(value, float("nan"), float("nan"))
    tail = (1 - level) / 2
    # Order statistics, not values between two of them: a ratio's draws may be infinite.
    low = usable[int(np.floor(tail * (len(usable) - 1)))]
    high = usable[int(np.ceil((1 - tail) * (len(usable) - 1)))]
    return Interval(value, float(low), float(high))


def _divide(above: FloatArray | float, below: FloatArray | float) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.divide(above, below), dtype=np.float64)
