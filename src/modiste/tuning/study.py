"""The search: trials on rolling weeks, pruned, kept on disk, gone on with after a kill.

Source: Akiba et al., "Optuna: a next-generation hyperparameter optimization framework", KDD 2019;
    Bergstra et al., "Algorithms for hyper-parameter optimization", NIPS 2011 (TPE).
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import optuna
import polars as pl

import modiste
from modiste.artifacts import fingerprint
from modiste.config import Config
from modiste.data import Dataset
from modiste.evaluation.intervals import PairedInterval, resample
from modiste.ranking.prepared import Progress, stream
from modiste.ranking.windows import Windows, window_starts
from modiste.tuning.space import begun, chosen, largest, pool_sizes, suggested
from modiste.tuning.weeks import JudgedWeek, judged_weeks

FOLDER = "tuning"
_SEEDS = 1
"""Rankers of a trial: the mean of several is what the settings say in the end, one is quicker."""
_STATES = {"COMPLETE": "done", "PRUNED": "pruned"}


@dataclass(frozen=True)
class Tuned:
    """What a search found."""

    config: Config
    """The configuration begun with, the best choices filled in."""
    best: float
    """MAP@12 of the best trial on the judged weeks: too good by the choosing, never a forecast."""
    first: float
    """MAP@12 of the settings begun with, on the same weeks."""
    lead: PairedInterval
    """Best beside first, by resampled customers; it does not know of the choosing either."""
    choices: Mapping[str, Any]
    trials: pl.DataFrame
    """`trial, state, value, seconds` and the choices, in the order they were made."""
    weeks: tuple[int, ...]
    """First days of the judged weeks."""
    n_new: int
    """Trials made now; the others were kept from before."""


def tune(
    shop: Dataset,
    config: Config,
    folder: Path,
    *,
    n_trials: int,
    budget: float,
    n_weeks: int,
    max_users: int = 20_000,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> Tuned:
    """Search settings by the mean MAP@12 over past weeks.

    A trial is judged week after week, and given up where it falls behind the median of the others.
    Every trial is kept as it ends: called again with the same shop and configuration, the search
    goes on.

    Args:
        shop: The shop before the weeks that are kept for testing: no row of them is seen.
        config: The settings begun with; they are the first trial.
        folder: Where trials are kept.
        n_trials: Trials in all, those of earlier calls included.
        budget: Seconds for new trials; the one that runs then ends.
        n_weeks: Judged weeks, the last ones.
        max_users: At most so many buyers of a week are judged.
        cache: Where labelled windows are kept between runs.
        progress: Told the share of trials done.

    Raises:
        InputError: If the history is too short.
    """
    first_day, end = shop.day_range()
    days = config.training.label_days
    room = len(window_starts(replace(config.training, n_windows=10_000), first_day, end)) - n_weeks
    most = largest(config.training, min(room, 2 * config.training.n_windows))
    sizes = pool_sizes(config.training)
    windows = Windows(config.recipe, most, config.seed, cache)
    weeks = judged_weeks(windows, shop, n_weeks, sizes, max_users=max_users, progress=progress)
    first = begun(config.training, config.ranker, most)
    ranker = replace(config.ranker, n_seeds=_SEEDS)
    folder.mkdir(parents=True, exist_ok=True)
    key = fingerprint([1, modiste.__version__, shop.identity, shop.vectors_identity, end, days])
    key = fingerprint([key, n_weeks, max_users, config.settings()])
    study = _study(folder, key, config.seed, first)

    def run(trial: optuna.Trial) -> float:
        choices = suggested(trial, first, most, sizes)
        training, trees = chosen(choices, config.training, ranker)
        values: list[pl.DataFrame] = []
        value = 0.0
        for step, week in enumerate(weeks):
            values.append(week.judge(trees, training, config.seed)[0])
            value = float(pl.concat(values)["MAP"].mean() or 0.0)  # type: ignore[arg-type]
            trial.report(value, step)
            # The settings begun with are the ruler: they are judged on every week.
            if trial.number and step + 1 < len(weeks) and trial.should_prune():
                raise optuna.TrialPruned
        return value

    before = len(_ended(study))
    start = perf_counter()

    def tell(study: optuna.Study, _trial: object) -> None:
        done = len(_ended(study))
        if progress:
            share = max(done / n_trials, (perf_counter() - start) / budget)
            progress("try settings", min(1.0, share))
        if done >= n_trials:
            study.stop()

    if before < n_trials:
        study.optimize(run, timeout=budget, callbacks=[tell])
    trials = _table(study)
    best = study.best_trial
    training, trees = chosen({**first, **best.params}, config.training, config.ranker)
    return Tuned(
        config=replace(config, training=training, ranker=trees),
        best=float(best.value or 0.0),
        first=float(study.trials[0].value or 0.0),
        lead=_lead(weeks, config, ranker, (best.params, first)),
        choices=best.params,
        trials=trials,
        weeks=tuple(week.week for week in weeks),
        n_new=len(_ended(study)) - before,
    )


def _study(folder: Path, key: str, seed: int, first: Mapping[str, Any]) -> optuna.Study:
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        study = optuna.create_study(
            storage=JournalStorage(JournalFileBackend(str(folder / f"{key}.journal"))),
            study_name=key,
            load_if_exists=True,
            direction="maximize",
            sampler=optuna.samplers.TPESampler(seed=stream(seed, "tune"), multivariate=True),
            pruner=optuna.pruners.MedianPruner(n_startup_trials=4),
        )
    if not study.trials:
        study.enqueue_trial(dict(first))
    for trial in study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.RUNNING,)):
        # Of a run that was killed.
        study.tell(trial.number, state=optuna.trial.TrialState.FAIL)
    return study


def _ended(study: optuna.Study) -> list[optuna.trial.FrozenTrial]:
    states = (optuna.trial.TrialState.COMPLETE, optuna.trial.TrialState.PRUNED)
    return study.get_trials(deepcopy=False, states=states)


def _table(study: optuna.Study) -> pl.DataFrame:
    rows = [
        {
            "trial": trial.number,
            "state": _STATES[trial.state.name],
            "value": trial.value if trial.value is not None else _last(trial.intermediate_values),
            "seconds": trial.duration.total_seconds() if trial.duration else None,
            **trial.params,
        }
        for trial in _ended(study)
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def _last(values: Mapping[int, float]) -> float | None:
    return values[max(values)] if values else None


def _lead(
    weeks: Sequence[JudgedWeek], config: Config, ranker: Any, both: Sequence[Mapping[str, Any]]
) -> PairedInterval:
    """Compare two choices customer by customer."""
    columns = []
    frames: list[pl.DataFrame] = []
    for choices in both:
        training, trees = chosen({**both[1], **choices}, config.training, ranker)
        frames = [week.judge(trees, training, config.seed)[0] for week in weeks]
        columns.append(pl.concat(frames)["MAP"].to_numpy())
    users = pl.concat(frames)["user_idx"].to_numpy().astype(np.int64)
    rng = np.random.default_rng(stream(config.seed, "bootstrap"))
    return resample(np.column_stack(columns), users, rng).paired(0, 1)
