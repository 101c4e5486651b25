"""Figures of forecasts: chances by AUROC and calibration, counts by error and deviance."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from modiste.demand.calibration import calibration_error, reliability
from modiste.evaluation.intervals import LEVEL, resample

Doubles = npt.NDArray[np.float64]
N_RESAMPLES = 300
"""Resamples of AUROC."""
LEAST = 1e-3
"""A count's mean is taken to be at least this where its deviance is judged: nothing is certain."""
MOST_UNITS, MOST_STEPS = 2_000, 1_000
"""Of intervals: more owners than this are drawn in that many bundles, and more scores than this
count as ties within a step. AUROC itself is exact."""


def auroc(happened: Doubles, said: Doubles) -> float:
    """Give the chance that a row where it happened is above one where it did not; ties count half.

    NaN where it happened always or never.
    """
    _, step = np.unique(said, return_inverse=True)
    yes, no = (np.bincount(step, of).astype(np.float64) for of in (happened, 1 - happened))
    return float(_auroc_of(yes[None, :], no[None, :])[0])


def chance_figures(
    happened: Doubles,
    models: Mapping[str, Doubles],
    owners: npt.NDArray[np.int64],
    rng: np.random.Generator,
    *,
    chances: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Judge what models say of yes-or-no outcomes.

    Args:
        happened: 0 or 1, `[n_rows]`.
        models: What each says, higher for likelier; the first is the one that is judged.
        owners: Whose rows they are; they are resampled together.
        rng: Of the resamples.
        chances: Models whose values are chances, whose calibration is judged too.

    Returns:
        `rows`, `rate`, `models` (`auroc`, `auroc_low`, `auroc_high`, and of chances
        `calibration_error` and `mean`), `leads` (the first minus each other, with ends),
        `reliability` of the first.
    """
    units = _units(owners, rng)
    n_units = int(units.max(initial=0)) + 1
    drawn = rng.multinomial(n_units, np.full(n_units, 1 / n_units), N_RESAMPLES)
    weights = drawn.astype(np.float64)
    names = list(models)
    found: dict[str, Any] = {}
    draws: dict[str, Doubles] = {}
    for name in names:
        draws[name] = _resampled(happened, models[name], units, weights)
        low, high = _ends(draws[name])
        value = auroc(happened, models[name])
        found[name] = {"auroc": value, "auroc_low": low, "auroc_high": high}
        if name in chances:
            bins = reliability(models[name], happened)
            found[name] |= {
                "calibration_error": calibration_error(bins),
                "mean": float(models[name].mean()),
            }
    first, leads = names[0], {}
    for name in names[1:]:
        low, high = _ends(draws[first] - draws[name])
        lead = found[first]["auroc"] - found[name]["auroc"]
        leads[name] = {"auroc": lead, "auroc_low": low, "auroc_high": high}
    return {
        "rows": len(happened),
        "rate": float(happened.mean()),
        "models": found,
        "leads": leads,
        "reliability": reliability(models[first], happened).to_dicts(),
    }


def count_figures(
    sold: Doubles,
    models: Mapping[str, Doubles],
    owners: npt.NDArray[np.int64],
    rng: np.random.Generator,
) -> dict[str, Any]:
    """Judge forecasts of counts.

    Args:
        sold: What was sold, `[n_rows]`.
        models: The forecasts; the first is the one that is judged.
        owners: Whose rows they are (articles); they are resampled together.
        rng: Of the resamples.

    Returns:
        `rows`, `mean`, `models` (`rmse`, `deviance` of Poisson, `mae`, each with `_low` and
        `_high`, and `mean`), `leads` (RMSE and deviance of each other minus those of the first:
        above 0 is better).
    """
    names = list(models)
    columns = []
    for name in names:
        said = models[name]
        columns += [(sold - said) ** 2, deviance(sold, said), np.abs(sold - said)]
    made = resample(np.column_stack(columns), owners, rng)
    metrics = ("rmse", "deviance", "mae")

    def values(place: int, metric: int) -> tuple[float, Doubles]:
        mean, draws = made.means[3 * place + metric], made.draws[:, 3 * place + metric]
        return (math.sqrt(mean), np.sqrt(draws)) if metric == 0 else (float(mean), draws)

    found: dict[str, Any] = {}
    for place, name in enumerate(names):
        row: dict[str, float | None] = {"mean": float(models[name].mean())}
        for number, metric in enumerate(metrics):
            mean, draws = values(place, number)
            low, high = _ends(draws)
            row |= {metric: mean, f"{metric}_low": low, f"{metric}_high": high}
        found[name] = row
    leads: dict[str, Any] = {}
    for place, name in enumerate(names[1:], start=1):
        row = {}
        for number, metric in enumerate(metrics[:2]):
            (own, own_draws), (other, draws) = values(0, number), values(place, number)
            low, high = _ends(draws - own_draws)
            row |= {metric: other - own, f"{metric}_low": low, f"{metric}_high": high}
        leads[name] = row
    return {"rows": len(sold), "mean": float(sold.mean()), "models": found, "leads": leads}


def deviance(sold: Doubles, said: Doubles) -> Doubles:
    """Give the Poisson deviance of each row: twice the log-likelihood that is missing."""
    mean = np.maximum(said, LEAST)
    logs = np.log(np.where(sold > 0, sold, 1.0) / mean)
    return 2 * (np.where(sold > 0, sold * logs, 0.0) - (sold - mean))


def _auroc_of(yes: Doubles, no: Doubles) -> Doubles:
    """Give AUROCs of counts by rising score, `[n_resamples, n_scores]` to `[n_resamples]`."""
    below = np.cumsum(no, axis=1) - no
    pairs = yes.sum(axis=1) * no.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(((below + no / 2) * yes).sum(axis=1) / pairs, np.float64)


def _units(owners: npt.NDArray[np.int64], rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Number the owners anew; of very many, some are drawn together as one."""
    known, places = np.unique(owners, return_inverse=True)
    if len(known) <= MOST_UNITS:
        return np.asarray(places, np.int64)
    return np.asarray((rng.permutation(len(known)) % MOST_UNITS)[places], np.int64)


def _resampled(
    happened: Doubles, said: Doubles, units: npt.NDArray[np.int64], weights: Doubles
) -> Doubles:
    """Give the AUROC of each resample of units; scores are told apart in so many steps."""
    steps = np.unique(said)
    if len(steps) > MOST_STEPS:
        steps = np.unique(np.quantile(said, np.linspace(0, 1, MOST_STEPS + 1)[1:]))
    step = np.searchsorted(steps, said)
    shape = (weights.shape[1], len(steps) + 1)
    cell = units * shape[1] + step
    yes = np.bincount(cell, happened, shape[0] * shape[1]).reshape(shape)
    no = np.bincount(cell, 1 - happened, shape[0] * shape[1]).reshape(shape)
    return _auroc_of(weights @ yes, weights @ no)


def _ends(draws: Doubles) -> tuple[float | None, float | None]:
    usable = draws[np.isfinite(draws)]
    if not len(usable):
        return None, None
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(usable, [tail, 1 - tail])
    return float(low), float(high)
