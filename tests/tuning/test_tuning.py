"""Settings are searched on past weeks, never on the test weeks; a search goes on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

pytest.importorskip("optuna")

from modiste.config import Config, build_config
from modiste.data import Dataset
from modiste.errors import InputError
from modiste.evaluation.metrics import per_customer_week
from modiste.ranking.model import Model, fit_on_windows
from modiste.ranking.windows import Windows
from modiste.release import Release, open_release
from modiste.tuning.space import largest, pool_sizes
from modiste.tuning.study import tune
from modiste.tuning.weeks import JudgedWeek, judged_weeks

FEW = {
    "candidates": {"off": ["als", "bpr", "similar_users", "last_year"]},
    "training": {"n_windows": 2, "negatives_per_user": 10, "pool_size": 40},
    "ranker": {"n_trees": 8, "n_seeds": 1, "threads": 1, "min_leaf_rows": 10},
}


@pytest.fixture(scope="session")
def release(trained_shop: Path) -> Release:
    return open_release(trained_shop)


@pytest.fixture(scope="session")
def few() -> Config:
    return build_config(FEW, "few")


@pytest.fixture(scope="session")
def past(release: Release) -> Dataset:
    day = release.shop.day_range()[1] - 14
    return release.shop.until(day).in_memory()


@pytest.fixture(scope="module")
def windows(few: Config) -> Windows:
    return Windows(few.recipe, largest(few.training, 3), few.seed)


@pytest.fixture(scope="module")
def week(windows: Windows, past: Dataset, few: Config) -> JudgedWeek:
    """The last week, ready to be judged by."""
    (week,) = judged_weeks(windows, past, 1, pool_sizes(few.training), max_users=1000)
    return week


def test_a_week_is_judged_as_the_model_ranks_it(
    windows: Windows, week: JudgedWeek, past: Dataset, few: Config
) -> None:
    most = largest(few.training, 3)
    # With all windows and the largest pool it is what training and ranking do.
    values, ranker = week.judge(few.ranker, replace(most, n_windows=3), few.seed)
    before = past.until(week.week)
    fit = fit_on_windows(few.ranker, most, windows, before, few.seed)
    model = Model(few.recipe, windows.prepared(before, week.week), fit, most.pool_size)
    lists = model.rank(before, 12).with_columns(pl.lit(week.week, pl.Int32).alias("week"))
    assert ranker.columns == fit.ranker.columns
    expected = per_customer_week(lists, week.bought, 12)
    assert values["MAP"].to_list() == expected["MAP"].to_list()
    assert values["MAP"].sum() > 0


def test_smaller_pools_and_fewer_negatives(week: JudgedWeek, few: Config) -> None:
    sizes = pool_sizes(few.training)
    assert sizes == [12, 20, 40, 80]
    for size in sizes:
        held = week.rows.filter(pl.col("_size") <= size).group_by("user_idx").len()
        assert held["len"].max() == size
    small = replace(few.training, pool_size=12, negatives_per_user=2)
    least = week.judge(few.ranker, small, few.seed)[0]
    assert (
        least["MAP"].to_list() != week.judge(few.ranker, few.training, few.seed)[0]["MAP"].to_list()
    )


@pytest.mark.slow
def test_a_search_goes_on_and_keeps_the_first_as_its_ruler(
    past: Dataset, few: Config, tmp_path: Path
) -> None:
    def search(n_trials: int) -> tuple[int, list[float]]:
        found = tune(past, few, tmp_path, n_trials=n_trials, budget=600, n_weeks=2, max_users=500)
        assert found.best >= found.first > 0
        assert found.trials.filter(pl.col("trial") == 0)["pool_size"].item() == 40
        assert found.trials.filter(pl.col("trial") == 0)["n_trees"].item() == 8
        assert found.config.training.n_windows == found.choices["n_windows"]
        assert found.lead.difference.value == pytest.approx(found.best - found.first)
        return found.n_new, found.trials["value"].to_list()

    new, values = search(3)
    assert (new, len(values)) == (3, 3)
    again, more = search(5)
    assert (again, len(more)) == (2, 5)
    assert more[:3] == values
    assert search(4)[0] == 0


def test_no_row_after_the_last_judged_week_is_seen(
    release: Release, past: Dataset, few: Config, tmp_path: Path
) -> None:
    end = past.day_range()[1]
    assert end == release.shop.day_range()[1] - 14
    found = tune(past, few, tmp_path, n_trials=1, budget=600, n_weeks=1, max_users=200)
    assert max(found.weeks) + 7 == end


def test_too_short_a_history(past: Dataset, few: Config, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="ask for fewer"):
        tune(past, few, tmp_path, n_trials=1, budget=600, n_weeks=500)
