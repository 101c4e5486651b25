"""The backtest: its files, its baselines, and that a week is predicted from the rows before it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from modiste.config import Config
from modiste.data.sources.hm import import_hm
from modiste.data.synthetic import write_synthetic_shop
from modiste.errors import InputError
from modiste.evaluation import backtest as module
from modiste.pipeline import evaluate
from modiste.ranking.model import Fit, fit_on_windows
from tests.pipeline.conftest import Altered

BASELINES = {
    "popular 7 days",
    "popular 28 days",
    "own history + popular",
    "own history + other colours + popular",
    "ALS",
}


@pytest.fixture(scope="module")
def evaluated(
    tiny_shop: Path, quick: Config, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, Any], Path]:
    folder = tmp_path_factory.mktemp("evaluated")
    shop = Path(shutil.copytree(tiny_shop, folder / "shop"))
    out = folder / "predictions.parquet"
    return shop, evaluate(shop, quick, n_weeks=3, predictions=out), out


def test_the_result_has_the_promised_form(evaluated: tuple[Path, dict[str, Any], Path]) -> None:
    _, result, _ = evaluated
    assert len(result["weeks"]) == 3
    assert set(result["models"]) == {"modiste", *BASELINES}
    for row in result["models"].values():
        assert row["MAP@12_low"] <= row["MAP@12"] <= row["MAP@12_high"]
        assert {"NDCG@12", "Recall@12", "HitRate@12", "MRR@12", "Coverage@12"} <= set(row)
    assert "pool" in result["sources"]


def test_weeks_end_with_the_data(
    evaluated: tuple[Path, dict[str, Any], Path], tiny_files: Path
) -> None:
    _, result, _ = evaluated
    days = pl.read_csv(tiny_files / "transactions_train.csv", infer_schema=False)["t_dat"]
    last = date.fromisoformat(str(days.max()))
    expected = [str(last + timedelta(days=1 - 7 * number)) for number in (3, 2, 1)]
    assert result["weeks"] == expected


def test_predictions_are_of_that_weeks_buyers(
    evaluated: tuple[Path, dict[str, Any], Path], tiny_files: Path
) -> None:
    _, result, out = evaluated
    lists = pl.read_parquet(out)
    assert lists.columns == ["customer_id", "week_start", "article_id", "rank"]
    rows = pl.read_csv(tiny_files / "transactions_train.csv", try_parse_dates=True)
    start = pl.lit(date.fromisoformat(result["weeks"][0]))
    week = start + pl.duration(days=7 * ((pl.col("t_dat") - start).dt.total_days() // 7))
    buyers = rows.filter(pl.col("t_dat") >= start).select("customer_id", week.alias("week_start"))
    shown = lists.select("customer_id", "week_start").unique().sort("week_start", "customer_id")
    assert shown.equals(buyers.unique().sort("week_start", "customer_id"))
    assert lists.group_by("customer_id", "week_start").len()["len"].max() == 12
    assert lists.is_duplicated().sum() == 0


def test_predictions_are_the_same_again_however_many_weeks_are_asked(
    evaluated: tuple[Path, dict[str, Any], Path], tiny_shop: Path, quick: Config, tmp_path: Path
) -> None:
    shop = Path(shutil.copytree(tiny_shop, tmp_path / "shop"))
    out = tmp_path / "again.parquet"
    result = evaluate(shop, quick, n_weeks=1, predictions=out)
    assert result["weeks"] == evaluated[1]["weeks"][-1:]
    last = pl.col("week_start") == date.fromisoformat(result["weeks"][0])
    assert pl.read_parquet(out).equals(pl.read_parquet(evaluated[2]).filter(last))


def test_later_rows_alter_no_earlier_prediction(
    evaluated: tuple[Path, dict[str, Any], Path], altered: Altered, quick: Config, tmp_path: Path
) -> None:
    """The altered rows begin where the first of the three weeks does or later."""
    _, result, out = evaluated
    assert altered.as_of == result["weeks"][0]
    import_hm(altered.files, tmp_path / "shop")
    lists = tmp_path / "altered.parquet"
    evaluate(tmp_path / "shop", quick, n_weeks=3, refit_every=3, predictions=lists)
    first = pl.col("week_start") == date.fromisoformat(altered.as_of)
    old = pl.read_parquet(out).filter(first)
    new = pl.read_parquet(lists).filter(first)
    both = old.join(new, on="customer_id", how="semi")
    assert both["customer_id"].n_unique() > 20
    assert both.equals(new.join(old, on="customer_id", how="semi"))


def test_refit_every_reuses_an_older_fit_never_a_newer_one(
    tiny_shop: Path, quick: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Path(shutil.copytree(tiny_shop, tmp_path / "shop"))
    fitted: list[int] = []

    def spy(*given: Any) -> Fit:
        fitted.append(given[3].as_of)
        return fit_on_windows(*given)

    monkeypatch.setattr(module, "fit_on_windows", spy)
    few = replace(quick, training=replace(quick.training, n_windows=1))
    result = evaluate(shop, few, n_weeks=3, refit_every=2)
    weeks = [(date.fromisoformat(week) - date(1970, 1, 1)).days for week in result["weeks"]]
    assert fitted == [weeks[0], weeks[2]]


def test_too_many_weeks_are_told(tiny_shop: Path, quick: Config, tmp_path: Path) -> None:
    shop = Path(shutil.copytree(tiny_shop, tmp_path / "shop"))
    with pytest.raises(InputError, match="ask for fewer"):
        evaluate(shop, quick, n_weeks=500)
    with pytest.raises(InputError, match="at least 1"):
        evaluate(shop, quick, n_weeks=0)


@pytest.mark.slow
def test_the_planted_shop_is_understood(tmp_path: Path, quick: Config) -> None:
    """The model beats own history + popular by 1.3 at least, interval above zero."""
    write_synthetic_shop(tmp_path / "files", "small", 2, pictures=False)
    import_hm(tmp_path / "files", tmp_path / "shop")
    training = replace(quick.training, n_windows=8, pool_size=120, max_users=800)
    config = replace(quick, training=training, ranker=replace(quick.ranker, n_trees=120))
    result = evaluate(tmp_path / "shop", config, n_weeks=3, refit_every=3)
    lead = result["paired"]["modiste - own history + popular"]
    assert lead["MAP@12_ratio"] >= 1.3
    assert lead["MAP@12_low"] > 0
