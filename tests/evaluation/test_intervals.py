"""Bootstrap intervals: right in known cases, by customer, repeatable, blind to the rows' order."""

from __future__ import annotations

import math

import numpy as np
import pytest

from modiste.errors import InputError
from modiste.evaluation import intervals
from modiste.evaluation.intervals import Interval, interval, paired_interval, resample


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_value_is_the_mean_over_rows_not_over_customers() -> None:
    assert interval([1, 1, 1, 0], [7, 7, 7, 8], rng()).value == 3 / 4


def test_equal_values_leave_no_doubt() -> None:
    assert interval([0.5] * 9, range(9), rng()) == Interval(0.5, 0.5, 0.5)


def test_width_is_that_of_the_normal_interval_for_many_independent_customers() -> None:
    values = rng(1).random(4000)
    found = interval(values, np.arange(4000), rng())
    half = 1.96 * values.std() / math.sqrt(4000)
    assert found.high - found.value == pytest.approx(half, rel=0.1)
    assert found.value - found.low == pytest.approx(half, rel=0.1)


def test_rows_of_one_customer_are_drawn_together() -> None:
    values = np.repeat(rng(1).random(200), 9)
    together = interval(values, np.repeat(np.arange(200), 9), rng())
    apart = interval(values, np.arange(1800), rng())
    assert together.high - together.low == pytest.approx(3 * (apart.high - apart.low), rel=0.15)


def test_it_covers_the_truth_about_as_often_as_it_says() -> None:
    source = rng(3)
    inside = 0
    for _ in range(300):
        sample = interval(source.exponential(1.0, 80), np.arange(80), source, n_resamples=300)
        inside += sample.low <= 1.0 <= sample.high
    assert 0.89 <= inside / 300 <= 0.98


def test_many_customers_are_bundled_without_changing_the_width(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    values = rng(1).random(6000)
    exact = interval(values, np.arange(6000), rng())
    monkeypatch.setattr(intervals, "MAX_UNITS", 500)
    bundled = interval(values, np.arange(6000), rng())
    assert bundled.value == pytest.approx(exact.value)
    assert bundled.high - bundled.low == pytest.approx(exact.high - exact.low, rel=0.15)


def test_same_seed_same_bytes_whatever_the_order_of_rows() -> None:
    values, users = rng(1).random(500), rng(2).integers(0, 60, 500)
    turned = rng(4).permutation(500)
    first = interval(values, users, rng(9))
    assert interval(values[turned], users[turned], rng(9)) == first
    assert interval(values, users, rng(10)) != first


def test_one_customer_has_a_mean_but_no_interval() -> None:
    found = interval([0.2, 0.4], [5, 5], rng())
    assert found.value == pytest.approx(0.3)
    assert math.isnan(found.low)
    assert math.isnan(found.high)


def test_no_rows_are_refused() -> None:
    with pytest.raises(InputError, match="at least one customer-week"):
        interval([], [], rng())


def test_as_many_users_as_values_are_asked_for() -> None:
    with pytest.raises(InputError, match="2 values of 1 customer-weeks"):
        interval([1, 2], [1], rng())


def test_paired_interval_knows_that_a_constant_lead_is_certain() -> None:
    base = rng(1).random(300)
    users = np.arange(300)
    found = paired_interval(base + 0.01, base, users, rng())
    assert found.difference.low == pytest.approx(0.01)
    assert found.difference.high == pytest.approx(0.01)
    assert interval(base, users, rng()).low < interval(base, users, rng()).high - 0.03


def test_paired_ratio_is_that_of_the_pooled_means() -> None:
    found = paired_interval([1, 0, 1], [1, 0, 0], [1, 2, 3], rng())
    assert found.ratio.value == 2
    assert found.difference.value == pytest.approx(1 / 3)


def test_ratio_to_zero_is_infinite_not_an_error() -> None:
    found = paired_interval([1, 1, 1], [0, 0, 0], [1, 2, 3], rng())
    assert found.ratio.value == found.ratio.high == math.inf
    nothing = paired_interval([0, 0], [0, 0], [1, 2], rng())
    assert math.isnan(nothing.ratio.value)
    assert nothing.difference == Interval(0, 0, 0)


def test_paired_values_of_other_lengths_are_refused() -> None:
    with pytest.raises(InputError, match="3 and 2 values"):
        paired_interval([1, 2, 3], [1, 2], [1, 2, 3], rng())


def test_memory_is_bounded_by_blocks_that_do_not_change_the_number_of_draws(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(intervals, "_CELLS_AT_ONCE", 64)
    drawn = resample(rng(1).random((30, 2)), np.arange(30), rng(), n_resamples=101)
    assert drawn.draws.shape == (101, 2)
