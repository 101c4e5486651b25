"""The line of a chance: planted weights are found, what is unknown is marked."""

import numpy as np
import pytest

from modiste.demand.calibration import chances
from modiste.demand.logistic import Logistic, fit_logistic


def planted(n_rows: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give counts of two columns, true log odds and outcomes; the second column says nothing."""
    rng = np.random.default_rng(3)
    values = rng.poisson(4.0, (n_rows, 2)).astype(np.float32)
    values[rng.random(n_rows) < 0.3, 0] = np.nan
    odds = np.where(np.isnan(values[:, 0]), 1.0, 2 * np.log1p(values[:, 0]) - 3.5)
    return values, odds, (rng.random(n_rows) < 1 / (1 + np.exp(-odds))).astype(np.float32)


def test_planted_odds_are_found_those_of_unknown_values_too() -> None:
    values, odds, happened = planted(120_000)
    said = fit_logistic(values, happened, np.ones(len(values))).logits(values)
    assert np.abs(said - odds).mean() < 0.05
    unknown = np.isnan(values[:, 0])
    assert said[unknown].mean() == pytest.approx(1.0, abs=0.05)


def test_a_row_counts_as_often_as_its_weight_says() -> None:
    values, _, happened = planted(4_000)
    times = np.random.default_rng(0).integers(0, 3, len(values))
    # Columns are put on the scale of the rows given: the same rows, so the same scale.
    line = fit_logistic(values, happened, times)
    without = fit_logistic(values, happened, np.ones(len(values)))
    kept = times > 0
    mean = 1 / (1 + np.exp(-line.logits(values[kept])))
    assert np.average(mean, weights=times[kept]) == pytest.approx(
        np.average(happened[kept], weights=times[kept]), abs=1e-6
    )
    assert not np.allclose(line.weights, without.weights)


def test_what_is_rare_is_learned_where_a_whole_step_is_too_long() -> None:
    rng = np.random.default_rng(5)
    values = np.where(rng.random((40_000, 4)) < 0.01, rng.integers(1, 6, (40_000, 4)), 0)
    odds = 4 * np.log1p(values).sum(axis=1) - 9
    happened = (rng.random(len(values)) < chances(odds)).astype(np.float32)
    line = fit_logistic(values.astype(np.float32), happened, np.full(len(values), 13.0))
    said = chances(line.logits(values.astype(np.float32)))
    assert said.mean() == pytest.approx(happened.mean(), rel=1e-3)
    assert np.corrcoef(said, chances(odds))[0, 1] > 0.8


def test_a_far_value_reaches_no_further_than_four_deviations() -> None:
    values, _, happened = planted(4_000)
    line = fit_logistic(values, happened, np.ones(len(values)))
    far = np.array([[1e4, 4.0], [1e8, 4.0]], np.float32)
    assert np.diff(line.logits(far)) == 0


def test_outcomes_all_alike_teach_nothing() -> None:
    line = fit_logistic(np.ones((3, 2), np.float32), np.zeros(3), np.ones(3))
    assert isinstance(line, Logistic)
    assert line.logits(np.ones((3, 2), np.float32)).tolist() == [0.0, 0.0, 0.0]
