"""The ranking table as a file: what the ranker learns from, and what it would score."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from modiste.config import Config
from modiste.data import Dataset
from modiste.errors import InputError
from modiste.ranking.model import Model, fit_on_windows
from modiste.ranking.windows import Windows
from modiste.recommend.table import write_scoring_table, write_training_table
from modiste.release import Release


@pytest.fixture(scope="session")
def few(release: Release) -> Config:
    """Two weeks are enough to see."""
    return replace(release.config, training=replace(release.config.training, n_windows=2))


@pytest.fixture(scope="session")
def past(release: Release) -> Dataset:
    return release.shop.in_memory()


@pytest.fixture(scope="session")
def windows(few: Config) -> Windows:
    return Windows(few.recipe, few.training, few.seed)


def test_it_holds_what_the_ranker_learns_from(
    windows: Windows, past: Dataset, tmp_path: Path
) -> None:
    out = tmp_path / "table.parquet"
    written = write_training_table(windows, past, out)
    rows = pl.read_parquet(out)
    assert rows.columns[:4] == ["customer_id", "article_id", "week_start", "label"]
    assert rows.height == written.n_rows
    assert rows["label"].sum() == written.n_positives > 0
    assert rows.width - 4 == written.n_features > 20
    assert rows["week_start"].n_unique() == written.n_weeks == 2
    assert rows["week_start"].is_sorted()
    last = past.day_range()[1]
    newest = windows.window(past, last - 7)
    mine = rows.filter(pl.col("week_start") == rows["week_start"].max())
    assert mine["label"].to_list() == newest.rows["label"].to_list()
    name = newest.rows.columns[10]
    assert mine[name].to_list() == newest.rows[name].to_list()
    assert not list(tmp_path.glob(".*"))


def test_what_is_to_be_scored_is_what_the_model_scores(
    windows: Windows, few: Config, past: Dataset, tmp_path: Path
) -> None:
    out = tmp_path / "rows.parquet"
    written = write_scoring_table(windows, past, out)
    rows = pl.read_parquet(out)
    fit = fit_on_windows(few.ranker, few.training, windows, past, few.seed)
    day = past.day_range()[1]
    model = Model(few.recipe, windows.prepared(past, day), fit, few.training.pool_size)
    expected = model.table(past)
    assert "label" not in rows.columns
    assert written.n_rows == expected.height
    scores = fit.ranker.score(rows)
    assert scores.tolist() == fit.ranker.score(expected).tolist()


def test_the_same_rows_as_csv(windows: Windows, past: Dataset, tmp_path: Path) -> None:
    write_training_table(windows, past, tmp_path / "a.parquet")
    write_training_table(windows, past, tmp_path / "a.csv")
    rows = pl.read_parquet(tmp_path / "a.parquet")
    read = pl.read_csv(tmp_path / "a.csv", schema=rows.schema)
    assert read["article_id"].to_list() == rows["article_id"].to_list()  # zeros in front stay
    assert read["label"].to_list() == rows["label"].to_list()


def test_an_ending_that_tells_no_format(windows: Windows, past: Dataset, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"end it in .parquet or .csv"):
        write_training_table(windows, past, tmp_path / "table.xlsx")
