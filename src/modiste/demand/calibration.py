"""Chances that mean what they say: isotonic calibration, and how well it holds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Calibration:
    """A rising curve from what a model says to how often it happens."""

    said: Doubles
    """What the model says, rising `[n_knots]`; empty: it is believed."""
    happened: Doubles
    """How often it happened, rising `[n_knots]`."""

    def __call__(self, values: Doubles) -> Doubles:
        """Give the chances of predictions; between knots along a straight line."""
        if not len(self.said):
            return values
        return np.asarray(np.interp(values, self.said, self.happened), np.float64)


def fit_calibration(said: Doubles, happened: Doubles, weights: Doubles) -> Calibration:
    """Fit the isotonic curve on rows that the model was not fitted on.

    Blocks of equal height become one knot each, at their mean prediction: the order of two rows
    within a block is kept.

    Args:
        said: Predictions, `[n_rows]`.
        happened: 0 or 1, `[n_rows]`.
        weights: How often each row counts, `[n_rows]`.

    Source: Zadrozny and Elkan, "Transforming classifier scores into accurate multiclass probability
        estimates", KDD 2002 (pool adjacent violators).
    """
    if not len(said) or happened.min() == happened.max():
        return Calibration(np.empty(0), np.empty(0))
    from scipy.optimize import isotonic_regression

    # Rows of one prediction are one point: which of them comes first may not matter.
    points, of = np.unique(said, return_inverse=True)
    mass = np.bincount(of, weights)
    rate = np.bincount(of, weights * happened) / mass
    height = isotonic_regression(rate, weights=mass).x
    block = np.r_[0, np.cumsum(np.diff(height) > 0)]
    total = np.bincount(block, mass)
    knots = np.bincount(block, mass * points) / total
    heights = np.bincount(block, mass * rate) / total
    # The ends of the curve: the first and last blocks reach to where predictions were seen.
    edge = [points[0], *knots, points[-1]], [heights[0], *heights, heights[-1]]
    keep = np.r_[points[0] < knots[0], np.ones(len(knots), bool), points[-1] > knots[-1]]
    return Calibration(np.asarray(edge[0])[keep], np.asarray(edge[1])[keep])


def reliability(said: Doubles, happened: Doubles, n_bins: int = 10) -> pl.DataFrame:
    """Set what was said against what happened, in bins of as many rows each.

    Returns:
        `said, happened, rows` by bin, rising; rows of one prediction are in one bin.
    """
    frame = pl.DataFrame({"said": said, "happened": happened})
    n_bins = max(1, min(n_bins, len(frame)))
    place = (pl.col("said").rank("average") - 0.5) / pl.len() * n_bins
    return (
        frame.group_by(place.floor().cast(pl.Int32).alias("bin"))
        .agg(pl.col("said", "happened").mean(), pl.len().cast(pl.Int64).alias("rows"))
        .sort("bin")
        .drop("bin")
    )


def calibration_error(bins: pl.DataFrame) -> float:
    """Give the mean gap between said and happened over the bins of `reliability`, by rows.

    Source: Naeini et al., "Obtaining well calibrated probabilities using Bayesian binning", AAAI
        2015 (expected calibration error; the bins here hold as many rows each).
    """
    if not len(bins):
        return 0.0
    gap = np.abs(bins["said"].to_numpy() - bins["happened"].to_numpy())
    return float(np.average(gap, weights=bins["rows"].to_numpy()))
