"""Chances that mean what they say, in the order in which they were said."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

Doubles = npt.NDArray[np.float64]
_PRIOR = 10.0
"""How strongly what a model says is believed where little is known of it: as by so much weight of
squared odds."""
_LEAST, _MOST = 0.05, 20.0


@dataclass(frozen=True)
class Calibration:
    """How far a model's odds are believed: all chances are drawn to, or from, one half."""

    slope: float = 1.0
    """Logarithms of odds are multiplied by it; 1: the model is believed, below 1: it says too much,
    above 1: too little."""

    def __call__(self, values: Doubles) -> Doubles:
        """Give the chances of predictions, in the same order."""
        if self.slope == 1.0:
            return values
        return chances(self.slope * logits(values))


def fit_calibration(said: Doubles, happened: Doubles, weights: Doubles) -> Calibration:
    """Fit the slope on rows that the model was not fitted on.

    One number cannot bend the order of two rows. A curve that follows what happened lately, such as
    isotonic regression, differs more from fit to fit, and mixes up days that two fits foresaw.

    Args:
        said: Predictions, `[n_rows]`.
        happened: 0 or 1, `[n_rows]`.
        weights: How often each row counts, `[n_rows]`.

    Source: Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks", ICML 2017
        (temperature scaling; the slope is one over the temperature).
    """
    if not len(said) or happened.min() == happened.max():
        return Calibration()
    from scipy.optimize import minimize_scalar

    odds = logits(said)

    def missing(log_slope: float) -> float:
        scaled = np.exp(log_slope) * odds
        loss = np.logaddexp(0.0, scaled) - happened * scaled
        return float((weights * loss).sum() + _PRIOR * log_slope**2)

    ends = float(np.log(_LEAST)), float(np.log(_MOST))
    return Calibration(float(np.exp(minimize_scalar(missing, bounds=ends, method="bounded").x)))


def logits(values: Doubles) -> Doubles:
    """Give the logarithms of the odds of chances; none is quite 0 or 1."""
    inside = np.clip(values, 1e-12, 1 - 1e-12)
    return np.asarray(np.log(inside / (1 - inside)), np.float64)


def chances(values: Doubles) -> Doubles:
    """Give the chances of logarithms of odds."""
    return np.asarray(np.exp(-np.logaddexp(0.0, -values)), np.float64)


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
