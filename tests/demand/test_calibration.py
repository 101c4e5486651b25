"""Calibration: planted chances, the order kept, bins by hand."""

import numpy as np
import pytest

from modiste.demand.calibration import (
    Doubles,
    calibration_error,
    chances,
    fit_calibration,
    reliability,
)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def overconfident(n_rows: int, rng: np.random.Generator) -> tuple[Doubles, Doubles, Doubles]:
    """Give true chances, what a model says whose log odds are twice as far out, and outcomes."""
    odds = rng.normal(-1.5, 1.0, n_rows)
    true = chances(odds)
    return true, chances(2 * odds), (rng.random(n_rows) < true).astype(float)


def test_planted_chances_are_recovered(rng: np.random.Generator) -> None:
    true, said, happened = overconfident(40_000, rng)
    calibration = fit_calibration(said, happened, np.ones(len(said)))
    assert calibration.slope == pytest.approx(0.5, abs=0.02)
    assert np.abs(calibration(said) - true).max() < 0.02
    assert calibration_error(reliability(said, happened)) > 0.05
    assert calibration_error(reliability(calibration(said), happened)) < 0.01


def test_order_is_kept_strictly_and_no_two_chances_become_one(rng: np.random.Generator) -> None:
    _, said, happened = overconfident(3_000, rng)
    calibration = fit_calibration(said, happened, np.ones(len(said)))
    rising = np.sort(np.concatenate([said, [1e-9, 1 - 1e-9]]))
    assert (np.diff(rising) > 0).all()
    assert (np.diff(calibration(rising)) > 0).all()


def test_weights_count_as_so_many_rows(rng: np.random.Generator) -> None:
    _, said, happened = overconfident(500, rng)
    times = rng.integers(1, 4, 500)
    weighted = fit_calibration(said, happened, times.astype(float))
    repeated = fit_calibration(
        np.repeat(said, times), np.repeat(happened, times), np.ones(times.sum())
    )
    assert weighted.slope == pytest.approx(repeated.slope, abs=1e-4)


def test_few_rows_hardly_move_what_is_said() -> None:
    said, happened = np.array([0.2, 0.7]), np.array([1.0, 0.0])
    assert 0.8 < fit_calibration(said, happened, np.ones(2)).slope < 1.0


def test_what_never_happened_leaves_predictions_alone() -> None:
    calibration = fit_calibration(np.array([0.2, 0.4]), np.zeros(2), np.ones(2))
    assert calibration(np.array([0.3])).tolist() == [0.3]


def test_the_error_is_the_mean_gap_of_the_bins() -> None:
    bins = reliability(np.array([0.1] * 10 + [0.9] * 10), np.array([0.0] * 10 + [1.0] * 10), 2)
    assert bins["rows"].to_list() == [10, 10]
    assert calibration_error(bins) == pytest.approx(0.1)
