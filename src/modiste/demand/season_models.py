"""The models of weekly series: statsforecast's, and LightGBM by way of mlforecast."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from modiste.errors import require

Doubles = npt.NDArray[np.float64]
Foreseen = dict[str, Doubles]
"""What each model says, `[n_series, n_weeks]` by its name."""
MEAN = "8-week mean"
SHAPE = "last year's shape"
NAIVE, ETS, TREES = "seasonal naive", "AutoETS", "LightGBM"
SPARSE = ("Croston", "TSB", "ADIDA")
_YEAR, _LATELY = 52, 8
_BESIDE = 2
"""Weeks on either side of a week of last year that tell of it, too."""
_FEW = 2.0
"""Pieces a week that are added before two weeks are divided: of few nothing can be told."""
_LAGS = (1, 2, 3, 4, 6, 8)
_LEAST_ROWS = 200
"""Rows below which trees have nothing to learn from."""


def foresee(counts: Doubles, n_weeks: int, *, sparse: bool, only: str = "") -> Foreseen:
    """Foresee the weeks after some series.

    Args:
        counts: Weekly sales, `[n_series, n_history]`; each series sold something in its time, if
            perhaps not by now.
        n_weeks: Weeks ahead.
        sparse: Whether models for sparse series are asked too.
        only: One model's name; empty: all that the history is long enough for.

    Raises:
        MissingExtraError: If the extra `forecast` is not installed.
    """
    require("statsforecast", "mlforecast", extra="forecast")
    found: Foreseen = {MEAN: np.repeat(counts[:, -_LATELY:].mean(axis=1)[:, None], n_weeks, axis=1)}
    if counts.shape[1] >= _YEAR + _LATELY and only in ("", SHAPE):
        found[SHAPE] = found[MEAN] * _shape(counts, n_weeks)
    wanted = _possible(counts, sparse)
    wanted = [name for name in wanted if only in ("", name)]
    if not wanted:
        return found
    frame = _long(counts)
    with warnings.catch_warnings():
        # Theirs, about versions to come.
        warnings.simplefilter("ignore")
        classic = [name for name in wanted if name != TREES]
        if classic:
            found |= _classic(frame, counts, classic, n_weeks)
        if TREES in wanted:
            found[TREES] = _trees(frame, counts, n_weeks)
    return {name: np.clip(np.nan_to_num(said), 0, None) for name, said in found.items()}


def _shape(counts: Doubles, n_weeks: int) -> Doubles:
    """Give what the coming weeks were of the eight before them a year ago, `[n_series, n_weeks]`.

    The same week of last year alone carries the chance of one week and last year's level; this
    carries neither.
    """
    start = counts.shape[1] - _YEAR
    before = counts[:, start - _LATELY : start].mean(axis=1, keepdims=True)
    weeks = [start + week % _YEAR for week in range(n_weeks)]
    ahead = [counts[:, week - _BESIDE : week + _BESIDE + 1].mean(axis=1) for week in weeks]
    return np.asarray((np.stack(ahead, axis=1) + _FEW) / (before + _FEW), np.float64)


def _possible(counts: Doubles, sparse: bool) -> list[str]:
    n_series, n_history = counts.shape
    names = []
    if n_history >= _YEAR:
        names.append(NAIVE)
    if n_history >= 2 * max(_LAGS):
        names.append(ETS)
        if n_series * (n_history - max(_LAGS)) >= _LEAST_ROWS:
            names.append(TREES)
    return [*names, *(SPARSE if sparse else ())]


def _long(counts: Doubles) -> pl.DataFrame:
    """Give series as the rows that both libraries take: `unique_id, ds, y`."""
    n_series, n_history = counts.shape
    return pl.DataFrame(
        {
            "unique_id": np.repeat(np.arange(n_series), n_history),
            "ds": np.tile(np.arange(n_history), n_series),
            "y": counts.ravel(),
        }
    )


def _classic(frame: pl.DataFrame, counts: Doubles, names: list[str], n_weeks: int) -> Foreseen:
    from statsforecast import StatsForecast
    from statsforecast.models import ADIDA, TSB, AutoETS, CrostonOptimized, SeasonalNaive

    made: dict[str, Any] = {
        NAIVE: lambda: SeasonalNaive(_YEAR, alias=NAIVE),
        ETS: lambda: AutoETS(season_length=1, alias=ETS),
        "Croston": lambda: CrostonOptimized(alias="Croston"),
        "TSB": lambda: TSB(alpha_d=0.1, alpha_p=0.1, alias="TSB"),
        "ADIDA": lambda: ADIDA(alias="ADIDA"),
    }
    models = StatsForecast([made[name]() for name in names], freq=1, n_jobs=1)
    said = models.forecast(h=n_weeks, df=frame).sort("unique_id", "ds")
    return {name: said[name].to_numpy().reshape(len(counts), n_weeks) for name in names}


def _trees(frame: pl.DataFrame, counts: Doubles, n_weeks: int) -> Doubles:
    """Foresee by one LightGBM over all series: lags, means, and the same week of last year."""
    from lightgbm import LGBMRegressor
    from mlforecast import MLForecast
    from mlforecast.lag_transforms import ExpandingMean, RollingMean

    n_history = counts.shape[1]
    lags = [*_LAGS, *((_YEAR - 1, _YEAR) if n_history > _YEAR + 2 * max(_LAGS) else ())]
    model = LGBMRegressor(
        objective="poisson",
        n_estimators=150,
        learning_rate=0.05,
        num_leaves=15,
        min_child_samples=20,
        n_jobs=1,
        deterministic=True,
        force_col_wise=True,
        verbosity=-1,
        random_state=0,
    )
    transforms: dict[int, list[Any]] = {1: [RollingMean(4), RollingMean(8), ExpandingMean()]}
    forecaster = MLForecast({TREES: model}, freq=1, lags=lags, lag_transforms=transforms)
    forecaster.fit(frame, id_col="unique_id", time_col="ds", target_col="y")
    said = forecaster.predict(n_weeks).sort("unique_id", "ds")
    return np.asarray(said[TREES].to_numpy().reshape(len(counts), n_weeks), np.float64)
