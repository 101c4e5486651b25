"""Calibration by hand arithmetic."""

import numpy as np
import pytest

from modiste.demand.calibration import calibration_error, fit_calibration, reliability


def test_adjacent_violators_are_pooled_and_order_within_a_block_is_kept() -> None:
    said = np.array([0.1, 0.2, 0.3, 0.4])
    happened = np.array([0.0, 1.0, 0.0, 1.0])
    curve = fit_calibration(said, happened, np.ones(4))
    # 1 before 0 is pooled to 0.5 at the middle of 0.2 and 0.3.
    assert curve.said == pytest.approx([0.1, 0.25, 0.4])
    assert curve.happened == pytest.approx([0.0, 0.5, 1.0])
    chances = curve(np.array([0.1, 0.2, 0.3, 0.9]))
    assert chances[1] < chances[2]
    assert chances[3] == pytest.approx(1.0)


def test_weights_count_as_so_many_rows() -> None:
    said, happened = np.array([0.1, 0.5, 0.5]), np.array([0.0, 1.0, 0.0])
    curve = fit_calibration(said, happened, np.array([1.0, 1.0, 3.0]))
    assert curve(np.array([0.5]))[0] == pytest.approx(0.25)


def test_what_never_happened_leaves_predictions_alone() -> None:
    curve = fit_calibration(np.array([0.2, 0.4]), np.zeros(2), np.ones(2))
    assert curve(np.array([0.3])).tolist() == [0.3]


def test_the_error_is_the_mean_gap_of_the_bins() -> None:
    bins = reliability(np.array([0.1] * 10 + [0.9] * 10), np.array([0.0] * 10 + [1.0] * 10), 2)
    assert bins["rows"].to_list() == [10, 10]
    assert calibration_error(bins) == pytest.approx(0.1)
